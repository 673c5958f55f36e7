// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The cost model of tile sizes.

#ifndef SLUICE_TARGETS_ENGINE_TILESIZE_H
#define SLUICE_TARGETS_ENGINE_TILESIZE_H

#include "compiler/Tile/Boxes.h"
#include "targets/engine/CodegenConstants.h"
#include "targets/engine/TileSchedule.h"

namespace sluice::engine {

/// What moves when a layer runs.
struct TileUse {
  /// Boxes of each input are loaded, boxes of the output stored.
  llvm::SmallVector<bool, 2> loads;
  bool stores = false;
  /// An input comes from, or the output goes to, the arena as a whole, so that
  /// it pays to begin before all is there.
  bool fromArena = false, toArena = false;
  WeightForm form;
};

struct TileChoice {
  tile::Shape size;
  bool channelsOuter = false;
  /// Boxes have one buffer instead of two that take turns.
  bool singleBuffer = false;
};

/// The cheapest tile of `layer` whose boxes fit `bytes` of ACT and whose
/// constants fit their scratchpads; nothing if there is none.
std::optional<TileChoice> chooseTile(const Layer &layer, const TileUse &use,
                                     int64_t bytes,
                                     const Parameters &parameters,
                                     const TileSchedule &schedule);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TILESIZE_H
