// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products by constant matrices, and softmax.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Constants.h"

using namespace mlir;

namespace sluice {

/// Whether `mapped` is an NHWC image flattened in the model's order C, H, W: a
/// product with it is a convolution with a kernel as large as the image, and
/// nothing needs to move.
static bool isFlattenedImage(const Mapped &mapped, int64_t inputs) {
  return mapped.flat && mapped.flat->size() == 2 &&
         mapped.perm == SmallVector<int64_t>{0, 3, 1, 2} &&
         mapped.flat->back() == inputs &&
         mapped.flat->front() == getShape(mapped.value)[0];
}

/// x (rows × inputs) times constant weights, as a convolution. The result is
/// rows × outputs, in the shape of the model's. In float, a bias may be
/// anything that broadcasts to that.
LogicalResult Converter::convertProduct(Operation *op, Value input,
                                        const Weights &weights, Value bias) {
  TosaBuilder b = at(op);
  // What varies along the rows is no bias of a convolution.
  Value addend;
  if (bias && !weights.isQuantized() && !isBias(bias, weights.outputs))
    std::swap(addend, bias);
  FailureOr<SumType> sum = SumType::of(op, input, weights, bias);
  if (failed(sum))
    return failure();
  Mapped mapped = get(input);
  Value x, kernel;
  TosaWindow window = pointWindow;
  if (isFlattenedImage(mapped, weights.inputs)) {
    x = mapped.value;
    ArrayRef<int64_t> shape = getShape(x);
    window.kernel = {shape[1], shape[2]};
    kernel = weights.asImage(shape[3], shape[1], shape[2]).asOhwi(b);
  } else {
    Value canonical = getCanonical(input);
    int64_t rows =
        cast<RankedTensorType>(canonical.getType()).getNumElements() /
        weights.inputs;
    x = b.reshape(canonical, {1, rows, 1, weights.inputs});
    kernel = weights.asOhwi(b);
  }
  Value y =
      b.conv2d(x, kernel, sum->getBias(b, x), window, sum->inputZeroPoint);
  if (weights.isQuantized()) {
    FailureOr<Value> requantized = requantize(op, y, sum->factors, sum->worst);
    if (failed(requantized))
      return failure();
    y = *requantized;
  }
  Value result = op->getResult(0);
  Value shaped = b.reshape(y, getShape(result));
  if (addend) {
    SmallVector<int64_t> shape(getShape(addend));
    shape.insert(shape.begin(), getShape(result).size() - shape.size(), 1);
    y = shaped =
        b.binary<tosa::AddOp>(shaped, b.reshape(getCanonical(addend), shape));
  }
  nameOutput(op, y);
  set(result,
      Mapped{shaped, getIdentity(getShape(result).size()), std::nullopt});
  return success();
}

LogicalResult Converter::convert(onnx::GemmOp op) {
  if (op.getTransA())
    return op.emitOpError("has transA, which is not supported");
  if (op.getAlpha().convertToFloat() != 1 || op.getBeta().convertToFloat() != 1)
    return op.emitOpError(
        "has alpha or beta other than 1, which is not supported");
  FailureOr<Weights> weights = Weights::ofMatrix(op, op.getB(), op.getTransB());
  if (failed(weights))
    return failure();
  return convertProduct(op, op.getA(), *weights, op.getC());
}

LogicalResult Converter::convert(onnx::SoftmaxOp op) {
  if (getQuantization(op.getType()))
    return convertQuantizedSoftmax(op);
  TosaBuilder b = at(op);
  Value x = getCanonical(op.getInput());
  int64_t axis = op.getAxis();
  if (axis < 0)
    axis += getShape(x).size();
  Value shifted =
      b.binary<tosa::SubOp>(x, b.reduce<tosa::ReduceMaxOp>(x, axis));
  Value power = b.unary<tosa::ExpOp>(shifted);
  Value sum = b.reduce<tosa::ReduceSumOp>(power, axis);
  set(op.getOutput(), b.mul(power, b.unary<tosa::ReciprocalOp>(sum)));
  return success();
}

} // namespace sluice
