// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Passes.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Products.h"

#include "llvm/ADT/SmallVectorExtras.h"

#include <cmath>

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_FUSEQDQ
#include "compiler/Quantize/Passes.h.inc"
} // namespace sluice

using namespace sluice;

namespace {
/// How the integers of a tensor stand for reals; one scale, or one a slice of
/// `axis`.
struct Scales {
  SmallVector<double> scales;
  SmallVector<int64_t> zeroPoints;
  int64_t axis;

  bool isPerTensor() const { return scales.size() == 1; }
  Type getType(RankedTensorType storage) const;
};
} // namespace

Type Scales::getType(RankedTensorType storage) const {
  MLIRContext *context = storage.getContext();
  unsigned width = storage.getElementTypeBitWidth();
  Type i = IntegerType::get(context, width), f32 = Float32Type::get(context);
  int64_t low = -(int64_t(1) << (width - 1)), high = -low - 1;
  constexpr unsigned isSigned = quant::QuantizationFlags::Signed;
  if (isPerTensor())
    return storage.clone(quant::UniformQuantizedType::get(
        isSigned, i, f32, scales[0], zeroPoints[0], low, high));
  return storage.clone(quant::UniformQuantizedPerAxisType::get(
      isSigned, i, f32, scales, zeroPoints, static_cast<int32_t>(axis), low,
      high));
}

/// The scales of a QuantizeLinear or DequantizeLinear whose integers have type
/// `storage`. Nothing if they are not constant, blocked, or of a type without
/// an integer form: int8, int32, or int16 that is symmetric.
static std::optional<Scales> readScales(Value scale, Value zeroPoint,
                                        int64_t axis, int64_t blockSize,
                                        RankedTensorType storage) {
  ElementsAttr elements = onnx::getConstantElements(scale);
  auto reals = elements ? onnx::readFloats(elements) : std::nullopt;
  Type type = storage.getElementType();
  if (!reals || reals->empty() || blockSize != 0 ||
      !(type.isSignlessInteger(8) || type.isSignlessInteger(16) ||
        type.isSignlessInteger(32)))
    return std::nullopt;
  Scales result{llvm::to_vector(*reals), SmallVector<int64_t>(reals->size(), 0),
                axis < 0 ? axis + storage.getRank() : axis};
  if (zeroPoint) {
    auto integers = onnx::readIntegers(zeroPoint);
    if (!integers || integers->size() != result.scales.size())
      return std::nullopt;
    result.zeroPoints = *integers;
  }
  auto isBad = [](double s) { return !(std::isfinite(s) && s > 0); };
  auto isZero = [](int64_t zero) { return zero == 0; };
  if (llvm::any_of(result.scales, isBad) ||
      (type.isInteger(16) && !llvm::all_of(result.zeroPoints, isZero)))
    return std::nullopt;
  return result;
}

static std::optional<Scales> getScales(onnx::DequantizeLinearOp dq) {
  return readScales(dq.getXScale(), dq.getXZeroPoint(), dq.getAxis(),
                    dq.getBlockSize(),
                    cast<RankedTensorType>(dq.getX().getType()));
}

static std::optional<Scales> getScales(onnx::QuantizeLinearOp q) {
  return readScales(q.getYScale(), q.getYZeroPoint(), q.getAxis(),
                    q.getBlockSize(), cast<RankedTensorType>(q.getType()));
}

/// A dequantized operand as a tensor of quantized elements; null if it is not
/// one.
static Value getQuantized(OpBuilder &b, Value operand) {
  auto dq = operand.getDefiningOp<onnx::DequantizeLinearOp>();
  std::optional<Scales> scales = dq ? getScales(dq) : std::nullopt;
  if (!scales)
    return {};
  Type type = scales->getType(cast<RankedTensorType>(dq.getX().getType()));
  return quant::StorageCastOp::create(b, dq.getLoc(), type, dq.getX());
}

namespace {
/// A layer in a QDQ model: the operation, what scales and what bounds it, and
/// the QuantizeLinear that ends it.
struct Group {
  Operation *op;
  /// Mul or Div, by `factor`: what scales the result of `op`, or `op` itself,
  /// which then scales its operand `scaled`.
  Operation *scaling = nullptr;
  double factor = 1;
  unsigned scaled = 0;
  Operation *bound = nullptr; // Relu or Clip
  onnx::QuantizeLinearOp end;

