// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Upstream's reduction-tree erases any operation of a block, its terminator
// among them, and so cannot shrink the body of a function.

#include "tools/sluice-reduce/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Reducer/Tester.h"

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_REPLACEBYZEROS
#include "tools/sluice-reduce/Passes.h.inc"
} // namespace sluice

/// The operations that zeros can stand for, in order.
static SmallVector<Operation *> getCandidates(ModuleOp module) {
  SmallVector<Operation *> candidates;
  module.walk([&](Operation *op) {
    if (!isa<tosa::TosaDialect>(op->getDialect()) ||
        op->hasTrait<OpTrait::ConstantLike>() || op->getNumResults() != 1)
      return;
    auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
    if (type && type.hasStaticShape() && type.getElementType().isIntOrFloat())
      candidates.push_back(op);
  });
  return candidates;
}

static void replaceByZeros(Operation *op) {
  OpBuilder builder(op);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto zeros = DenseElementsAttr::get(
      type, Attribute(builder.getZeroAttr(type.getElementType())));
  Value constant = tosa::ConstOp::create(builder, op->getLoc(), type, zeros);
  op->getResult(0).replaceAllUsesWith(constant);
}

static void eraseDead(ModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
}

namespace {
struct ReplaceByZeros : sluice::impl::ReplaceByZerosBase<ReplaceByZeros> {
  using ReplaceByZerosBase::ReplaceByZerosBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    Tester tester(test, {});
    for (size_t next = 0; next < getCandidates(module).size();) {
      OwningOpRef<ModuleOp> changed = module.clone();
      replaceByZeros(getCandidates(*changed)[next]);
      eraseDead(*changed);
      if (tester.isInteresting(*changed).first !=
          Tester::Interestingness::True) {
        ++next;
        continue;
      }
      replaceByZeros(getCandidates(module)[next]);
      eraseDead(module);
      next = 0;
    }
  }
};
} // namespace
