// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Conversion/OnnxToTosa/OnnxToTosa.h"
#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sluice {

#define GEN_PASS_DEF_CONVERTONNXTOTOSA
#include "compiler/Conversion/OnnxToTosa/Passes.h.inc"

/// Static shapes that hold something: all that the rest relies on.
static LogicalResult checkShape(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return op->emitOpError("has a result of unknown shape");
  if (tensor.getNumElements() == 0)
    return op->emitOpError("has an empty result, which is not supported");
  return success();
}

LogicalResult Converter::convert(Operation *op) {
  if (!isa<onnx::ConstantOp, onnx::NodeOp>(op))
    for (Type type : op->getResultTypes())
      if (failed(checkShape(op, type)))
        return failure();
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<onnx::ConvOp, onnx::ConvTransposeOp, onnx::ResizeOp,
            onnx::AveragePoolOp, onnx::GlobalAveragePoolOp, onnx::MaxPoolOp,
            onnx::GlobalMaxPoolOp, onnx::ReduceMeanOp, onnx::GemmOp,
            onnx::MatMulOp, onnx::SoftmaxOp, onnx::AddOp, onnx::ClipOp,
            onnx::BatchNormalizationOp, onnx::TransposeOp, onnx::ConcatOp,
            onnx::SliceOp, onnx::PadOp, onnx::QuantizeLinearOp,
            onnx::DequantizeLinearOp, onnx::DropoutOp, quant::StorageCastOp>(
          [&](auto concrete) { return convert(concrete); })
      .Case<onnx::ReshapeOp, onnx::FlattenOp, onnx::SqueezeOp,
            onnx::UnsqueezeOp>(
          [&](auto reshape) { return convertReshape(reshape); })
      .Case<onnx::ReluOp, onnx::LeakyReluOp, onnx::SigmoidOp, onnx::TanhOp,
            onnx::HardSigmoidOp, onnx::HardSwishOp, onnx::SwishOp, onnx::EluOp,
            onnx::ErfOp, onnx::GeluOp>(
          [&](auto activation) { return convertActivation(activation); })
      .Case([&](onnx::SubOp sub) { return convertBinary<tosa::SubOp>(sub); })
      .Case([&](onnx::MulOp mul) { return convertBinary<tosa::MulOp>(mul); })
      .Case([&](onnx::DivOp div) {
        return convertBinary<tosa::ReciprocalOp>(div);
      })
      .Case([&](onnx::IdentityOp same) {
        set(same.getResult(), get(same.getOperand()));
        return success();
      })
      .Case([](onnx::ConstantOp) { return success(); })
      .Case([](onnx::NodeOp node) -> LogicalResult {
        return node.emitError("operator '")
               << node.getOpType() << "' is not supported";
      })
      .Default([](Operation *other) -> LogicalResult {
        return other->emitOpError("is not supported");
      });
}

LogicalResult Converter::addArguments() {
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !type.hasStaticShape())
      return function.emitError("input '")
             << onnx::getTensorName(argument) << "' has no static shape";
    if (type.getNumElements() == 0)
      return function.emitError("input '")
             << onnx::getTensorName(argument) << "' is empty: its shape is "
             << onnx::formatShape(type.getShape());
    values[argument] = {argument, getIdentity(type.getRank()), std::nullopt};
  }
  return success();
}

/// A value in the place of one that can not be computed; null where not even
/// its shape is known.
static Value makeSubstitute(OpBuilder &builder, Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape())
    return {};
  if (auto quantized = dyn_cast<quant::QuantizedType>(type.getElementType()))
    type = type.clone(quantized.getStorageType());
  return tensor::EmptyOp::create(builder, value.getLoc(), type.getShape(),
                                 type.getElementType());
}

/// Whether the dialect has no such operator. It may stand as a NodeOp only
/// because its operands are of unknown type.
static bool isUnknown(Operation *op) {
  auto node = dyn_cast<onnx::NodeOp>(op);
  if (!node)
    return false;
  return !node.getDomain().empty() ||
         !RegisteredOperationName::lookup(("onnx." + node.getOpType()).str(),
                                          op->getContext());
}

bool Converter::convertAll(ArrayRef<Operation *> ops, bool substitute) {
  bool all = true;
  for (Operation *op : ops) {
    // What only follows from an earlier failure is not reported.
    bool ready = llvm::all_of(op->getOperands(), [&](Value operand) {
      return values.count(operand) || getConstant(operand);
    });
    bool isReported = ready || isUnknown(op);
    if (isReported && succeeded(convert(op)))
      continue;
    all = false;
    if (!isReported)
      continue;
    if (!substitute)
      continue;
    for (Value result : op->getResults())
      if (Value value = makeSubstitute(builder, result))
        set(result, value);
  }
  return all;
}

static SmallVector<Operation *> getModelOps(func::FuncOp function) {
  SmallVector<Operation *> ops;
  for (Operation &op : function.getBody().front().without_terminator())
    ops.push_back(&op);
  return ops;
}

void Converter::preview() {
  builder.setInsertionPoint(function.getBody().front().getTerminator());
  if (succeeded(addArguments()))
    convertAll(getModelOps(function), /*substitute=*/true);
}

LogicalResult Converter::run() {
  Operation *terminator = function.getBody().front().getTerminator();
  builder.setInsertionPoint(terminator);
  SmallVector<Operation *> ops = getModelOps(function);
  if (failed(addArguments()) || !convertAll(ops, /*substitute=*/false))
    return failure();
  for (OpOperand &operand : terminator->getOpOperands())
    operand.set(getCanonical(operand.get()));
  for (Operation *op : llvm::reverse(ops))
    op->erase();
  return success();
}

void previewTosa(func::FuncOp function) {
  function.getContext()
      ->loadDialect<tosa::TosaDialect, tensor::TensorDialect>();
  OpBuilder builder(function.getContext());
  Converter(function, builder).preview();
}

namespace {
struct ConvertOnnxToTosa : impl::ConvertOnnxToTosaBase<ConvertOnnxToTosa> {
  void runOnOperation() override {
    OpBuilder builder(&getContext());
    if (failed(Converter(getOperation(), builder).run()))
      signalPassFailure();
  }
};
} // namespace

} // namespace sluice
