// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/CodegenConstants.h"
#include "targets/engine/LayerCycles.h"

#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"

using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

ZeroTaps engine::getZeroTaps(int32_t zeroPoint) {
  if (zeroPoint == 0)
    return {};
  // 128 is no int8.
  if (zeroPoint == INT8_MIN)
    return {2, -INT8_MIN / 2};
  return {1, -zeroPoint};
}

Extent engine::getTaps(const Layer &layer) {
  if (layer.kind != LayerKind::MatMul)
    return layer.kernel;
  return {1 + getZeroTaps(layer.inputZeroPoints[0]).count,
          1 + getZeroTaps(layer.inputZeroPoints[1]).count};
}

int64_t engine::getChunkChannels(const Layer &layer,
                                 const Parameters &parameters) {
  return parameters.PK / layer.outputBytes();
}

int64_t engine::countGroups(const Layer &layer, const Parameters &parameters) {
  return divideCeil(layer.outputShape[3], getChunkChannels(layer, parameters));
}

int64_t engine::getParameterChannels(const Layer &layer,
                                     const Parameters &parameters) {
  return layer.mixesChannels() ? parameters.PK
                               : getChunkChannels(layer, parameters);
}

int64_t engine::countChunks(const Layer &layer, WeightForm form) {
  return form.int4 || (layer.mixesChannels() && layer.outputBits == 16) ? 2 : 1;
}

int64_t engine::countPasses(const Layer &layer, int64_t groups,
                            WeightForm form) {
  return divideCeil(groups, countChunks(layer, form));
}

int64_t engine::countWeightWords(const Layer &layer, WeightForm form,
                                 const Parameters &parameters) {
  int64_t pixelBytes = layer.inputShape[3] * layer.inputBytes();
  if (layer.kind == LayerKind::Depthwise)
    return divideCeil(layer.kernel.area(), parameters.PC);
  if (!layer.mixesChannels())
    return 0;
  if (form.foldTaps)
    return layer.kernel.y *
           divideCeil(layer.kernel.x * pixelBytes, parameters.PC);
  return getTaps(layer).area() * divideCeil(pixelBytes, parameters.PC);
}

int64_t engine::countOperandBytes(const Layer &layer,
                                  const Parameters &parameters) {
  return countGroups(layer, parameters) *
         divideCeil(layer.inputShape[3], parameters.PC) * parameters.PK *
         parameters.PC;
}

bool engine::fitsInt4(const Layer &layer) {
  if (layer.kind != LayerKind::Convolution || !layer.weights ||
      layer.inputBits != 8 || layer.outputBits != 8)
    return false;
  auto weights = readIntegers(layer.weights);
  return weights && llvm::all_of(*weights, [](int64_t weight) {
           return weight >= -8 && weight <= 7;
         });
}

bool engine::gainsByInt4(const Layer &layer, bool foldTaps,
                         const Parameters &parameters) {
  int64_t groups = countGroups(layer, parameters);
  if (!parameters.INT4 || groups == 1 || !fitsInt4(layer))
    return false;
  auto cycles = [&](bool int4) {
    return countComputeCycles(layer, {1, 1}, groups, {foldTaps, int4},
                              parameters);
  };
  return cycles(true) <= cycles(false);
}

int64_t engine::countParameterWords(const Layer &layer, int64_t channels,
                                    const Parameters &parameters) {
  if (layer.kind == LayerKind::MaxPool || layer.kind == LayerKind::Lookup)
    return 0;
  return divideCeil(channels, getParameterChannels(layer, parameters));
}

/// OHWI weights as [pass][tap][input word][lane][pc], each for every byte of
/// its channel. With folded taps, a tap is a whole kernel row.
static std::vector<uint8_t> packConvolution(const Layer &layer, WeightForm form,
                                            const Parameters &parameters) {
  std::vector<int32_t> weights = *readIntegers(layer.weights);
  int64_t outputs = layer.outputShape[3], channels = layer.inputShape[3];
  int64_t taps = form.foldTaps ? layer.kernel.y : layer.kernel.area();
  int64_t tapWeights = form.foldTaps ? layer.kernel.x * channels : channels;
  int64_t bytes = layer.inputBytes(), tapBytes = tapWeights * bytes;
  int64_t pc = parameters.PC, pk = parameters.PK;
  int64_t tapWords = divideCeil(tapBytes, pc);
  int64_t passes = countPasses(layer, countGroups(layer, parameters), form);
  std::vector<uint8_t> packed(passes * taps * tapWords * pk * pc);
  for (int64_t o = 0; o < outputs; ++o)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t b = 0; b < tapBytes; ++b) {
        int64_t half = o / pk % 2, pass = form.int4 ? o / pk / 2 : o / pk;
        int64_t word = (pass * taps + tap) * tapWords + b / pc;
        uint8_t weight = weights[(o * taps + tap) * tapWeights + b / bytes];
        if (form.int4)
          weight = (weight & 15) << 4 * half;
        packed[(word * pk + o % pk) * pc + b % pc] |= weight;
      }
  return packed;
}

