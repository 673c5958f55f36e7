// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between float and integers, and what these need beside it:
// docs/spec/integers.md.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "compiler/Support/Activations.h"
#include "dialects/Onnx/Constants.h"

#include <cmath>

using namespace mlir;

namespace sluice {

std::optional<Quantization> getQuantization(Type type) {
  Type elementType = getElementTypeOrSelf(type);
  if (auto uniform = dyn_cast<quant::UniformQuantizedType>(elementType))
    return Quantization{{uniform.getScale()},
                        uniform.getZeroPoint(),
                        uniform.getStorageTypeIntegralWidth()};
  if (auto perAxis =
          dyn_cast<quant::UniformQuantizedPerAxisType>(elementType)) {
    // Zero points of an axis must agree: there is one in the arithmetic.
    ArrayRef<int64_t> zeroPoints = perAxis.getZeroPoints();
    if (llvm::all_equal(zeroPoints))
      return Quantization{llvm::to_vector(perAxis.getScales()),
                          zeroPoints.front(),
                          perAxis.getStorageTypeIntegralWidth()};
  }
  return std::nullopt;
}

/// The ends that `onnx.clamp` leaves to the integers of `bits` that `op`
/// yields.
static std::pair<int64_t, int64_t> getEnds(Operation *op, unsigned bits) {
  int64_t low = llvm::minIntN(bits), high = llvm::maxIntN(bits);
  auto clamp = op->getAttrOfType<DenseI64ArrayAttr>("onnx.clamp");
  if (!clamp)
    return {low, high};
  return {std::max(low, clamp[0]), std::min(high, clamp[1])};
}

Value Converter::clampAsAsked(Operation *op, Value x) {
  Type type = getElementTypeOrSelf(x);
  unsigned bits = type.getIntOrFloatBitWidth();
  auto [low, high] = getEnds(op, bits);
  if (low == llvm::minIntN(bits) && high == llvm::maxIntN(bits))
    return x;
  return at(op).clamp(x, builder.getIntegerAttr(type, low),
                      builder.getIntegerAttr(type, high));
}

FailureOr<Value> Converter::requantize(Operation *op, Value acc,
                                       ArrayRef<double> factors,
                                       ArrayRef<double> worst) {
  SmallVector<Multiplier> multipliers;
  // Sums of int8 wrap at 32 bits; wider ones must not need to.
  bool wraps = getElementTypeOrSelf(acc).isInteger(32);
  for (auto [k, factor] : llvm::enumerate(factors)) {
    std::optional<Multiplier> multiplier = getMultiplier(factor);
    if (!multiplier)
      return op->emitOpError("needs a scale factor of ")
             << factor << " for output channel " << k
             << ", which is not in (0, 2^13); calibrate again";
    double sum = worst[worst.size() == 1 ? 0 : k];
    double largest =
        std::ldexp(sum * multiplier->multiplier, -multiplier->shift);
    if (!(wraps && multiplier->shift >= 15) &&
        !(largest < 2147483647.0 && sum < std::ldexp(1.0, 47)))
      return op->emitOpError("can leave 32 bits when output channel ")
             << k << " is scaled by " << factor << "; calibrate again";
    multipliers.push_back(*multiplier);
  }
  Quantization out = *getQuantization(op->getResult(0).getType());
  return clampAsAsked(op, at(op).requantize(acc, multipliers, out.zeroPoint,
                                            builder.getIntegerType(out.bits)));
}

static bool isUsableScale(double scale) {
  return std::isfinite(scale) && scale > 0;
}

/// quantize-make-signed leaves unsigned integers only where others than these
/// operators see them.
static LogicalResult checkSigned(Operation *op, Type type) {
  if (!type.isUnsignedInteger())
    return success();
  return op->emitOpError("works on uint")
         << type.getIntOrFloatBitWidth()
         << ", which is supported inside a model only; make its inputs and "
            "outputs int8 or float32";
}

LogicalResult Converter::convert(onnx::QuantizeLinearOp op) {
  std::optional<double> scale = onnx::readFloatScalar(op.getYScale());
  auto zeroPoint = op.getYZeroPoint()
                       ? onnx::readIntegers(op.getYZeroPoint())
                       : std::optional<SmallVector<int64_t>>({0});
  Type target = cast<ShapedType>(op.getType()).getElementType();
  if (failed(checkSigned(op, target)))
    return failure();
  if (!scale || !zeroPoint || zeroPoint->size() != 1 ||
      !(target.isSignlessInteger(8) || target.isSignlessInteger(16)))
    return op.emitOpError(
        "must have one constant scale and make int8 or int16");
  if (!isUsableScale(*scale))
    return op.emitOpError("has a scale of ")
           << *scale << "; it must be positive and finite";
  if (!cast<ShapedType>(op.getX().getType()).getElementType().isF32())
    return op.emitOpError("quantizes ")
           << op.getX().getType() << "; only float32 is supported";
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getX());
  int64_t rank = getShape(mapped.value).size();
  // integers.md section 5.
  auto inverse = static_cast<float>(1.0 / *scale);
  Value rounded = b.cast(b.mul(mapped.value, b.scalar<float>(inverse, rank)),
                         builder.getI32Type());
  // Bounded first: the zero point can not then carry a saturated value around.
  auto zero = static_cast<int32_t>(zeroPoint->front());
  unsigned bits = target.getIntOrFloatBitWidth();
  auto low = static_cast<int32_t>(llvm::minIntN(bits)),
       high = static_cast<int32_t>(llvm::maxIntN(bits));
  Value bounded = b.binary<tosa::MinimumOp>(
      b.binary<tosa::MaximumOp>(rounded, b.scalar<int32_t>(low - zero, rank)),
      b.scalar<int32_t>(high - zero, rank));
  Value shifted = b.binary<tosa::AddOp>(bounded, b.scalar<int32_t>(zero, rank));
  mapped.value = b.cast(shifted, target);
  set(op.getY(), mapped);
  if (!mapped.flat)
    nameOutput(op, mapped.value);
  return success();
}

