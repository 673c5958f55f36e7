// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How long COMPUTE works on a layer, before there are instructions.

#ifndef SLUICE_TARGETS_ENGINE_LAYERCYCLES_H
#define SLUICE_TARGETS_ENGINE_LAYERCYCLES_H

#include "compiler/Support/Layer.h"
#include "targets/engine/CodegenConstants.h"

namespace sluice::engine {

/// Cycles for `size` outputs of each of `groups` chunks of channels.
/// `form`: of a convolution's weights.
int64_t countComputeCycles(const Layer &layer, Extent size, int64_t groups,
                           WeightForm form, const Parameters &parameters);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_LAYERCYCLES_H
