// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Elements that stand elsewhere in an operand: slices, pads, tables.

#include "targets/opencl/ElementCode.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

FailureOr<std::string> ElementCode::gather(Operation *operation,
                                           const Place &at) {
  auto op = mlir::cast<tosa::GatherOp>(operation);
  if (lanes > 1)
    return failure();
  SmallVector<std::string> coordinates = getCoordinates(op.getType(), at);
  RankedTensorType values = getType(op.getValues());
  Place from =
      getPlace(op.getIndices().getType(), {coordinates[0], coordinates[1]});
  Result index = get(op.getIndices(), from);
  if (failed(index))
    return failure();
  // Whatever the indices are, nothing outside the table is read.
  std::string row =
      llvm::formatv("clamp({0}, 0, {1})", *index, values.getDimSize(1) - 1);
  return get(op.getValues(),
             getPlace(values, {coordinates[0], row, coordinates[2]}));
}

static SmallVector<int64_t> readShape(Value value) {
  DenseIntElementsAttr attr;
  matchPattern(value, m_Constant(&attr));
  return llvm::map_to_vector(
      attr, [](const APInt &number) { return number.getSExtValue(); });
}

/// The element of the operand that stands at `at` in the result.
FailureOr<std::string> ElementCode::move(Operation *op, const Place &at) {
  if (lanes > 1)
    return failure();
  SmallVector<std::string> to = getCoordinates(op->getResult(0).getType(), at);
  if (isa<tosa::ConcatOp>(op))
    return concat(op, to);
  if (isa<tosa::PadOp>(op))
    return pad(op, to);
  RankedTensorType type = getType(op->getOperand(0));
  SmallVector<std::string> from = to;
  if (auto slice = dyn_cast<tosa::SliceOp>(op)) {
    for (auto [coordinate, start] :
         llvm::zip_equal(from, readShape(slice.getStart())))
      if (start)
        coordinate += " + " + std::to_string(start);
  } else if (auto transpose = dyn_cast<tosa::TransposeOp>(op)) {
    for (auto [index, perm] : llvm::enumerate(transpose.getPerms()))
      from[perm] = to[index];
  } else if (auto reverse = dyn_cast<tosa::ReverseOp>(op)) {
    std::string &coordinate = from[reverse.getAxis()];
    coordinate = llvm::formatv(
        "{0} - ({1})", type.getDimSize(reverse.getAxis()) - 1, coordinate);
  } else {
    for (auto [coordinate, size] : llvm::zip_equal(from, type.getShape()))
      coordinate =
          size == 1 ? "0" : "(" + coordinate + ") % " + std::to_string(size);
  }
  return get(op->getOperand(0), getPlace(type, from));
}

FailureOr<std::string> ElementCode::pad(Operation *op,
                                        ArrayRef<std::string> at) {
  auto pad = mlir::cast<tosa::PadOp>(op);
  SmallVector<int64_t> padding = readShape(pad.getPadding());
  RankedTensorType type = getType(pad.getInput1());
  SmallVector<std::string> from;
  std::string inside = "true";
  for (auto [index, size] : llvm::enumerate(type.getShape())) {
    std::string coordinate =
        name("int", at[index] + " - " + std::to_string(padding[2 * index]));
    if (padding[2 * index] || padding[2 * index + 1])
      inside += llvm::formatv(" && {0} >= 0 && {0} < {1}", coordinate, size);
    from.push_back(llvm::formatv("clamp({0}, 0, {1})", coordinate, size - 1));
  }
  Result x = get(pad.getInput1(), getPlace(type, from));
  Result value = getSplat(pad.getPadConst(), {"0", "0"});
  if (failed(x) || failed(value))
    return failure();
  return name(typeName(type), inside + " ? " + *x + " : " + *value);
}

FailureOr<std::string> ElementCode::concat(Operation *op,
                                           ArrayRef<std::string> at) {
  int64_t axis = mlir::cast<tosa::ConcatOp>(op).getAxis();
  int64_t begin = 0;
  std::string chosen;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    RankedTensorType type = getType(operand);
    SmallVector<std::string> from(at);
    int64_t size = type.getDimSize(axis);
    from[axis] =
        llvm::formatv("clamp({0} - {1}, 0, {2})", at[axis], begin, size - 1);
    Result x = get(operand, getPlace(type, from));
    if (failed(x))
      return failure();
    begin += size;
    chosen +=
        index + 1 == op->getNumOperands()
            ? *x
            : llvm::formatv("{0} < {1} ? {2} : ", at[axis], begin, *x).str();
  }
  return name(typeName(op->getResult(0).getType()), chosen);
}
