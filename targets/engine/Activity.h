// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the units do and wait for, in the terms of the hardware's counters
// (docs/spec/engine-isa.md, Registers), so that an estimate can be laid beside
// a measurement.

#ifndef SLUICE_TARGETS_ENGINE_ACTIVITY_H
#define SLUICE_TARGETS_ENGINE_ACTIVITY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <array>
#include <cstdint>
#include <vector>

namespace sluice::engine {

/// The counters that divide time, in the order of their registers.
enum class Activity : uint8_t {
  LoadBusy,
  LoadToken,
  LoadMemory,
  ComputeBusy,
  ComputeToken,
  ComputePort,
  ComputeRequant,
  StoreBusy,
  StoreToken,
  StoreMemory,
  FetchStall,
  MacCycles,
};
inline constexpr unsigned kNumActivities = 12;

/// The counter's name on the ISA page, such as "load_busy".
llvm::StringRef stringifyActivity(Activity activity);

/// Cycles [begin, end) of an activity; no two spans of one overlap.
struct Span {
  Activity activity;
  uint64_t begin, end;
};

/// Cycles by activity.
using ActivityCycles = std::array<uint64_t, kNumActivities>;

/// The cycles of each activity in each of the windows that end at `ends`,
/// which grow; the first begins at 0.
std::vector<ActivityCycles> divideSpans(llvm::ArrayRef<Span> spans,
                                        llvm::ArrayRef<uint64_t> ends);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_ACTIVITY_H