  /// All but the end, in program order.
  SmallVector<Operation *> getParts() const {
    SmallVector<Operation *> parts{op};
    for (Operation *part : {scaling, bound})
      if (part && part != op)
        parts.push_back(part);
    return parts;
  }
};

struct FuseQdq : sluice::impl::FuseQdqBase<FuseQdq> {
  void runOnOperation() override;
};
} // namespace

/// Weights and biases must be constants, the rest are activations. A MatMul has
/// weights if its second operand is a constant matrix.
static bool isParameter(Operation *op, unsigned operand) {
  if (auto matmul = dyn_cast<onnx::MatMulOp>(op))
    return operand > 0 && matmul.hasWeights();
  return operand > 0 &&
         isa<onnx::ConvOp, onnx::ConvTransposeOp, onnx::GemmOp>(op);
}

static bool isBound(Operation *op) {
  if (auto clip = dyn_cast<onnx::ClipOp>(op))
    return (!clip.getMin() || onnx::readFloatScalar(clip.getMin())) &&
           (!clip.getMax() || onnx::readFloatScalar(clip.getMax()));
  return isa<onnx::ReluOp>(op);
}

static bool isTable(Operation *op) {
  return isa<onnx::LeakyReluOp, onnx::SigmoidOp, onnx::TanhOp,
             onnx::HardSigmoidOp, onnx::HardSwishOp, onnx::SwishOp, onnx::EluOp,
             onnx::ErfOp, onnx::GeluOp>(op);
}

/// Operations whose integer form ends with a clamp, which then is as
/// `onnx.clamp` says.
static bool endsWithClamp(Operation *op) {
  return isBound(op) || isTable(op) ||
         isa<onnx::ConvOp, onnx::ConvTransposeOp, onnx::GemmOp, onnx::MatMulOp,
             onnx::AddOp, onnx::ResizeOp, onnx::AveragePoolOp,
             onnx::GlobalAveragePoolOp, onnx::ReduceMeanOp, onnx::MaxPoolOp,
             onnx::GlobalMaxPoolOp, onnx::ConcatOp>(op);
}

static bool hasIntegerForm(Operation *op) {
  return endsWithClamp(op) ||
         isa<onnx::SoftmaxOp, onnx::ReshapeOp, onnx::FlattenOp,
             onnx::TransposeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
             onnx::SliceOp, onnx::PadOp>(op);
}

/// Operations that choose or move elements: their result must have the scale of
/// their operand.
static bool keepsScale(Operation *op) {
  if (auto resize = dyn_cast<onnx::ResizeOp>(op))
    return resize.getMode() == "nearest";
  return isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, onnx::ReshapeOp,
             onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp,
             onnx::UnsqueezeOp, onnx::SliceOp, onnx::PadOp>(op);
}

/// The one element of a constant, perhaps a dequantized one.
static std::optional<double> readScalar(Value value) {
  auto dq = value.getDefiningOp<onnx::DequantizeLinearOp>();
  if (!dq)
    return onnx::readFloatScalar(value);
  std::optional<Scales> scales = getScales(dq);
  auto integers = onnx::readIntegers(dq.getX());
  if (!scales || !integers || integers->size() != 1 || !scales->isPerTensor())
    return std::nullopt;
  return static_cast<double>(integers->front() - scales->zeroPoints[0]) *
         scales->scales[0];
}

/// Takes `op`, if it is a Mul or Div by a positive constant scalar.
static bool takeScaling(Operation *op, Group &group) {
  bool divides = isa<onnx::DivOp>(op);
  if (!divides && !isa<onnx::MulOp>(op))
    return false;
  for (unsigned i = 0; i < (divides ? 1 : 2); ++i) {
    std::optional<double> scalar = readScalar(op->getOperand(1 - i));
    if (!scalar || !(*scalar > 0) || !std::isfinite(*scalar) ||
        op->getOperand(i).getType() != op->getResult(0).getType())
      continue;
    group.scaling = op;
    group.factor = divides ? 1 / *scalar : *scalar;
    group.scaled = i;
    return true;
  }
  return false;
}

