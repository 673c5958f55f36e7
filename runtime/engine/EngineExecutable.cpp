// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/engine/EngineExecutable.h"

#include <algorithm>
#include <cinttypes>

namespace sluice {

namespace reg = engine_register;

static constexpr uint64_t kCommandSize = 64; // bytes

static uint64_t align(uint64_t value) {
  constexpr uint64_t alignment = EngineExecutable::kAlignment;
  return (value + alignment - 1) / alignment * alignment;
}

Status EngineExecutable::checkHasEngine(const Package &package) {
  if (package.program().engine())
    return SLUICE_STATUS_OK;
  return fail(SLUICE_STATUS_UNSUPPORTED,
              "%s: was compiled for %s, not for an engine; use --device cpu, "
              "or compile with --target engine:BOARD",
              package.name(), package.program().target()->c_str());
}

/// Gives `range` a place, once, after `end`.
void EngineExecutable::place(const program::Range &range, uint64_t &end) {
  auto [place, isNew] =
      places.try_emplace({range.file(), range.offset(), range.size()},
                         Placed{end, package.bytes(range)});
  if (isNew)
    end = align(end + range.size() + EngineLink::kKeepRoom);
}

uint64_t EngineExecutable::place(uint64_t begin) {
  arenaAddress = align(begin);
  uint64_t end = align(arenaAddress + variant.arena_size());
  for (const program::Region *region : *variant.regions()) {
    if (!region->engine())
      continue;
    place(*region->engine()->commands(), end);
    place(*region->engine()->constants(), end);
  }
  return end;
}

Status EngineExecutable::load(std::shared_ptr<EngineLink> newLink) {
  link = std::move(newLink);
  EngineCapabilities capabilities;
  SLUICE_RETURN_IF_ERROR(link->readCapabilities(capabilities));
  SLUICE_RETURN_IF_ERROR(capabilities.checkPackage(package));
  for (const auto &[key, place] : places)
    SLUICE_RETURN_IF_ERROR(link->keep(place.address, place.bytes));
  return SLUICE_STATUS_OK;
}

/// Everything that a run needs to know lies in a row, and is written at once.
Status EngineExecutable::start(const program::Region &region) {
  const program::EngineCode &code = *region.engine();
  uint32_t words[(reg::kWatchdog - reg::kGlobalInterrupt) / 4 + 1] = {};
  auto at = [&](uint32_t address) -> uint32_t & {
    return words[(address - reg::kGlobalInterrupt) / 4];
  };
  auto setBase = [&](uint32_t base, uint64_t address, uint64_t size) {
    at(base) = uint32_t(address);
    at(base + 4) = uint32_t(address >> 32);
    at(base + 8) = uint32_t(size);
  };
  at(reg::kGlobalInterrupt) = at(reg::kInterruptEnable) = 1;
  setBase(reg::kProgram, addressOf(*code.commands()), code.commands()->size());
  setBase(reg::kConstants, addressOf(*code.constants()),
          code.constants()->size());
  setBase(reg::kArena, arenaAddress, variant.arena_size());
  at(reg::kWatchdog) = limits.watchdog;
  SLUICE_RETURN_IF_ERROR(link->writeRegisters(reg::kGlobalInterrupt, words));
  return link->write(reg::kControl, reg::kStart);
}

uint64_t EngineExecutable::addressOf(const program::Range &range) const {
  return places.find({range.file(), range.offset(), range.size()})
      ->second.address;
}

/// Takes note that the engine is done: continues, and clears the interrupt.
Status EngineExecutable::acknowledge() {
  const uint32_t words[] = {reg::kContinue, 1, 1, 1};
  return link->writeRegisters(reg::kControl, words);
}

/// Stops the engine and returns `reason`, whose message stays.
Status EngineExecutable::stop(const program::Region &region, Status reason) {
  char message[kMessageSize];
  snprintf(message, sizeof(message), "%s", lastMessage());
  SLUICE_RETURN_IF_ERROR(link->write(reg::kAbort, 1));
  uint64_t end = monotonicNow() + RunControl::kStopTime / 2;
  uint32_t control = 0;
  for (int tries = 0; !(control & (reg::kDone | reg::kIdle)); ++tries) {
    if (tries >= 3 && monotonicNow() > end) {
      hasReport = true;
      return report.take(*link, region, "does not stop");
    }
    SLUICE_RETURN_IF_ERROR(link->wait());
    SLUICE_RETURN_IF_ERROR(link->read(reg::kControl, control));
  }
  SLUICE_RETURN_IF_ERROR(acknowledge());
  isStopped = true;
  return fail(reason, "%s", message);
}

/// Waits until the engine is done; then acknowledges the interrupt. Done is
/// read once: a read clears it, or `continue` does.
Status EngineExecutable::wait(const program::Region &region,
                              const RunControl &control) {
  uint64_t limit =
      std::max(limits.least, region.estimated_cycles() * limits.perEstimate);
  uint64_t begin = link->cycles();
  uint32_t state = 0;
  while (!(state & reg::kDone)) {
    if (Status ended = control.check(region.name()->c_str());
        ended != SLUICE_STATUS_OK)
      return stop(region, ended);
    if (link->cycles() - begin >= limit) {
      hasReport = true;
      return report.take(*link, region, "did not end in time");
    }
    SLUICE_RETURN_IF_ERROR(link->wait());
    SLUICE_RETURN_IF_ERROR(link->read(reg::kControl, state));
  }
  SLUICE_RETURN_IF_ERROR(acknowledge());
  uint32_t error;
  SLUICE_RETURN_IF_ERROR(link->read(reg::kError, error));
  const char *reason = error ? "stopped" : link->violation();
  if (!reason)
    return SLUICE_STATUS_OK;
  hasReport = true;
  return report.take(*link, region, reason);
}

/// Moves the region's inputs to the engine, or its outputs from there. The
/// engine is not running, so that the link may end it at any time.
Status EngineExecutable::move(const program::Region &region,
                              void *const *tensors, bool isInput,
                              const RunControl &control) {
  Status status = SLUICE_STATUS_OK;
  link->obey(&control, region.name()->c_str());
  for (uint32_t index : isInput ? *region.inputs() : *region.outputs()) {
    const program::Buffer &buffer = *variant.buffers()->Get(index);
    auto *bytes = static_cast<uint8_t *>(*tensors++);
    uint64_t address = arenaAddress + buffer.offset();
    status = isInput ? link->writeMemory(address, {bytes, buffer.size()})
                     : link->readMemory(address, {bytes, buffer.size()});
    if (status != SLUICE_STATUS_OK)
      break;
  }
  link->obey(nullptr, "");
  return status;
}

/// The engine may be running, so that a deadline alone does not end an access:
/// only a device that is not stopped soon after it, which is lost. One that has
/// been stopped is well, however late a busy machine looks at it.
Status EngineExecutable::runEngine(const program::Region &region,
                                   const RunControl &control,
                                   RegionFigures &figures) {
  bool hasDeadline = control.deadline != RunControl::kNoDeadline;
  RunControl last = {.deadline = control.deadline + limits.stopTime};
  if (hasDeadline)
    link->obey(&last, region.name()->c_str());
  Status status = start(region);
  figures.startCycle = link->cycles();
  if (status == SLUICE_STATUS_OK)
    status = wait(region, control);
  if (status == SLUICE_STATUS_OK)
    status = readCounters(*link, counters);
  link->obey(nullptr, "");
  if (status == SLUICE_STATUS_DEADLINE_EXCEEDED && !isStopped)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "device is late, and has not been stopped %" PRIu64
                " ms after the deadline",
                limits.stopTime / 1'000'000);
  return status;
}

Status EngineExecutable::runLinked(const program::Region &region,
                                   void *const *tensors,
                                   const RunControl &control,
                                   RegionFigures &figures) {
  SLUICE_RETURN_IF_ERROR(move(region, tensors, /*isInput=*/true, control));
  if (control.tracesCommands)
    link->trace(region.engine()->commands()->size() / kCommandSize);
  SLUICE_RETURN_IF_ERROR(runEngine(region, control, figures));
  SLUICE_RETURN_IF_ERROR(move(region, tensors + region.inputs()->size(),
                              /*isInput=*/false, control));
  figures.cycles = counters[0].value;
  figures.counters = counters;
  if (control.tracesCommands)
    figures.commands = link->traced();
  return SLUICE_STATUS_OK;
}

Status EngineExecutable::run(uint32_t index, void *const *tensors,
                             const RunControl &control,
                             RegionFigures &figures) {
  const program::Region &region = *variant.regions()->Get(index);
  hasReport = isStopped = false;
  Status status = runLinked(region, tensors, control, figures);
  if (status == SLUICE_STATUS_DEVICE_FAULT && !hasReport)
    return report.takeLinkFault(region);
  return status;
}

} // namespace sluice
