// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/LayerMatch.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sluice;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

static bool isInt8(Value value) {
  return getElementTypeOrSelf(value.getType()).isSignlessInteger(8);
}

/// The one user of `value`, if it is the only one.
static Operation *getOnlyUser(Value value) {
  return value.hasOneUse() ? *value.user_begin() : nullptr;
}

/// The value behind `value` and reshapes that keep the last dimension, as long
/// as each is the only user. Reshapes passed over are appended to `ops`.
static Value skipReshapes(Value value, SmallVectorImpl<Operation *> &ops) {
  while (auto reshape = dyn_cast_or_null<tosa::ReshapeOp>(getOnlyUser(value))) {
    auto from = cast<RankedTensorType>(reshape.getInput1().getType());
    auto to = cast<RankedTensorType>(reshape.getType());
    if (!from.getRank() || !to.getRank() ||
        from.getShape().back() != to.getShape().back() ||
        reshape->getBlock() != value.getParentBlock())
      break;
    ops.push_back(reshape);
    value = reshape.getOutput();
  }
  return value;
}

/// Appends the user of the layer's result so far if it is a `T`, passing over
/// reshapes before it.
template <typename T> static T takeUser(Layer &layer) {
  SmallVector<Operation *> reshapes;
  Value value = skipReshapes(layer.getOutput(), reshapes);
  auto user = dyn_cast_or_null<T>(getOnlyUser(value));
  if (!user || user->getBlock() != layer.getRoot()->getBlock())
    return {};
  layer.ops.append(reshapes.begin(), reshapes.end());
  layer.ops.push_back(user);
  return user;
}

static unsigned getBits(Value value) {
  return getElementTypeOrSelf(value.getType()).getIntOrFloatBitWidth();
}

/// Results are those of `value`'s type, with no bounds but its own.
static void setOutputType(Layer &layer, Value value) {
  layer.outputBits = getBits(value);
  layer.lo = int32_t(llvm::minIntN(layer.outputBits));
  layer.hi = int32_t(llvm::maxIntN(layer.outputBits));
}

/// Reads a rescale's factors; nothing unless they are integers.md section 3's.
static LogicalResult readRequantize(tosa::RescaleOp rescale, Layer &layer) {
  FailureOr<int64_t> inputZp = rescale.getInputZeroPoint();
  FailureOr<int64_t> outputZp = rescale.getOutputZeroPoint();
  auto multipliers = readIntegers(rescale.getMultiplier());
  auto shifts = readIntegers(rescale.getShift());
  if (rescale.getScale32() || rescale.getInputUnsigned() ||
      rescale.getOutputUnsigned() ||
      rescale.getRoundingMode() != tosa::RoundingMode::SINGLE_ROUND ||
      !isActivation(rescale.getOutput()) || failed(inputZp) ||
      failed(outputZp) || !multipliers || !shifts)
    return failure();
  for (int32_t multiplier : *multipliers)
    if (multiplier < 0 || multiplier > 32767)
      return failure();
  for (int32_t shift : *shifts)
    if (shift < 2 || shift > 47)
      return failure();
  layer.multipliers.assign(multipliers->begin(), multipliers->end());
  layer.shifts.assign(shifts->begin(), shifts->end());
  layer.outputZeroPoint = *outputZp;
  setOutputType(layer, rescale.getOutput());
  return success();
}

/// Takes the rescale after a sum and a clamp after it.
static LogicalResult takeEpilogue(Layer &layer) {
  auto rescale = takeUser<tosa::RescaleOp>(layer);
  if (!rescale || failed(readRequantize(rescale, layer)) ||
      *rescale.getInputZeroPoint() != 0)
    return failure();
  return success();
}

/// Takes a clamp of the result, if there is one.
static void takeClamp(Layer &layer) {
  SmallVector<Operation *, 4> ops = layer.ops;
  auto clamp = takeUser<tosa::ClampOp>(layer);
  if (!clamp)
    return;
  auto lo = dyn_cast<IntegerAttr>(clamp.getMinValAttr());
  auto hi = dyn_cast<IntegerAttr>(clamp.getMaxValAttr());
  if (!lo || !hi || !isActivation(clamp.getOutput())) {
    layer.ops = ops;
    return;
  }
  layer.lo = lo.getValue().getSExtValue();
  layer.hi = hi.getValue().getSExtValue();
}

