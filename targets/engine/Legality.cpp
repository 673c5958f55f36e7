// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which layers the engine takes, and the limit that any other breaks.

#include "targets/engine/Legality.h"
#include "targets/engine/CodegenConstants.h"
#include "targets/engine/Moves.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;
using llvm::formatv;

namespace {

/// Collects the first limit that a layer breaks. Each check is one sentence.
class Judge {
public:
  Judge(const Layer &layer, const Parameters &parameters)
      : layer(layer), parameters(parameters) {}

  std::string judge();

private:
  template <typename... Args> void fail(const char *format, Args &&...args) {
    if (reason.empty())
      reason = formatv(format, std::forward<Args>(args)...);
  }
  void checkTypes();
  void checkWindow();
  void checkSizes();
  void checkNumbers();
  void checkScratchpads();
  void checkScratchpads(const Layer &layer);

  const Layer &layer;
  const Parameters &parameters;
  std::string reason;
};

} // namespace

std::string Judge::judge() {
  if (layer.kind == LayerKind::Move)
    return findImmovable(layer, parameters);
  if (!layer.isInteger()) {
    std::string types = parameters.INT16 ? "integer" : "int8";
    std::string what = layer.kind == LayerKind::Other
                           ? "arithmetic but " + types + " layers"
                           : stringify(layer.kind).str();
    fail("the engine has no {0}; it runs {1} convolution, product, depthwise, "
         "pooling, rescale, add and tables",
         what, types);
    return reason;
  }
  for (mlir::Value input : layer.inputs)
    if (std::string constant = input ? findConstant(input) : "";
        !constant.empty())
      fail("{0}", constant);
  checkTypes();
  checkWindow();
  checkSizes();
  checkNumbers();
  checkScratchpads();
  return reason;
}

void Judge::checkTypes() {
  unsigned inputBits = layer.inputBits, outputBits = layer.outputBits;
  if (inputBits == 8 && outputBits == 8)
    return;
  if (!parameters.INT16)
    fail("int16 activations, which an engine with INT16=1 runs");
  if (inputBits != outputBits && layer.kind != LayerKind::Convolution)
    fail("int{0} that becomes int{1}; the engine does that in convolutions "
         "alone",
         inputBits, outputBits);
  if (inputBits != 16 || layer.kind == LayerKind::MaxPool)
    return;
  if (int64_t sum = layer.getLargestSum(); sum > INT32_MAX)
    fail("sums of int16 reach {0}, more than the engine's 32 bits hold", sum);
}

void Judge::checkWindow() {
  auto atMost = [&](const char *what, Extent extent, int64_t most) {
    if (extent.y > most || extent.x > most)
      fail("{0} {1}x{2} exceeds the engine's {3}", what, extent.y, extent.x,
           most);
  };
  atMost("kernel", layer.kernel, UINT8_MAX);
  atMost("stride", layer.stride, UINT8_MAX);
  atMost("padding", layer.padBefore, UINT8_MAX);
  atMost("dilation", layer.dilation, UINT8_MAX);
  // A window must see at least one pixel, since tiles are cut out of the image.
  auto reach = [](int64_t kernel, int64_t dilation) {
    return (kernel - 1) * dilation + 1;
  };
  int64_t y = reach(layer.kernel.y, layer.dilation.y);
  int64_t x = reach(layer.kernel.x, layer.dilation.x);
  auto check = [&](const char *side, const Extent &pad) {
    if (pad.y >= y || pad.x >= x)
      fail("padding {0}x{1} {2} the image is not smaller than the window's "
           "{3}x{4}",
           pad.y, pad.x, side, y, x);
  };
  check("before", layer.padBefore);
  check("after", layer.padAfter);
}