/// The group that starts at `op`: result → [Mul | Div] → [Relu | Clip] →
/// QuantizeLinear, each the only user of the one before.
static std::optional<Group> findGroup(Operation *op) {
  Group group;
  group.op = op;
  if ((!hasIntegerForm(op) && !takeScaling(op, group)) ||
      !op->getResult(0).hasOneUse())
    return std::nullopt;
  Operation *user = *op->getResult(0).getUsers().begin();
  if (auto matmul = dyn_cast<onnx::MatMulOp>(op)) {
    auto [scaling, factor] = matmul.getScaling();
    if (scaling && scaling->getResult(0).hasOneUse()) {
      group.scaling = scaling;
      group.factor = factor;
      user = *scaling->getResult(0).getUsers().begin();
    }
  }
  if (isBound(user) && user->getResult(0).hasOneUse()) {
    group.bound = user;
    user = *user->getResult(0).getUsers().begin();
  }
  group.end = dyn_cast<onnx::QuantizeLinearOp>(user);
  if (!group.end)
    return std::nullopt;
  return group;
}

/// The reals between which a Relu or Clip leaves its operand.
static std::array<double, 2> getEnds(Operation *bound) {
  auto clip = dyn_cast<onnx::ClipOp>(bound);
  if (!clip)
    return {0, INFINITY};
  return {clip.getMin() ? *onnx::readFloatScalar(clip.getMin()) : -INFINITY,
          clip.getMax() ? *onnx::readFloatScalar(clip.getMax()) : INFINITY};
}

/// The quantized values of `type` between which the result of `bounds`, one
/// after the other, lies.
static std::array<int64_t, 2> getClamp(ArrayRef<Operation *> bounds,
                                       quant::UniformQuantizedType type) {
  double low = -INFINITY, high = INFINITY;
  for (Operation *bound : bounds) {
    auto [least, most] = getEnds(bound);
    low = std::min(std::max(low, least), most);
    high = std::min(std::max(high, least), most);
  }
  auto quantize = [&](double real) {
    double q = std::nearbyint(real / type.getScale()) +
               static_cast<double>(type.getZeroPoint());
    return static_cast<int64_t>(
        std::clamp(q, static_cast<double>(type.getStorageTypeMin()),
                   static_cast<double>(type.getStorageTypeMax())));
  };
  return {quantize(low), quantize(high)};
}

/// Whether `type` is one that activations have: int8 or int16, one scale.
static quant::UniformQuantizedType getActivationType(Type type) {
  auto uniform = dyn_cast<quant::UniformQuantizedType>(type);
  bool narrow = uniform && (uniform.getStorageTypeIntegralWidth() == 8 ||
                            uniform.getStorageTypeIntegralWidth() == 16);
  return narrow ? uniform : quant::UniformQuantizedType();
}

/// Operands in quantized form: activations by tensor, weights and biases
/// constant, float biases as they are.
static std::optional<SmallVector<Value>> getOperands(OpBuilder &b,
                                                     Operation *op) {
  SmallVector<Value> operands;
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    bool shape = isa<onnx::ReshapeOp, onnx::SqueezeOp, onnx::UnsqueezeOp,
                     onnx::ReduceMeanOp, onnx::ClipOp, onnx::SliceOp,
                     onnx::PadOp, onnx::ResizeOp>(op) &&
                 i > 0;
    bool floatBias =
        i == 2 && isParameter(op, 2) && onnx::getConstantElements(operand);
    if (shape || floatBias) {
      operands.push_back(operand);
      continue;
    }
    Value quantized = getQuantized(b, operand);
    if (!quantized)
      return std::nullopt;
    auto storage =
        cast<quant::StorageCastOp>(quantized.getDefiningOp()).getInput();
    bool constant = static_cast<bool>(onnx::getConstantElements(storage));
    if (isParameter(op, i)
            ? !constant
            : !getActivationType(getElementTypeOrSelf(quantized)))
      return std::nullopt;
    operands.push_back(quantized);
  }
  return operands;
}

/// Whether the op on int16 is more than sums and moves, which are all that
/// integers.md has for it.
static bool needsInt8(Operation *op) {
  if (auto matmul = dyn_cast<onnx::MatMulOp>(op))
    return !matmul.hasWeights();
  return isTable(op) || isa<onnx::SoftmaxOp>(op);
}