/// The entries of a table from int8 to int8, if they are constant.
static std::optional<std::vector<int32_t>> readTable(tosa::TableOp op) {
  if (!isInt8(op.getInput1()) || !isInt8(op.getOutput()))
    return std::nullopt;
  auto entries = readIntegers(op.getTable());
  return entries && entries->size() == 256 ? entries : std::nullopt;
}

/// Takes a clamp, and a table behind it, of the result, if they are there.
static void takeActivation(Layer &layer) {
  takeClamp(layer);
  SmallVector<Operation *, 4> ops = layer.ops;
  auto table = takeUser<tosa::TableOp>(layer);
  if (auto entries = table ? readTable(table) : std::nullopt)
    layer.table.assign(entries->begin(), entries->end());
  else
    layer.ops = ops;
}

/// Sets the shapes from the values at the layer's heart.
static LogicalResult setShapes(Layer &layer, Value input, Value output) {
  auto in = getImageShape(input), out = getImageShape(output);
  if (!in || !out || !isActivation(input))
    return failure();
  layer.inputBits = getBits(input);
  layer.inputShape = *in;
  layer.outputShape = *out;
  return success();
}

template <typename T> static void setWindow(Layer &layer, T op) {
  layer.stride = {op.getStride()[0], op.getStride()[1]};
  layer.padBefore = {op.getPad()[0], op.getPad()[2]};
  layer.padAfter = {op.getPad()[1], op.getPad()[3]};
}

//===----------------------------------------------------------------------===//
// Convolutions
//===----------------------------------------------------------------------===//

/// The image whose trailing rows and columns the only producer of `value` cuts
/// off, or `value`. TOSA's windows divide exactly; the cut says that the rest
/// is never read, and no data moves. Padding after a cut would hide the rest.
static Value takeTrailingCut(Value value, ArrayRef<int64_t> pad, Layer &layer) {
  auto cut = value.getDefiningOp<tosa::SliceOp>();
  DenseIntElementsAttr start;
  if (!cut || !value.hasOneUse() || !getImageShape(cut.getInput1()) ||
      !matchPattern(cut.getStart(), m_Constant(&start)) ||
      llvm::any_of(start, [](const APInt &at) { return !at.isZero(); }))
    return value;
  auto from = cast<RankedTensorType>(cut.getInput1().getType());
  auto to = cast<RankedTensorType>(cut.getType());
  if (from.getRank() != 4 || from.getDimSize(0) != to.getDimSize(0) ||
      from.getDimSize(3) != to.getDimSize(3) ||
      (pad[1] && from.getDimSize(1) != to.getDimSize(1)) ||
      (pad[3] && from.getDimSize(2) != to.getDimSize(2)))
    return value;
  layer.ops.push_back(cut);
  return cut.getInput1();
}

/// What conv2d and depthwise_conv2d have in common.
template <typename T>
static std::optional<Layer> matchConvolution(T op, unsigned kernelDim) {
  Layer layer;
  Value input = takeTrailingCut(op.getInput(), op.getPad(), layer);
  layer.ops.push_back(op);
  FailureOr<int64_t> inputZp = op.getInputZeroPoint();
  FailureOr<int64_t> weightZp = op.getWeightZeroPoint();
  auto weights = dyn_cast<RankedTensorType>(op.getWeight().getType());
  if (failed(inputZp) || failed(weightZp) || *weightZp != 0 || !weights ||
      !weights.hasStaticShape() || !isInt8(op.getWeight()) ||
      !isIntegerConstant(op.getWeight()) || !readIntegers(op.getBias()) ||
      failed(setShapes(layer, input, op.getOutput())))
    return std::nullopt;
  layer.inputs = {input};
  layer.inputZeroPoints = {int32_t(*inputZp)};
  layer.kernel = {weights.getDimSize(kernelDim),
                  weights.getDimSize(kernelDim + 1)};
  layer.dilation = {op.getDilation()[0], op.getDilation()[1]};
  layer.weights = op.getWeight();
  layer.bias = op.getBias();
  setWindow(layer, op);
  if (failed(takeEpilogue(layer)))
    return std::nullopt;
  takeActivation(layer);
  return layer;
}

