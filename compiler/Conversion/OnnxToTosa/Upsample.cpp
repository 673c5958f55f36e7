// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that make larger images: each output row belongs to a phase, its
// number modulo the factor, and so does each column. What a phase needs is an
// ordinary operator; the phases are then joined so that they alternate.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"

#include <cmath>
#include <numeric>

using namespace mlir;

namespace sluice {

/// parts[i · s + j] of s = factors[1] are rows i, i + factors[0], … and columns
/// j, j + s, … of the result. Six dimensions say so: image, rows, row's phase,
/// columns, column's phase, channels.
static Value alternate(TosaBuilder &b, ArrayRef<Value> parts,
                       ArrayRef<int64_t> factors) {
  SmallVector<int64_t> shape(getShape(parts.front()));
  if (factors[0] == 1 && factors[1] == 1)
    return parts.front();
  SmallVector<Value> rows;
  for (int64_t i = 0; i < factors[0]; ++i) {
    SmallVector<Value> columns;
    for (int64_t j = 0; j < factors[1]; ++j)
      columns.push_back(
          b.reshape(parts[i * factors[1] + j],
                    {shape[0], shape[1], 1, shape[2], 1, shape[3]}));
    rows.push_back(b.concat(columns, 4));
  }
  return b.reshape(b.concat(rows, 2), {shape[0], shape[1] * factors[0],
                                       shape[2] * factors[1], shape[3]});
}

//===----------------------------------------------------------------------===//
// ConvTranspose
//===----------------------------------------------------------------------===//

namespace {
/// One phase of a transposed convolution in one dimension: an ordinary
/// convolution of stride 1 with every stride-th tap, in reverse.
struct Phase {
  /// The kernel's taps that it has; none where the stride skips all.
  int64_t firstTap, taps;
  /// Taps of zero before these.
  int64_t zeros;
  /// The outputs that are made, and the pad before and after the input;
  /// negative where it is cut.
  int64_t outputs, padBefore, padAfter;

  Phase(int64_t phase, int64_t stride, int64_t kernel, int64_t pad,
        int64_t input, int64_t output)
      : firstTap((phase + pad) % stride),
        taps(firstTap < kernel ? (kernel - firstTap - 1) / stride + 1 : 0),
        outputs((output - phase + stride - 1) / stride) {
    int64_t shift = taps ? (phase + pad) / stride : 0;
    int64_t size = std::max<int64_t>(taps, 1);
    padAfter = outputs + shift - input;
    // With zeros in front, the last window sees a pixel.
    zeros = std::max<int64_t>(padAfter - size + 1, 0);
    padBefore = zeros + size - 1 - shift;
  }
};
} // namespace

/// The input cut by negative pads, and the window with those that are left.
static std::pair<Value, TosaWindow> getPhaseInput(TosaBuilder &b, Value x,
                                                  const Phase &rows,
                                                  const Phase &columns) {
  TosaWindow window = pointWindow;
  SmallVector<int64_t> start(4, 0), size(getShape(x));
  const Phase *phases[] = {&rows, &columns};
  for (int dim : {0, 1}) {
    const Phase &phase = *phases[dim];
    window.kernel[dim] = phase.zeros + std::max<int64_t>(phase.taps, 1);
    window.pad[2 * dim] = std::max<int64_t>(phase.padBefore, 0);
    window.pad[2 * dim + 1] = std::max<int64_t>(phase.padAfter, 0);
    start[dim + 1] = std::max<int64_t>(-phase.padBefore, 0);
    size[dim + 1] += std::min<int64_t>(phase.padBefore, 0) +
                     std::min<int64_t>(phase.padAfter, 0);
  }
  return {b.slice(x, start, size), window};
}

/// The image with its last row, or column, once more where that makes it
/// `size`: all phases are then as large as the first.
static Value repeatLast(TosaBuilder &b, Value x, int64_t dim, int64_t size) {
  SmallVector<int64_t> last(4, 0), one(getShape(x));
  if (one[dim] == size)
    return x;
  last[dim] = one[dim] - 1;
  one[dim] = 1;
  return b.concat({x, b.slice(x, last, one)}, dim);
}

LogicalResult Converter::convert(onnx::ConvTransposeOp op) {
  ArrayRef<int64_t> kernel = op.getKernelShape(), strides = op.getStrides(),
                    pads = op.getPads();
  if (kernel.size() != 2)
    return op.emitOpError("works on ")
           << kernel.size() << " spatial dimensions; only 2 are supported";
  if (llvm::any_of(op.getDilations(), [](int64_t d) { return d != 1; }))
    return op.emitOpError("is dilated, which is not supported");
  FailureOr<Weights> weights =
      Weights::ofTransposed(op, op.getW(), op.getGroup());
  if (failed(weights))
    return failure();
  FailureOr<SumType> sum = SumType::of(op, op.getX(), *weights, op.getB());
  if (failed(sum))
    return failure();
  TosaBuilder b = at(op);
  Value x = getNhwc(op.getX());
  SmallVector<int64_t> input(getShape(x)), output(getShape(op.getY()));
  auto getPhase = [&](int dim, int64_t phase) {
    // An output smaller than the stride lacks the last phases.
    return Phase(phase < output[dim + 2] ? phase : 0, strides[dim], kernel[dim],
                 pads[dim], input[dim + 1], output[dim + 2]);
  };
  SmallVector<Value> parts;
  for (int64_t i = 0; i < strides[0]; ++i)
    for (int64_t j = 0; j < strides[1]; ++j) {
      Phase rows = getPhase(0, i), columns = getPhase(1, j);
      auto [part, window] = getPhaseInput(b, x, rows, columns);
      Weights taps = weights->getTaps(
          {rows.firstTap, columns.firstTap}, {rows.taps, columns.taps},
          {strides[0], strides[1]}, {rows.zeros, columns.zeros});
      FailureOr<Value> y =
          convolve(op, part, taps, *sum, window, op.getGroup());
      if (failed(y))
        return failure();
      Value even = repeatLast(b, *y, 1, getPhase(0, 0).outputs);
      parts.push_back(repeatLast(b, even, 2, getPhase(1, 0).outputs));
    }
  Value y = alternate(b, parts, strides);
  setNhwc(op.getY(), b.slice(y, {0, 0, 0, 0},
                             {output[0], output[2], output[3], output[1]}));
  return success();
}

//===----------------------------------------------------------------------===//
// Resize
//===----------------------------------------------------------------------===//

namespace {
/// Where the outputs of a dimension come from: output o from the real position
/// `at(o)` of the input.
struct Positions {
  StringRef mode;
  double scale;
  int64_t input, output;

