// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/sim/SimFault.h"

#include "runtime/base/Clock.h"
#include "runtime/hal/EngineRegisters.h"

#include <ctime>

namespace sluice {

namespace reg = engine_register;

static constexpr uint64_t kCommandSize = 64;
static constexpr uint8_t kEnd = 0x3f;

Status parseSimFaultKind(const std::string &name, SimFaultKind &out) {
  static const char *const kNames[] = {"none", "hang", "error",
                                       "gone", "late", "corrupt"};
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (name == kNames[i]) {
      out = SimFaultKind(i);
      return SLUICE_STATUS_OK;
    }
  return fail(SLUICE_STATUS_INVALID_ARGUMENT,
              "device 'sim': option 'fault' is '%s', not hang, error, gone, "
              "late or corrupt",
              name.c_str());
}

namespace {

class FaultyLink final : public EngineLink {
public:
  FaultyLink(std::shared_ptr<EngineLink> inner, const SimFault &fault,
             uint64_t memorySize, SimFaultHistory &history)
      : inner(std::move(inner)), fault(fault), memorySize(memorySize),
        history(history) {}

  Status read(uint32_t address, uint32_t &value) override;
  Status write(uint32_t address, uint32_t value) override;
  Status readMemory(uint64_t address, std::span<uint8_t> bytes) override;
  Status writeMemory(uint64_t address,
                     std::span<const uint8_t> bytes) override {
    SLUICE_RETURN_IF_ERROR(checkThere());
    return inner->writeMemory(address, bytes);
  }
  Status wait() override;
  uint64_t cycles() override { return inner->cycles(); }
  const char *violation() override { return inner->violation(); }
  void trace(size_t count) override { inner->trace(count); }
  std::span<const sluice_command_time_t> traced() override {
    return inner->traced();
  }

private:
  Status checkThere() const;
  Status checkWhole() const;
  Status plant();
  Status plantHang();
  Status plantError();
  Status passedCommand(bool &out);
  void happen();

  const std::shared_ptr<EngineLink> inner;
  const SimFault fault;
  const uint64_t memorySize;
  SimFaultHistory &history;

  uint32_t program[3] = {}; // as the registers have it: low, high, size
  uint64_t started = 0;     // commands of the programs before
  uint64_t command = 0;     // of this program, where the fault is
  bool isArmed = false;     // this program meets the fault
  bool isGone = false;
  bool isCorrupt = false;
  uint64_t standsUntil = 0; // of monotonicNow()
};

Status FaultyLink::checkThere() const {
  if (isGone)
    return fail(SLUICE_STATUS_DEVICE_FAULT, "engine: is gone");
  return SLUICE_STATUS_OK;
}

Status FaultyLink::checkWhole() const {
  if (isCorrupt)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "engine: what the link brought does not match its checksum");
  return SLUICE_STATUS_OK;
}

Status FaultyLink::read(uint32_t address, uint32_t &value) {
  SLUICE_RETURN_IF_ERROR(checkThere());
  // A clock that stands still sets no done.
  if (address == reg::kControl && monotonicNow() < standsUntil) {
    value = 0;
    return SLUICE_STATUS_OK;
  }
  SLUICE_RETURN_IF_ERROR(inner->read(address, value));
  // The program may end between the last wait and this.
  if (isArmed && address == reg::kControl && value & reg::kDone) {
    happen();
    return read(address, value);
  }
  if (isCorrupt)
    value ^= 2;
  return checkWhole();
}

Status FaultyLink::readMemory(uint64_t address, std::span<uint8_t> bytes) {
  SLUICE_RETURN_IF_ERROR(checkThere());
  SLUICE_RETURN_IF_ERROR(inner->readMemory(address, bytes));
  if (isCorrupt && !bytes.empty())
    bytes[bytes.size() / 2] ^= 0x10;
  return checkWhole();
}

Status FaultyLink::write(uint32_t address, uint32_t value) {
  SLUICE_RETURN_IF_ERROR(checkThere());
  if (address >= reg::kProgram && address <= reg::kProgram + 8)
    program[(address - reg::kProgram) / 4] = value;
  if (address == reg::kControl && value & reg::kStart) {
    uint64_t count = program[2] / kCommandSize;
    isArmed = !history.hasHappened && fault.at >= started &&
              fault.at < started + count;
    command = fault.at - started;
    started += count;
    if (isArmed)
      SLUICE_RETURN_IF_ERROR(plant());
  }
  return inner->write(address, value);
}

/// What has to be there before the program starts.
Status FaultyLink::plant() {
  if (fault.kind == SimFaultKind::Hang)
    return plantHang();
  if (fault.kind == SimFaultKind::Error)
    return plantError();
  return SLUICE_STATUS_OK;
}

/// A program takes as many tokens as it gives, so one more to wait for, or one
/// fewer given, stops it for good. The first command from the wanted one on
/// that can be changed so, or the last before it.
Status FaultyLink::plantHang() {
  happen();
  uint64_t base = uint64_t(program[1]) << 32 | program[0];
  uint64_t count = program[2] / kCommandSize;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t address = base + (command + i) % count * kCommandSize;
    uint8_t header[2];
    SLUICE_RETURN_IF_ERROR(inner->readMemory(address, header));
    uint8_t &tokens = header[1];
    if (header[0] == kEnd)
      continue;
    uint8_t own = header[0] < 0x10 ? 1 : header[0] < 0x20 ? 2 : 4;
    uint8_t others = 7 & ~own & ~tokens;
    if (!others && !(tokens & 0x70))
      continue;
    tokens = others ? tokens | (others & -others) : tokens & 0x0f;
    return inner->writeMemory(address, header);
  }
  return SLUICE_STATUS_OK;
}

