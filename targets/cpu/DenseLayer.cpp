// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/DenseLayer.h"

#include "compiler/Support/Layer.h"
#include "targets/cpu/Constants.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

/// Whether `x` and `weights` have static shape and elements that a kernel
/// reads: int8 or int16 by int8, or f32.
static bool areKernelInputs(Value x, Value weights) {
  auto from = dyn_cast<RankedTensorType>(x.getType()),
       by = dyn_cast<RankedTensorType>(weights.getType());
  if (!from || !by || !from.hasStaticShape() || !by.hasStaticShape())
    return false;
  if (by.getElementType().isF32())
    return from.getElementType().isF32();
  return by.getElementType().isInteger(8) &&
         (from.getElementType().isInteger(8) ||
          from.getElementType().isInteger(16));
}

/// Whether `value` is what sums of the layer's inputs are in TOSA.
static bool isKernelOutput(Value value, const DenseLayer &layer) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return false;
  return layer.isFloat
             ? type.getElementType().isF32()
             : type.getElementType().isInteger(layer.inputBits == 16 ? 48 : 32);
}

/// Whether 32 bits hold all sums of an int16 layer: integers.md section 2.
static bool fits32Bits(const DenseLayer &layer, ArrayRef<int64_t> weights,
                       ArrayRef<int64_t> bias) {
  std::vector<int64_t> most(layer.channels);
  int64_t taps = static_cast<int64_t>(weights.size()) / layer.channels;
  for (auto [i, weight] : llvm::enumerate(weights))
    most[layer.isDepthwise ? i % layer.channels : i / taps] +=
        32768 * std::abs(weight);
  for (auto [c, sum] : llvm::enumerate(most))
    if (std::abs(bias[c % bias.size()]) + sum > INT32_MAX)
      return false;
  return true;
}

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

/// Reads weights and bias, the latter one a channel. False if one is not
/// constant.
static bool readWeights(DenseLayer &layer, Value weights, Value bias) {
  if (layer.isFloat) {
    auto floats = getFloats(weights);
    if (!floats)
      return false;
    layer.floatWeights = std::move(*floats);
    layer.floatBias.assign(layer.channels, 0.0f);
    auto floatBias = bias ? getFloats(bias) : std::vector<float>{0.0f};
    if (!floatBias)
      return false;
    for (int64_t c = 0; c < layer.channels; ++c)
      layer.floatBias[c] = (*floatBias)[c % floatBias->size()];
    return true;
  }
  auto integers = getIntegers(weights);
  auto integerBias = bias ? getIntegers(bias) : std::vector<int64_t>{0};
  if (!integers || !integerBias ||
      (layer.inputBits == 16 && !fits32Bits(layer, *integers, *integerBias)))
    return false;
  layer.weights.assign(integers->begin(), integers->end());
  for (int64_t c = 0; c < layer.channels; ++c)
    layer.bias.push_back((*integerBias)[c % integerBias->size()]);
  return true;
}

/// Reads the zero points. False if they are not constant or the weights have
/// one.
static bool readZeroPoints(DenseLayer &layer, Value input, Value weights) {
  if (layer.isFloat)
    return true;
  auto zero = getInteger(input);
  if (!zero || getInteger(weights) != 0)
    return false;
  layer.inputZeroPoint = *zero;
  return true;
}

template <typename ConvOp>
static bool readConvolution(ConvOp op, DenseLayer &layer) {
  if (!areKernelInputs(op.getInput(), op.getWeight()) ||
      !isKernelOutput(op.getOutput(), layer))
    return false;
  layer.inputShape = llvm::to_vector<4>(shapeOf(op.getInput()));
  layer.outputShape = llvm::to_vector<4>(shapeOf(op.getOutput()));
  layer.channels = layer.outputShape[3];
  llvm::copy(op.getPad(), layer.pad.begin());
  llvm::copy(op.getStride(), layer.stride.begin());
  llvm::copy(op.getDilation(), layer.dilation.begin());
  return readZeroPoints(layer, op.getInputZp(), op.getWeightZp()) &&
         readWeights(layer, op.getWeight(), op.getBias());
}

static bool readOp(tosa::Conv2DOp op, DenseLayer &layer) {
  ArrayRef<int64_t> weights = shapeOf(op.getWeight());
  layer.kernel = {weights[1], weights[2]};
  return readConvolution(op, layer);
}

static bool readOp(tosa::DepthwiseConv2DOp op, DenseLayer &layer) {
  ArrayRef<int64_t> weights = shapeOf(op.getWeight());
  layer.kernel = {weights[0], weights[1]};
  layer.isDepthwise = true;
  return weights[3] == 1 && readConvolution(op, layer);
}

/// Takes the second operand of an int8 product for weights that are packed when
/// it is known. False if the zero points are not constant.
static bool readMatrix(tosa::MatMulOp op, DenseLayer &layer) {
  auto inputZero = getInteger(op.getAZp()), zero = getInteger(op.getBZp());
  if (layer.inputBits != 8 || !inputZero || !zero)
    return false;
  layer.inputZeroPoint = *inputZero;
  layer.matrixZeroPoint = *zero;
  layer.matrix = op.getB();
  auto transpose = op.getB().getDefiningOp<tosa::TransposeOp>();
  if (transpose && transpose.getPerms() == ArrayRef<int32_t>{0, 2, 1}) {
    layer.matrix = transpose.getInput1();
    layer.channelRows = true;
  }
  return true;
}

