// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/engine/EngineExecutable.h"

#include <algorithm>

namespace sluice {

namespace reg = engine_register;

/// Cycles after which an engine told to stop must have drained its bus.
static constexpr uint64_t kStopLimit = 10'000'000;

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
    end = align(end + range.size());
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
    SLUICE_RETURN_IF_ERROR(link->writeMemory(place.address, place.bytes));
  return SLUICE_STATUS_OK;
}

Status EngineExecutable::writeBase(uint32_t base, uint64_t address,
                                   uint64_t size) {
  SLUICE_RETURN_IF_ERROR(link->write(base, uint32_t(address)));
  SLUICE_RETURN_IF_ERROR(link->write(base + 4, uint32_t(address >> 32)));
  return link->write(base + 8, uint32_t(size));
}

Status EngineExecutable::writeBase(uint32_t base, const program::Range &range) {
  auto place = places.find({range.file(), range.offset(), range.size()});
  return writeBase(base, place->second.address, range.size());
}

Status EngineExecutable::start(const program::Region &region) {
  const program::EngineCode &code = *region.engine();
  SLUICE_RETURN_IF_ERROR(writeBase(reg::kProgram, *code.commands()));
  SLUICE_RETURN_IF_ERROR(writeBase(reg::kConstants, *code.constants()));
  SLUICE_RETURN_IF_ERROR(
      writeBase(reg::kArena, arenaAddress, variant.arena_size()));
  SLUICE_RETURN_IF_ERROR(link->write(reg::kWatchdog, limits.watchdog));
  SLUICE_RETURN_IF_ERROR(link->write(reg::kInterruptEnable, 1));
  SLUICE_RETURN_IF_ERROR(link->write(reg::kGlobalInterrupt, 1));
  return link->write(reg::kControl, reg::kStart);
}

/// Stops the engine and returns `reason`, whose message stays.
Status EngineExecutable::stop(const program::Region &region, Status reason) {
  char message[kMessageSize];
  snprintf(message, sizeof(message), "%s", lastMessage());
  SLUICE_RETURN_IF_ERROR(link->write(reg::kAbort, 1));
  uint64_t begin = link->cycles();
  uint32_t control = 0;
  while (!(control & (reg::kDone | reg::kIdle))) {
    if (link->cycles() - begin > kStopLimit) {
      hasReport = true;
      return report.take(*link, region, "does not stop");
    }
    SLUICE_RETURN_IF_ERROR(link->wait());
    SLUICE_RETURN_IF_ERROR(link->read(reg::kControl, control));
  }
  SLUICE_RETURN_IF_ERROR(link->write(reg::kInterruptStatus, 1));
  SLUICE_RETURN_IF_ERROR(link->write(reg::kControl, reg::kContinue));
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
  SLUICE_RETURN_IF_ERROR(link->write(reg::kInterruptStatus, 1));
  SLUICE_RETURN_IF_ERROR(link->write(reg::kControl, reg::kContinue));
  uint32_t error;
  SLUICE_RETURN_IF_ERROR(link->read(reg::kError, error));
  const char *reason = error ? "stopped" : link->violation();
  if (!reason)
    return SLUICE_STATUS_OK;
  hasReport = true;
  return report.take(*link, region, reason);
}

Status EngineExecutable::runLinked(const program::Region &region,
                                   void *const *tensors,
                                   const RunControl &control,
                                   RegionFigures &figures) {
  auto buffer = [&](uint32_t i) -> const program::Buffer & {
    return *variant.buffers()->Get(i);
  };
  for (uint32_t input : *region.inputs())
    SLUICE_RETURN_IF_ERROR(link->writeMemory(
        arenaAddress + buffer(input).offset(),
        {static_cast<const uint8_t *>(*tensors++), buffer(input).size()}));
  if (control.tracesCommands)
    link->trace(region.engine()->commands()->size() / kCommandSize);
  SLUICE_RETURN_IF_ERROR(start(region));
  figures.startCycle = link->cycles();
  SLUICE_RETURN_IF_ERROR(wait(region, control));
  SLUICE_RETURN_IF_ERROR(readCounters(*link, counters));
  for (uint32_t output : *region.outputs())
    SLUICE_RETURN_IF_ERROR(link->readMemory(
        arenaAddress + buffer(output).offset(),
        {static_cast<uint8_t *>(*tensors++), buffer(output).size()}));
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
  hasReport = false;
  Status status = runLinked(region, tensors, control, figures);
  if (status == SLUICE_STATUS_DEVICE_FAULT && !hasReport)
    return report.takeLinkFault(region);
  return status;
}

} // namespace sluice
