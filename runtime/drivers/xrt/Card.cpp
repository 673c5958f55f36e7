// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/Card.h"

#include "runtime/hal/EngineRegisters.h"

#include <chrono>
#include <cstring>
#include <thread>

namespace sluice {

using namespace xrt_protocol;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace reg = engine_register;

/// How often the state of a run is looked at, and the engine's counter.
constexpr std::chrono::microseconds kPollInterval = 20us, kBeatInterval = 1ms;
/// An engine drains its bus in a few thousand cycles.
constexpr auto kStopLimit = 1s;

void Card::prepare() {
  if (!(readRegister(reg::kControl) & reg::kIdle))
    stop();
}

/// Of the run at hand. Its halves may belong to two moments; a limit does not
/// mind.
uint64_t Card::cycles() {
  uint64_t low = readRegister(reg::kCounters);
  return uint64_t(readRegister(reg::kCounters + 4)) << 32 | low;
}

void Card::verify(const Operation &operation, const char *differs) {
  again.resize(operation.size);
  read(operation.buffer, operation.offset, again);
  if (memcmp(again.data(), window + operation.window, operation.size) != 0)
    throw Failure{Outcome::Fault, differs};
}

void Card::writeWindow(const Operation &operation) {
  write(operation.buffer, operation.offset,
        {window + operation.window, operation.size});
  if (operation.verify)
    verify(operation, "what was written to the card's memory does not read "
                      "back the same");
}

void Card::readWindow(const Operation &operation) {
  read(operation.buffer, operation.offset,
       {window + operation.window, operation.size});
  if (operation.verify)
    verify(operation, "the card's memory reads differently the second time");
}

void Card::readRegisters(const Operation &operation) {
  for (uint64_t i = 0; i < operation.size; i += 4) {
    uint32_t value = readRegister(uint32_t(operation.offset + i));
    memcpy(window + operation.window + i, &value, sizeof(value));
    beat();
  }
}

void Card::stop() {
  writeRegister(reg::kAbort, 1);
  auto end = Clock::now() + kStopLimit;
  while (!(readRegister(reg::kControl) & (reg::kIdle | reg::kDone)))
    if (Clock::now() >= end)
      throw Failure{Outcome::Fault, "the engine does not stop when told to"};
}

/// A vendor's own wait may not return when a run never ends, so this asks again
/// and again. The counter shows that the device still answers.
Outcome Card::wait(uint64_t cycleLimit) {
  auto nextBeat = Clock::now() + kBeatInterval;
  while (!isOver()) {
    if (shared.cancel)
      return Outcome::Cancelled;
    std::this_thread::sleep_for(kPollInterval);
    if (Clock::now() < nextBeat)
      continue;
    if (cycles() > cycleLimit)
      return Outcome::TimedOut;
    beat();
    nextBeat = Clock::now() + kBeatInterval;
  }
  return Outcome::Done;
}

void Card::run(const Program &program) {
  start(program);
  Outcome outcome = wait(program.cycleLimit);
  if (outcome == Outcome::Done)
    return;
  stop();
  // The library must see the end too before the next run.
  for (auto end = Clock::now() + kStopLimit; !isOver();) {
    if (Clock::now() >= end)
      throw Failure{Outcome::Fault, "XRT does not see that the run is over"};
    std::this_thread::sleep_for(kPollInterval);
  }
  throw Failure{outcome, "the engine has been stopped"};
}

void Card::execute(const Operation &operation) {
  switch (operation.kind) {
  case Kind::Allocate:
    allocate(operation.buffer, operation.size);
    break;
  case Kind::Free:
    free(operation.buffer);
    break;
  case Kind::Write:
    writeWindow(operation);
    break;
  case Kind::Read:
    readWindow(operation);
    break;
  case Kind::ReadRegisters:
    readRegisters(operation);
    break;
  case Kind::Run:
    run(operation.program);
    break;
  }
  beat();
}

} // namespace sluice
