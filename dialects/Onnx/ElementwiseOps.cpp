// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Folding.h"
#include "dialects/Onnx/Onnx.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace sluice::onnx;

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

static LogicalResult inferBroadcast(Operation *op, ResultShapes &shapes) {
  Value a = op->getOperand(0), b = op->getOperand(1);
  if (failed(verifySameElementType(op, a, b)))
    return failure();
  FailureOr<Shape> shape = broadcast(op, shapeOf(a), shapeOf(b));
  if (failed(shape))
    return failure();
  shapes.push_back(*shape);
  return success();
}

static LogicalResult inferSameShape(Operation *op, ResultShapes &shapes) {
  shapes.push_back(Shape(shapeOf(op->getOperand(0))));
  return success();
}

LogicalResult AddOp::inferShapes(ResultShapes &shapes) {
  return inferBroadcast(*this, shapes);
}
LogicalResult SubOp::inferShapes(ResultShapes &shapes) {
  return inferBroadcast(*this, shapes);
}
LogicalResult MulOp::inferShapes(ResultShapes &shapes) {
  return inferBroadcast(*this, shapes);
}
LogicalResult DivOp::inferShapes(ResultShapes &shapes) {
  return inferBroadcast(*this, shapes);
}

LogicalResult ReluOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult SigmoidOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult TanhOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult HardSwishOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult LeakyReluOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult SwishOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult ErfOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult GeluOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult EluOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult HardSigmoidOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult IdentityOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}
LogicalResult CastOp::inferShapes(ResultShapes &shapes) {
  return inferSameShape(*this, shapes);
}

LogicalResult ClipOp::inferShapes(ResultShapes &shapes) {
  for (auto [bound, what] :
       {std::pair(getMin(), "min"), std::pair(getMax(), "max")}) {
    if (!bound)
      continue;
    // A vector of one element is not to the letter, but common in files.
    if (shapeOf(bound).size() > 1 || countElements(shapeOf(bound)) != 1)
      return emitOpError() << what << " must be a scalar, not of shape "
                           << formatShape(shapeOf(bound));
    if (failed(verifySameElementType(*this, getInput(), bound)))
      return failure();
  }
  return inferSameShape(*this, shapes);
}

LogicalResult DropoutOp::inferShapes(ResultShapes &shapes) {
  shapes.assign(getNumResults(), Shape(shapeOf(getData())));
  return success();
}

Type DropoutOp::inferElementType(unsigned result) {
  return result == 0 ? getElementTypeOrSelf(getData().getType())
                     : IntegerType::get(getContext(), 1);
}

//===----------------------------------------------------------------------===//
// Folding
//===----------------------------------------------------------------------===//

/// Applies `compute` to the elements of two small integer constants, one of
/// which may be a single element. `compute` gives nullopt where the result is
/// not defined.
static Attribute
foldBinary(ArrayRef<Attribute> operands, Type type,
           function_ref<std::optional<int64_t>(int64_t, int64_t)> compute) {
  std::optional<SmallVector<int64_t>> a = readFoldable(operands[0]);
  std::optional<SmallVector<int64_t>> b = readFoldable(operands[1]);
  if (!a || !b || a->empty() || b->empty() ||
      (a->size() != b->size() && a->size() != 1 && b->size() != 1))
    return {};
  SmallVector<int64_t> values;
  for (size_t i = 0; i < std::max(a->size(), b->size()); ++i) {
    std::optional<int64_t> value = compute(a->size() == 1 ? (*a)[0] : (*a)[i],
                                           b->size() == 1 ? (*b)[0] : (*b)[i]);
    if (!value)
      return {};
    values.push_back(*value);
  }
  return makeFolded(type, values);
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getOperands(), getType(),
                    llvm::checkedAdd<int64_t>);
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getOperands(), getType(),
                    llvm::checkedSub<int64_t>);
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getOperands(), getType(),
                    llvm::checkedMul<int64_t>);
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  return foldBinary(adaptor.getOperands(), getType(),
                    [](int64_t a, int64_t b) -> std::optional<int64_t> {
                      if (b == 0 || (a == INT64_MIN && b == -1))
                        return std::nullopt;
                      return a / b;
                    });
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  if (auto values = readFoldable(adaptor.getInput()))
    return makeFolded(getType(), *values);
  return {};
}

