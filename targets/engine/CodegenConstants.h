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

/// How a convolution's weights lie in WGT.
struct WeightForm {
  /// The horizontal taps are channels.
  bool foldTaps = false;
  /// A byte has two weights of four bits, for two chunks of output channels.
  bool int4 = false;

  /// Chunks that a pass over the input makes.
  int64_t chunks() const { return int4 ? 2 : 1; }
  int64_t countPasses(int64_t groups) const {
    return (groups + chunks() - 1) / chunks();
  }
};

/// Words of WGT that a pass over the input needs; 0 for layers without weights.
int64_t countWeightWords(const Layer &layer, WeightForm form,
                         const Parameters &parameters);

/// Whether `layer` is a convolution whose weights all fit four bits.
bool fitsInt4(const Layer &layer);

/// Whether `layer` is faster with weights of four bits, or as fast with fewer
/// words of WGT, on an engine that has them.
bool gainsByInt4(const Layer &layer, bool foldTaps,
                 const Parameters &parameters);

/// Words of PRM that one chunk of output channels needs.
int64_t countParameterWords(const Layer &layer);

/// The words of WGT for all of the layer's output channels, in the order that
/// CONV or DEPTHWISE reads them; lanes and channels that do not exist are 0.
std::vector<uint8_t> packWeights(const Layer &layer, WeightForm form,
                                 const Parameters &parameters);

/// The words of PRM: biases less the zero points' part, and factors.
std::vector<uint8_t> packParameters(const Layer &layer,
                                    const Parameters &parameters);

/// The layer's table, which has 256 entries, by the unsigned byte.
std::vector<uint8_t> packTable(const Layer &layer);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H
