// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Onnx.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace sluice::onnx;

/// Larger kernels, strides and pads are refused, so that products with tensor
/// sizes can not overflow.
static constexpr int64_t maxWindow = INT32_MAX;

namespace {
/// The attributes of a sliding window over spatial dimensions.
struct Window {
  ArrayRef<int64_t> kernel, strides, pads, dilations;

  template <typename OpTy>
  explicit Window(OpTy op)
      : kernel(op.getKernelShape()), strides(op.getStrides()),
        pads(op.getPads()), dilations(op.getDilations()) {}

  size_t rank() const { return kernel.size(); }
  /// From the first to the last element the window touches.
  int64_t extent(size_t i) const { return dilations[i] * (kernel[i] - 1) + 1; }
  int64_t bothPads(size_t i) const { return pads[i] + pads[i + rank()]; }
};
} // namespace

static LogicalResult verifyEntries(Operation *op, StringRef what,
                                   ArrayRef<int64_t> values, size_t count,
                                   int64_t least) {
  if (values.size() != count)
    return op->emitOpError() << what << " has " << values.size()
                             << " entries, expected " << count;
  for (int64_t value : values)
    if (value < least || value > maxWindow)
      return op->emitOpError() << what << " has an entry " << value
                               << ", expected " << least << " to " << maxWindow;
  return success();
}

/// The input is N x C x spatial and the window has the spatial rank.
static LogicalResult verifyWindow(Operation *op, ArrayRef<int64_t> input,
                                  const Window &window) {
  if (input.size() < 3)
    return op->emitOpError() << "input of shape " << formatShape(input)
                             << " has no spatial dimension";
  size_t rank = input.size() - 2;
  return success(
      succeeded(verifyEntries(op, "kernel_shape", window.kernel, rank, 1)) &&
      succeeded(verifyEntries(op, "strides", window.strides, rank, 1)) &&
      succeeded(verifyEntries(op, "dilations", window.dilations, rank, 1)) &&
      succeeded(verifyEntries(op, "pads", window.pads, 2 * rank, 0)));
}

/// Appends the spatial sizes of the output of a window that slides.
static LogicalResult appendWindowSizes(Operation *op, ArrayRef<int64_t> input,
                                       const Window &window, bool ceilMode,
                                       Shape &shape) {
  for (size_t i = 0; i < window.rank(); ++i) {
    int64_t padded = input[i + 2] + window.bothPads(i);
    int64_t room = padded - window.extent(i);
    if (room < 0)
      return op->emitOpError()
             << "window of " << window.extent(i) << " exceeds the padded size "
             << padded << " of spatial dimension " << i;
    int64_t stride = window.strides[i];
    int64_t last = ceilMode ? llvm::divideCeil(room, stride) : room / stride;
    // No window starts in the trailing pad.
    if (ceilMode && last * stride >= input[i + 2] + window.pads[i])
      --last;
    shape.push_back(last + 1);
  }
  return success();
}

/// Weights and bias of a (transposed) convolution fit the input.
static LogicalResult verifyConvOperands(Operation *op, Value input,
                                        Value weights, Value bias,
                                        ArrayRef<int64_t> kernel,
                                        int64_t outputChannels) {
  ArrayRef<int64_t> w = shapeOf(weights);
  if (w.size() != shapeOf(input).size())
    return op->emitOpError()
           << "weights of shape " << formatShape(w)
           << " must have the rank of the input, " << shapeOf(input).size();
  if (w.drop_front(2) != kernel)
    return op->emitOpError()
           << "kernel_shape " << formatShape(kernel)
           << " differs from the weights' " << formatShape(w.drop_front(2));
  if (bias && shapeOf(bias) != ArrayRef<int64_t>{outputChannels})
    return op->emitOpError() << "bias of shape " << formatShape(shapeOf(bias))
                             << ", expected " << outputChannels;
  return verifySameElementType(op, input, weights);
}

LogicalResult ConvOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  Window window(*this);
  if (failed(verifyWindow(*this, x, window)) || w.empty() ||
      failed(verifyConvOperands(*this, getX(), getW(), getB(), window.kernel,
                                w[0])))
    return failure();
  int64_t group = getGroup();
  if (group < 1 || x[1] % group || w[0] % group)
    return emitOpError() << "group " << group << " does not divide " << x[1]
                         << " input and " << w[0] << " output channels";
  if (w[1] != x[1] / group)
    return emitOpError() << "weights have " << w[1]
                         << " input channels, expected " << x[1] / group << " ("
                         << x[1] << " channels in " << group << " groups)";
  Shape shape{x[0], w[0]};
  if (failed(appendWindowSizes(*this, x, window, false, shape)))
    return failure();
  shapes.push_back(shape);
  return success();
}

