// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/OnnxToTosa/TosaBuilder.h"

using namespace mlir;

namespace sluice {

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

Value TosaBuilder::constant(ElementsAttr values) {
  return tosa::ConstOp::create(
      b, loc, cast<RankedTensorType>(values.getShapedType()), values);
}

Value TosaBuilder::constShape(ArrayRef<int64_t> values) {
  auto type =
      tosa::shapeType::get(b.getContext(), static_cast<int>(values.size()));
  return tosa::ConstShapeOp::create(b, loc, type, b.getIndexTensorAttr(values));
}

Value TosaBuilder::reshape(Value x, ArrayRef<int64_t> shape) {
  if (getType(x).getShape() == shape)
    return x;
  return tosa::ReshapeOp::create(b, loc, getType(x).clone(shape), x,
                                 constShape(shape));
}

Value TosaBuilder::transpose(Value x, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(getType(x).getDimSize(dim));
  SmallVector<int32_t> perms(perm);
  return tosa::TransposeOp::create(b, loc, getType(x).clone(shape), x, perms);
}

Value TosaBuilder::slice(Value x, ArrayRef<int64_t> start,
                         ArrayRef<int64_t> size) {
  if (getType(x).getShape() == size)
    return x;
  return tosa::SliceOp::create(b, loc, getType(x).clone(size), x,
                               constShape(start), constShape(size));
}

Value TosaBuilder::concat(ValueRange parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  SmallVector<int64_t> shape(getType(parts.front()).getShape());
  shape[axis] = 0;
  for (Value part : parts)
    shape[axis] += getType(part).getDimSize(axis);
  return tosa::ConcatOp::create(b, loc, getType(parts.front()).clone(shape),
                                parts, static_cast<uint32_t>(axis));
}

Value TosaBuilder::pad(Value x, ArrayRef<int64_t> pads, Value value) {
  SmallVector<int64_t> shape(getType(x).getShape());
  for (auto [dim, size] : llvm::enumerate(shape))
    size += pads[2 * dim] + pads[2 * dim + 1];
  return tosa::PadOp::create(b, loc, getType(x).clone(shape), x,
                             constShape(pads), value);
}

Value TosaBuilder::zeroPoint(Type elementType, int64_t value) {
  auto type = RankedTensorType::get({1}, elementType);
  if (isa<FloatType>(elementType))
    return constant(
        DenseElementsAttr::get(type, b.getFloatAttr(elementType, 0)));
  return constant(
      DenseElementsAttr::get(type, b.getIntegerAttr(elementType, value)));
}

Value TosaBuilder::zeroPointOf(Value x, int64_t zeroPoint) {
  return this->zeroPoint(getType(x).getElementType(), zeroPoint);
}

Value TosaBuilder::sums(Value x, ArrayRef<int64_t> values) {
  unsigned bits = getType(x).getElementType().isInteger(16) ? 48 : 32;
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    b.getIntegerType(bits));
  SmallVector<APInt> integers;
  for (int64_t value : values)
    integers.emplace_back(bits, value, /*isSigned=*/true);
  return constant(DenseElementsAttr::get(type, integers));
}

static int64_t getOutputSize(const TosaWindow &window, int64_t input, int dim) {
  int64_t padded = input + window.pad[2 * dim] + window.pad[2 * dim + 1];
  int64_t span = window.dilation[dim] * (window.kernel[dim] - 1) + 1;
  assert((padded - span) % window.stride[dim] == 0 &&
         "a window must divide exactly");
  return (padded - span) / window.stride[dim] + 1;
}

static SmallVector<int64_t> getOutputShape(const TosaWindow &window, Value x,
                                           int64_t channels) {
  ArrayRef<int64_t> shape = getType(x).getShape();
  return {shape[0], getOutputSize(window, shape[1], 0),
          getOutputSize(window, shape[2], 1), channels};
}

template <typename Op>
Value TosaBuilder::convolution(Value x, Value weight, Value bias,
                               const TosaWindow &window, int64_t zeroPoint,
                               int64_t channels) {
  Type acc = getType(bias).getElementType();
  auto type = RankedTensorType::get(getOutputShape(window, x, channels), acc);
  return Op::create(b, loc, type, x, weight, bias, zeroPointOf(x, zeroPoint),
                    zeroPointOf(weight, 0), window.pad, window.stride,
                    window.dilation, acc);
}

Value TosaBuilder::conv2d(Value x, Value weight, Value bias,
                          const TosaWindow &window, int64_t zeroPoint) {
  return convolution<tosa::Conv2DOp>(x, weight, bias, window, zeroPoint,
                                     getType(weight).getDimSize(0));
}

