// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long COMPUTE works on a layer, before there are instructions.

#ifndef SLUICE_TARGETS_ENGINE_LAYERCYCLES_H
#define SLUICE_TARGETS_ENGINE_LAYERCYCLES_H

#include "compiler/Support/Layer.h"
#include "dialects/Engine/Isa.h"

namespace sluice::engine {

/// Cycles for `size` outputs of each of `groups` chunks of channels.
/// `foldTaps`: the horizontal taps of a convolution are channels.
int64_t countComputeCycles(const Layer &layer, Extent size, int64_t groups,
                           bool foldTaps, const Parameters &parameters);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_LAYERCYCLES_H
