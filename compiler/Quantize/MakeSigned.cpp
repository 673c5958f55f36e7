// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Passes.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_MAKESIGNED
#include "compiler/Quantize/Passes.h.inc"
} // namespace sluice

using namespace sluice;

static bool isUnsigned(Value value) {
  return value && getElementTypeOrSelf(value).isUnsignedInteger(8);
}

static Value makeConstant(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                          ArrayRef<char> bytes) {
  auto type = RankedTensorType::get(shape, b.getI8Type());
  return onnx::ConstantOp::create(
      b, loc, onnx::makeElements(type, bytes, onnx::getNodeName(loc)));
}

/// The integers of a constant uint8 tensor less 128; null if it has none.
static Value shiftConstant(OpBuilder &b, Value integers) {
  ElementsAttr elements = onnx::getConstantElements(integers);
  auto bytes = elements ? onnx::readBytes(elements) : std::nullopt;
  if (!bytes)
    return {};
  for (char &byte : *bytes)
    byte = static_cast<char>(byte ^ 0x80);
  auto type = cast<RankedTensorType>(integers.getType());
  return makeConstant(b, integers.getLoc(), type.getShape(), *bytes);
}

static bool isConstantOrAbsent(Value value) {
  return !value || onnx::getConstantElements(value);
}

/// Operators that move or choose elements of any 8-bit type, and keep the order
/// of unsigned ones when all are shifted.
static bool movesElements(Operation *op) {
  return isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, onnx::ReshapeOp,
             onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp,
             onnx::UnsqueezeOp, onnx::ConcatOp, onnx::SliceOp>(op) &&
         op->getNumResults() == 1;
}

namespace {
/// The uint8 tensors that can become int8 with all that read and make them.
class SignedTensors {
public:
  explicit SignedTensors(Block &block);
  ArrayRef<Operation *> getProducers() const { return producers; }
  bool contains(Value value) const { return values.contains(value); }

private:
  bool fits(Operation *producer) const;

  SmallVector<Operation *> producers;
  llvm::DenseSet<Value> values;
};

struct MakeSigned : sluice::impl::MakeSignedBase<MakeSigned> {
  void runOnOperation() override;
};
} // namespace

SignedTensors::SignedTensors(Block &block) {
  for (Operation &op : block.without_terminator())
    if (op.getNumResults() == 1 && isUnsigned(op.getResult(0)) &&
        (isa<onnx::QuantizeLinearOp>(op) || movesElements(&op))) {
      producers.push_back(&op);
      values.insert(op.getResult(0));
    }
  // Each that does not fit may take others with it.
  for (bool changed = true; changed;) {
    changed = false;
    llvm::erase_if(producers, [&](Operation *producer) {
      if (fits(producer))
        return false;
      values.erase(producer->getResult(0));
      changed = true;
      return true;
    });
  }
}

bool SignedTensors::fits(Operation *producer) const {
  if (auto quantize = dyn_cast<onnx::QuantizeLinearOp>(producer)) {
    if (!isConstantOrAbsent(quantize.getYZeroPoint()))
      return false;
  } else {
    for (Value operand : producer->getOperands())
      if (isUnsigned(operand) && !contains(operand))
        return false;
  }
  return llvm::all_of(producer->getUsers(), [&](Operation *user) {
    if (auto dequantize = dyn_cast<onnx::DequantizeLinearOp>(user))
      return isConstantOrAbsent(dequantize.getXZeroPoint());
    return movesElements(user) && contains(user->getResult(0));
  });
}

/// Gives a QuantizeLinear or DequantizeLinear the zero point less 128.
static void shiftZeroPoint(OpBuilder &b, Operation *op, Value scale,
                           Value zeroPoint) {
  b.setInsertionPoint(op);
  auto shape = cast<RankedTensorType>(scale.getType()).getShape();
  SmallVector<char> zeros(ShapedType::getNumElements(shape),
                          static_cast<char>(-128));
  Value shifted = zeroPoint ? shiftConstant(b, zeroPoint)
                            : makeConstant(b, op->getLoc(), shape, zeros);
  op->setOperands({op->getOperand(0), scale, shifted});
}

void MakeSigned::runOnOperation() {
  Block &block = getOperation().getBody().front();
  SignedTensors tensors(block);
  OpBuilder b(&getContext());
  for (Operation &op : llvm::make_early_inc_range(block)) {
    auto dequantize = dyn_cast<onnx::DequantizeLinearOp>(op);
    if (!dequantize || !isUnsigned(dequantize.getX()) ||
        !isConstantOrAbsent(dequantize.getXZeroPoint()))
      continue;
    b.setInsertionPoint(&op);
    Value constant = shiftConstant(b, dequantize.getX());
    if (!constant && !tensors.contains(dequantize.getX()))
      continue;
    shiftZeroPoint(b, &op, dequantize.getXScale(), dequantize.getXZeroPoint());
    if (constant)
      dequantize.getXMutable().set(constant);
  }
  for (Operation *producer : tensors.getProducers()) {
    Value result = producer->getResult(0);
    result.setType(
        cast<RankedTensorType>(result.getType()).clone(b.getI8Type()));
    if (auto quantize = dyn_cast<onnx::QuantizeLinearOp>(producer))
      shiftZeroPoint(b, producer, quantize.getYScale(),
                     quantize.getYZeroPoint());
  }
}
