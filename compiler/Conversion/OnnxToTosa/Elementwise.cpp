// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that work element by element.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/BatchNorm.h"
#include "dialects/Onnx/Constants.h"

#include <limits>

using namespace mlir;

namespace sluice {

/// Both operands in one order of dimensions and of one rank: the first one's
/// order if it has the result's rank.
std::pair<Mapped, Value> Converter::getAligned(TosaBuilder &b, Value x, Value y,
                                               int64_t rank) {
  auto getWithRank = [&](Value value) -> Value {
    SmallVector<int64_t> shape(rank - getShape(value).size(), 1);
    llvm::append_range(shape, getShape(value));
    return b.reshape(getCanonical(value), shape);
  };
  Mapped first = get(x);
  if (first.flat || static_cast<int64_t>(first.perm.size()) != rank)
    first = {getWithRank(x), getIdentity(rank), std::nullopt};
  Mapped second = get(y);
  if (!second.flat && second.perm == first.perm)
    return {first, second.value};
  // The dimension of `second` that lies where `first` has its physical
  // dimension p.
  SmallVector<int64_t> logicalAt(rank);
  for (auto [logical, physical] : llvm::enumerate(first.perm))
    logicalAt[physical] = logical;
  return {first, permute(b, getWithRank(y), logicalAt)};
}

template <typename Op> LogicalResult Converter::convertBinary(Operation *op) {
  Type elementType =
      cast<ShapedType>(op->getResult(0).getType()).getElementType();
  if (!elementType.isF32())
    return op->emitOpError("computes in ")
           << elementType << "; only float32 is supported";
  TosaBuilder b = at(op);
  Value x = op->getOperand(0), y = op->getOperand(1);
  int64_t rank = getShape(op->getResult(0)).size();
  bool swapped =
      getConstant(x) || static_cast<int64_t>(getShape(x).size()) != rank;
  auto [first, second] =
      swapped ? getAligned(b, y, x, rank) : getAligned(b, x, y, rank);
  Value lhs = swapped ? second : first.value,
        rhs = swapped ? first.value : second;
  Value result;
  if constexpr (std::is_same_v<Op, tosa::MulOp>)
    result = b.mul(lhs, rhs);
  else if constexpr (std::is_same_v<Op, tosa::ReciprocalOp>)
    result = b.mul(lhs, b.unary<tosa::ReciprocalOp>(rhs)); // a division
  else
    result = b.binary<Op>(lhs, rhs);
  set(op->getResult(0), Mapped{result, first.perm, std::nullopt});
  nameOutput(op, result);
  return success();
}
template LogicalResult Converter::convertBinary<tosa::SubOp>(Operation *);
template LogicalResult Converter::convertBinary<tosa::MulOp>(Operation *);
template LogicalResult
Converter::convertBinary<tosa::ReciprocalOp>(Operation *);

/// Residual add in integers: integers.md, section 4.
LogicalResult Converter::convert(onnx::AddOp op) {
  std::optional<Quantization> out = getQuantization(op.getType());
  if (!out)
    return convertBinary<tosa::AddOp>(op);
  std::optional<Quantization> a = getQuantization(op.getOperand(0).getType()),
                              c = getQuantization(op.getOperand(1).getType());
  if (!a || !c)
    return op.emitOpError("mixes quantized and float operands");
  auto factors = getAddFactors(a->scales[0] / out->scales[0],
                               c->scales[0] / out->scales[0], a->bits);
  if (!factors)
    return op.emitOpError("adds integer tensors of scales ")
           << a->scales[0] << " and " << c->scales[0] << " to one of "
           << out->scales[0] << ", too far apart; calibrate again";
  TosaBuilder b = at(op);
  int64_t rank = getShape(op.getResult()).size();
  auto [x, y] = getAligned(b, op.getOperand(0), op.getOperand(1), rank);
  Value acc = b.binary<tosa::AddOp>(
      b.multiplyExactly(x.value, a->zeroPoint, factors->first),
      b.multiplyExactly(y, c->zeroPoint, factors->second));
  Value result =
      clampAsAsked(op, b.requantize(acc, factors->output, out->zeroPoint,
                                    builder.getIntegerType(out->bits)));
  set(op.getResult(), Mapped{result, x.perm, std::nullopt});
  nameOutput(op, result);
  return success();
}

/// The TOSA form of a float activation function of one operand.
static Value emitActivation(TosaBuilder &b, Operation *op, Value x) {
  int64_t rank = getShape(x).size();
  auto limit = [&](Value v, float low, float high) {
    return b.clamp(v, b.getBuilder().getF32FloatAttr(low),
                   b.getBuilder().getF32FloatAttr(high));
  };
  constexpr float unbounded = std::numeric_limits<float>::infinity();
  auto line = [&](Value v, float slope, float offset) {
    return b.binary<tosa::AddOp>(b.mul(v, b.scalar<float>(slope, rank)),
                                 b.scalar<float>(offset, rank));
  };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](onnx::ReluOp) { return limit(x, 0, unbounded); })
      .Case([&](onnx::SigmoidOp) { return b.unary<tosa::SigmoidOp>(x); })
      .Case([&](onnx::TanhOp) { return b.unary<tosa::TanhOp>(x); })
      .Case([&](onnx::ErfOp) { return b.unary<tosa::ErfOp>(x); })
      .Case([&](onnx::SwishOp swish) {
        float alpha = swish.getAlpha().convertToFloat();
        return b.mul(x, b.unary<tosa::SigmoidOp>(
                            b.mul(x, b.scalar<float>(alpha, rank))));
      })
      .Case([&](onnx::EluOp elu) {
        Value below =
            line(b.unary<tosa::ExpOp>(limit(x, -unbounded, 0)), 1, -1);
        float alpha = elu.getAlpha().convertToFloat();
        return b.binary<tosa::AddOp>(
            limit(x, 0, unbounded), b.mul(below, b.scalar<float>(alpha, rank)));
      })
      .Case([&](onnx::GeluOp gelu) {
        auto times = [&](Value v, float factor) {
          return b.mul(v, b.scalar<float>(factor, rank));
        };
        Value share;
        if (gelu.getTanh()) {
          Value cube = b.mul(b.mul(x, x), x);
          Value sum = b.binary<tosa::AddOp>(x, times(cube, 0.044715f));
          share = b.unary<tosa::TanhOp>(times(sum, 0.7978845608f));
        } else {
          share = b.unary<tosa::ErfOp>(times(x, 0.7071067812f));
        }
        return b.mul(x, line(share, 0.5f, 0.5f));
      })
      .Case([&](onnx::LeakyReluOp relu) {
        Value negative =
            b.mul(limit(x, -unbounded, 0),
                  b.scalar<float>(relu.getAlpha().convertToFloat(), rank));
        return b.binary<tosa::AddOp>(limit(x, 0, unbounded), negative);
      })
      .Case([&](onnx::HardSigmoidOp sigmoid) {
        return limit(line(x, sigmoid.getAlpha().convertToFloat(),
                          sigmoid.getBeta().convertToFloat()),
                     0, 1);
      })
      .Case([&](onnx::HardSwishOp) {
        return b.mul(x, limit(line(x, 1.0f / 6, 0.5f), 0, 1));
      });
}

