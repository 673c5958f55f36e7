// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/engine/EngineReport.h"

#include "runtime/base/Text.h"

namespace sluice {

namespace reg = engine_register;

Status EngineLink::readRegisters(uint32_t address, std::span<uint32_t> values) {
  for (uint32_t &value : values) {
    SLUICE_RETURN_IF_ERROR(read(address, value));
    address += 4;
  }
  return SLUICE_STATUS_OK;
}

Status EngineLink::writeRegisters(uint32_t address,
                                  std::span<const uint32_t> values) {
  for (uint32_t value : values) {
    SLUICE_RETURN_IF_ERROR(write(address, value));
    address += 4;
  }
  return SLUICE_STATUS_OK;
}

Status EngineLink::readCapabilities(EngineCapabilities &out) {
  uint32_t rom[EngineCapabilities::kWordCount];
  SLUICE_RETURN_IF_ERROR(readRegisters(reg::kCapabilities, rom));
  return EngineCapabilities::decode(rom, out);
}

Status readCounters(EngineLink &link, EngineCounters &out) {
  uint32_t words[2 * reg::kCounterCount];
  SLUICE_RETURN_IF_ERROR(link.readRegisters(reg::kCounters, words));
  for (uint32_t i = 0; i < reg::kCounterCount; ++i)
    out[i] = {reg::kCounterNames[i],
              uint64_t(words[2 * i + 1]) << 32 | words[2 * i]};
  return SLUICE_STATUS_OK;
}

Status EngineReport::takeLinkFault(const program::Region &region) {
  const char *name = region.name()->c_str();
  fail(SLUICE_STATUS_DEVICE_FAULT, "region '%s': %s", name, lastMessage());
  Text(text_).print("no state can be read\n");
  Text(json_)
      .print("{\"region\": ")
      .quote(name)
      .print(", \"reason\": ")
      .quote(lastMessage())
      .print("}");
  return SLUICE_STATUS_DEVICE_FAULT;
}

Status EngineReport::take(EngineLink &link, const program::Region &region,
                          const char *reason) {
  uint32_t words[EngineState::kWordCount];
  EngineCounters counters;
  if (link.readRegisters(reg::kError, words) != SLUICE_STATUS_OK ||
      readCounters(link, counters) != SLUICE_STATUS_OK)
    return takeLinkFault(region);
  return take(words, counters, region, reason);
}

} // namespace sluice
