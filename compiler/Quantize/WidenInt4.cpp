// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Passes.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_WIDENINT4
#include "compiler/Quantize/Passes.h.inc"
} // namespace sluice

using namespace sluice;

namespace {
struct WidenInt4 : sluice::impl::WidenInt4Base<WidenInt4> {
  void runOnOperation() override;
};
} // namespace

static bool isFourBits(Value value) {
  return value && getElementTypeOrSelf(value).isInteger(4);
}

/// The int8 constant of `integers`, a constant of four bits; uint4 less 8.
static Value widen(OpBuilder &b, Value integers) {
  auto values = onnx::readIntegers(integers);
  if (!values)
    return {};
  int64_t offset = getElementTypeOrSelf(integers).isUnsignedInteger() ? 8 : 0;
  SmallVector<char> bytes;
  for (int64_t value : *values)
    bytes.push_back(static_cast<char>(value - offset));
  auto type = cast<RankedTensorType>(integers.getType()).clone(b.getI8Type());
  Location loc = integers.getLoc();
  return onnx::ConstantOp::create(
      b, loc, onnx::makeElements(type, bytes, onnx::getNodeName(loc)));
}

/// The zero point of uint4 integers that have none, less 8.
static Value makeZeroPoint(OpBuilder &b, Location loc, Value scale) {
  auto type = cast<RankedTensorType>(scale.getType()).clone(b.getI8Type());
  SmallVector<char> bytes(type.getNumElements(), -8);
  return onnx::ConstantOp::create(
      b, loc, onnx::makeElements(type, bytes, onnx::getNodeName(loc)));
}

void WidenInt4::runOnOperation() {
  OpBuilder b(&getContext());
  getOperation().walk([&](onnx::DequantizeLinearOp op) {
    if (!isFourBits(op.getX()))
      return;
    b.setInsertionPoint(op);
    bool isUnsigned = getElementTypeOrSelf(op.getX()).isUnsignedInteger();
    Value integers = widen(b, op.getX()), zeroPoint = op.getXZeroPoint();
    if (zeroPoint)
      zeroPoint = widen(b, zeroPoint);
    else if (isUnsigned)
      zeroPoint = makeZeroPoint(b, op.getLoc(), op.getXScale());
    if (!integers || (op.getXZeroPoint() && !zeroPoint))
      return;
    SmallVector<Value> operands{integers, op.getXScale()};
    if (zeroPoint)
      operands.push_back(zeroPoint);
    op->setOperands(operands);
  });
}