/// The program moves to the memory's end, so far that commands from the wanted
/// one on lie behind it.
Status FaultyLink::plantError() {
  happen();
  uint64_t from = uint64_t(program[1]) << 32 | program[0];
  uint64_t to = memorySize - command * kCommandSize;
  for (uint64_t i = 0; i < command; ++i) {
    uint8_t bytes[kCommandSize];
    SLUICE_RETURN_IF_ERROR(inner->readMemory(from + i * kCommandSize, bytes));
    SLUICE_RETURN_IF_ERROR(inner->writeMemory(to + i * kCommandSize, bytes));
  }
  SLUICE_RETURN_IF_ERROR(inner->write(reg::kProgram, uint32_t(to)));
  return inner->write(reg::kProgram + 4, uint32_t(to >> 32));
}

/// Whether a unit has begun the command, or the program is over.
Status FaultyLink::passedCommand(bool &out) {
  uint32_t state;
  SLUICE_RETURN_IF_ERROR(inner->read(reg::kInterruptStatus, state));
  out = state & 1;
  for (uint32_t unit = 0; unit < 3 && !out; ++unit) {
    uint32_t last;
    SLUICE_RETURN_IF_ERROR(inner->read(reg::kLastLoad + 4 * unit, last));
    out = last != UINT32_MAX && last >= command;
  }
  return SLUICE_STATUS_OK;
}

void FaultyLink::happen() {
  history.hasHappened = true;
  isArmed = false;
  uint64_t end = monotonicNow() + fault.ms * 1'000'000;
  isGone = fault.kind == SimFaultKind::Gone;
  isCorrupt = fault.kind == SimFaultKind::Corrupt;
  if (isGone)
    history.goneUntil = end;
  if (fault.kind == SimFaultKind::Late)
    standsUntil = end;
}

Status FaultyLink::wait() {
  SLUICE_RETURN_IF_ERROR(checkThere());
  if (monotonicNow() < standsUntil) {
    timespec millisecond = {0, 1'000'000};
    nanosleep(&millisecond, nullptr);
    return SLUICE_STATUS_OK;
  }
  SLUICE_RETURN_IF_ERROR(inner->wait());
  if (!isArmed)
    return SLUICE_STATUS_OK;
  bool hasPassed;
  SLUICE_RETURN_IF_ERROR(passedCommand(hasPassed));
  if (hasPassed)
    happen();
  return SLUICE_STATUS_OK;
}

} // namespace

std::shared_ptr<EngineLink> makeFaultyLink(std::shared_ptr<EngineLink> inner,
                                           const SimFault &fault,
                                           uint64_t memorySize,
                                           SimFaultHistory &history) {
  return std::make_shared<FaultyLink>(std::move(inner), fault, memorySize,
                                      history);
}

} // namespace sluice