/// [1, M, K] times [1, K, N] is a 1 × 1 convolution of M pixels.
static bool readOp(tosa::MatMulOp op, DenseLayer &layer) {
  if (!areKernelInputs(op.getA(), op.getB()) ||
      !isKernelOutput(op.getOutput(), layer))
    return false;
  ArrayRef<int64_t> a = shapeOf(op.getA()), b = shapeOf(op.getB());
  if (b[0] != 1)
    return false;
  layer.inputShape = {1, 1, a[1], a[2]};
  layer.outputShape = {1, 1, a[1], b[2]};
  layer.channels = b[2];
  if (!layer.isFloat && !getIntegers(op.getB()))
    return readMatrix(op, layer);
  if (!readZeroPoints(layer, op.getAZp(), op.getBZp()) ||
      !readWeights(layer, op.getB(), Value()))
    return false;
  auto transpose = [&](auto &weights) {
    auto rows = weights;
    for (int64_t k = 0; k < b[1]; ++k)
      for (int64_t n = 0; n < b[2]; ++n)
        if (!weights.empty())
          weights[n * b[1] + k] = rows[k * b[2] + n];
  };
  transpose(layer.weights);
  transpose(layer.floatWeights);
  return true;
}

/// Appends `rescale` to the layer if a kernel can do it.
static bool appendRescale(tosa::RescaleOp rescale, DenseLayer &layer) {
  auto multipliers = getIntegers(rescale.getMultiplier());
  auto shifts = getIntegers(rescale.getShift());
  auto outputZero = getInteger(rescale.getOutputZp());
  if (!multipliers || !shifts || !outputZero ||
      getInteger(rescale.getInputZp()) != 0 || rescale.getInputUnsigned() ||
      rescale.getOutputUnsigned() ||
      rescale.getRoundingMode() != tosa::RoundingMode::SINGLE_ROUND ||
      !isActivation(rescale.getOutput()) ||
      !llvm::all_of(*shifts, [](int64_t s) { return s >= 2 && s <= 62; }))
    return false;
  layer.epilogue.kind = Epilogue::Requantize;
  layer.epilogue.high =
      llvm::all_of(*shifts, [](int64_t s) { return s >= 16 && s <= 47; }) &&
      llvm::all_of(*multipliers, [](int64_t m) { return llvm::isInt<16>(m); });
  layer.epilogue.bits =
      getElementTypeOrSelf(rescale.getOutput()).getIntOrFloatBitWidth();
  layer.epilogue.zeroPoint = *outputZero;
  layer.epilogue.lo = static_cast<int32_t>(llvm::minIntN(layer.epilogue.bits));
  layer.epilogue.hi = static_cast<int32_t>(llvm::maxIntN(layer.epilogue.bits));
  layer.multipliers = std::move(*multipliers);
  layer.shifts = std::move(*shifts);
  layer.ops.push_back(rescale);
  return true;
}

/// Appends `clamp` to the layer if a kernel can do it.
static bool appendClamp(tosa::ClampOp clamp, DenseLayer &layer) {
  Epilogue &epilogue = layer.epilogue;
  if (epilogue.kind == Epilogue::Requantize) {
    epilogue.lo = cast<IntegerAttr>(clamp.getMinVal()).getInt();
    epilogue.hi = cast<IntegerAttr>(clamp.getMaxVal()).getInt();
  } else if (epilogue.kind == Epilogue::Float &&
             clamp.getNanMode() == tosa::NanPropagationMode::PROPAGATE) {
    epilogue.floatLo =
        cast<FloatAttr>(clamp.getMinVal()).getValue().convertToFloat();
    epilogue.floatHi =
        cast<FloatAttr>(clamp.getMaxVal()).getValue().convertToFloat();
  } else {
    return false;
  }
  layer.ops.push_back(clamp);
  return true;
}

/// The only user of the layer's result so far, if it is an `Op`.
template <typename Op> static Op getOnlyUser(const DenseLayer &layer) {
  Value result = layer.getRoot()->getResult(0);
  return result.hasOneUse() ? dyn_cast<Op>(*result.user_begin()) : Op();
}

template <typename Op> static std::optional<DenseLayer> match(Op op) {
  DenseLayer layer;
  layer.ops.push_back(op);
  layer.input = op->getOperand(0);
  layer.isFloat = getElementTypeOrSelf(layer.input.getType()).isF32();
  layer.inputBits =
      getElementTypeOrSelf(layer.input.getType()).getIntOrFloatBitWidth();
  if (!readOp(op, layer))
    return std::nullopt;
  // A product has three dimensions, what it becomes four.
  auto reshape = getOnlyUser<tosa::ReshapeOp>(layer);
  if (layer.matrix && reshape && reshape->hasOneUse() &&
      isa<tosa::RescaleOp>(*reshape->user_begin()))
    layer.ops.push_back(reshape);
  if (layer.isFloat)
    layer.epilogue.kind = Epilogue::Float;
  else if (auto rescale = getOnlyUser<tosa::RescaleOp>(layer))
    appendRescale(rescale, layer);
  // A kernel's sum has 32 bits, which is not what others would read.
  if (layer.inputBits == 16 && layer.epilogue.kind == Epilogue::Sum)
    return std::nullopt;
  if (auto clamp = getOnlyUser<tosa::ClampOp>(layer))
    appendClamp(clamp, layer);
  return layer;
}

std::optional<DenseLayer> cpu::matchDenseLayer(Operation *op) {
  return TypeSwitch<Operation *, std::optional<DenseLayer>>(op)
      .Case<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp>(
          [](auto op) { return match(op); })
      .Default([](Operation *) { return std::nullopt; });
}
