// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Passes.h"
#include "compiler/Quantize/Range.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Products.h"

#include <cmath>

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_INSERTQDQ
#include "compiler/Quantize/Passes.h.inc"
} // namespace sluice

using namespace sluice;

namespace {
struct InsertQdq : sluice::impl::InsertQdqBase<InsertQdq> {
  void runOnOperation() override;

private:
  void chooseScales();
  void insertAfter(OpBuilder &b, Value value, ActivationScale scale);
  LogicalResult quantizeParameters(OpBuilder &b, Operation *op);
  void quantizeConstants(OpBuilder &b, Operation *op);

  llvm::MapVector<Value, ActivationScale> scales;
  llvm::DenseSet<Value> floats; // those of them that are computed in float
};
} // namespace

static bool isProduct(Operation *op) {
  // Groups of a transposed convolution would share scales.
  if (auto transposed = dyn_cast<onnx::ConvTransposeOp>(op);
      transposed && transposed.getGroup() != 1)
    return false;
  if (auto gemm = dyn_cast<onnx::GemmOp>(op); gemm && !hasRowAsBias(gemm))
    return false;
  if (isa<onnx::ConvOp, onnx::ConvTransposeOp, onnx::GemmOp>(op))
    return onnx::getConstantElements(op->getOperand(1)) &&
           (op->getNumOperands() < 3 ||
            onnx::getConstantElements(op->getOperand(2)));
  // Weights that are dequantized have their scales.
  auto matmul = dyn_cast<onnx::MatMulOp>(op);
  return matmul && matmul.hasWeights() &&
         onnx::getConstantElements(matmul.getB());
}

/// A product of two activations.
static bool isMatrixProduct(Operation *op) {
  auto matmul = dyn_cast<onnx::MatMulOp>(op);
  return matmul && !matmul.hasWeights();
}

/// The constant scaling that takes the place of `op`, a product of two
/// activations; null if there is none.
static Operation *getScaling(Operation *op) {
  return isMatrixProduct(op) ? cast<onnx::MatMulOp>(op).getScaling().first
                             : nullptr;
}

/// Whether `op` scales a product of two activations.
static bool isScaling(Operation *op) {
  return isa<onnx::MulOp, onnx::DivOp>(op) &&
         llvm::any_of(op->getOperands(), [&](Value operand) {
           Operation *product = operand.getDefiningOp();
           return product && getScaling(product) == op;
         });
}

static bool isResize(Operation *op, StringRef mode) {
  auto resize = dyn_cast<onnx::ResizeOp>(op);
  return resize && resize.getMode() == mode;
}

/// Operators that compute new values in int8.
static bool isComputed(Operation *op) {
  return isProduct(op) || isMatrixProduct(op) || isScaling(op) ||
         isResize(op, "linear") ||
         isa<onnx::AddOp, onnx::AveragePoolOp, onnx::GlobalAveragePoolOp,
             onnx::ReduceMeanOp, onnx::ReluOp, onnx::ClipOp, onnx::LeakyReluOp,
             onnx::SigmoidOp, onnx::TanhOp, onnx::HardSigmoidOp,
             onnx::HardSwishOp, onnx::SwishOp, onnx::EluOp, onnx::ErfOp,
             onnx::GeluOp, onnx::ConcatOp>(op);
}

/// Whether docs/spec/integers.md section 4 covers this softmax: its rows lie in
/// the last dimension and are short.
static bool isIntegerSoftmax(Operation *op) {
  auto softmax = dyn_cast<onnx::SoftmaxOp>(op);
  if (!softmax)
    return false;
  auto type = cast<RankedTensorType>(softmax.getType());
  auto axis = static_cast<int64_t>(softmax.getAxis());
  return (axis == -1 || axis + 1 == type.getRank()) &&
         type.getShape().back() <= 1023;
}

/// Operators whose result has the scale of their operand.
static bool isPassive(Operation *op) {
  return isResize(op, "nearest") ||
         isa<onnx::MaxPoolOp, onnx::GlobalMaxPoolOp, onnx::ReshapeOp,
             onnx::FlattenOp, onnx::TransposeOp, onnx::SqueezeOp,
             onnx::UnsqueezeOp, onnx::SliceOp>(op);
}

/// Whether the one user of `op` is a Relu, a Clip or a scaling that takes its
/// place.
static bool isReplaced(Operation *op) {
  if (getScaling(op))
    return true;
  return (isProduct(op) || isMatrixProduct(op) || isa<onnx::AddOp>(op)) &&
         op->getResult(0).hasOneUse() &&
         isa<onnx::ReluOp, onnx::ClipOp>(*op->getResult(0).getUsers().begin());
}

static bool isFinite(float value) { return std::isfinite(value); }

static bool isFloat(Value value) { return getElementTypeOrSelf(value).isF32(); }

/// Whether an int8 operator reads `value`, perhaps through passive ones.
static bool feedsInt8(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isComputed(user) ||
           (isPassive(user) && feedsInt8(user->getResult(0)));
  });
}