  double at(int64_t o) const {
    auto x = static_cast<double>(o);
    if (mode == "asymmetric")
      return x / scale;
    if (mode == "align_corners")
      return output == 1 ? 0
                         : x * static_cast<double>(input - 1) /
                               static_cast<double>(output - 1);
    if (mode == "pytorch_half_pixel" && output == 1)
      return 0;
    return (x + 0.5) / scale - 0.5;
  }
};

} // namespace

static double roundNearest(double x, StringRef mode) {
  if (mode == "floor")
    return std::floor(x);
  if (mode == "ceil")
    return std::ceil(x);
  return mode == "round_prefer_ceil" ? std::floor(x + 0.5) : std::ceil(x - 0.5);
}

/// Whether each input is simply repeated `factor` times.
static bool repeats(const Positions &positions, int64_t factor,
                    StringRef nearest) {
  for (int64_t o = 0; o < positions.output; ++o) {
    double i = std::clamp<double>(roundNearest(positions.at(o), nearest), 0,
                                  static_cast<double>(positions.input - 1));
    if (i != static_cast<double>(o / factor))
      return false;
  }
  return true;
}

/// The phases of linear interpolation by a whole factor, in units of 1 /
/// `unit`; nothing if outputs of one phase lie differently between their
/// neighbours.
static std::optional<LinearResize>
getLinearResize(const Positions &positions, int64_t factor, int64_t unit) {
  LinearResize resize{unit, {}};
  for (int64_t o = 0; o < positions.output; ++o) {
    double x = positions.at(o), low = std::floor(x),
           weight = (x - low) * static_cast<double>(unit);
    LinearPhase phase{static_cast<int64_t>(low) - o / factor,
                      std::llround(weight)};
    if (std::abs(weight - std::round(weight)) > 1e-6)
      return std::nullopt;
    if (phase.weight == unit)
      phase = {phase.offset + 1, 0};
    if (phase.offset < -1 || phase.offset > 0)
      return std::nullopt;
    if (o < factor)
      resize.phases.push_back(phase);
    else if (phase != resize.phases[o % factor])
      return std::nullopt;
  }
  return resize;
}

/// The image with its first and last rows, or columns, repeated once.
static Value repeatEdges(TosaBuilder &b, Value x, int64_t dim) {
  SmallVector<int64_t> first(4, 0), last(4, 0), size(getShape(x));
  last[dim] = size[dim] - 1;
  size[dim] = 1;
  return b.concat({b.slice(x, first, size), x, b.slice(x, last, size)}, dim);
}

/// The weights of the pixels that outputs of a phase lie between.
static Value makeLinearWeights(TosaBuilder &b, ArrayRef<int64_t> rows,
                               ArrayRef<int64_t> columns, int64_t unit,
                               int64_t channels, bool quantized) {
  SmallVector<int8_t> integers;
  SmallVector<float> reals;
  for (int64_t y : rows)
    for (int64_t x : columns) {
      integers.append(channels, static_cast<int8_t>(y * x));
      reals.append(channels,
                   static_cast<float>(y * x) / static_cast<float>(unit));
    }
  SmallVector<int64_t> shape{static_cast<int64_t>(rows.size()),
                             static_cast<int64_t>(columns.size()), channels, 1};
  return quantized ? b.constant<int8_t>(shape, integers)
                   : b.constant<float>(shape, reals);
}

/// Each phase is a weighted sum of neighbours: a depthwise convolution
/// (integers.md section 4).
LogicalResult Converter::convertLinearResize(onnx::ResizeOp op, Value x,
                                             const LinearResize &rows,
                                             const LinearResize &columns) {
  TosaBuilder b = at(op);
  std::optional<Quantization> in = getQuantization(op.getX().getType()),
                              out = getQuantization(op.getType());
  SmallVector<int64_t> size(getShape(x));
  int64_t unit = rows.unit * columns.unit;
  if (in && unit > 127)
    return op.emitOpError("resizes integers linearly by ")
           << rows.phases.size() << " x " << columns.phases.size()
           << ", whose weights exceed int8";
  TosaWindow window = pointWindow;
  window.kernel = {rows.taps(), columns.taps()};
  for (int64_t dim : {1, 2})
    if (window.kernel[dim - 1] > 1) {
      x = repeatEdges(b, x, dim);
      ++size[dim];
    }
  Value bias = in ? b.sums(x, SmallVector<int64_t>(size[3], 0))
                  : b.constant<float>({size[3]}, 0.0f);
  SmallVector<Value> parts;
  for (size_t i = 0; i < rows.phases.size(); ++i)
    for (size_t j = 0; j < columns.phases.size(); ++j) {
      Value part = b.slice(x, {0, rows.start(i), columns.start(j), 0}, size);
      Value weights = makeLinearWeights(b, rows.weights(i), columns.weights(j),
                                        unit, size[3], in.has_value());
      Value y =
          b.depthwise(part, weights, bias, window, in ? in->zeroPoint : 0);
      if (in) {
        FailureOr<Value> scaled = requantize(
            op, y, in->scales[0] / (out->scales[0] * static_cast<double>(unit)),
            in->getReach() * static_cast<double>(unit));
        if (failed(scaled))
          return failure();
        y = *scaled;
      }
      parts.push_back(y);
    }
  setNhwc(op.getY(), alternate(b, parts,
                               {static_cast<int64_t>(rows.phases.size()),
                                static_cast<int64_t>(columns.phases.size())}));
  return success();
}

LogicalResult Converter::convert(onnx::ResizeOp op) {
  SmallVector<int64_t> from(getShape(op.getX())), to(getShape(op.getY()));
  auto scales = op.getAllScales();
  if (from.size() != 4 || from[0] != to[0] || from[1] != to[1])
    return op.emitOpError("resizes other than the rows and columns of an "
                          "image, which is not supported");
  if (!scales)
    return op.emitOpError("has scales that are not constant");
  bool nearest = op.getMode() == "nearest";
  SmallVector<int64_t> factors;
  SmallVector<LinearResize> linear;
  for (int64_t dim : {2, 3}) {
    Positions positions{op.getCoordinates(), (*scales)[dim], from[dim],
                        to[dim]};
    int64_t factor = to[dim] / from[dim];
    bool known = to[dim] % from[dim] == 0 && op.getMode() != "cubic";
    if (known && nearest) {
      known = repeats(positions, factor, op.getNearestMode());
    } else if (known) {
      auto found = getLinearResize(positions, factor, factor);
      if (!found)
        found = getLinearResize(positions, factor, 2 * factor);
      known = found.has_value();
      linear.push_back(found.value_or(LinearResize()));
    }
    if (!known)
      return op.emitOpError("resizes ")
             << from[dim] << " to " << to[dim] << " by mode '" << op.getMode()
             << "' and '" << op.getCoordinates()
             << "'; only whole factors that treat all pixels alike are "
                "supported";
    factors.push_back(factor);
  }
  Value x = getNhwc(op.getX());
  if (!nearest)
    return convertLinearResize(op, x, linear[0], linear[1]);
  TosaBuilder b = at(op);
  SmallVector<Value> parts(factors[0] * factors[1], x);
  setNhwc(op.getY(), clampAsAsked(op, alternate(b, parts, factors)));
  return success();
}

} // namespace sluice