LogicalResult ConvTransposeOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  Window window(*this);
  if (failed(verifyWindow(*this, x, window)) ||
      failed(verifyEntries(*this, "output_padding", getOutputPadding(),
                           window.rank(), 0)))
    return failure();
  int64_t group = getGroup();
  if (group < 1 || group > maxWindow || x[1] % group || w.size() < 2)
    return emitOpError() << "group " << group << " does not divide " << x[1]
                         << " input channels";
  if (w[0] != x[1])
    return emitOpError() << "weights have " << w[0]
                         << " input channels, expected " << x[1];
  std::optional<int64_t> channels = llvm::checkedMul(w[1], group);
  if (!channels)
    return emitOpError() << "group " << group << " is too large";
  if (failed(verifyConvOperands(*this, getX(), getW(), getB(), window.kernel,
                                *channels)))
    return failure();
  Shape shape{x[0], *channels};
  for (size_t i = 0; i < window.rank(); ++i) {
    int64_t size = window.strides[i] * (x[i + 2] - 1) + getOutputPadding()[i] +
                   window.extent(i) - window.bothPads(i);
    if (size < 1)
      return emitOpError() << "pads leave nothing of spatial dimension " << i;
    shape.push_back(size);
  }
  shapes.push_back(shape);
  return success();
}

/// Shape of the output of a pooling operator.
template <typename OpTy> static FailureOr<Shape> inferPool(OpTy op) {
  ArrayRef<int64_t> x = shapeOf(op.getX());
  Window window(op);
  if (failed(verifyWindow(op, x, window)))
    return failure();
  for (size_t i = 0; i < window.rank(); ++i)
    if (window.pads[i] >= window.extent(i) ||
        window.pads[i + window.rank()] >= window.extent(i))
      return op.emitOpError()
             << "pads of spatial dimension " << i
             << " are not smaller than the window of " << window.extent(i);
  Shape shape{x[0], x[1]};
  if (failed(appendWindowSizes(op, x, window, op.getCeilMode(), shape)))
    return failure();
  return shape;
}

LogicalResult AveragePoolOp::inferShapes(ResultShapes &shapes) {
  FailureOr<Shape> shape = inferPool(*this);
  if (failed(shape))
    return failure();
  shapes.push_back(*shape);
  return success();
}

LogicalResult MaxPoolOp::inferShapes(ResultShapes &shapes) {
  FailureOr<Shape> shape = inferPool(*this);
  if (failed(shape))
    return failure();
  shapes.assign(getNumResults(), *shape);
  return success();
}

Type MaxPoolOp::inferElementType(unsigned result) {
  return result == 0 ? getElementTypeOrSelf(getX().getType())
                     : IntegerType::get(getContext(), 64);
}

static LogicalResult inferGlobalPool(Operation *op, ResultShapes &shapes) {
  ArrayRef<int64_t> x = shapeOf(op->getOperand(0));
  if (x.size() < 3)
    return op->emitOpError() << "input of shape " << formatShape(x)
                             << " has no spatial dimension";
  Shape shape(x.size(), 1);
  shape[0] = x[0];
  shape[1] = x[1];
  shapes.push_back(shape);
  return success();
}

LogicalResult GlobalAveragePoolOp::inferShapes(ResultShapes &shapes) {
  return inferGlobalPool(*this, shapes);
}

LogicalResult GlobalMaxPoolOp::inferShapes(ResultShapes &shapes) {
  return inferGlobalPool(*this, shapes);
}

LogicalResult BatchNormalizationOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> x = shapeOf(getX());
  if (x.empty())
    return emitOpError("input is a scalar");
  int64_t channels = x.size() > 1 ? x[1] : 1;
  for (auto [value, what] :
       {std::pair(getScale(), "scale"), std::pair(getB(), "B"),
        std::pair(getInputMean(), "input_mean"),
        std::pair(getInputVar(), "input_var")})
    if (shapeOf(value) != ArrayRef<int64_t>{channels})
      return emitOpError() << what << " has the shape "
                           << formatShape(shapeOf(value)) << ", expected "
                           << channels;
  shapes.push_back(Shape(x));
  return success();
}
