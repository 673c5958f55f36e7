// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Products.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <cmath>

using namespace mlir;
using namespace sluice::onnx;

LogicalResult GemmOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> a = shapeOf(getA()), b = shapeOf(getB());
  if (a.size() != 2 || b.size() != 2)
    return emitOpError() << "A and B must be matrices, not of shapes "
                         << formatShape(a) << " and " << formatShape(b);
  if (failed(verifySameElementType(*this, getA(), getB())))
    return failure();
  int64_t m = a[getTransA() ? 1 : 0], k = a[getTransA() ? 0 : 1];
  int64_t n = b[getTransB() ? 0 : 1], bRows = b[getTransB() ? 1 : 0];
  if (k != bRows)
    return emitOpError() << "A gives " << k << " columns, but B " << bRows
                         << " rows";
  Shape shape{m, n};
  if (getC()) {
    FailureOr<Shape> joined = broadcast(*this, shape, shapeOf(getC()));
    if (failed(joined))
      return failure();
    if (*joined != shape)
      return emitOpError() << "C of shape " << formatShape(shapeOf(getC()))
                           << " does not broadcast to " << formatShape(shape);
  }
  shapes.push_back(shape);
  return success();
}

LogicalResult MatMulOp::inferShapes(ResultShapes &shapes) {
  Shape a(shapeOf(getA())), b(shapeOf(getB()));
  if (a.empty() || b.empty())
    return emitOpError("operands must not be scalars");
  if (failed(verifySameElementType(*this, getA(), getB())))
    return failure();
  bool isRow = a.size() == 1, isColumn = b.size() == 1;
  if (isRow)
    a.insert(a.begin(), 1);
  if (isColumn)
    b.push_back(1);
  int64_t rows = a[a.size() - 2], columns = b.back();
  if (a.back() != b[b.size() - 2])
    return emitOpError() << "A gives " << a.back() << " columns, but B "
                         << b[b.size() - 2] << " rows";
  FailureOr<Shape> shape =
      broadcast(*this, ArrayRef(a).drop_back(2), ArrayRef(b).drop_back(2));
  if (failed(shape))
    return failure();
  if (!isRow)
    shape->push_back(rows);
  if (!isColumn)
    shape->push_back(columns);
  shapes.push_back(*shape);
  return success();
}

bool MatMulOp::hasWeights() {
  Value weights = getB();
  while (auto *op = weights.getDefiningOp()) {
    if (!isa<DequantizeLinearOp, quant::StorageCastOp>(op))
      break;
    weights = op->getOperand(0);
  }
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  return type && type.getRank() == 2 && getConstantElements(weights);
}

int64_t sluice::onnx::getOutputDim(Operation *product) {
  auto gemm = dyn_cast<GemmOp>(product);
  return isa<ConvOp>(product) || (gemm && gemm.getTransB()) ? 0 : 1;
}

bool sluice::onnx::hasRowAsBias(GemmOp gemm) {
  return !gemm.getC() ||
         isRow(gemm.getC().getType(), shapeOf(gemm.getY()).back());
}

std::pair<Operation *, double> MatMulOp::getScaling() {
  if (!getY().hasOneUse())
    return {nullptr, 1};
  Operation *user = *getY().user_begin();
  bool divides = isa<DivOp>(user);
  if (!divides && !isa<MulOp>(user))
    return {nullptr, 1};
  unsigned other = user->getOperand(0) == getY() ? 1 : 0;
  std::optional<double> scalar = readFloatScalar(user->getOperand(other));
  if (!scalar || !std::isfinite(*scalar) || !(*scalar > 0) ||
      user->getResult(0).getType() != getY().getType() || (divides && !other))
    return {nullptr, 1};
  return {user, divides ? 1 / *scalar : *scalar};
}

LogicalResult SoftmaxOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> shape = shapeOf(getInput());
  if (failed(normalizeAxis(*this, "axis", getAxis(), shape.size())))
    return failure();
  shapes.push_back(Shape(shape));
  return success();
}

/// The axes to reduce, from the operand that may hold them.
static FailureOr<Shape> computeReducedDims(ReduceMeanOp op, int64_t rank,
                                           ArrayRef<int64_t> axes) {
  if (!axes.empty())
    return normalizeAxes(op, "axes", axes, rank);
  if (op.getNoopWithEmptyAxes())
    return Shape();
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

std::optional<Shape> ReduceMeanOp::getReducedDims() {
  auto type = dyn_cast<RankedTensorType>(getData().getType());
  std::optional<Shape> axes = getAxes() ? readIntegers(getAxes()) : Shape();
  if (!type || !axes)
    return std::nullopt;
  FailureOr<Shape> dims = computeReducedDims(*this, type.getRank(), *axes);
  return succeeded(dims) ? std::optional(*dims) : std::nullopt;
}

LogicalResult ReduceMeanOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData());
  std::optional<Shape> axes = getAxes() ? readIntegers(getAxes()) : Shape();
  if (!axes) {
    shapes.push_back(std::nullopt);
    return success();
  }
  FailureOr<Shape> dims = computeReducedDims(*this, input.size(), *axes);
  if (failed(dims))
    return failure();
  Shape shape;
  for (auto [i, size] : llvm::enumerate(input)) {
    if (!llvm::is_contained(*dims, static_cast<int64_t>(i)))
      shape.push_back(size);
    else if (getKeepdims())
      shape.push_back(1);
  }
  shapes.push_back(shape);
  return success();
}
