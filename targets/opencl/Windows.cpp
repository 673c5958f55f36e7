// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/Windows.h"

#include "targets/opencl/ElementCode.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;
using llvm::divideCeil;

//===----------------------------------------------------------------------===//
// From TOSA
//===----------------------------------------------------------------------===//

static bool isDenseConstant(Value value) {
  DenseElementsAttr attr;
  return matchPattern(value, m_Constant(&attr));
}

/// Reads through a slice that only cuts off trailing rows and columns.
static void setSource(Window &window, Value input) {
  window.inputShape = *getImageShape(input);
  window.source = skipReshapes(input);
  window.sourceShape = window.inputShape;
  auto cut = input.getDefiningOp<tosa::SliceOp>();
  DenseIntElementsAttr start;
  if (!cut || !matchPattern(cut.getStart(), m_Constant(&start)) ||
      llvm::any_of(start, [](const APInt &at) { return !at.isZero(); }))
    return;
  auto from = getImageShape(cut.getInput1());
  if (!from || (*from)[0] != window.inputShape[0] ||
      (*from)[3] != window.inputShape[3])
    return;
  window.source = skipReshapes(cut.getInput1());
  window.sourceShape = *from;
}

/// What conv2d and depthwise_conv2d share.
template <typename T>
static std::optional<Window> readConvolution(T op, unsigned kernelDim,
                                             std::string &reason) {
  Window window;
  Type element = getElementTypeOrSelf(op.getInput());
  window.isFloat = element.isF32();
  FailureOr<int64_t> inputZero = 0, weightZero = 0;
  if (!window.isFloat) {
    inputZero = op.getInputZeroPoint();
    weightZero = op.getWeightZeroPoint();
  }
  if (getElementTypeOrSelf(op.getWeight()) != element ||
      (!window.isFloat && !element.isInteger(8)) || failed(inputZero) ||
      failed(weightZero) || *weightZero != 0) {
    reason = "the weights are not of the input's type with zero point 0";
    return std::nullopt;
  }
  if (!isDenseConstant(op.getWeight()) || !isDenseConstant(op.getBias())) {
    reason = "the weights are not constant";
    return std::nullopt;
  }
  setSource(window, op.getInput());
  window.outputShape = *getImageShape(op.getOutput());
  auto weights = cast<RankedTensorType>(op.getWeight().getType());
  window.kernel = {weights.getDimSize(kernelDim),
                   weights.getDimSize(kernelDim + 1)};
  window.stride = {op.getStride()[0], op.getStride()[1]};
  window.dilation = {op.getDilation()[0], op.getDilation()[1]};
  window.pad = {op.getPad()[0], op.getPad()[2]};
  window.inputZeroPoint = *inputZero;
  window.weights = op.getWeight();
  window.bias = op.getBias();
  return window;
}

template <typename T> static Window readPool(T op, WindowKind kind) {
  Window window;
  window.kind = kind;
  window.isFloat = getElementTypeOrSelf(op.getInput()).isF32();
  window.source = skipReshapes(op.getInput());
  window.inputShape = window.sourceShape = *getImageShape(op.getInput());
  window.outputShape = *getImageShape(op.getOutput());
  window.kernel = {op.getKernel()[0], op.getKernel()[1]};
  window.stride = {op.getStride()[0], op.getStride()[1]};
  window.pad = {op.getPad()[0], op.getPad()[2]};
  return window;
}

/// A product by a constant: every row is a pixel.
static std::optional<Window> readProduct(tosa::MatMulOp op,
                                         std::string &reason) {
  auto type = cast<RankedTensorType>(op.getB().getType());
  if (!isDenseConstant(op.getB()) || type.getDimSize(0) != 1) {
    reason = "the second matrix of the product is not one constant";
    return std::nullopt;
  }
  Window window;
  window.isFloat = type.getElementType().isF32();
  if (!window.isFloat) {
    FailureOr<int64_t> zero = op.getAZeroPoint();
    FailureOr<int64_t> weightZero = op.getBZeroPoint();
    if (!type.getElementType().isInteger(8) || failed(zero) ||
        failed(weightZero) || *weightZero != 0) {
      reason = "the second matrix of the product has a zero point";
      return std::nullopt;
    }
    window.inputZeroPoint = *zero;
  }
  window.source = skipReshapes(op.getA());
  window.inputShape = window.sourceShape = *getImageShape(op.getA());
  window.outputShape = *getImageShape(op.getOutput());
  window.weights = op.getB();
  return window;
}

