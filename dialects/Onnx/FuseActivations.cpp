// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_FUSEACTIVATIONS
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

/// What `value` is before it was quantized and dequantized on the way.
static Value skipRounding(Value value) {
  auto dequantize = value.getDefiningOp<DequantizeLinearOp>();
  auto quantize = dequantize
                      ? dequantize.getX().getDefiningOp<QuantizeLinearOp>()
                      : QuantizeLinearOp();
  return quantize ? quantize.getX() : value;
}

/// Whether two values are one tensor, dequantized perhaps twice.
static bool isSame(Value a, Value b) {
  auto first = a.getDefiningOp<DequantizeLinearOp>();
  auto second = b.getDefiningOp<DequantizeLinearOp>();
  return a == b || (first && second && first.getX() == second.getX());
}

/// Whether `value` is the constant `wanted` in every element.
static bool isAll(Value value, double wanted) {
  auto values = readFloats(value);
  return values && !values->empty() && llvm::all_of(*values, [&](double v) {
           return std::fabs(v - wanted) <= 1e-4 * std::fabs(wanted);
         });
}

/// Replaces `op` by an `Op` on `x` that has its names.
template <typename Op>
static void replaceBy(PatternRewriter &rewriter, Operation *op, Value x) {
  rewriter.replaceOpWithNewOp<Op>(op, TypeRange(op->getResultTypes()),
                                  ValueRange(x));
}

namespace {
/// x · s(x), of which Swish and HardSwish are made.
struct FuseProduct : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp mul,
                                PatternRewriter &rewriter) const override {
    for (unsigned i : {0, 1}) {
      Value x = mul->getOperand(i);
      Operation *inner = skipRounding(mul->getOperand(1 - i)).getDefiningOp();
      if (!inner || x.getType() != mul.getType() ||
          inner->getNumOperands() != 1 || !isSame(inner->getOperand(0), x))
        continue;
      auto hard = dyn_cast<HardSigmoidOp>(inner);
      if (isa<SigmoidOp>(inner)) {
        replaceBy<SwishOp>(rewriter, mul, x);
        return success();
      }
      if (hard &&
          std::fabs(hard.getAlpha().convertToFloat() - 1 / 6.0) < 1e-4 &&
          hard.getBeta().convertToFloat() == 0.5f) {
        replaceBy<HardSwishOp>(rewriter, mul, x);
        return success();
      }
    }
    return failure();
  }
};

/// x · (1 + erf(x / √2)) · ½, in any order.
struct FuseGelu : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MulOp mul,
                                PatternRewriter &rewriter) const override;
};

struct FuseActivations
    : sluice::onnx::impl::FuseActivationsBase<FuseActivations> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FuseProduct, FuseGelu>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace

/// The x of 1 + erf(x / √2); null if `value` is something else.
static Value getGeluOperand(Value value) {
  auto add = value.getDefiningOp<AddOp>();
  for (unsigned i : {0, 1}) {
    auto erf = add ? add->getOperand(i).getDefiningOp<ErfOp>() : ErfOp();
    if (!erf || !isAll(add->getOperand(1 - i), 1))
      continue;
    Operation *scaled = erf.getX().getDefiningOp();
    if (isa_and_nonnull<DivOp>(scaled) &&
        isAll(scaled->getOperand(1), std::sqrt(2.0)))
      return scaled->getOperand(0);
    for (unsigned k : {0, 1})
      if (isa_and_nonnull<MulOp>(scaled) &&
          isAll(scaled->getOperand(k), std::sqrt(0.5)))
        return scaled->getOperand(1 - k);
  }
  return {};
}

LogicalResult FuseGelu::matchAndRewrite(MulOp mul,
                                        PatternRewriter &rewriter) const {
  for (unsigned i : {0, 1}) {
    auto inner = mul->getOperand(i).getDefiningOp<MulOp>();
    if (!inner || !inner->hasOneUse())
      continue;
    SmallVector<Value, 3> factors{mul->getOperand(1 - i), inner->getOperand(0),
                                  inner->getOperand(1)};
    const auto *half =
        llvm::find_if(factors, [](Value v) { return isAll(v, 0.5); });
    if (half == factors.end())
      continue;
    factors.erase(half);
    for (unsigned k : {0, 1})
      if (Value x = getGeluOperand(factors[k]);
          x && x == factors[1 - k] && x.getType() == mul.getType()) {
        replaceBy<GeluOp>(rewriter, mul, x);
        return success();
      }
  }
  return failure();
}