static unsigned getWidth(Value value) {
  auto type = cast<quant::QuantizedType>(getElementTypeOrSelf(value));
  return type.getStorageTypeIntegralWidth();
}

/// Whether integer arithmetic covers this case; what it does not cover stays
/// float.
static bool isCovered(Operation *op, ArrayRef<Value> operands, Type result) {
  Type out = getElementTypeOrSelf(result);
  quant::UniformQuantizedType outScale = getActivationType(out);
  auto isInt8 = [](Value operand) { return getWidth(operand) == 8; };
  if (!outScale ||
      (needsInt8(op) && (outScale.getStorageTypeIntegralWidth() != 8 ||
                         !llvm::all_of(operands, isInt8))))
    return false;
  if (isa<onnx::AddOp>(op) && getWidth(operands[0]) != getWidth(operands[1]))
    return false;
  if (keepsScale(op))
    for (Value operand : operands)
      if (isa<quant::QuantizedType>(getElementTypeOrSelf(operand)) &&
          getElementTypeOrSelf(operand) != out)
        return false;
  if (auto pad = dyn_cast<onnx::PadOp>(op))
    return pad.getMode() == "constant" &&
           (!pad.getConstantValue() ||
            onnx::readFloatScalar(pad.getConstantValue()) == 0.0);
  if (auto softmax = dyn_cast<onnx::SoftmaxOp>(op)) {
    auto type = cast<RankedTensorType>(result);
    auto axis = static_cast<int64_t>(softmax.getAxis());
    if (axis < 0)
      axis += type.getRank();
    return axis + 1 == type.getRank() && type.getDimSize(axis) <= 1023 &&
           outScale.getScale() >= 1.0 / 256;
  }
  if (auto gemm = dyn_cast<onnx::GemmOp>(op); gemm && !hasRowAsBias(gemm))
    return false;
  if (isParameter(op, 1)) {
    Type weight = getElementTypeOrSelf(operands[1]);
    if (getWidth(operands[1]) != 8)
      return false;
    if (auto perTensor = dyn_cast<quant::UniformQuantizedType>(weight))
      return perTensor.getZeroPoint() == 0;
    auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(weight);
    return perAxis &&
           perAxis.getQuantizedDimension() == onnx::getOutputDim(op) &&
           llvm::all_of(perAxis.getZeroPoints(),
                        [](int64_t z) { return z == 0; });
  }
  return true;
}

/// Inserts the operation of the group on quantized types; null if it has none.
static Operation *makeFused(OpBuilder &b, const Group &group, Type type) {
  if (group.scaling == group.op) {
    // A change of scale: a Clip without bounds.
    Value x = getQuantized(b, group.op->getOperand(group.scaled));
    auto perTensor =
        x ? dyn_cast<quant::UniformQuantizedType>(getElementTypeOrSelf(x))
          : quant::UniformQuantizedType();
    quant::UniformQuantizedType out =
        getActivationType(getElementTypeOrSelf(type));
    if (!perTensor || perTensor.getStorageTypeIntegralWidth() != 8 || !out ||
        out.getStorageTypeIntegralWidth() != 8)
      return nullptr;
    return onnx::ClipOp::create(b, group.op->getLoc(), type, x, Value(),
                                Value());
  }
  std::optional<SmallVector<Value>> operands = getOperands(b, group.op);
  if (!operands || !isCovered(group.op, *operands, type))
    return nullptr;
  Operation *fused = group.op->clone();
  b.insert(fused);
  fused->setOperands(*operands);
  fused->getResult(0).setType(type);
  return fused;
}

/// Clips the result of `fused`, which does not clamp. What it yields before is
/// no tensor of the model's.
static Operation *appendClip(OpBuilder &b, Operation *fused) {
  fused->setLoc(onnx::makeNodeLocation(b.getContext(), onnx::getNodeName(fused),
                                       /*outputs=*/{}));
  Value result = fused->getResult(0);
  return onnx::ClipOp::create(b, fused->getLoc(), result.getType(), result,
                              Value(), Value());
}

