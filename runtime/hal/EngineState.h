// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an engine says of the program that it stopped, in words and as JSON.

#ifndef SLUICE_RUNTIME_HAL_ENGINESTATE_H
#define SLUICE_RUNTIME_HAL_ENGINESTATE_H

#include "runtime/package/Package.h"

namespace sluice {

/// Registers ERROR to BUS: docs/spec/engine-isa.md, Registers.
struct EngineState {
  static constexpr uint32_t kWordCount = 8;
  using Words = std::span<const uint32_t, kWordCount>;
  using Counters = std::span<const sluice_counter_t>;

  explicit EngineState(Words words)
      : error(words[0]), errorIndex(words[1]),
        last{words[2], words[3], words[4]}, tokens(words[5]), bus(words[7]) {}

  /// Writes a report of some lines into `report` and fails with one line:
  /// DEVICE_FAULT, "region 'NAME': engine REASON at command N: ...". The report
  /// as a JSON object goes into `json`, where that has room.
  Status fault(const program::Region &region, const char *reason,
               std::span<char> report, Counters counters = {},
               std::span<char> json = {}) const;

  uint32_t error; ///< 0 for none
  uint32_t errorIndex;
  uint32_t last[3]; ///< command of LOAD, COMPUTE, STORE
  uint32_t tokens;
  uint32_t bus;

private:
  const char *errorName() const;
  void write(const program::Region &region, const char *reason,
             std::span<char> report, Counters counters) const;
  void writeJson(const program::Region &region, const char *reason,
                 std::span<char> json, Counters counters) const;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_ENGINESTATE_H
