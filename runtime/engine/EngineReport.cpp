// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/engine/EngineReport.h"

#include "runtime/base/Text.h"

namespace sluice {

namespace reg = engine_register;

Status EngineLink::readCapabilities(EngineCapabilities &out) {
  uint32_t rom[EngineCapabilities::kWordCount];
  for (uint32_t i = 0; i < EngineCapabilities::kWordCount; ++i)
    SLUICE_RETURN_IF_ERROR(read(reg::kCapabilities + 4 * i, rom[i]));
  return EngineCapabilities::decode(rom, out);
}

Status readCounters(EngineLink &link, EngineCounters &out) {
  for (uint32_t i = 0; i < reg::kCounterCount; ++i) {
    uint32_t low, high;
    SLUICE_RETURN_IF_ERROR(link.read(reg::kCounters + 8 * i, low));
    SLUICE_RETURN_IF_ERROR(link.read(reg::kCounters + 8 * i + 4, high));
    out[i] = {reg::kCounterNames[i], uint64_t(high) << 32 | low};
  }
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
  for (uint32_t i = 0; i < EngineState::kWordCount; ++i)
    if (link.read(reg::kError + 4 * i, words[i]) != SLUICE_STATUS_OK)
      return takeLinkFault(region);
  if (readCounters(link, counters) != SLUICE_STATUS_OK)
    return takeLinkFault(region);
  return take(words, counters, region, reason);
}

} // namespace sluice
