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

static bool isUnsigned(Type type) {
  return type.isUnsignedInteger(8) || type.isUnsignedInteger(16);
}

static bool isUnsigned(Value value) {
  return value && isUnsigned(getElementTypeOrSelf(value));
}

/// The signed type as wide as `type`.
static IntegerType getSigned(Type type) {
  return IntegerType::get(type.getContext(), type.getIntOrFloatBitWidth());
}

/// A constant of unsigned integers, less half of their range. `bytes` are
/// little endian.
static Value makeShifted(OpBuilder &b, Location loc, ArrayRef<int64_t> shape,
                         IntegerType type, MutableArrayRef<char> bytes) {
  size_t size = type.getWidth() / 8;
  for (size_t i = size - 1; i < bytes.size(); i += size)
    bytes[i] = static_cast<char>(bytes[i] ^ 0x80);
  return onnx::ConstantOp::create(
      b, loc,
      onnx::makeElements(RankedTensorType::get(shape, type), bytes,
                         onnx::getNodeName(loc)));
}

/// The integers of a constant unsigned tensor less half of their range; null if
/// it has none.
static Value shiftConstant(OpBuilder &b, Value integers) {
  ElementsAttr elements = onnx::getConstantElements(integers);
  auto bytes = elements ? onnx::readBytes(elements) : std::nullopt;
  if (!bytes)
    return {};
  auto type = cast<RankedTensorType>(integers.getType());
  return makeShifted(b, integers.getLoc(), type.getShape(),
                     getSigned(type.getElementType()), *bytes);
}

static bool isConstantOrAbsent(Value value) {
  return !value || onnx::getConstantElements(value);
}

/// Operators that move or choose elements of any integer type, and keep the
/// order of unsigned ones when all are shifted.
static bool movesElements(Operation *op) {
  return isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, onnx::ReshapeOp,
             onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp,
             onnx::UnsqueezeOp, onnx::ConcatOp, onnx::SliceOp>(op) &&
         op->getNumResults() == 1;
}

namespace {
/// The unsigned tensors that can become signed with all that read and make
/// them.
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

/// Gives a QuantizeLinear or DequantizeLinear, whose integers become `type`,
/// the zero point less half of their range.
static void shiftZeroPoint(OpBuilder &b, Operation *op, Value scale,
                           Value zeroPoint, IntegerType type) {
  b.setInsertionPoint(op);
  auto shape = cast<RankedTensorType>(scale.getType()).getShape();
  SmallVector<char> zeros(
      ShapedType::getNumElements(shape) * type.getWidth() / 8, 0);
  Value shifted = zeroPoint ? shiftConstant(b, zeroPoint)
                            : makeShifted(b, op->getLoc(), shape, type, zeros);
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
    shiftZeroPoint(b, &op, dequantize.getXScale(), dequantize.getXZeroPoint(),
                   getSigned(getElementTypeOrSelf(dequantize.getX())));
    if (constant)
      dequantize.getXMutable().set(constant);
  }
  for (Operation *producer : tensors.getProducers()) {
    Value result = producer->getResult(0);
    IntegerType type = getSigned(getElementTypeOrSelf(result));
    result.setType(cast<RankedTensorType>(result.getType()).clone(type));
    if (auto quantize = dyn_cast<onnx::QuantizeLinearOp>(producer))
      shiftZeroPoint(b, producer, quantize.getYScale(),
                     quantize.getYZeroPoint(), type);
  }
}