std::optional<Window> opencl::readWindow(Operation *op, std::string &reason) {
  std::optional<Window> window;
  if (auto conv = dyn_cast<tosa::Conv2DOp>(op)) {
    window = readConvolution(conv, 1, reason);
  } else if (auto depthwise = dyn_cast<tosa::DepthwiseConv2DOp>(op)) {
    window = readConvolution(depthwise, 0, reason);
    if (window) {
      window->kind = WindowKind::Depthwise;
      if (window->inputShape[3] != window->outputShape[3]) {
        reason = llvm::formatv("{0} channels become {1}", window->inputShape[3],
                               window->outputShape[3]);
        return std::nullopt;
      }
    }
  } else if (auto product = dyn_cast<tosa::MatMulOp>(op)) {
    window = readProduct(product, reason);
  } else if (auto pool = dyn_cast<tosa::MaxPool2dOp>(op)) {
    return readPool(pool, WindowKind::MaxPool);
  } else if (auto pool = dyn_cast<tosa::AvgPool2dOp>(op)) {
    if (getElementTypeOrSelf(pool.getInput()).isF32())
      return readPool(pool, WindowKind::AveragePool);
    reason = "an integer average pool is no depthwise sum and rescale";
  }
  if (window && !chooseTiling(*window)) {
    reason = llvm::formatv("a window of {0} x {1} does not fit {2} bytes of "
                           "local memory",
                           window->kernel.y, window->kernel.x, localBytes);
    return std::nullopt;
  }
  return window;
}

//===----------------------------------------------------------------------===//
// Tiles
//===----------------------------------------------------------------------===//

/// Enough groups for the processors of today's machines; fewer do more work
/// each, and read what neighbours share once.
static constexpr int64_t wantedGroups = 16;
/// Of a unit. With AVX2, which needs two registers for a vector, the sums leave
/// 4 of 16 for weights and inputs.
static constexpr int64_t mostPixels = 6;

static int64_t getLocalElement(const Window &window) {
  return window.isFloat ? sizeof(float) : sizeof(int16_t);
}

/// Sets what follows from tile and blocks; false if it does not fit.
static bool finish(const Window &window, Tiling &tiling) {
  auto reach = [](int64_t outputs, int64_t stride, int64_t kernel,
                  int64_t dilation) {
    return (outputs - 1) * stride + (kernel - 1) * dilation + 1;
  };
  tiling.input = {
      reach(tiling.tile.y, window.stride.y, window.kernel.y, window.dilation.y),
      reach(tiling.tile.x, window.stride.x, window.kernel.x,
            window.dilation.x)};
  tiling.pixels = std::min(mostPixels, tiling.tile.area());
  int64_t all = divideCeil(window.outputShape[3], lanes);
  tiling.splits = divideCeil(all, tiling.blocks);
  const int64_t element = getLocalElement(window), area = tiling.input.area();
  int64_t fits = (localBytes / element - lanes) / area;
  int64_t channels = window.inputShape[3];
  tiling.chunks = 1;
  if (window.kind == WindowKind::Depthwise) {
    tiling.chunk = tiling.blocks * lanes;
    return tiling.chunk <= fits;
  }
  tiling.chunk = channels;
  if (channels <= fits)
    return true;
  // Sums stay in local memory from one chunk to the next.
  int64_t partial =
      tiling.getUnits() * tiling.pixels * lanes * int64_t(sizeof(int32_t));
  fits = ((localBytes - partial) / element - lanes) / area;
  tiling.chunk = fits / lanes * lanes;
  if (tiling.chunk <= 0)
    return false;
  tiling.chunks = divideCeil(channels, tiling.chunk);
  return true;
}

/// A divisor of `number` that is smaller, the largest.
static int64_t getSmaller(int64_t number) {
  for (int64_t divisor = 2; divisor * divisor <= number; ++divisor)
    if (number % divisor == 0)
      return number / divisor;
  return 1;
}