LogicalResult Converter::convert(onnx::DequantizeLinearOp op) {
  std::optional<double> scale = onnx::readFloatScalar(op.getXScale());
  auto zeroPoint = op.getXZeroPoint()
                       ? onnx::readIntegers(op.getXZeroPoint())
                       : std::optional<SmallVector<int64_t>>({0});
  Type source = cast<ShapedType>(op.getX().getType()).getElementType();
  if (failed(checkSigned(op, source)))
    return failure();
  if (!scale || !zeroPoint || zeroPoint->size() != 1 ||
      !(source.isSignlessInteger(8) || source.isSignlessInteger(16) ||
        source.isSignlessInteger(32)))
    return op.emitOpError(
        "must have one constant scale and take int8, int16 or int32");
  if (!isUsableScale(*scale))
    return op.emitOpError("has a scale of ")
           << *scale << "; it must be positive and finite";
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getX());
  int64_t rank = getShape(mapped.value).size();
  Value x = source.isInteger(32) ? mapped.value
                                 : b.cast(mapped.value, builder.getI32Type());
  Value centred = b.binary<tosa::SubOp>(
      x, b.scalar<int32_t>(static_cast<int32_t>(zeroPoint->front()), rank));
  mapped.value = b.mul(b.cast(centred, builder.getF32Type()),
                       b.scalar<float>(static_cast<float>(*scale), rank));
  set(op.getY(), mapped);
  if (!mapped.flat)
    nameOutput(op, mapped.value);
  return success();
}

/// Storage is what TOSA computes on: nothing to do.
LogicalResult Converter::convert(quant::StorageCastOp op) {
  if (getConstant(op.getInput()))
    return success();
  set(op.getResult(), get(op.getInput()));
  return success();
}

