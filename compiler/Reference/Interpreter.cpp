// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Reference/Interpreter.h"
#include "compiler/Reference/Ops.h"
#include "dialects/Deploy/Deploy.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace sluice::reference {

namespace {
/// The values of one function and of the regions within it.
class Evaluator {
public:
  explicit Evaluator(Observer observer) : observer(observer) {}

  /// Runs `block` on `inputs`; gives the operands of its terminator.
  FailureOr<SmallVector<Tensor>> run(Block &block, ArrayRef<Tensor> inputs);

private:
  LogicalResult evaluate(Operation &op);
  LogicalResult evaluate(deploy::RegionOp op);
  void define(Value value, Tensor tensor);
  SmallVector<const Tensor *> lookUp(ValueRange values) const;

  llvm::DenseMap<Value, Tensor> values;
  Observer observer;
};
} // namespace

static Result evalOp(Operation *op, Operands operands) {
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp,
            tosa::MaxPool2dOp, tosa::AvgPool2dOp, tosa::ReduceSumOp,
            tosa::ReduceMaxOp, tosa::ReduceMinOp, tosa::ReduceProductOp,
            tosa::AddOp, tosa::SubOp, tosa::MulOp, tosa::IntDivOp,
            tosa::MaximumOp, tosa::MinimumOp, tosa::PowOp, tosa::EqualOp,
            tosa::GreaterOp, tosa::GreaterEqualOp, tosa::SelectOp,
            tosa::NegateOp, tosa::AbsOp, tosa::ExpOp, tosa::LogOp, tosa::ErfOp,
            tosa::SigmoidOp, tosa::TanhOp, tosa::ReciprocalOp, tosa::RsqrtOp,
            tosa::FloorOp, tosa::CeilOp, tosa::RescaleOp, tosa::ClampOp,
            tosa::CastOp, tosa::TableOp, tosa::ConstOp, tosa::ConstShapeOp,
            tosa::IdentityOp, tosa::ReshapeOp, tosa::TransposeOp, tosa::PadOp,
            tosa::SliceOp, tosa::ConcatOp, tosa::ReverseOp, tosa::TileOp,
            tosa::GatherOp, tensor::EmptyOp, tensor::ExtractSliceOp,
            tensor::InsertSliceOp>(
          [&](auto concrete) { return eval(concrete, operands); })
      .Default([](Operation *unknown) {
        return unknown->emitError(
            "the reference interpreter does not know this operation");
      });
}

/// Why a value of this type cannot be held; empty when it can. Shapes are
/// values of their own in TOSA.
static LogicalResult checkType(Operation *op, Type type) {
  if (isa<tosa::shapeType>(type))
    return success();
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape() ||
      !Tensor::isSupported(tensor.getElementType()))
    return op->emitError(
               "the reference interpreter cannot hold a value of type ")
           << type;
  return success();
}

void Evaluator::define(Value value, Tensor tensor) {
  if (observer)
    observer(value, tensor);
  values[value] = std::move(tensor);
}

SmallVector<const Tensor *> Evaluator::lookUp(ValueRange range) const {
  SmallVector<const Tensor *> result;
  for (Value value : range)
    result.push_back(&values.find(value)->second);
  return result;
}

LogicalResult Evaluator::evaluate(deploy::RegionOp op) {
  SmallVector<Tensor> inputs;
  for (const Tensor *input : lookUp(op.getOperands()))
    inputs.push_back(*input);
  FailureOr<SmallVector<Tensor>> results = run(op.getBody().front(), inputs);
  if (failed(results))
    return failure();
  for (auto [value, tensor] : llvm::zip_equal(op.getResults(), *results))
    define(value, std::move(tensor));
  return success();
}

LogicalResult Evaluator::evaluate(Operation &op) {
  if (auto region = dyn_cast<deploy::RegionOp>(op))
    return evaluate(region);
  for (Type type : op.getResultTypes())
    if (failed(checkType(&op, type)))
      return failure();
  Result result = evalOp(&op, lookUp(op.getOperands()));
  if (failed(result))
    return failure();
  define(op.getResult(0), std::move(*result));
  return success();
}

FailureOr<SmallVector<Tensor>> Evaluator::run(Block &block,
                                              ArrayRef<Tensor> inputs) {
  for (auto [argument, input] : llvm::zip_equal(block.getArguments(), inputs))
    define(argument, input);
  for (Operation &op : block.without_terminator())
    if (failed(evaluate(op)))
      return failure();
  SmallVector<Tensor> results;
  for (const Tensor *result : lookUp(block.getTerminator()->getOperands()))
    results.push_back(*result);
  return results;
}

FailureOr<SmallVector<Tensor>>
interpret(func::FuncOp function, ArrayRef<Tensor> inputs, Observer observer) {
  if (!function.getBody().hasOneBlock())
    return function.emitError(
        "the reference interpreter takes a function of one block");
  if (inputs.size() != function.getNumArguments())
    return function.emitError("takes ")
           << function.getNumArguments() << " inputs, not " << inputs.size();
  for (auto [input, type] :
       llvm::zip_equal(inputs, function.getArgumentTypes()))
    if (input.getType() != type)
      return function.emitError("takes an input of type ")
             << type << ", not " << input.getType();
  return Evaluator(observer).run(function.getBody().front(), inputs);
}

} // namespace sluice::reference