std::optional<Tiling> opencl::chooseTiling(const Window &window) {
  auto [images, rows, columns, channels] = window.outputShape;
  Tiling tiling;
  tiling.tile = {rows, columns};
  tiling.blocks = divideCeil(channels, lanes);
  auto isGood = [&] {
    bool fits = finish(window, tiling);
    int64_t groups = images * tiling.splits * divideCeil(rows, tiling.tile.y) *
                     divideCeil(columns, tiling.tile.x);
    bool isCut = tiling.chunks > 1 && tiling.tile.area() > mostPixels;
    return fits && !isCut && groups >= wantedGroups;
  };
  auto halve = [&] {
    int64_t &size = tiling.tile.y > 1 ? tiling.tile.y : tiling.tile.x;
    size = divideCeil(size, 2);
  };
  while (!isGood()) {
    if (tiling.tile.area() > 4 * mostPixels)
      halve();
    else if (tiling.blocks > 1)
      tiling.blocks = getSmaller(tiling.blocks);
    else if (tiling.tile.area() > mostPixels)
      halve();
    else
      break;
  }
  while (!finish(window, tiling) && tiling.tile.area() > 1)
    halve();
  if (!finish(window, tiling))
    return std::nullopt;
  return tiling;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

namespace {
/// Writes weights of one type in the order in which dense.cl or depthwise.cl
/// reads them.
template <typename T> class Packer {
public:
  Packer(const Window &window, const Tiling &tiling, PackedWeights &packed)
      : window(window), tiling(tiling), packed(packed) {
    DenseElementsAttr attr;
    matchPattern(window.weights, m_Constant(&attr));
    llvm::append_range(weights, attr.getValues<T>());
    isProduct = cast<RankedTensorType>(window.weights.getType()).getRank() == 3;
  }

  void packDense() {
    const int64_t step = std::is_same_v<T, float> ? 1 : 2;
    auto [y, x] = window.kernel;
    // Neighbouring taps of a row are one run where nothing lies between them.
    const int64_t perRun = window.dilation.x == 1 ? x : 1;
    packed.steps = divideCeil(perRun * tiling.chunk, step);
    for (int64_t block = 0; block < tiling.splits * tiling.blocks; ++block)
      for (int64_t chunk = 0; chunk < tiling.chunks; ++chunk)
        for (int64_t row = 0; row < y; ++row)
          for (int64_t column = 0; column < x; column += perRun)
            for (int64_t at = 0; at < packed.steps * step; at += step)
              for (int64_t lane = 0; lane < lanes; ++lane)
                for (int64_t k = at; k < at + step; ++k)
                  add(k < perRun * tiling.chunk
                          ? get(block * lanes + lane, row,
                                column + k / tiling.chunk,
                                chunk * tiling.chunk + k % tiling.chunk)
                          : T(0));
  }

  void packDepthwise() {
    int64_t channels = window.outputShape[3], taps = window.kernel.area();
    for (int64_t block = 0; block < tiling.splits * tiling.blocks; ++block)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t lane = 0; lane < lanes; ++lane) {
          int64_t channel = block * lanes + lane;
          add(channel < channels ? weights[tap * channels + channel] : T(0));
        }
  }

private:
  T get(int64_t output, int64_t row, int64_t column, int64_t input) const {
    int64_t outputs = window.outputShape[3], inputs = window.inputShape[3];
    if (output >= outputs || input >= inputs)
      return T(0);
    if (isProduct)
      return weights[input * outputs + output];
    return weights[((output * window.kernel.y + row) * window.kernel.x +
                    column) *
                       inputs +
                   input];
  }
  void add(T weight) {
    const char *bytes = reinterpret_cast<const char *>(&weight);
    packed.bytes.insert(packed.bytes.end(), bytes, bytes + sizeof(T));
  }

  const Window &window;
  const Tiling &tiling;
  PackedWeights &packed;
  std::vector<T> weights;
  bool isProduct;
};
} // namespace

/// A bias for every lane of every block: one for all, one each, or none.
template <typename T>
static void packBias(const Window &window, int64_t count,
                     PackedWeights &packed) {
  std::vector<T> biases(count);
  DenseElementsAttr attr;
  if (window.bias && matchPattern(window.bias, m_Constant(&attr))) {
    bool isOne = attr.getNumElements() == 1;
    for (int64_t i = 0; i < window.outputShape[3]; ++i)
      biases[i] = attr.getValues<T>()[isOne ? 0 : i];
  }
  packed.bytes.resize(llvm::alignTo(packed.bytes.size(), 64));
  packed.bias = packed.bytes.size();
  const char *bytes = reinterpret_cast<const char *>(biases.data());
  packed.bytes.insert(packed.bytes.end(), bytes, bytes + count * sizeof(T));
}

template <typename T>
static PackedWeights pack(const Window &window, const Tiling &tiling) {
  PackedWeights packed;
  Packer<T> packer(window, tiling, packed);
  if (window.kind == WindowKind::Dense)
    packer.packDense();
  else
    packer.packDepthwise();
  int64_t blocks = tiling.splits * tiling.blocks;
  packed.chunkElements =
      packed.bytes.size() / sizeof(T) / blocks / tiling.chunks;
  using Bias = std::conditional_t<std::is_same_v<T, float>, float, int32_t>;
  packBias<Bias>(window, blocks * lanes, packed);
  return packed;
}

PackedWeights opencl::packWeights(const Window &window, const Tiling &tiling) {
  return window.isFloat ? pack<float>(window, tiling)
                        : pack<int8_t>(window, tiling);
}