/// Whether a product of two activations reads `value`, perhaps through passive
/// operators.
static bool feedsMatrixProduct(Value value) {
  return llvm::any_of(value.getUsers(), [](Operation *user) {
    return isMatrixProduct(user) ||
           (isPassive(user) && feedsMatrixProduct(user->getResult(0)));
  });
}

/// A product of two activations has more to sum for each zero point.
static ActivationScale chooseScale(Value value, const TensorRange &range) {
  return feedsMatrixProduct(value) ? range.getBalancedScale()
                                   : range.getScale();
}

void InsertQdq::chooseScales() {
  func::FuncOp function = getOperation();
  for (BlockArgument argument : function.getArguments())
    if (auto range = TensorRange::get(function, argument);
        range && isFloat(argument) && feedsInt8(argument))
      scales.insert({argument, chooseScale(argument, *range)});
  for (Operation &op : function.getBody().front()) {
    if (op.getNumResults() == 0 || isa<onnx::ConstantOp>(op) ||
        !isFloat(op.getResult(0)))
      continue;
    Value result = op.getResult(0);
    if (isPassive(&op)) {
      if (auto it = scales.find(op.getOperand(0)); it != scales.end())
        scales.insert({result, it->second});
    } else if (isIntegerSoftmax(&op)) {
      // Its values lie between 0 and 1, whatever the data.
      if (scales.contains(op.getOperand(0)))
        scales.insert({result, ActivationScale{1.0f / 256, -128}});
    } else if (isComputed(&op) ? !isReplaced(&op) : feedsInt8(result)) {
      if (auto range = TensorRange::get(function, result))
        scales.insert({result, chooseScale(result, *range)});
      if (!isComputed(&op))
        floats.insert(result);
    }
  }
}

template <typename T>
static Value makeScalar(OpBuilder &b, Location loc, T value) {
  Type type =
      std::is_same_v<T, float> ? Type(b.getF32Type()) : Type(b.getI8Type());
  return onnx::ConstantOp::create(
      b, loc, DenseElementsAttr::get(RankedTensorType::get({}, type), value));
}

/// Every reader of `value` gets it through a QuantizeLinear and a
/// DequantizeLinear.
void InsertQdq::insertAfter(OpBuilder &b, Value value, ActivationScale scale) {
  b.setInsertionPointAfterValue(value);
  std::string tensor = onnx::getTensorName(value).str();
  // The integers go by the tensor's name, unless it stays in float or the model
  // returns it: then what is dequantized again keeps the name.
  bool returned = llvm::any_of(value.getUsers(), [](Operation *user) {
    return isa<func::ReturnOp>(user);
  });
  std::string integers = returned || floats.contains(value)
                             ? tensor + quantizedSuffix.str()
                             : tensor;
  SmallVector<StringRef> reals;
  if (returned)
    reals.push_back(tensor);
  Location qLoc = onnx::makeNodeLocation(
      b.getContext(), tensor + "_QuantizeLinear", {StringRef(integers)});
  Location dqLoc = onnx::makeNodeLocation(b.getContext(),
                                          tensor + "_DequantizeLinear", reals);
  auto type = cast<RankedTensorType>(value.getType());
  Value real = makeScalar(b, qLoc, scale.scale),
        zero = makeScalar(b, qLoc, scale.zeroPoint);
  Value q = onnx::QuantizeLinearOp::create(b, qLoc,
                                           TypeRange{type.clone(b.getI8Type())},
                                           ValueRange{value, real, zero});
  Value dq = onnx::DequantizeLinearOp::create(b, dqLoc, TypeRange{type},
                                              ValueRange{q, real, zero});
  value.replaceAllUsesExcept(dq, q.getDefiningOp());
}

/// One DequantizeLinear of a constant along `axis`.
template <typename T>
static Value makeDequantize(OpBuilder &b, Value value, ArrayRef<int64_t> shape,
                            ArrayRef<T> integers, ArrayRef<float> scales,
                            int64_t axis) {
  Location loc = value.getLoc();
  StringRef name = onnx::getNodeName(loc);
  auto bytes = [](auto values) {
    return ArrayRef<char>(reinterpret_cast<const char *>(values.data()),
                          values.size() * sizeof(values[0]));
  };
  auto type = RankedTensorType::get(shape, b.getIntegerType(8 * sizeof(T)));
  auto vector = RankedTensorType::get({static_cast<int64_t>(scales.size())},
                                      b.getF32Type());
  Value constant = onnx::ConstantOp::create(
      b, loc, onnx::makeElements(type, bytes(integers), name));
  Value scale = onnx::ConstantOp::create(
      b, loc, onnx::makeElements(vector, bytes(scales), name));
  auto dq = onnx::DequantizeLinearOp::create(
      b, loc, TypeRange{type.clone(b.getF32Type())},
      ValueRange{constant, scale});
  dq.setAxis(axis);
  return dq;
}