/// integers.md section 4, softmax.
LogicalResult Converter::convertQuantizedSoftmax(onnx::SoftmaxOp op) {
  Quantization in = *getQuantization(op.getInput().getType()),
               out = *getQuantization(op.getType());
  TosaBuilder b = at(op);
  SmallVector<int64_t> shape(getShape(op.getInput()));
  auto axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0)
    axis += shape.size();
  if (axis + 1 != static_cast<int64_t>(shape.size()))
    return op.emitOpError(
               "in int8 works on the last dimension only, not on axis ")
           << axis;
  int64_t count = shape.back(),
          rows = ShapedType::getNumElements(shape) / count;
  if (count > 1023 || out.scales[0] < 1.0 / 256)
    return op.emitOpError("in int8 takes at most 1023 values and an output "
                          "scale of at least 1/256, not ")
           << count << " and " << out.scales[0];
  Type i32 = builder.getI32Type();
  Value x = b.cast(b.reshape(getCanonical(op.getInput()), {rows, count}), i32);
  Value distance = b.binary<tosa::SubOp>(b.reduce<tosa::ReduceMaxOp>(x, 1), x);
  std::array<int32_t, 256> table = getSoftmaxTable(in.scales[0]);
  Value entries = b.constant<int32_t>({1, 256, 1}, ArrayRef<int32_t>(table));
  Value powers = b.reshape(
      b.gather(entries, b.reshape(distance, {1, rows * count})), {rows, count});
  Value sum = b.reduce<tosa::ReduceSumOp>(powers, 1);
  auto unit = static_cast<int32_t>(std::floor(64.0 / out.scales[0] + 0.5));
  auto scalar = [&](int64_t value) {
    return b.scalar<int32_t>(static_cast<int32_t>(value), 2);
  };
  Value numerator = b.binary<tosa::AddOp>(b.mul(powers, scalar(unit)),
                                          b.mul(sum, scalar(32)));
  Value quotient = b.binary<tosa::IntDivOp>(numerator, b.mul(sum, scalar(64)));
  Value shifted = b.binary<tosa::AddOp>(quotient, scalar(out.zeroPoint));
  Value bounded = b.binary<tosa::MinimumOp>(
      b.binary<tosa::MaximumOp>(shifted, scalar(-128)), scalar(127));
  Value y = b.cast(bounded, builder.getI8Type());
  nameOutput(op, y);
  set(op.getOutput(), b.reshape(y, shape));
  return success();
}

/// An activation function other than a clamp: 256 entries.
LogicalResult Converter::convertTable(Operation *op) {
  Quantization in = *getQuantization(op->getOperand(0).getType()),
               out = *getQuantization(op->getResult(0).getType());
  auto [low, high] = getEnds(op, 8);
  SmallVector<int8_t> entries;
  for (int q = -128; q < 128; ++q) {
    double real = in.scales[0] * static_cast<double>(q - in.zeroPoint);
    double value =
        std::nearbyint(evaluateActivation(op, real) / out.scales[0]) +
        static_cast<double>(out.zeroPoint);
    entries.push_back(static_cast<int8_t>(std::clamp(
        value, static_cast<double>(low), static_cast<double>(high))));
  }
  Mapped mapped = get(op->getOperand(0));
  mapped.value = at(op).table(mapped.value, entries);
  set(op->getResult(0), mapped);
  if (!mapped.flat)
    nameOutput(op, mapped.value);
  return success();
}

/// A sum of one tap (integers.md section 6), where the scale changes at all.
FailureOr<Value> Converter::changeScale(Operation *op, Value x, Type from) {
  std::optional<Quantization> in = getQuantization(from),
                              out = getQuantization(op->getResult(0).getType());
  if (!in || !out ||
      (in->scales == out->scales && in->zeroPoint == out->zeroPoint &&
       in->bits == out->bits))
    return clampAsAsked(op, x);
  TosaBuilder b = at(op);
  SmallVector<int64_t> shape(getShape(x));
  int64_t channels = shape.empty() ? 1 : shape.back(),
          count = ShapedType::getNumElements(shape);
  SmallVector<int64_t> image =
      shape.size() == 4
          ? shape
          : SmallVector<int64_t>{1, count / channels, 1, channels};
  Value ones = b.constant<int8_t>({1, 1, channels, 1}, int8_t(1));
  Value acc = b.depthwise(b.reshape(x, image), ones,
                          b.sums(x, SmallVector<int64_t>(channels, 0)),
                          pointWindow, in->zeroPoint);
  FailureOr<Value> y =
      requantize(op, acc, in->scales[0] / out->scales[0], in->getReach());
  if (failed(y))
    return failure();
  return b.reshape(*y, shape);
}

LogicalResult Converter::convertRescale(Operation *op) {
  Mapped mapped = get(op->getOperand(0));
  FailureOr<Value> y =
      changeScale(op, mapped.value, op->getOperand(0).getType());
  if (failed(y))
    return failure();
  if (*y != mapped.value && !mapped.flat) {
    set(op->getResult(0), Mapped{*y, mapped.perm, std::nullopt});
    Operation *made = (*y).getDefiningOp();
    // The reshape that restores the rank is not the layer.
    if (auto reshape = dyn_cast<tosa::ReshapeOp>(made))
      made = reshape.getInput1().getDefiningOp();
    nameOutput(op, made->getResult(0));
  }
  mapped.value = *y;
  set(op->getResult(0), mapped);
  return success();
}

} // namespace sluice
