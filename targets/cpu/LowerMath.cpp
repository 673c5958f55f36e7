// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Level.h"
#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_LOWERMATH
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct LowerMath : public cpu::impl::LowerMathBase<LowerMath> {
  using Base::Base;
  void runOnOperation() override;
};

} // namespace

static LogicalResult splitFma(math::FmaOp op, PatternRewriter &rewriter) {
  Value product =
      arith::MulFOp::create(rewriter, op.getLoc(), op.getA(), op.getB());
  rewriter.replaceOpWithNewOp<arith::AddFOp>(op, product, op.getC());
  return success();
}

void LowerMath::runOnOperation() {
  llvm::Expected<const cpu::Level *> found = cpu::findLevel(level);
  if (!found) {
    getOperation()->emitError(llvm::toString(found.takeError()));
    return signalPassFailure();
  }
  RewritePatternSet patterns(&getContext());
  math::populateExpansionPatterns(patterns,
                                  {"sinh", "cosh", "tan", "asinh", "acosh",
                                   "atanh", "fpowi", "powf", "exp2", "round"});
  auto all = [](StringRef) { return true; };
  populateMathF32ExpansionPatterns(patterns, all);
  populateMathPolynomialApproximationPatterns(patterns, all);
  if (!(*found)->fma)
    patterns.add(splitFma);
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
    signalPassFailure();
}