void Judge::checkSizes() {
  if (layer.inputShape[0] != 1 || layer.outputShape[0] != 1)
    fail("batch {0}; the engine takes one image at a time",
         layer.inputShape[0]);
  auto check = [&](const char *what, const std::array<int64_t, 4> &shape,
                   int64_t bytes) {
    int64_t row = shape[2] * shape[3] * bytes;
    if (shape[1] > UINT16_MAX || shape[2] > UINT16_MAX)
      fail("{0} {1}x{2} exceeds the engine's {3} rows and columns", what,
           shape[1], shape[2], UINT16_MAX);
    if (row > INT32_MAX || shape[1] * row > UINT32_MAX)
      fail("{0} of {1}x{2}x{3} bytes exceeds the engine's 32-bit addresses",
           what, shape[1], shape[2], shape[3] * bytes);
  };
  for (unsigned index = 0; index < layer.inputs.size(); ++index)
    check("input", layer.getInputShape(index), layer.inputBytes());
  check("output", layer.outputShape, layer.outputBytes());
}

void Judge::checkNumbers() {
  for (int32_t multiplier : layer.multipliers)
    if (multiplier < 0 || multiplier > INT16_MAX)
      fail("multiplier {0} is not in the engine's 0..{1}", multiplier,
           INT16_MAX);
  for (int32_t shift : layer.shifts)
    if (shift < 2 || shift > 47)
      fail("shift {0} is not in the engine's 2..47", shift);
  for (int32_t factor : layer.inputFactors)
    if (factor < 0 || factor > INT16_MAX)
      fail("factor {0} of a sum is not in the engine's 0..{1}", factor,
           INT16_MAX);
}

void Judge::checkScratchpads() {
  checkScratchpads(layer);
  if (std::optional<Layer> transposition = getTransposition(layer))
    checkScratchpads(*transposition);
}

void Judge::checkScratchpads(const Layer &layer) {
  SmallestTile tile = smallestTile(layer, parameters);
  if (tile.weightWords > parameters.WGT_WORDS)
    fail("{0} output channels need {1} words of weights; WGT holds {2}",
         getParameterChannels(layer, parameters), tile.weightWords,
         parameters.WGT_WORDS);
  if (tile.actBytes > parameters.ACT_BYTES)
    fail("one output pixel needs {0} bytes of activations; ACT holds {1}",
         tile.actBytes, parameters.ACT_BYTES);
}

SmallestTile sluice::engine::smallestTile(const Layer &layer,
                                          const Parameters &parameters) {
  bool conv = layer.mixesChannels();
  int64_t taps = getTaps(layer).area();
  int64_t pixelBytes = layer.inputShape[3] * layer.inputBytes();
  int64_t words = conv ? int64_t(divideCeil(pixelBytes, parameters.PC)) : 1;
  // Results of int16 are two chunks.
  int64_t results =
      divideCeil(countChunks(layer, {}) * parameters.PK, parameters.PC);
  int64_t inputs = layer.kind == LayerKind::Add ? 2 : 1;
  // A box holds what lies between the taps, too.
  auto reach = [](int64_t kernel, int64_t dilation, int64_t size) {
    return std::min(size, (kernel - 1) * dilation + 1);
  };
  int64_t pixels =
      reach(layer.kernel.y, layer.dilation.y, layer.inputShape[1]) *
      reach(layer.kernel.x, layer.dilation.x, layer.inputShape[2]);
  SmallestTile tile;
  // The rows of a product's second operand pass through ACT.
  if (layer.kind == LayerKind::MatMul)
    pixels += std::min<int64_t>(layer.outputShape[3], parameters.PK);
  tile.actBytes = (inputs * pixels * words + results) * parameters.PC;
  if (conv)
    tile.weightWords = taps * words;
  else if (layer.kind == LayerKind::Depthwise)
    tile.weightWords = divideCeil(taps, parameters.PC);
  return tile;
}

std::optional<Layer> sluice::engine::getTransposition(const Layer &layer) {
  if (layer.kind != LayerKind::MatMul || layer.hasChannelRows)
    return std::nullopt;
  int64_t inner = layer.inputShape[3], outputs = layer.outputShape[3];
  Layer transposition;
  transposition.kind = LayerKind::MatMul;
  transposition.hasChannelRows = true;
  transposition.inputs = {{}, layer.inputs[1]};
  transposition.inputZeroPoints = {0, 0};
  transposition.inputShape = {1, 1, outputs, outputs};
  transposition.outputShape = {1, 1, outputs, inner};
  return transposition;
}

std::string sluice::engine::findBrokenLimit(const Layer &layer,
                                            const Parameters &parameters) {
  return Judge(layer, parameters).judge();
}
