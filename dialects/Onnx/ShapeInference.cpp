// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/ShapeInference.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace sluice::onnx {
#include "dialects/Onnx/OnnxInterfaces.cpp.inc"

std::optional<int64_t> countElements(ArrayRef<int64_t> shape) {
  if (shape.size() > maxRank)
    return std::nullopt;
  // A zero makes the product zero, but must not hide what else is wrong.
  int64_t count = 1;
  bool empty = false;
  for (int64_t size : shape) {
    if (size < 0 || size > maxElements)
      return std::nullopt;
    if (size == 0) {
      empty = true;
      continue;
    }
    if (count > maxElements / size)
      return std::nullopt;
    count *= size;
  }
  return empty ? 0 : count;
}

std::string formatShape(ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  return llvm::join(llvm::map_range(shape,
                                    [](int64_t size) -> std::string {
                                      return ShapedType::isDynamic(size)
                                                 ? "?"
                                                 : std::to_string(size);
                                    }),
                    "x");
}

ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool hasStaticShape(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape();
}

FailureOr<int64_t> normalizeAxis(Operation *op, StringRef what, int64_t axis,
                                 int64_t rank) {
  if (axis >= -rank && axis < rank)
    return axis < 0 ? axis + rank : axis;
  return op->emitOpError() << what << " " << axis
                           << " is out of range for rank " << rank;
}

FailureOr<Shape> normalizeAxes(Operation *op, StringRef what,
                               ArrayRef<int64_t> axes, int64_t rank) {
  if (axes.size() > maxRank)
    return op->emitOpError() << what << " has " << axes.size() << " entries";
  Shape normal;
  for (int64_t axis : axes) {
    FailureOr<int64_t> one = normalizeAxis(op, what, axis, rank);
    if (failed(one))
      return failure();
    if (llvm::is_contained(normal, *one))
      return op->emitOpError()
             << what << " names dimension " << *one << " more than once";
    normal.push_back(*one);
  }
  llvm::sort(normal);
  return normal;
}

FailureOr<Shape> broadcast(Operation *op, ArrayRef<int64_t> a,
                           ArrayRef<int64_t> b) {
  Shape result(std::max(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) {
    int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return op->emitOpError() << "shapes " << formatShape(a) << " and "
                               << formatShape(b) << " do not broadcast";
    result[result.size() - 1 - i] = x == 1 ? y : x;
  }
  return result;
}

LogicalResult verifySameElementType(Operation *op, Value a, Value b) {
  Type x = getElementTypeOrSelf(a.getType());
  Type y = getElementTypeOrSelf(b.getType());
  if (x == y || isa<quant::QuantizedType>(x) || isa<quant::QuantizedType>(y))
    return success();
  return op->emitOpError() << "operands have different element types, " << x
                           << " and " << y;
}

/// The inferred shapes, one for each result and of sound size; no shapes at all
/// where an operand's shape is not known.
static FailureOr<ResultShapes> computeShapes(Operation *op) {
  ResultShapes shapes;
  if (!llvm::all_of(op->getOperands(), hasStaticShape))
    return shapes;
  for (Value operand : op->getOperands())
    if (!countElements(shapeOf(operand)))
      return op->emitOpError()
             << "operand of shape " << formatShape(shapeOf(operand))
             << " is too large";
  if (failed(cast<ShapeInference>(op).inferShapes(shapes)))
    return failure();
  assert(shapes.size() == op->getNumResults() && "one shape for each result");
  for (const std::optional<Shape> &shape : shapes)
    if (shape && !countElements(*shape))
      return op->emitOpError()
             << "result of shape " << formatShape(*shape) << " is too large";
  return shapes;
}

LogicalResult refineResultShapes(Operation *op) {
  FailureOr<ResultShapes> shapes = computeShapes(op);
  if (failed(shapes))
    return failure();
  for (auto [result, shape] : llvm::zip(op->getResults(), *shapes))
    if (shape)
      result.setType(RankedTensorType::get(
          *shape, getElementTypeOrSelf(result.getType())));
  return success();
}

LogicalResult detail::verifyResultShapes(Operation *op) {
  FailureOr<ResultShapes> shapes = computeShapes(op);
  if (failed(shapes))
    return failure();
  for (auto [result, shape] : llvm::zip(op->getResults(), *shapes)) {
    if (!shape || succeeded(verifyCompatibleShape(
                      result.getType(),
                      RankedTensorType::get(
                          *shape, getElementTypeOrSelf(result.getType())))))
      continue;
    return op->emitOpError()
           << "result #" << result.getResultNumber() << " has the type "
           << result.getType() << ", but the operands give the shape "
           << formatShape(*shape);
  }
  return success();
}

} // namespace sluice::onnx