/// Weights symmetric by output channel, bias in units of input scale · weight
/// scale.
LogicalResult InsertQdq::quantizeParameters(OpBuilder &b, Operation *op) {
  auto it = scales.find(op->getOperand(0));
  if (it == scales.end())
    return success();
  Value weight = op->getOperand(1),
        bias = op->getNumOperands() > 2 ? op->getOperand(2) : Value();
  auto type = cast<RankedTensorType>(weight.getType());
  auto reals = onnx::readElements<float>(onnx::getConstantElements(weight));
  auto biases = bias
                    ? onnx::readElements<float>(onnx::getConstantElements(bias))
                    : std::nullopt;
  if (!reals || (bias && !biases))
    return success();
  if (!llvm::all_of(*reals, isFinite))
    return op->emitOpError("has weights that are infinite or not a number, "
                           "which int8 cannot hold");
  if (biases && !llvm::all_of(*biases, isFinite))
    return op->emitOpError("has a bias that is infinite or not a number, which "
                           "int8 cannot hold");
  int64_t axis = onnx::getOutputDim(op);
  int64_t channels = type.getDimSize(axis);
  if (biases && biases->size() == 1)
    biases->resize(channels, biases->front());
  int64_t inner =
      ShapedType::getNumElements(type.getShape().drop_front(axis + 1));
  SmallVector<float> largest(channels, 0), weightScales, biasScales;
  for (auto [i, real] : llvm::enumerate(*reals))
    largest[i / inner % channels] =
        std::max(largest[i / inner % channels], std::fabs(real));
  for (int64_t c = 0; c < channels; ++c) {
    weightScales.push_back(chooseWeightScale(
        largest[c], biases ? (*biases)[c] : 0, it->second.scale));
    biasScales.push_back(it->second.scale * weightScales.back());
  }
  SmallVector<int8_t> integers;
  for (auto [i, real] : llvm::enumerate(*reals)) {
    double q = std::nearbyint(static_cast<double>(real) /
                              weightScales[i / inner % channels]);
    integers.push_back(static_cast<int8_t>(std::clamp(q, -127.0, 127.0)));
  }
  b.setInsertionPoint(op);
  op->setOperand(1, makeDequantize<int8_t>(b, weight, type.getShape(), integers,
                                           weightScales, axis));
  if (!biases)
    return success();
  SmallVector<int32_t> sums;
  for (int64_t c = 0; c < channels; ++c)
    sums.push_back(static_cast<int32_t>(
        std::nearbyint(static_cast<double>((*biases)[c]) / biasScales[c])));
  op->setOperand(
      2, makeDequantize<int32_t>(b, bias, {channels}, sums, biasScales, 0));
  return success();
}

/// Constants among the activations that `op` takes: one scale and zero point
/// each.
void InsertQdq::quantizeConstants(OpBuilder &b, Operation *op) {
  Operation *scaling = getScaling(op);
  if (!scales.contains(scaling ? scaling->getResult(0) : op->getResult(0)))
    return;
  for (OpOperand &operand : op->getOpOperands()) {
    ElementsAttr elements = onnx::getConstantElements(operand.get());
    auto reals = elements ? onnx::readElements<float>(elements) : std::nullopt;
    if (!reals || reals->empty() || !llvm::all_of(*reals, isFinite))
      continue;
    auto [min, max] = std::minmax_element(reals->begin(), reals->end());
    ActivationScale scale = TensorRange{*min, *max}.getScale();
    SmallVector<char> integers;
    for (float real : *reals)
      integers.push_back(static_cast<char>(
          std::clamp(std::nearbyint(static_cast<double>(real) / scale.scale) +
                         scale.zeroPoint,
                     -128.0, 127.0)));
    b.setInsertionPoint(op);
    auto type = cast<RankedTensorType>(operand.get().getType());
    Location loc = operand.get().getLoc();
    Value constant = onnx::ConstantOp::create(
        b, loc,
        onnx::makeElements(type.clone(b.getI8Type()), integers,
                           onnx::getNodeName(loc)));
    Value real = makeScalar(b, loc, scale.scale),
          zero = makeScalar(b, loc, scale.zeroPoint);
    operand.set(onnx::DequantizeLinearOp::create(
        b, loc, TypeRange{type}, ValueRange{constant, real, zero}));
  }
}

void InsertQdq::runOnOperation() {
  scales.clear();
  floats.clear();
  chooseScales();
  OpBuilder b(&getContext());
  for (Operation &op :
       llvm::make_early_inc_range(getOperation().getBody().front())) {
    if (isProduct(&op)) {
      if (failed(quantizeParameters(b, &op)))
        signalPassFailure();
    } else if (isMatrixProduct(&op) || isa<onnx::AddOp, onnx::ConcatOp>(op)) {
      quantizeConstants(b, &op);
    }
  }
  for (auto [value, scale] : scales)
    insertAfter(b, value, scale);
}
