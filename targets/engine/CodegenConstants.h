// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer's constants as the engine's scratchpads hold them.

#ifndef SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H
#define SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H

#include "compiler/Support/Layer.h"
#include "dialects/Engine/Isa.h"

namespace sluice::engine {

/// Output chunks of a layer: channels over PK, rounded up.
int64_t countGroups(const Layer &layer, const Parameters &parameters);

/// Words of WGT that one chunk of output channels needs; 0 for layers without
/// weights. `foldTaps`: the horizontal taps are channels.
int64_t countWeightWords(const Layer &layer, bool foldTaps,
                         const Parameters &parameters);

/// Words of PRM that one chunk of output channels needs.
int64_t countParameterWords(const Layer &layer);

/// The words of WGT for all of the layer's output channels, in the order that
/// CONV or DEPTHWISE reads them; lanes and channels that do not exist are 0.
std::vector<uint8_t> packWeights(const Layer &layer, bool foldTaps,
                                 const Parameters &parameters);

/// The words of PRM: biases less the zero points' part, and factors.
std::vector<uint8_t> packParameters(const Layer &layer,
                                    const Parameters &parameters);

/// The layer's table, which has 256 entries, by the unsigned byte.
std::vector<uint8_t> packTable(const Layer &layer);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H