OpFoldResult IdentityOp::fold(FoldAdaptor adaptor) {
  // Quantized types may differ; then it is no identity.
  return getX().getType() == getType() ? OpFoldResult(getX()) : OpFoldResult();
}

LogicalResult DropoutOp::canonicalize(DropoutOp op, PatternRewriter &rewriter) {
  if (op.getData().getType() != op.getOutput().getType() ||
      (op.getMask() && !op.getMask().use_empty()))
    return failure();
  rewriter.replaceAllUsesWith(op.getOutput(), op.getData());
  rewriter.eraseOp(op);
  return success();
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

/// A scalar, or a vector of one element, which files have for one.
static bool isPerTensorScale(Value scale) {
  auto type = dyn_cast<RankedTensorType>(scale.getType());
  return type && type.hasStaticShape() && type.getRank() <= 1 &&
         type.getNumElements() == 1;
}

/// Scale and zero point fit the tensor: a scalar, a vector along the axis or a
/// value for each block.
static LogicalResult verifyScale(Operation *op, Value tensor, Value scale,
                                 Value zeroPoint, int64_t axis,
                                 int64_t blockSize) {
  ArrayRef<int64_t> shape = shapeOf(tensor), scales = shapeOf(scale);
  bool isPerTensor =
      isPerTensorScale(scale) && (!zeroPoint || isPerTensorScale(zeroPoint));
  if (zeroPoint && !isPerTensor && shapeOf(zeroPoint) != scales)
    return op->emitOpError()
           << "zero point of shape " << formatShape(shapeOf(zeroPoint))
           << " does not match the scale's " << formatShape(scales);
  Type scaleType = getElementTypeOrSelf(scale.getType());
  if (!isa<FloatType>(scaleType))
    return op->emitOpError()
           << "scale is of type " << scaleType << ", expected floats";
  if (isPerTensor)
    return success();
  FailureOr<int64_t> dim =
      normalizeAxis(op, "axis", axis, static_cast<int64_t>(shape.size()));
  if (failed(dim))
    return failure();
  if (blockSize < 0)
    return op->emitOpError("block_size is negative");
  Shape expected{shape[*dim]};
  if (blockSize > 0) {
    expected.assign(shape.begin(), shape.end());
    expected[*dim] = llvm::divideCeil(shape[*dim], blockSize);
  }
  if (scales == ArrayRef(expected))
    return success();
  return op->emitOpError() << "scale of shape " << formatShape(scales)
                           << " does not fit axis " << axis << " of "
                           << formatShape(shape) << ", which needs "
                           << formatShape(expected);
}

bool QuantizeLinearOp::isPerTensor() { return isPerTensorScale(getYScale()); }

LogicalResult QuantizeLinearOp::inferShapes(ResultShapes &shapes) {
  if (failed(verifyScale(*this, getX(), getYScale(), getYZeroPoint(), getAxis(),
                         getBlockSize())))
    return failure();
  return inferSameShape(*this, shapes);
}

Type QuantizeLinearOp::inferElementType(unsigned result) {
  if (getYZeroPoint())
    return getElementTypeOrSelf(getYZeroPoint().getType());
  return IntegerType::get(getContext(), 8, IntegerType::Unsigned);
}

bool DequantizeLinearOp::isPerTensor() { return isPerTensorScale(getXScale()); }

LogicalResult DequantizeLinearOp::inferShapes(ResultShapes &shapes) {
  if (failed(verifyScale(*this, getX(), getXScale(), getXZeroPoint(), getAxis(),
                         getBlockSize())))
    return failure();
  if (getXZeroPoint() &&
      failed(verifySameElementType(*this, getX(), getXZeroPoint())))
    return failure();
  return inferSameShape(*this, shapes);
}

Type DequantizeLinearOp::inferElementType(unsigned result) {
  return getElementTypeOrSelf(getXScale().getType());
}