Value TosaBuilder::depthwise(Value x, Value weight, Value bias,
                             const TosaWindow &window, int64_t zeroPoint) {
  int64_t channels =
      getType(weight).getDimSize(2) * getType(weight).getDimSize(3);
  return convolution<tosa::DepthwiseConv2DOp>(x, weight, bias, window,
                                              zeroPoint, channels);
}

Value TosaBuilder::maxPool(Value x, const TosaWindow &window) {
  auto type =
      getType(x).clone(getOutputShape(window, x, getType(x).getDimSize(3)));
  return tosa::MaxPool2dOp::create(b, loc, type, x, window.kernel,
                                   window.stride, window.pad);
}

Value TosaBuilder::averagePool(Value x, const TosaWindow &window) {
  auto type =
      getType(x).clone(getOutputShape(window, x, getType(x).getDimSize(3)));
  Value zero = zeroPointOf(x, 0);
  return tosa::AvgPool2dOp::create(b, loc, type, x, zero, zero, window.kernel,
                                   window.stride, window.pad,
                                   getType(x).getElementType());
}

Value TosaBuilder::matmul(Value x, Value y, int64_t xZeroPoint,
                          int64_t yZeroPoint) {
  SmallVector<int64_t> shape{getType(x).getDimSize(0), getType(x).getDimSize(1),
                             getType(y).getDimSize(2)};
  Type type = getType(x).getElementType();
  if (type.isInteger(8))
    type = b.getI32Type();
  return tosa::MatMulOp::create(b, loc, RankedTensorType::get(shape, type), x,
                                y, zeroPointOf(x, xZeroPoint),
                                zeroPointOf(y, yZeroPoint));
}

Value TosaBuilder::requantize(Value acc, ArrayRef<Multiplier> multipliers,
                              int64_t zeroPoint, Type elementType) {
  SmallVector<int16_t> factors;
  SmallVector<int8_t> shifts;
  for (const Multiplier &multiplier : multipliers) {
    factors.push_back(static_cast<int16_t>(multiplier.multiplier));
    shifts.push_back(static_cast<int8_t>(multiplier.shift));
  }
  int64_t count = multipliers.size();
  return tosa::RescaleOp::create(
      b, loc, getType(acc).clone(elementType), acc,
      constant<int16_t>({count}, factors), constant<int8_t>({count}, shifts),
      zeroPointOf(acc, 0), this->zeroPoint(elementType, zeroPoint),
      /*scale32=*/false, tosa::RoundingMode::SINGLE_ROUND,
      /*per_channel=*/count > 1, /*input_unsigned=*/false,
      /*output_unsigned=*/false);
}

Value TosaBuilder::multiplyExactly(Value x, int64_t zeroPoint, int64_t factor) {
  auto type = getType(x).clone(b.getI32Type());
  return tosa::RescaleOp::create(
      b, loc, type, x, scalar<int32_t>(static_cast<int32_t>(factor * 4)),
      scalar<int8_t>(2), zeroPointOf(x, zeroPoint), scalar<int32_t>(0),
      /*scale32=*/true, tosa::RoundingMode::SINGLE_ROUND,
      /*per_channel=*/false, /*input_unsigned=*/false,
      /*output_unsigned=*/false);
}

Value TosaBuilder::clamp(Value x, Attribute low, Attribute high) {
  return tosa::ClampOp::create(b, loc, x.getType(), x, low, high,
                               tosa::NanPropagationMode::PROPAGATE);
}

Value TosaBuilder::cast(Value x, Type elementType) {
  return tosa::CastOp::create(b, loc, getType(x).clone(elementType), x);
}

Value TosaBuilder::table(Value x, ArrayRef<int8_t> entries) {
  return tosa::TableOp::create(b, loc, x.getType(), x,
                               constant<int8_t>({256}, entries));
}

Value TosaBuilder::gather(Value values, Value indices) {
  SmallVector<int64_t> shape{getType(values).getDimSize(0),
                             getType(indices).getDimSize(1),
                             getType(values).getDimSize(2)};
  return tosa::GatherOp::create(b, loc, getType(values).clone(shape), values,
                                indices);
}

RankedTensorType TosaBuilder::broadcastType(Value x, Value y) {
  SmallVector<int64_t> shape;
  for (auto [p, q] :
       llvm::zip_equal(getType(x).getShape(), getType(y).getShape()))
    shape.push_back(p == 1 ? q : p);
  return getType(x).clone(shape);
}

Value TosaBuilder::mul(Value x, Value y) {
  return tosa::MulOp::create(b, loc, broadcastType(x, y), x, y,
                             scalar<int8_t>(0));
}

} // namespace sluice
