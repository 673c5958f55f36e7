// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Passes.h"

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_INFERSHAPES
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

namespace {
class InferShapes : public sluice::onnx::impl::InferShapesBase<InferShapes> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    WalkResult walk = function.walk<WalkOrder::PreOrder>([](Operation *op) {
      if (isa<ShapeInference>(op) && failed(refineResultShapes(op)))
        return WalkResult::interrupt();
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    if (function.isExternal())
      return;
    Operation *end = function.getBody().back().getTerminator();
    function.setType(FunctionType::get(
        &getContext(), function.getArgumentTypes(), end->getOperandTypes()));
  }
};
} // namespace
