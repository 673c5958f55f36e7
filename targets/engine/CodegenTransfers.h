// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LOAD_ACT and STORE for boxes of packed tensors.

#ifndef SLUICE_TARGETS_ENGINE_CODEGENTRANSFERS_H
#define SLUICE_TARGETS_ENGINE_CODEGENTRANSFERS_H

#include "targets/engine/Schedule.h"
#include "targets/engine/TileProgram.h"

namespace sluice::engine {

/// A box of a packed tensor in DRAM, and its buffer in ACT. Channels are bytes.
struct Transfer {
  /// Where the whole tensor lies, in bytes, and its shape.
  int64_t dram;
  Shape shape;
  Box box;
  /// The chunk of the box's first pixel, and how its pixels lie.
  int64_t act;
  Layout layout;
  /// For loads with folded taps: runs start `columnStride` pixels apart, bytes
  /// outside the tensor's rows read `fill`.
  std::optional<Fold> fold;
  int64_t columnStride = 1;
  int8_t fill = 0;
  /// Of a load: the tensor is one of the constants, not in the arena.
  bool isConstant = false;
};

Step makeLoad(const Transfer &transfer, const Parameters &parameters);
Step makeStore(const Transfer &transfer, const Parameters &parameters);

/// Stores `rows` of channels, which fill `words` words each and lie in ACT from
/// `act` on as `layout` says, as WGT holds them: a row is a lane.
llvm::SmallVector<Step> makeWeightStores(int64_t rows, int64_t words,
                                         int64_t act, const Layout &layout,
                                         int64_t arena,
                                         const Parameters &parameters);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CODEGENTRANSFERS_H
