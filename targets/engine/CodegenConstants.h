// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A layer's constants as the engine's scratchpads hold them.

#ifndef SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H
#define SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H

#include "compiler/Support/Layer.h"
#include "dialects/Engine/Isa.h"

namespace sluice::engine {

/// How a product of two activations sums a zero point z: by `count` taps beside
/// the data's own, which read `value`; count · value = −z.
struct ZeroTaps {
  int64_t count = 0;
  int32_t value = 0;
};
ZeroTaps getZeroTaps(int32_t zeroPoint);

/// Taps of an instruction. For a product (x − zx) · (y − zy) those are a row
/// for x and each tap that stands for −zx, a column for y and each for −zy.
Extent getTaps(const Layer &layer);

/// Channels of a chunk of the layer's output.
int64_t getChunkChannels(const Layer &layer, const Parameters &parameters);

/// Output chunks of a layer.
int64_t countGroups(const Layer &layer, const Parameters &parameters);

/// Channels that a word of PRM serves: one a lane, but that two lanes have a
/// byte each of an int16 channel that is summed alone.
int64_t getParameterChannels(const Layer &layer, const Parameters &parameters);

/// How a convolution's weights lie in WGT.
struct WeightForm {
  /// The horizontal taps are channels.
  bool foldTaps = false;
  /// A byte has two weights of four bits, for two chunks of output channels.
  bool int4 = false;
};

/// Output chunks that a pass over the input makes.
int64_t countChunks(const Layer &layer, WeightForm form);

/// Passes over the input that make `groups` chunks.
int64_t countPasses(const Layer &layer, int64_t groups, WeightForm form);

/// Words of WGT that a pass over the input needs; 0 for layers without weights.
int64_t countWeightWords(const Layer &layer, WeightForm form,
                         const Parameters &parameters);

/// Whether `layer` is a convolution whose weights all fit four bits.
bool fitsInt4(const Layer &layer);

/// Whether `layer` is faster with weights of four bits, or as fast with fewer
/// words of WGT, on an engine that has them.
bool gainsByInt4(const Layer &layer, bool foldTaps,
                 const Parameters &parameters);

/// Bytes of a MatMul's second operand in the form of WGT, without zero taps.
int64_t countOperandBytes(const Layer &layer, const Parameters &parameters);

/// Words of PRM that `channels` output channels need.
int64_t countParameterWords(const Layer &layer, int64_t channels,
                            const Parameters &parameters);

/// The words of WGT for all of the layer's output channels, in the order that
/// CONV or DEPTHWISE reads them; lanes and channels that do not exist are 0.
std::vector<uint8_t> packWeights(const Layer &layer, WeightForm form,
                                 const Parameters &parameters);

/// The words of WGT of one tap of a product that stand for the zero point of
/// the second operand, for one chunk of output channels: `count` times the
/// same.
std::vector<uint8_t> packZeroTaps(const Layer &layer,
                                  const Parameters &parameters);

/// The words of PRM: biases less the zero points' part, and factors.
std::vector<uint8_t> packParameters(const Layer &layer,
                                    const Parameters &parameters);

/// The layer's table, which has 256 entries, by the unsigned byte.
std::vector<uint8_t> packTable(const Layer &layer);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CODEGENCONSTANTS_H
