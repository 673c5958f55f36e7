// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Decides for a region which tensors stay in ACT, which go through the arena,
// and how each layer is cut.

#ifndef SLUICE_TARGETS_ENGINE_TILEPLAN_H
#define SLUICE_TARGETS_ENGINE_TILEPLAN_H

#include "compiler/Tile/TileLayer.h"
#include "targets/engine/TileProgram.h"
#include "targets/engine/TileSchedule.h"

namespace sluice::engine {

struct TilePlan {
  /// One a layer, in the region's order.
  std::vector<tile::LayerTiling> layers;
  /// Bytes of the region's scratch.
  int64_t scratchBytes = 0;
};

/// Plans the layers of `program`, which are not cut yet. Fails with a
/// diagnostic at a layer of which no tile fits.
llvm::FailureOr<TilePlan> planTiles(const TileProgram &program,
                                    const Parameters &parameters,
                                    const TileSchedule &schedule);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TILEPLAN_H
