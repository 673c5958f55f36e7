// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/OpenclTarget.h"

#include "compiler/Support/Layer.h"
#include "targets/opencl/RegionKernels.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;

namespace {

class OpenclTarget : public Target {
public:
  StringRef name() const override { return "opencl"; }
  std::string description() const override { return "opencl"; }
  Judgement judge(const Layer &layer) const override;
  Cost estimate(const Layer &layer) const override;
  LogicalResult emit(deploy::RegionOp region,
                     RegionParts &parts) const override {
    FailureOr<RegionParts> made = opencl::makeKernels(region);
    if (failed(made))
      return failure();
    parts = std::move(*made);
    return success();
  }
};

} // namespace

/// Whether the float that `value` holds is the same on every device: no sum and
/// no function lies between it and the region's inputs.
static bool isExact(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (isa<tosa::CastOp>(op))
      return true;
    if (isConstant(op))
      return true;
    if (!isa<tosa::ReshapeOp, tosa::TransposeOp, tosa::SliceOp, tosa::MulOp,
             tosa::ClampOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

Judgement OpenclTarget::judge(const Layer &layer) const {
  for (Operation *op : layer.ops) {
    if (std::string reason = opencl::judgeOp(op); !reason.empty())
      return Judgement::illegal(reason);
    auto cast = dyn_cast<tosa::CastOp>(op);
    if (cast && getElementTypeOrSelf(cast.getInput()).isF32() &&
        getElementTypeOrSelf(cast.getOutput()).isInteger() &&
        !isExact(cast.getInput()))
      return Judgement::illegal(
          "integers made of computed floats may differ between devices");
  }
  return Judgement::legal();
}

Cost OpenclTarget::estimate(const Layer &layer) const {
  Cost cost;
  for (Value input : layer.inputs)
    cost.bytesRead += deploy::getPackedBytes(input.getType());
  for (Value constant : {layer.weights, layer.bias})
    if (constant)
      cost.bytesRead += deploy::getPackedBytes(constant.getType());
  cost.bytesWritten = deploy::getPackedBytes(layer.getOutput().getType());
  return cost;
}

void opencl::registerOpenclTarget() {
  registerTarget(
      {"opencl", "kernels in OpenCL C, which a device compiles for itself",
       [](StringRef details) -> llvm::Expected<std::unique_ptr<Target>> {
         if (!details.empty())
           return llvm::createStringError("target 'opencl' takes no '" +
                                          details +
                                          "'; its code fits every device");
         return std::make_unique<OpenclTarget>();
       }});
}
