// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/xrt/XrtExecutable.h"

#include <algorithm>

namespace sluice {

namespace reg = engine_register;

XrtExecutable::~XrtExecutable() {
  if (arena)
    client->freeLater(arena);
  for (const auto &[range, buffer] : places)
    client->freeLater(buffer);
}

/// Puts the bytes of `range` on the card, once.
Status XrtExecutable::place(const program::Range &range) {
  auto [entry, isNew] = places.try_emplace(keyOf(range), 0);
  if (!isNew)
    return SLUICE_STATUS_OK;
  SLUICE_RETURN_IF_ERROR(client->allocate(range.size(), entry->second));
  return client->write(entry->second, 0, package.bytes(range));
}

Status XrtExecutable::load(const XrtOptions &options) {
  SLUICE_RETURN_IF_ERROR(EngineExecutable::checkHasEngine(package));
  uint32_t rom[EngineCapabilities::kWordCount];
  SLUICE_RETURN_IF_ERROR(client->readRegisters(reg::kCapabilities, rom));
  SLUICE_RETURN_IF_ERROR(client->submit());
  EngineCapabilities capabilities;
  SLUICE_RETURN_IF_ERROR(EngineCapabilities::decode(rom, capabilities));
  SLUICE_RETURN_IF_ERROR(capabilities.checkPackage(package));
  limits.watchdog = uint32_t(options.watchdog);
  SLUICE_RETURN_IF_ERROR(client->allocate(variant.arena_size(), arena));
  for (const program::Region *region : *variant.regions()) {
    if (!region->engine())
      continue;
    SLUICE_RETURN_IF_ERROR(place(*region->engine()->commands()));
    SLUICE_RETURN_IF_ERROR(place(*region->engine()->constants()));
  }
  return client->submit();
}

Status XrtExecutable::start(const program::Region &region) {
  const program::Range &commands = *region.engine()->commands();
  const program::Range &constants = *region.engine()->constants();
  xrt_protocol::Program program = {
      places.find(keyOf(commands))->second,
      uint32_t(commands.size()),
      places.find(keyOf(constants))->second,
      uint32_t(constants.size()),
      arena,
      uint32_t(variant.arena_size()),
      limits.watchdog,
      std::max(limits.least, region.estimated_cycles() * limits.perEstimate)};
  return client->run(program);
}

Status XrtExecutable::gatherState() {
  SLUICE_RETURN_IF_ERROR(client->readRegisters(reg::kError, state));
  SLUICE_RETURN_IF_ERROR(client->readRegisters(reg::kCounters, counterWords));
  return client->readRegisters(reg::kCapabilities, std::span(&magic, 1));
}

/// One request for all of a run. The registers come last, and of them the ROM:
/// a card that has left the bus reads as ones, whatever is asked.
Status XrtExecutable::gather(const program::Region &region,
                             void *const *tensors) {
  auto bytes = [&](uint32_t index) {
    const program::Buffer &buffer = *variant.buffers()->Get(index);
    return std::pair(
        buffer.offset(),
        std::span(static_cast<uint8_t *>(*tensors++), buffer.size()));
  };
  for (uint32_t input : *region.inputs()) {
    auto [offset, tensor] = bytes(input);
    SLUICE_RETURN_IF_ERROR(client->write(arena, offset, tensor));
  }
  SLUICE_RETURN_IF_ERROR(start(region));
  for (uint32_t output : *region.outputs()) {
    auto [offset, tensor] = bytes(output);
    SLUICE_RETURN_IF_ERROR(client->read(arena, offset, tensor));
  }
  return gatherState();
}

/// Whether the registers that a run has left tell of an engine that is well.
Status XrtExecutable::check(const program::Region &region, const char *reason) {
  for (uint32_t i = 0; i < reg::kCounterCount; ++i)
    counters[i] = {reg::kCounterNames[i], uint64_t(counterWords[2 * i + 1])
                                                  << 32 |
                                              counterWords[2 * i]};
  if (magic != EngineCapabilities::kMagic) {
    fail(SLUICE_STATUS_DEVICE_FAULT,
         "xrt: no engine answers any more: register 0x%x reads 0x%08x",
         reg::kCapabilities, magic);
    return report.takeLinkFault(region);
  }
  return EngineState(state).error ? report.take(state, counters, region, reason)
                                  : SLUICE_STATUS_OK;
}

/// Asks an engine that had to be stopped for its state; that it was stopped is
/// an error too.
Status XrtExecutable::explainStop(const program::Region &region) {
  Status status = gatherState();
  if (status == SLUICE_STATUS_OK)
    status = client->submit();
  return status == SLUICE_STATUS_OK ? check(region, "did not end in time")
                                    : report.takeLinkFault(region);
}

Status XrtExecutable::run(uint32_t index, void *const *tensors,
                          const RunControl &control, RegionFigures &figures) {
  const program::Region &region = *variant.regions()->Get(index);
  client->obey(region.name()->c_str(), &control);
  Status status = gather(region, tensors);
  if (status == SLUICE_STATUS_OK)
    status = client->submit();
  client->obey(nullptr, nullptr);
  if (status == SLUICE_STATUS_DEVICE_FAULT && client->isAlive())
    status = explainStop(region);
  else if (status == SLUICE_STATUS_OK)
    status = check(region, "stopped");
  else if (status == SLUICE_STATUS_DEVICE_FAULT)
    status = report.takeLinkFault(region);
  // What comes after a fault begins with a fresh process.
  if (status == SLUICE_STATUS_DEVICE_FAULT)
    client->end();
  SLUICE_RETURN_IF_ERROR(status);
  figures.startCycle = clock;
  figures.cycles = counters[0].value;
  figures.counters = counters;
  clock += figures.cycles;
  return SLUICE_STATUS_OK;
}

} // namespace sluice