LogicalResult Converter::convertActivation(Operation *op) {
  if (getQuantization(op->getResult(0).getType()))
    return isa<onnx::ReluOp>(op) ? convertRescale(op) : convertTable(op);
  TosaBuilder b = at(op);
  Mapped mapped = get(op->getOperand(0));
  if (!cast<ShapedType>(mapped.value.getType()).getElementType().isF32())
    return op->emitOpError("computes in ")
           << mapped.value.getType() << "; only float32 is supported";
  mapped.value = emitActivation(b, op, mapped.value);
  set(op->getResult(0), mapped);
  if (!mapped.flat)
    nameOutput(op, mapped.value);
  return success();
}

LogicalResult Converter::convert(onnx::ClipOp op) {
  if (getQuantization(op.getType()))
    return convertRescale(op);
  // ONNX's defaults, which clamp infinity too.
  constexpr double most = std::numeric_limits<float>::max();
  auto bound = [&](Value value, double absent) {
    return value ? onnx::readFloatScalar(value) : std::optional<double>(absent);
  };
  std::optional<double> low = bound(op.getMin(), -most),
                        high = bound(op.getMax(), most);
  if (!low || !high)
    return op.emitOpError("has bounds that are not constant");
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getInput());
  // The upper bound wins where they cross.
  mapped.value =
      b.clamp(mapped.value, builder.getF32FloatAttr(std::min(*low, *high)),
              builder.getF32FloatAttr(*high));
  set(op.getOutput(), mapped);
  if (!mapped.flat)
    nameOutput(op, mapped.value);
  return success();
}

LogicalResult Converter::convert(onnx::DropoutOp op) {
  if (op.getMask() && !op.getMask().use_empty())
    return op.emitOpError("asks for its mask, which is not supported");
  set(op.getOutput(), get(op.getData()));
  return success();
}

/// What is left after folding into convolutions: one multiplication and one
/// addition a channel.
LogicalResult Converter::convert(onnx::BatchNormalizationOp op) {
  std::optional<onnx::Affine> affine = onnx::getAffine(op);
  if (!affine)
    return op.emitOpError("has parameters that are not constant");
  auto type = cast<RankedTensorType>(op.getX().getType());
  if (!type.getElementType().isF32() || type.getRank() < 2)
    return op.emitOpError("stands alone on ")
           << type << "; only float32 of 2 or more dimensions is supported";
  SmallVector<float> slopes(affine->slopes.begin(), affine->slopes.end()),
      offsets(affine->offsets.begin(), affine->offsets.end());
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getX());
  if (mapped.flat)
    mapped = {materialize(mapped), getIdentity(type.getRank()), std::nullopt};
  SmallVector<int64_t> shape(type.getRank(), 1);
  shape[mapped.perm[1]] = static_cast<int64_t>(slopes.size());
  Value scaled = b.mul(mapped.value, b.constant<float>(shape, slopes));
  mapped.value =
      b.binary<tosa::AddOp>(scaled, b.constant<float>(shape, offsets));
  set(op.getY(), mapped);
  nameOutput(op, mapped.value);
  return success();
}

} // namespace sluice
