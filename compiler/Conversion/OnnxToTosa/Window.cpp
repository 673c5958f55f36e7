// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions and pools.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Constants.h"

using namespace mlir;

namespace sluice {

/// The window of an ONNX operator on images; its pads are all leading ones,
/// then all trailing.
template <typename Op>
static FailureOr<TosaWindow> getWindow(Op op, ArrayRef<int64_t> strides) {
  if (op.getKernelShape().size() != 2)
    return op.emitOpError("works on ")
           << op.getKernelShape().size()
           << " spatial dimensions; only 2 are supported";
  ArrayRef<int64_t> kernel = op.getKernelShape(), pads = op.getPads(),
                    dilations = op.getDilations();
  return TosaWindow{{kernel[0], kernel[1]},
                    {pads[0], pads[2], pads[1], pads[3]},
                    {strides[0], strides[1]},
                    {dilations[0], dilations[1]}};
}

/// How much of an input and its pads `outputs` windows read.
static int64_t getNeeded(const TosaWindow &window, ArrayRef<int64_t> outputs,
                         int dim) {
  int64_t span = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
  return (outputs[dim] - 1) * window.stride[dim] + span;
}

/// TOSA wants strides to divide exactly, as ONNX's floor does not: takes what
/// no window reads off the trailing pad, then off the input; with `outputs`
/// larger than that (ceil_mode), pads more.
static Value fitWindow(TosaBuilder &b, Value x, TosaWindow &window,
                       ArrayRef<int64_t> outputs) {
  SmallVector<int64_t> size(getShape(x)), start(4, 0);
  for (int dim : {0, 1}) {
    int64_t &after = window.pad[2 * dim + 1];
    after += getNeeded(window, outputs, dim) -
             (size[dim + 1] + window.pad[2 * dim] + after);
    if (after < 0) {
      size[dim + 1] += after;
      after = 0;
    }
  }
  return b.slice(x, start, size);
}

/// TOSA's input can not be empty: what only the leading pad is read of becomes
/// rows or columns of the input.
static Value padUnread(TosaBuilder &b, Value x, TosaWindow &window,
                       ArrayRef<int64_t> outputs, int64_t zeroPoint) {
  SmallVector<int64_t> pads(8, 0);
  for (int dim : {0, 1}) {
    int64_t &before = window.pad[2 * dim];
    if (getNeeded(window, outputs, dim) <= before)
      std::swap(pads[2 * (dim + 1)], before);
  }
  if (llvm::all_of(pads, [](int64_t pad) { return pad == 0; }))
    return x;
  return b.pad(x, pads, b.zeroPointOf(x, zeroPoint));
}

FailureOr<Value> Converter::convolve(Operation *op, Value x,
                                     const Weights &weights, const SumType &sum,
                                     const TosaWindow &window, int64_t group) {
  TosaBuilder b = at(op);
  int64_t inputs = getShape(x)[3];
  if (group > 1 && (weights.inputs > 1 || group != inputs)) {
    SmallVector<Value> parts;
    int64_t outputs = weights.outputs / group;
    for (int64_t g = 0; g < group; ++g) {
      SmallVector<int64_t> start(4, 0), size(getShape(x));
      start[3] = g * weights.inputs;
      size[3] = weights.inputs;
      FailureOr<Value> part = convolve(
          op, b.slice(x, start, size), weights.getOutputs(g * outputs, outputs),
          sum.getOutputs(g * outputs, outputs), window, 1);
      if (failed(part))
        return failure();
      parts.push_back(*part);
    }
    return b.concat(parts, 3);
  }
  Value bias = sum.getBias(b, x);
  Value y = group == 1 ? b.conv2d(x, weights.asOhwi(b), bias, window,
                                  sum.inputZeroPoint)
                       : b.depthwise(x, weights.asHwcm(b, inputs), bias, window,
                                     sum.inputZeroPoint);
  return weights.isQuantized() ? requantize(op, y, sum.factors, sum.worst)
                               : FailureOr<Value>(y);
}

LogicalResult Converter::convert(onnx::ConvOp op) {
  TosaBuilder b = at(op);
  FailureOr<TosaWindow> window = getWindow(op, op.getStrides());
  if (failed(window))
    return failure();
  FailureOr<Weights> weights = Weights::ofConvolution(op, op.getW());
  if (failed(weights))
    return failure();
  FailureOr<SumType> sum = SumType::of(op, op.getX(), *weights, op.getB());
  if (failed(sum))
    return failure();
  ArrayRef<int64_t> outputs = getShape(op.getY()).drop_front(2);
  Value x =
      padUnread(b, getNhwc(op.getX()), *window, outputs, sum->inputZeroPoint);
  x = fitWindow(b, x, *window, outputs);
  FailureOr<Value> y = convolve(op, x, *weights, *sum, *window, op.getGroup());
  if (failed(y))
    return failure();
  setNhwc(op.getY(), *y);
  return success();
}

/// The positions [0, outputs) cut where the number of window rows inside the
/// input changes: {first, end, count}.
static SmallVector<std::array<int64_t, 3>>
cutByCount(int64_t outputs, int64_t kernel, int64_t stride, int64_t padBefore,
           int64_t input) {
  SmallVector<std::array<int64_t, 3>> cuts;
  for (int64_t o = 0; o < outputs; ++o) {
    int64_t first = o * stride - padBefore;
    int64_t count =
        std::min(first + kernel, input) - std::max<int64_t>(first, 0);
    if (!cuts.empty() && cuts.back()[2] == count)
      cuts.back()[1] = o + 1;
    else
      cuts.push_back({o, o + 1, count});
  }
  return cuts;
}

/// What the windows [first, end) along `dim` read of an input of `size`: where
/// it begins and how much. The window's pads become what they reach beyond it.
static std::pair<int64_t, int64_t> cutInput(TosaWindow &window, int dim,
                                            int64_t first, int64_t end,
                                            int64_t size) {
  int64_t from = first * window.stride[dim] - window.pad[2 * dim];
  int64_t to = from + (end - first - 1) * window.stride[dim] +
               window.dilation[dim] * (window.kernel[dim] - 1) + 1;
  int64_t begin = std::max<int64_t>(from, 0), last = std::min(to, size);
  window.pad[2 * dim] = begin - from;
  window.pad[2 * dim + 1] = to - last;
  return {begin, last - begin};
}

LogicalResult Converter::convertAverage(Operation *op, Value x,
                                        TosaWindow window, bool countPadding) {
  if (getQuantization(op->getResult(0).getType()))
    return convertQuantizedAverage(op, x, window, countPadding);
  TosaBuilder b = at(op);
  if (countPadding &&
      llvm::any_of(window.pad, [](int64_t pad) { return pad != 0; })) {
    auto [top, bottom, left, right] = window.pad;
    x = b.pad(x, {0, 0, top, bottom, left, right, 0, 0}, b.scalar<float>(0));
    window.pad = {0, 0, 0, 0};
  }
  setNhwc(op->getResult(0), b.averagePool(x, window));
  return success();
}

/// A sum of taps, scaled in rectangles of equal count.
LogicalResult Converter::convertQuantizedAverage(Operation *op, Value x,
                                                 const TosaWindow &window,
                                                 bool countPadding) {
  std::optional<Quantization> in = getQuantization(op->getOperand(0).getType());
  Quantization out = *getQuantization(op->getResult(0).getType());
  if (!in)
    return op->emitOpError("mixes quantized and float operands");
  TosaBuilder b = at(op);
  SmallVector<int64_t> shape(getShape(x));
  Value ones = b.constant<int8_t>(
      {window.kernel[0], window.kernel[1], shape[3], 1}, int8_t(1));
  Value zeros = b.sums(x, SmallVector<int64_t>(shape[3], 0));
  auto cut = [&](int dim) {
    // No window leaves an input whose padding counts.
    int64_t size = countPadding ? 1 << 30 : shape[dim + 1];
    int64_t padded =
        shape[dim + 1] + window.pad[2 * dim] + window.pad[2 * dim + 1];
    int64_t outputs = (padded - window.kernel[dim]) / window.stride[dim] + 1;
    return cutByCount(outputs, window.kernel[dim], window.stride[dim],
                      countPadding ? 0 : window.pad[2 * dim], size);
  };
  double ratio = in->scales[0] / out.scales[0];
  double worst = in->getReach() * window.kernel[0] * window.kernel[1];
  SmallVector<Value> rows;
  for (auto [y0, y1, countY] : cut(0)) {
    SmallVector<Value> columns;
    for (auto [x0, x1, countX] : cut(1)) {
      TosaWindow part = window;
      SmallVector<int64_t> start(4, 0), size(shape);
      std::tie(start[1], size[1]) = cutInput(part, 0, y0, y1, shape[1]);
      std::tie(start[2], size[2]) = cutInput(part, 1, x0, x1, shape[2]);
      Value acc = b.depthwise(b.slice(x, start, size), ones, zeros, part,
                              in->zeroPoint);
      FailureOr<Value> y = requantize(
          op, acc, ratio / static_cast<double>(countY * countX), worst);
      if (failed(y))
        return failure();
      columns.push_back(*y);
    }
    rows.push_back(b.concat(columns, 2));
  }
  setNhwc(op->getResult(0), b.concat(rows, 1));
  return success();
}

LogicalResult Converter::convert(onnx::AveragePoolOp op) {
  FailureOr<TosaWindow> window = getWindow(op, op.getStrides());
  if (failed(window))
    return failure();
  if (window->dilation != std::array<int64_t, 2>{1, 1})
    return op.emitOpError("is dilated, which is not supported");
  TosaBuilder b = at(op);
  TosaWindow fitted = *window;
  Value x = fitWindow(b, getNhwc(op.getX()), fitted,
                      getShape(op.getY()).drop_front(2));
  // ceil_mode's extra pad never counts, count_include_pad's does: both at once
  // would need two kinds of padding.
  if (op.getCountIncludePad() &&
      (fitted.pad[1] > window->pad[1] || fitted.pad[3] > window->pad[3]))
    return op.emitOpError(
        "has ceil_mode and count_include_pad at once, which is not supported");
  return convertAverage(op, x, fitted, op.getCountIncludePad());
}

static TosaWindow getWholeImage(Value x) {
  return {{getShape(x)[1], getShape(x)[2]}, {0, 0, 0, 0}, {1, 1}, {1, 1}};
}

static LogicalResult checkImage(Operation *op) {
  if (getShape(op->getOperand(0)).size() != 4)
    return op->emitOpError("takes images of 4 dimensions only, not ")
           << op->getOperand(0).getType();
  return success();
}

LogicalResult Converter::convert(onnx::GlobalAveragePoolOp op) {
  if (failed(checkImage(op)))
    return failure();
  Value x = getNhwc(op.getX());
  return convertAverage(op, x, getWholeImage(x), /*countPadding=*/false);
}

LogicalResult Converter::convert(onnx::ReduceMeanOp op) {
  auto dims = op.getReducedDims();
  if (!dims || *dims != SmallVector<int64_t>{2, 3} ||
      getShape(op.getData()).size() != 4)
    return op.emitOpError(
        "averages over other dimensions than the rows and columns of an image, "
        "which is not supported");
  Value x = getNhwc(op.getData());
  if (failed(convertAverage(op, x, getWholeImage(x), /*countPadding=*/false)))
    return failure();
  if (!op.getKeepdims()) {
    TosaBuilder b = at(op);
    Value flat =
        b.reshape(values[op.getReduced()].value, getShape(op.getReduced()));
    set(op.getReduced(), Mapped{flat, {0, 1}, std::nullopt});
  }
  return success();
}

LogicalResult Converter::convert(onnx::MaxPoolOp op) {
  FailureOr<TosaWindow> window = getWindow(op, op.getStrides());
  if (failed(window))
    return failure();
  if (window->dilation != std::array<int64_t, 2>{1, 1})
    return op.emitOpError("is dilated, which is not supported");
  if (op.getIndices())
    return op.emitOpError("asks for indices, which is not supported");
  TosaBuilder b = at(op);
  Value x = fitWindow(b, getNhwc(op.getX()), *window,
                      getShape(op.getY()).drop_front(2));
  setNhwc(op.getY(), clampAsAsked(op, b.maxPool(x, *window)));
  return success();
}

LogicalResult Converter::convert(onnx::GlobalMaxPoolOp op) {
  if (failed(checkImage(op)))
    return failure();
  TosaBuilder b = at(op);
  Value x = getNhwc(op.getX());
  setNhwc(op.getY(), clampAsAsked(op, b.maxPool(x, getWholeImage(x))));
  return success();
}

} // namespace sluice
