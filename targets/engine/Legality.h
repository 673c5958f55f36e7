// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which layers the engine takes, and the limit that any other breaks.

#ifndef SLUICE_TARGETS_ENGINE_LEGALITY_H
#define SLUICE_TARGETS_ENGINE_LEGALITY_H

#include "compiler/Support/Layer.h"
#include "dialects/Engine/Isa.h"
#include <string>

namespace sluice::engine {

/// The first limit of an engine with `parameters` that `layer` breaks, in words
/// with the numbers; empty if it breaks none.
std::string findBrokenLimit(const Layer &layer, const Parameters &parameters);

/// What one output pixel of one group of PK channels needs: no tile is smaller,
/// since an instruction sums over all taps and input channels.
struct SmallestTile {
  int64_t actBytes = 0;
  int64_t weightWords = 0;
};
SmallestTile smallestTile(const Layer &layer, const Parameters &parameters);

/// What brings the second operand of `layer` into rows of channels: a product
/// of an identity matrix and it. Nothing if `layer` is no product or it lies
/// so.
std::optional<Layer> getTransposition(const Layer &layer);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_LEGALITY_H