/// HWC1 weights as [group][tap word][lane][tap of the word], each in the lanes
/// of all bytes of its channel.
static std::vector<uint8_t> packDepthwise(const Layer &layer,
                                          const Parameters &parameters) {
  std::vector<int32_t> weights = *readIntegers(layer.weights);
  int64_t channels = layer.outputShape[3], taps = layer.kernel.area();
  int64_t pc = parameters.PC, pk = parameters.PK, bytes = layer.inputBytes();
  int64_t tapWords = divideCeil(taps, pc);
  std::vector<uint8_t> packed(countGroups(layer, parameters) * tapWords * pk *
                              pc);
  for (int64_t b = 0; b < channels * bytes; ++b)
    for (int64_t tap = 0; tap < taps; ++tap) {
      int64_t word = b / pk * tapWords + tap / pc;
      packed[(word * pk + b % pk) * pc + tap % pc] =
          uint8_t(weights[tap * channels + b / bytes]);
    }
  return packed;
}

std::vector<uint8_t> engine::packWeights(const Layer &layer, WeightForm form,
                                         const Parameters &parameters) {
  if (layer.kind == LayerKind::Convolution)
    return packConvolution(layer, form, parameters);
  if (layer.kind == LayerKind::Depthwise)
    return packDepthwise(layer, parameters);
  return {};
}

std::vector<uint8_t> engine::packZeroTaps(const Layer &layer,
                                          const Parameters &parameters) {
  ZeroTaps taps = getZeroTaps(layer.inputZeroPoints[1]);
  int64_t channels = layer.inputShape[3];
  int64_t pc = parameters.PC, pk = parameters.PK;
  int64_t words = divideCeil(channels, pc);
  std::vector<uint8_t> packed(taps.count * words * pk * pc);
  for (size_t i = 0; i < packed.size(); ++i)
    if (int64_t(i) / (pk * pc) % words * pc + int64_t(i) % pc < channels)
      packed[i] = uint8_t(taps.value);
  return packed;
}

/// For each output channel, what the accumulator starts from: the hardware sums
/// x * w where (x - zx) * w is meant.
static std::vector<uint32_t> foldBiases(const Layer &layer) {
  int64_t channels = layer.outputShape[3];
  std::vector<uint32_t> biases(channels);
  auto zp = [&](unsigned i) { return uint32_t(layer.inputZeroPoints[i]); };
  if (layer.kind == LayerKind::Add) {
    uint32_t bias = -(zp(0) * layer.inputFactors[0]) -
                    zp(1) * uint32_t(layer.inputFactors[1]);
    biases.assign(channels, bias);
    return biases;
  }
  if (layer.kind == LayerKind::MatMul)
    return biases;
  if (!layer.weights) {
    biases.assign(channels, -(zp(0) * uint32_t(layer.kernel.area())));
    return biases;
  }
  std::vector<int32_t> weights = *readIntegers(layer.weights);
  std::vector<int32_t> bias = *readIntegers(layer.bias);
  bool depthwise = layer.kind == LayerKind::Depthwise;
  size_t perChannel = weights.size() / channels;
  for (size_t i = 0; i < weights.size(); ++i)
    biases[depthwise ? i % channels : i / perChannel] -=
        zp(0) * uint32_t(weights[i]);
  for (int64_t c = 0; c < channels; ++c)
    biases[c] += uint32_t(bias[bias.size() == 1 ? 0 : c]);
  return biases;
}

std::vector<uint8_t> engine::packTable(const Layer &layer) {
  std::vector<uint8_t> packed(kTableBytes);
  for (unsigned byte = 0; byte < kTableBytes; ++byte)
    packed[byte] = uint8_t(layer.table[int8_t(byte) + 128]);
  return packed;
}

std::vector<uint8_t> engine::packParameters(const Layer &layer,
                                            const Parameters &parameters) {
  int64_t words = countParameterWords(layer, layer.outputShape[3], parameters);
  if (!words)
    return {};
  constexpr size_t entryBytes = 8;
  std::vector<uint32_t> biases = foldBiases(layer);
  std::vector<uint8_t> packed(words * parameters.PK * entryBytes);
  // Lanes without a channel get a legal shift.
  for (size_t at = 0; at < packed.size(); at += entryBytes)
    packed[at + 6] = 47;
  int64_t lanes = parameters.PK / getParameterChannels(layer, parameters);
  for (auto [c, bias] : llvm::enumerate(biases)) {
    uint8_t *entry = packed.data() + c * lanes * entryBytes;
    auto ofChannel = [c = c](llvm::ArrayRef<int32_t> values) {
      return values[values.size() == 1 ? 0 : c];
    };
    llvm::support::endian::write32le(entry, bias);
    llvm::support::endian::write16le(entry + 4, ofChannel(layer.multipliers));
    entry[6] = uint8_t(ofChannel(layer.shifts));
  }
  return packed;
}
