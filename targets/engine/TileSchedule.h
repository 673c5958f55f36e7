// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may be chosen of how layers are cut and placed, beside the hardware they
// run on.

#ifndef SLUICE_TARGETS_ENGINE_TILESCHEDULE_H
#define SLUICE_TARGETS_ENGINE_TILESCHEDULE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace sluice::engine {

struct TileSchedule {
  /// Boxes that a layer at the region's edge is cut into, so that it overlaps
  /// with its load or store.
  uint32_t bands = 8;
  /// Chunks of output channels that the constants' scratchpads hold at once, so
  /// that one is computed while the next is loaded.
  uint32_t chunks = 2;
  /// Cycles that it takes to start the engine on a region and to hear that it
  /// is done, which what the region saves must outweigh; 0: nothing is weighed.
  uint32_t start = 1000;

  bool operator==(const TileSchedule &) const = default;
};

struct TileScheduleInfo {
  llvm::StringLiteral name;
  uint32_t TileSchedule::*member;
  uint32_t least, greatest;
};
inline constexpr TileScheduleInfo kTileScheduleTable[] = {
    {"bands", &TileSchedule::bands, 1, 64},
    {"chunks", &TileSchedule::chunks, 1, 16},
    {"start", &TileSchedule::start, 0, 1000000000},
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TILESCHEDULE_H
