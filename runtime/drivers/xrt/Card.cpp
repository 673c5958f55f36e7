// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/Card.h"

#include "runtime/hal/EngineRegisters.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

namespace sluice {

using namespace xrt_protocol;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace reg = engine_register;

// As targets/engine/xrt/kernel.py names it and numbers its arguments.
constexpr char kKernel[] = "sluice_engine";
enum Argument : int {
  kProgramArgument,
  kProgramSize,
  kConstants,
  kConstantsSize,
  kArena,
  kArenaSize,
  kWatchdog,
};

/// Idle bit of CTRL.
constexpr uint32_t kIdle = 4;
/// How often the state of a run is looked at, and the engine's counter.
constexpr std::chrono::microseconds kPollInterval = 20us, kBeatInterval = 1ms;
/// An engine drains its bus in a few thousand cycles.
constexpr auto kStopLimit = 1s;

Card::Card(uint32_t index, const std::string &xclbin, Shared &shared,
           uint8_t *window)
    : shared(shared), window(window), device(index),
      uuid(device.load_xclbin(xclbin)),
      kernel(device, uuid, kKernel, xrt::kernel::cu_access_mode::exclusive),
      command(kernel) {
  if (!(readRegister(reg::kControl) & kIdle))
    stop();
}

std::string Card::name() const {
  return device.get_info<xrt::info::device::name>();
}

xrt::bo &Card::buffer(uint32_t id) {
  auto found = buffers.find(id);
  if (found == buffers.end())
    throw Failure{Outcome::Fault, "no buffer " + std::to_string(id)};
  return found->second;
}

uint32_t Card::readRegister(uint32_t address) {
  uint32_t value = kernel.read_register(address);
  beat();
  return value;
}

/// Of the run at hand. Its halves may belong to two moments; a limit does not
/// mind.
uint64_t Card::cycles() {
  uint64_t low = readRegister(reg::kCounters);
  return uint64_t(readRegister(reg::kCounters + 4)) << 32 | low;
}

void Card::allocate(uint32_t id, uint64_t size) {
  try {
    buffers[id] = xrt::bo(device, std::max<uint64_t>(size, 1),
                          xrt::bo::flags::normal, kernel.group_id(kArena));
  } catch (const std::exception &error) {
    throw Failure{Outcome::NoMemory, "no memory on the card for " +
                                         std::to_string(size) +
                                         " bytes: " + error.what()};
  }
}

void Card::write(const Operation &operation) {
  auto [kind, id, offset, size, at, verify, program] = operation;
  xrt::bo &to = buffer(id);
  to.write(window + at, size, offset);
  to.sync(XCL_BO_SYNC_BO_TO_DEVICE, size, offset);
  if (!verify)
    return;
  to.sync(XCL_BO_SYNC_BO_FROM_DEVICE, size, offset);
  if (memcmp(to.map<uint8_t *>() + offset, window + at, size) != 0)
    throw Failure{Outcome::Fault, "what was written to the card's memory "
                                  "does not read back the same"};
}

void Card::read(const Operation &operation) {
  auto [kind, id, offset, size, at, verify, program] = operation;
  xrt::bo &from = buffer(id);
  from.sync(XCL_BO_SYNC_BO_FROM_DEVICE, size, offset);
  from.read(window + at, size, offset);
  if (!verify)
    return;
  from.sync(XCL_BO_SYNC_BO_FROM_DEVICE, size, offset);
  if (memcmp(from.map<uint8_t *>() + offset, window + at, size) != 0)
    throw Failure{Outcome::Fault,
                  "the card's memory reads differently the second time"};
}

void Card::readRegisters(const Operation &operation) {
  for (uint64_t i = 0; i < operation.size; i += 4) {
    uint32_t value = readRegister(uint32_t(operation.offset + i));
    memcpy(window + operation.window + i, &value, sizeof(value));
  }
}

void Card::stop() {
  kernel.write_register(reg::kAbort, 1);
  auto end = Clock::now() + kStopLimit;
  while (!(readRegister(reg::kControl) & (kIdle | reg::kDone)))
    if (Clock::now() >= end)
      throw Failure{Outcome::Fault, "the engine does not stop when told to"};
}

void Card::start(const Program &program) {
  command.set_arg(kProgramArgument, buffer(program.program));
  command.set_arg(kProgramSize, program.programSize);
  command.set_arg(kConstants, buffer(program.constants));
  command.set_arg(kConstantsSize, program.constantsSize);
  command.set_arg(kArena, buffer(program.arena));
  command.set_arg(kArenaSize, program.arenaSize);
  command.set_arg(kWatchdog, program.watchdog);
  command.start();
}

/// XRT's own wait does not return when a run never ends, so this asks again and
/// again. The counter shows that the device still answers.
Outcome Card::wait(uint64_t cycleLimit) {
  auto nextBeat = Clock::now() + kBeatInterval;
  while (command.state() < ERT_CMD_STATE_COMPLETED) {
    if (shared.cancel)
      return Outcome::Cancelled;
    std::this_thread::sleep_for(kPollInterval);
    if (Clock::now() < nextBeat)
      continue;
    if (cycles() > cycleLimit)
      return Outcome::TimedOut;
    nextBeat = Clock::now() + kBeatInterval;
  }
  return Outcome::Done;
}

void Card::run(const Program &program) {
  start(program);
  Outcome outcome = wait(program.cycleLimit);
  if (outcome != Outcome::Done) {
    stop();
    // XRT must see the end too before the next run.
    auto end = Clock::now() + kStopLimit;
    while (command.state() < ERT_CMD_STATE_COMPLETED && Clock::now() < end)
      std::this_thread::sleep_for(kPollInterval);
  }
  if (ert_cmd_state state = command.state(); state != ERT_CMD_STATE_COMPLETED)
    throw Failure{Outcome::Fault,
                  "XRT has the run in state " + std::to_string(state)};
  if (outcome != Outcome::Done)
    throw Failure{outcome, "the engine has been stopped"};
}

void Card::execute(const Operation &operation) {
  switch (operation.kind) {
  case Kind::Allocate:
    allocate(operation.buffer, operation.size);
    break;
  case Kind::Free:
    buffers.erase(operation.buffer);
    break;
  case Kind::Write:
    write(operation);
    break;
  case Kind::Read:
    read(operation);
    break;
  case Kind::ReadRegisters:
    readRegisters(operation);
    break;
  case Kind::WriteRegister:
    kernel.write_register(uint32_t(operation.offset), uint32_t(operation.size));
    break;
  case Kind::Run:
    run(operation.program);
    break;
  }
  beat();
}

} // namespace sluice