/// Bounds `fused` as the group is, in units of the type `end`.
static void setClamp(Operation *fused, const Group &group, Type end) {
  SmallVector<Operation *> bounds =
      llvm::filter_to_vector(group.getParts(), isBound);
  if (bounds.empty())
    return;
  auto type = cast<quant::UniformQuantizedType>(getElementTypeOrSelf(end));
  fused->setAttr("onnx.clamp", DenseI64ArrayAttr::get(fused->getContext(),
                                                      getClamp(bounds, type)));
}

/// Makes the group one operation on quantized types, or two, and erases it.
/// Fails, having changed nothing, if it has no integer form.
static LogicalResult fuse(OpBuilder &b, const Group &group) {
  b.setInsertionPoint(group.end);
  onnx::QuantizeLinearOp end = group.end;
  std::optional<Scales> scales = getScales(end);
  if (!scales || !scales->isPerTensor())
    return failure();
  auto storage = cast<RankedTensorType>(end.getType());
  // What is scaled and then quantized is quantized by another scale.
  Scales own = *scales;
  own.scales[0] /= group.factor;
  Type type = own.getType(storage);
  Operation *fused = makeFused(b, group, type);
  if (!fused)
    return failure();
  SmallVector<Operation *> parts = group.getParts();
  parts.push_back(end);
  if (group.bound && !endsWithClamp(fused))
    fused = appendClip(b, fused);
  onnx::setFusedNames(fused, parts);
  setClamp(fused, group, scales->getType(storage));
  Value integers = quant::StorageCastOp::create(b, end.getLoc(), storage,
                                                fused->getResult(0));
  end.getY().replaceAllUsesWith(integers);
  end.erase();
  for (Operation *part : llvm::reverse(group.getParts()))
    part->erase();
  return success();
}

/// Why int16 tensors keep a group in float; null if they do not.
static StringAttr explainInt16(OpBuilder &b, Group group) {
  SmallVector<std::pair<Type, Value>> tensors{
      {getElementTypeOrSelf(group.end.getType()), group.end.getYZeroPoint()}};
  for (Value operand : group.op->getOperands())
    if (auto dq = operand.getDefiningOp<onnx::DequantizeLinearOp>())
      if (!onnx::getConstantElements(dq.getX()))
        tensors.push_back(
            {getElementTypeOrSelf(dq.getX()), dq.getXZeroPoint()});
  auto isInt16 = [](const auto &tensor) { return tensor.first.isInteger(16); };
  if (llvm::none_of(tensors, isInt16))
    return {};
  for (auto [type, zeroPoint] : llvm::make_filter_range(tensors, isInt16))
    for (int64_t zero :
         onnx::readIntegers(zeroPoint).value_or(SmallVector<int64_t>()))
      if (zero != 0)
        return b.getStringAttr("stays float: an int16 tensor has zero point " +
                               Twine(zero) +
                               ", integers need 0; quantize symmetrically");
  if (needsInt8(group.op))
    return b.getStringAttr(
        "stays float: this operator has int8 arithmetic but not int16");
  if (!llvm::all_of(tensors, isInt16) && isa<onnx::AddOp>(group.op))
    return b.getStringAttr("stays float: it adds int8 to int16");
  return {};
}

void FuseQdq::runOnOperation() {
  OpBuilder builder(&getContext());
  SmallVector<Operation *> ops;
  for (Operation &op : getOperation().getBody().front())
    ops.push_back(&op);
  llvm::DenseSet<Operation *> erased;
  for (Operation *op : ops) {
    std::optional<Group> group =
        erased.contains(op) ? std::nullopt : findGroup(op);
    if (!group)
      continue;
    SmallVector<Operation *> parts = group->getParts();
    parts.push_back(group->end);
    if (succeeded(fuse(builder, *group)))
      erased.insert_range(parts);
    else if (StringAttr why = explainInt16(builder, *group))
      op->setAttr(onnx::staysFloatAttr, why);
  }
  // Dequantized tensors and parameters that nobody reads any more.
  for (Operation &op : llvm::make_early_inc_range(
           llvm::reverse(getOperation().getBody().front())))
    if (isa<onnx::DequantizeLinearOp, quant::StorageCastOp>(op) &&
        op.use_empty())
      op.erase();
}
