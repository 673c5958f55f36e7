// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/EngineState.h"

#include "runtime/base/Text.h"

#include <cinttypes>

namespace sluice {

namespace {

struct TokenQueue {
  const char *words;
  const char *key;
};

} // namespace

// In the order of register TOKENS, 4 bits each.
static constexpr TokenQueue kTokenQueues[] = {
    {"load to compute", "load_to_compute"},
    {"load to store", "load_to_store"},
    {"compute to load", "compute_to_load"},
    {"compute to store", "compute_to_store"},
    {"store to load", "store_to_load"},
    {"store to compute", "store_to_compute"}};

// From bit 16 of register BUS on.
static constexpr const char *kChannels[] = {"AR", "R", "AW", "W", "B"};

static uint64_t commandCount(const program::Region &region) {
  return region.engine()->commands()->size() / 64;
}

const char *EngineState::errorName() const {
  static const char *const kErrors[] = {
      "no error",    "illegal instruction",       "access outside its memory",
      "no progress", "error response on the bus", "too many tokens",
      "aborted"};
  return error < std::size(kErrors) ? kErrors[error] : "unknown error";
}

void EngineState::write(const program::Region &region, const char *reason,
                        std::span<char> report, Counters counters) const {
  Text text(report.data(), report.size());
  text.print("region '%s': engine %s: error %u (%s) at command %u of %" PRIu64
             "\n"
             "last command: load %d, compute %d, store %d\ntokens:",
             region.name()->c_str(), reason, error, errorName(), errorIndex,
             commandCount(region), int(last[0]), int(last[1]), int(last[2]));
  for (size_t i = 0; i < std::size(kTokenQueues); ++i)
    text.print("%s %s %u", i ? "," : "", kTokenQueues[i].words,
               tokens >> 4 * i & 15);
  text.print("\nbus: %u reads and %u writes outstanding; waiting:", bus & 255,
             bus >> 8 & 255);
  for (size_t i = 0; i < std::size(kChannels); ++i)
    if (bus >> (16 + i) & 1)
      text.print(" %s", kChannels[i]);
  text.print(bus >> 16 & 31 ? "\n" : " none\n");
  const char *separator = "counters: ";
  for (const sluice_counter_t &counter : counters) {
    text.print("%s%s %" PRIu64, separator, counter.name, counter.value);
    separator = ", ";
  }
  text.print(counters.empty() ? "" : "\n");
}

void EngineState::writeJson(const program::Region &region, const char *reason,
                            std::span<char> report, Counters counters) const {
  Text text(report.data(), report.size());
  text.print("{\"region\": ").quote(region.name()->c_str());
  text.print(", \"reason\": ").quote(reason);
  text.print(", \"error\": {\"code\": %u, \"name\": \"%s\"}, \"command\": %u, "
             "\"commands\": %" PRIu64 ", \"last_command\": {\"load\": %d, "
             "\"compute\": %d, \"store\": %d}, \"tokens\": {",
             error, errorName(), errorIndex, commandCount(region), int(last[0]),
             int(last[1]), int(last[2]));
  for (size_t i = 0; i < std::size(kTokenQueues); ++i)
    text.print("%s\"%s\": %u", i ? ", " : "", kTokenQueues[i].key,
               tokens >> 4 * i & 15);
  text.print("}, \"bus\": {\"reads\": %u, \"writes\": %u, \"waiting\": [",
             bus & 255, bus >> 8 & 255);
  const char *separator = "";
  for (size_t i = 0; i < std::size(kChannels); ++i)
    if (bus >> (16 + i) & 1) {
      text.print("%s\"%s\"", separator, kChannels[i]);
      separator = ", ";
    }
  text.print("]}, \"counters\": {");
  separator = "";
  for (const sluice_counter_t &counter : counters) {
    text.print("%s\"%s\": %" PRIu64, separator, counter.name, counter.value);
    separator = ", ";
  }
  text.print("}}");
}

Status EngineState::fault(const program::Region &region, const char *reason,
                          std::span<char> report, Counters counters,
                          std::span<char> json) const {
  write(region, reason, report, counters);
  if (!json.empty())
    writeJson(region, reason, json, counters);
  return fail(SLUICE_STATUS_DEVICE_FAULT,
              "region '%s': engine %s at command %u: %s",
              region.name()->c_str(), reason, errorIndex, errorName());
}

} // namespace sluice
