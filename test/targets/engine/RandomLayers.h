// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random graphs of integer layers, as text: one region on the engine.

#ifndef SLUICE_TEST_TARGETS_ENGINE_RANDOMLAYERS_H
#define SLUICE_TEST_TARGETS_ENGINE_RANDOMLAYERS_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace sluice::engine {

/// Writes one function, `main`, whose only region holds the layers asked for.
class LayerWriter {
public:
  /// A tensor of int8 or int16, NHWC with N = 1.
  struct Value {
    std::string name;
    int64_t h, w, c;
    unsigned bits = 8;
  };
  struct Window {
    int64_t kh = 1, kw = 1, strideY = 1, strideX = 1;
    int64_t padY = 0, padX = 0;
    int64_t dilY = 1, dilX = 1;
  };

  explicit LayerWriter(uint32_t seed) : random(seed) {}

  Value addInput(int64_t h, int64_t w, int64_t c, unsigned bits = 8);
  /// Results have as many `bits`. Sums of int16 fit 32 bits.
  Value addConvolution(Value x, int64_t channels, Window window, unsigned bits);
  Value addConvolution(Value x, int64_t channels, Window window) {
    return addConvolution(x, channels, window, x.bits);
  }
  Value addDepthwise(Value x, Window window);
  Value addAveragePool(Value x, Window window);
  Value addMaxPool(Value x, Window window);
  Value addAdd(Value a, Value b);
  /// A rescale of its own, on a tensor of rank 2 if `x` has one pixel.
  Value addRescale(Value x);
  /// `x` without its last row and column where it has more than one.
  Value addTrailingCut(Value x);
  /// The same elements as one pixel.
  Value addFlatten(Value x);
  /// The pixels of `a` times the pixels of `b`: rows of as many values as `a`
  /// has channels, one a channel of the result, or that many rows of its
  /// channels.
  Value addMatMul(Value a, Value b, bool channelRows);
  /// Channels [first, first + count) of `x`, and parts joined along channels.
  Value addChannels(Value x, int64_t first, int64_t count);
  Value addJoin(const std::vector<Value> &parts);
  /// The module, whose region yields `results`.
  std::string finish(const std::vector<Value> &results);

  /// In [lo, hi].
  int64_t draw(int64_t lo, int64_t hi) {
    return lo + int64_t(random() % uint64_t(hi - lo + 1));
  }

private:
  std::string addReshape(const std::string &x, const std::string &from,
                         llvm::ArrayRef<int64_t> shape, const char *element);
  std::string fresh() { return "%v" + std::to_string(next++); }
  /// A constant of random integers in [lo, hi]; of rank 1, or of bytes in the
  /// shape "AxBx...".
  std::string constant(const std::string &type, int64_t count, int64_t lo,
                       int64_t hi, const std::string &shape = "");
  std::string scalar(const std::string &type, int64_t value);
  /// A zero point for `x`: 0 where it is int16.
  std::string zeroPoint(const Value &x, int64_t value);
  Value requantize(const std::string &acc, Value result, unsigned sumBits,
                   bool perChannel, double spread);
  Value slide(Value x, int64_t channels, Window &window, int64_t pad[4]);
  static std::string typeOf(const Value &value, const std::string &element);
  static std::string typeOf(const Value &value) {
    return typeOf(value, elementOf(value));
  }
  static std::string elementOf(const Value &value) {
    return "i" + std::to_string(value.bits);
  }

  std::mt19937 random;
  unsigned next = 0;
  std::string inputs, body;
  std::vector<Value> inputValues;
};

/// A graph of `layers` random layers on a random image, of at most `size`
/// rows and columns and `channels` channels; `wide`: most tensors are int16.
/// The same seed makes the same text.
std::string makeRandomLayers(uint32_t seed, unsigned layers, int64_t size,
                             int64_t channels, bool wide = false);

/// Two products in a row for each head, as an attention has them, between other
/// layers, of at most `tokens` pixels.
std::string makeRandomProducts(uint32_t seed, int64_t tokens, int64_t channels);

} // namespace sluice::engine

#endif // SLUICE_TEST_TARGETS_ENGINE_RANDOMLAYERS_H
