// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What may be chosen of how layers are cut, beside the hardware they run on.

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

  bool operator==(const TileSchedule &) const = default;
};

struct TileScheduleInfo {
  llvm::StringLiteral name;
  uint32_t TileSchedule::*member;
  /// The greatest value; the least is 1.
  uint32_t greatest;
};
inline constexpr TileScheduleInfo kTileScheduleTable[] = {
    {"bands", &TileSchedule::bands, 64},
    {"chunks", &TileSchedule::chunks, 16},
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TILESCHEDULE_H