static int64_t countOutputs(const Layer &layer) {
  auto [n, h, w, c] = layer.outputShape;
  return n * h * w * c;
}

static std::optional<Layer> matchConv(tosa::Conv2DOp op) {
  std::optional<Layer> layer = matchConvolution(op, 1);
  if (!layer)
    return std::nullopt;
  layer->kind = LayerKind::Convolution;
  layer->macs =
      countOutputs(*layer) * layer->kernel.area() * layer->inputShape[3];
  return layer;
}

static std::optional<Layer> matchDepthwise(tosa::DepthwiseConv2DOp op) {
  std::optional<Layer> layer = matchConvolution(op, 0);
  if (!layer || layer->outputShape[3] != layer->inputShape[3])
    return std::nullopt;
  auto isAll = [](Value value, int32_t what) {
    return llvm::all_of(*readIntegers(value),
                        [&](int32_t element) { return element == what; });
  };
  if (layer->multipliers.size() == 1 && isAll(layer->weights, 1) &&
      isAll(layer->bias, 0)) {
    layer->kind =
        layer->kernel.area() == 1 ? LayerKind::Rescale : LayerKind::AveragePool;
    layer->weights = layer->bias = {};
    return layer;
  }
  layer->kind = LayerKind::Depthwise;
  layer->macs = countOutputs(*layer) * layer->kernel.area();
  return layer;
}

/// Whether `value` is of rows of a constant identity matrix of `size` rows: a
/// product by it moves data.
static bool isIdentity(Value value, int64_t size) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tosa::ReshapeOp, tensor::ExtractSliceOp>(op))
      break;
    value = op->getOperand(0);
  }
  std::optional<std::vector<int32_t>> values = readIntegers(value);
  if (!values || static_cast<int64_t>(values->size()) != size * size)
    return false;
  for (int64_t i = 0; i < size * size; ++i)
    if ((*values)[i] != (i / size == i % size))
      return false;
  return true;
}

/// A product of two matrices, the second perhaps transposed first.
static std::optional<Layer> matchMatMul(tosa::MatMulOp op) {
  Layer layer;
  layer.kind = LayerKind::MatMul;
  FailureOr<int64_t> firstZp = op.getAZeroPoint(),
                     secondZp = op.getBZeroPoint();
  if (failed(firstZp) || failed(secondZp) || !isInt8(op.getA()) ||
      !isInt8(op.getB()) ||
      cast<RankedTensorType>(op.getA().getType()).getDimSize(0) != 1 ||
      failed(setShapes(layer, op.getA(), op.getOutput())))
    return std::nullopt;
  Value second = op.getB();
  if (auto transpose = second.getDefiningOp<tosa::TransposeOp>();
      transpose && second.hasOneUse() &&
      transpose->getBlock() == op->getBlock() &&
      transpose.getPerms() == ArrayRef<int32_t>{0, 2, 1}) {
    layer.ops.push_back(transpose);
    layer.hasChannelRows = true;
    second = transpose.getInput1();
  }
  layer.ops.push_back(op);
  layer.inputs = {op.getA(), second};
  layer.inputZeroPoints = {int32_t(*firstZp), int32_t(*secondZp)};
  if (failed(takeEpilogue(layer)) || layer.multipliers.size() != 1)
    return std::nullopt;
  takeActivation(layer);
  if (!isIdentity(op.getA(), layer.inputShape[3]))
    layer.macs = countOutputs(layer) * layer.inputShape[3];
  return layer;
}

//===----------------------------------------------------------------------===//
// Pool, rescale, add
//===----------------------------------------------------------------------===//

static std::optional<Layer> matchMaxPool(tosa::MaxPool2dOp op) {
  Layer layer;
  layer.kind = LayerKind::MaxPool;
  layer.ops = {op};
  if (failed(setShapes(layer, op.getInput(), op.getOutput())))
    return std::nullopt;
  layer.inputs = {op.getInput()};
  layer.inputZeroPoints = {0};
  layer.kernel = {op.getKernel()[0], op.getKernel()[1]};
  setOutputType(layer, op.getOutput());
  setWindow(layer, op);
  takeActivation(layer);
  return layer;
}

