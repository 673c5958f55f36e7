// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/EngineState.h"

#include <cinttypes>
#include <cstdio>

namespace sluice {

Status EngineState::fault(const program::Region &region, const char *reason,
                          std::span<char> report) const {
  static const char *const kErrors[] = {
      "no error",    "illegal instruction",       "access outside its memory",
      "no progress", "error response on the bus", "too many tokens",
      "aborted"};
  const char *text =
      error < std::size(kErrors) ? kErrors[error] : "unknown error";
  snprintf(
      report.data(), report.size(),
      "region '%s': engine %s: error %u (%s) at command %u of %" PRIu64 "\n"
      "last command: load %d, compute %d, store %d\n"
      "tokens: load to compute %u, load to store %u, compute to load %u, "
      "compute to store %u, store to load %u, store to compute %u\n"
      "bus: %u reads and %u writes outstanding; waiting:%s%s%s%s%s%s\n",
      region.name()->c_str(), reason, error, text, errorIndex,
      region.engine()->commands()->size() / 64, int(last[0]), int(last[1]),
      int(last[2]), tokens & 15, tokens >> 4 & 15, tokens >> 8 & 15,
      tokens >> 12 & 15, tokens >> 16 & 15, tokens >> 20 & 15, bus & 255,
      bus >> 8 & 255, bus >> 16 & 1 ? " AR" : "", bus >> 17 & 1 ? " R" : "",
      bus >> 18 & 1 ? " AW" : "", bus >> 19 & 1 ? " W" : "",
      bus >> 20 & 1 ? " B" : "", bus >> 16 & 31 ? "" : " none");
  return fail(SLUICE_STATUS_DEVICE_FAULT,
              "region '%s': engine %s at command %u: %s",
              region.name()->c_str(), reason, errorIndex, text);
}

} // namespace sluice
