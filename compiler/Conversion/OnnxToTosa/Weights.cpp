// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Constants.h"

#include <cmath>

using namespace mlir;

namespace sluice {

ElementsAttr getConstant(Value value) {
  if (auto scast = value.getDefiningOp<quant::StorageCastOp>())
    value = scast.getInput();
  return onnx::getConstantElements(value);
}

bool isBias(Value value, int64_t outputs) {
  return getConstant(value) && onnx::isRow(value.getType(), outputs);
}

/// The bytes of constant weights, and their scales if they are quantized.
static FailureOr<std::pair<std::vector<char>, SmallVector<double>>>
readWeights(Operation *op, Value value) {
  ElementsAttr elements = getConstant(value);
  if (!elements)
    return op->emitOpError(
        "has weights that are not constant, which is not supported");
  auto bytes = onnx::readBytes(elements);
  if (!bytes)
    return op->emitOpError("has weights that cannot be read");
  std::optional<Quantization> quantization = getQuantization(value.getType());
  if (quantization && quantization->zeroPoint != 0)
    return op->emitOpError("has weights with zero point ")
           << quantization->zeroPoint << "; it must be 0";
  if (!quantization && !elements.getElementType().isF32())
    return op->emitOpError("has weights of type ")
           << elements.getElementType()
           << "; float32 or quantized int8 are supported";
  return std::make_pair(std::vector<char>(bytes->begin(), bytes->end()),
                        quantization ? quantization->scales
                                     : SmallVector<double>());
}

FailureOr<Weights> Weights::ofConvolution(Operation *op, Value value) {
  auto read = readWeights(op, value);
  if (failed(read))
    return failure();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  Weights weights;
  weights.outputs = shape[0];
  weights.inputs = shape[1];
  weights.height = shape[2];
  weights.width = shape[3];
  std::tie(weights.bytes, weights.scales) = std::move(*read);
  return weights;
}

FailureOr<Weights> Weights::ofTransposed(Operation *op, Value value,
                                         int64_t group) {
  auto read = readWeights(op, value);
  if (failed(read))
    return failure();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  Weights weights;
  weights.inputs = shape[0] / group;
  weights.outputs = shape[1] * group;
  weights.height = shape[2];
  weights.width = shape[3];
  const auto &[source, scales] = *read;
  int64_t size =
      weights.height * weights.width * (scales.empty() ? sizeof(float) : 1);
  weights.bytes.resize(source.size());
  // Groups share the scales, which are those of a group's outputs.
  for (int64_t o = 0; o < weights.outputs; ++o) {
    int64_t g = o / shape[1], inGroup = o % shape[1];
    if (scales.size() > 1)
      weights.scales.push_back(scales[inGroup]);
    for (int64_t i = 0; i < weights.inputs; ++i)
      std::memcpy(
          &weights.bytes[(o * weights.inputs + i) * size],
          &source[((g * weights.inputs + i) * shape[1] + inGroup) * size],
          size);
  }
  if (scales.size() == 1)
    weights.scales = scales;
  return weights;
}

FailureOr<Weights> Weights::ofMatrix(Operation *op, Value value,
                                     bool transposed) {
  auto read = readWeights(op, value);
  if (failed(read))
    return failure();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(value.getType()).getShape();
  if (shape.size() != 2)
    return op->emitOpError("has constant weights of ")
           << shape.size() << " dimensions; only 2 are supported";
  Weights weights;
  weights.outputs = shape[transposed ? 0 : 1];
  weights.inputs = shape[transposed ? 1 : 0];
  weights.height = weights.width = 1;
  std::tie(weights.bytes, weights.scales) = std::move(*read);
  if (!transposed) {
    size_t size = weights.isQuantized() ? 1 : sizeof(float);
    std::vector<char> source = std::move(weights.bytes);
    weights.bytes.resize(source.size());
    for (int64_t o = 0; o < weights.outputs; ++o)
      for (int64_t i = 0; i < weights.inputs; ++i)
        std::memcpy(&weights.bytes[(o * weights.inputs + i) * size],
                    &source[(i * weights.outputs + o) * size], size);
  }
  return weights;
}

/// A constant of `shape` whose element i is ours at index(i).
template <typename F>
Value Weights::reorder(TosaBuilder &b, ArrayRef<int64_t> shape,
                       F &&index) const {
  auto fill = [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> values(data<T>().size());
    for (auto [i, value] : llvm::enumerate(values))
      value = data<T>()[index(i)];
    return b.constant<T>(shape, values);
  };
  return isQuantized() ? fill(int8_t()) : fill(float());
}

Value Weights::asOhwi(TosaBuilder &b) const {
  return reorder(b, {outputs, height, width, inputs}, [&](int64_t flat) {
    int64_t i = flat % inputs, x = flat / inputs % width,
            y = flat / inputs / width % height,
            o = flat / inputs / width / height;
    return ((o * inputs + i) * height + y) * width + x;
  });
}

Value Weights::asHwcm(TosaBuilder &b, int64_t channels) const {
  return reorder(b, {height, width, channels, outputs / channels},
                 [&](int64_t flat) {
                   int64_t o = flat % outputs, x = flat / outputs % width,
                           y = flat / outputs / width;
                   return (o * height + y) * width + x;
                 });
}

Weights Weights::getOutputs(int64_t first, int64_t count) const {
  Weights part = *this;
  int64_t size = inputs * height * width * (isQuantized() ? 1 : sizeof(float));
  part.outputs = count;
  part.bytes.assign(bytes.begin() + first * size,
                    bytes.begin() + (first + count) * size);
  if (scales.size() > 1)
    part.scales.assign(scales.begin() + first, scales.begin() + first + count);
  return part;
}

Weights Weights::getTaps(std::array<int64_t, 2> first,
                         std::array<int64_t, 2> count,
                         std::array<int64_t, 2> step,
                         std::array<int64_t, 2> zeros) const {
  Weights part = *this;
  part.height = zeros[0] + std::max<int64_t>(count[0], 1);
  part.width = zeros[1] + std::max<int64_t>(count[1], 1);
  size_t size = isQuantized() ? 1 : sizeof(float);
  part.bytes.assign(outputs * inputs * part.height * part.width * size, 0);
  for (int64_t plane = 0; plane < outputs * inputs; ++plane)
    for (int64_t y = 0; y < count[0]; ++y)
      for (int64_t x = 0; x < count[1]; ++x) {
        int64_t row = first[0] + (count[0] - 1 - y) * step[0],
                column = first[1] + (count[1] - 1 - x) * step[1];
        int64_t to = (plane * part.height + zeros[0] + y) * part.width +
                     zeros[1] + x,
                from = (plane * height + row) * width + column;
        std::memcpy(&part.bytes[to * size], &bytes[from * size], size);
      }
  return part;
}

Weights Weights::asImage(int64_t channels, int64_t newHeight,
                         int64_t newWidth) const {
  assert(height == 1 && width == 1 &&
         inputs == channels * newHeight * newWidth);
  Weights image = *this;
  image.inputs = channels;
  image.height = newHeight;
  image.width = newWidth;
  return image;
}

double Weights::getMagnitude(int64_t output) const {
  int64_t size = inputs * height * width;
  double sum = 0;
  for (int8_t w : data<int8_t>().slice(output * size, size))
    sum += std::abs(static_cast<double>(w));
  return sum;
}

/// The constant bias in units of `scales`, rounded to integers of `bits`; it
/// may come as int32 in units of its own.
static FailureOr<SmallVector<int64_t>>
readIntBias(Operation *op, Value bias, ArrayRef<double> scales, unsigned bits) {
  ElementsAttr elements = getConstant(bias);
  std::optional<Quantization> quantization = getQuantization(bias.getType());
  std::optional<SmallVector<double>> reals;
  if (quantization) {
    auto integers = onnx::readIntegers(elements);
    if (!integers)
      return op->emitOpError("has a bias that cannot be read");
    reals.emplace();
    for (auto [k, integer] : llvm::enumerate(*integers)) {
      double unit =
          quantization->scales[quantization->scales.size() == 1 ? 0 : k];
      // A model can state the product of two scales as a float32 only.
      if (k < scales.size() &&
          static_cast<float>(unit) == static_cast<float>(scales[k]))
        unit = scales[k];
      reals->push_back(static_cast<double>(integer - quantization->zeroPoint) *
                       unit);
    }
  } else {
    reals = onnx::readFloats(elements);
  }
  if (!reals)
    return op->emitOpError("has a bias that cannot be read");
  SmallVector<int64_t> result;
  for (size_t k = 0; k < scales.size(); ++k) {
    double value =
        std::floor((*reals)[reals->size() == 1 ? 0 : k] / scales[k] + 0.5);
    if (!(std::abs(value) < std::ldexp(1.0, static_cast<int>(bits) - 1)))
      return op->emitOpError("has a bias of ")
             << (*reals)[reals->size() == 1 ? 0 : k] << ", too large for int"
             << bits << " in units of " << scales[k];
    result.push_back(static_cast<int64_t>(value));
  }
  return result;
}

FailureOr<SumType> SumType::of(Operation *op, Value input,
                               const Weights &weights, Value bias) {
  SumType sum;
  std::optional<Quantization> in = getQuantization(input.getType()),
                              out = getQuantization(op->getResult(0).getType());
  if (weights.isQuantized() != in.has_value() ||
      weights.isQuantized() != out.has_value())
    return op->emitOpError("mixes quantized and float operands");
  if (bias && !isBias(bias, weights.outputs))
    return op->emitOpError("has a bias that is not a constant of one value an "
                           "output channel; add it with an Add");
  if (!in) {
    sum.floatBias.assign(weights.outputs, 0);
    if (!bias)
      return sum;
    auto values = onnx::readFloats(getConstant(bias));
    if (!values)
      return op->emitOpError("has a bias that cannot be read");
    for (auto [k, value] : llvm::enumerate(sum.floatBias))
      value = static_cast<float>((*values)[values->size() == 1 ? 0 : k]);
    return sum;
  }
  sum.inputZeroPoint = in->zeroPoint;
  SmallVector<double> scales;
  for (int64_t k = 0; k < weights.outputs; ++k) {
    double weightScale = weights.scales[weights.scales.size() == 1 ? 0 : k];
    scales.push_back(in->scales[0] * weightScale);
    sum.factors.push_back(in->scales[0] * weightScale / out->scales[0]);
  }
  sum.intBias.assign(weights.outputs, 0);
  if (bias) {
    FailureOr<SmallVector<int64_t>> values =
        readIntBias(op, bias, scales, in->bits == 16 ? 48 : 32);
    if (failed(values))
      return failure();
    sum.intBias = *values;
  }
  for (int64_t k = 0; k < weights.outputs; ++k)
    sum.worst.push_back(weights.getMagnitude(k) * in->getReach() +
                        std::abs(static_cast<double>(sum.intBias[k])));
  return sum;
}

SumType SumType::getOutputs(int64_t first, int64_t count) const {
  SumType part = *this;
  auto cut = [&](auto &values) {
    if (!values.empty())
      values = llvm::to_vector(ArrayRef(values).slice(first, count));
  };
  cut(part.factors);
  cut(part.worst);
  cut(part.intBias);
  cut(part.floatBias);
  return part;
}

Value SumType::getBias(TosaBuilder &b, Value x) const {
  if (!factors.empty())
    return b.sums(x, intBias);
  return b.constant<float>({static_cast<int64_t>(floatBias.size())}, floatBias);
}

} // namespace sluice