/// A rescale of its own.
static std::optional<Layer> matchRescale(tosa::RescaleOp op) {
  Layer layer;
  layer.kind = LayerKind::Rescale;
  layer.ops = {op};
  if (failed(setShapes(layer, op.getInput(), op.getOutput())) ||
      failed(readRequantize(op, layer)))
    return std::nullopt;
  layer.inputs = {op.getInput()};
  layer.inputZeroPoints = {int32_t(*op.getInputZeroPoint())};
  takeActivation(layer);
  return layer;
}

/// Takes one operand of an add: an exact product (x - zp) * factor.
static LogicalResult takeAddend(Value value, Layer &layer) {
  auto rescale = value.getDefiningOp<tosa::RescaleOp>();
  if (!rescale || !value.hasOneUse() || !isActivation(rescale.getInput()) ||
      rescale.getInputUnsigned() || rescale.getPerChannel())
    return failure();
  FailureOr<int64_t> inputZp = rescale.getInputZeroPoint();
  FailureOr<int64_t> outputZp = rescale.getOutputZeroPoint();
  auto multiplier = readIntegers(rescale.getMultiplier());
  auto shift = readIntegers(rescale.getShift());
  if (failed(inputZp) || failed(outputZp) || *outputZp != 0 || !multiplier ||
      !shift || shift->front() < 0 || shift->front() > 30)
    return failure();
  int32_t factor = multiplier->front() >> shift->front();
  if (factor < 0 || factor > 32767 ||
      factor << shift->front() != multiplier->front())
    return failure();
  layer.inputs.push_back(rescale.getInput());
  layer.inputZeroPoints.push_back(*inputZp);
  layer.inputFactors.push_back(factor);
  layer.ops.push_back(rescale);
  return success();
}

static std::optional<Layer> matchAdd(tosa::AddOp op) {
  Layer layer;
  layer.kind = LayerKind::Add;
  if (op.getInput1().getType() != op.getInput2().getType() ||
      failed(takeAddend(op.getInput1(), layer)) ||
      failed(takeAddend(op.getInput2(), layer)) ||
      getBits(layer.inputs[0]) != getBits(layer.inputs[1]) ||
      failed(setShapes(layer, layer.inputs[0], op.getOutput())))
    return std::nullopt;
  if (layer.ops[1]->isBeforeInBlock(layer.ops[0]))
    std::swap(layer.ops[0], layer.ops[1]);
  layer.ops.push_back(op);
  if (failed(takeEpilogue(layer)) || layer.multipliers.size() != 1)
    return std::nullopt;
  takeActivation(layer);
  return layer;
}

/// A table of its own.
static std::optional<Layer> matchLookup(tosa::TableOp op) {
  Layer layer;
  layer.kind = LayerKind::Lookup;
  layer.ops = {op};
  auto entries = readTable(op);
  if (!entries || failed(setShapes(layer, op.getInput1(), op.getOutput())))
    return std::nullopt;
  layer.table.assign(entries->begin(), entries->end());
  layer.inputs = {op.getInput1()};
  layer.inputZeroPoints = {0};
  return layer;
}

std::optional<Layer> sluice::matchIntegerLayer(Operation *op) {
  if (auto conv = dyn_cast<tosa::Conv2DOp>(op))
    return matchConv(conv);
  if (auto product = dyn_cast<tosa::MatMulOp>(op))
    return matchMatMul(product);
  if (auto depthwise = dyn_cast<tosa::DepthwiseConv2DOp>(op))
    return matchDepthwise(depthwise);
  if (auto pool = dyn_cast<tosa::MaxPool2dOp>(op))
    return matchMaxPool(pool);
  if (auto rescale = dyn_cast<tosa::RescaleOp>(op))
    return matchRescale(rescale);
  if (auto add = dyn_cast<tosa::AddOp>(op))
    return matchAdd(add);
  if (auto table = dyn_cast<tosa::TableOp>(op))
    return matchLookup(table);
  return std::nullopt;
}
