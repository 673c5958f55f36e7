// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_NORMALIZEGEMM
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

/// `value` times `factor`, if it is a float32 constant; null if it is not.
static Value scaleConstant(PatternRewriter &rewriter, Value value,
                           double factor) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  ElementsAttr elements = getConstantElements(value);
  auto reals = elements && type && type.getElementType().isF32()
                   ? readElements<float>(elements)
                   : std::nullopt;
  if (!reals)
    return {};
  for (float &real : *reals)
    real = static_cast<float>(real * factor);
  ArrayRef<char> bytes(reinterpret_cast<const char *>(reals->data()),
                       reals->size() * sizeof(float));
  Location loc = value.getLoc();
  return ConstantOp::create(rewriter, loc,
                            makeElements(type, bytes, getNodeName(loc)));
}

namespace {
struct FoldFactors : OpRewritePattern<GemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GemmOp gemm,
                                PatternRewriter &rewriter) const override {
    double alpha = gemm.getAlpha().convertToDouble(),
           beta = gemm.getBeta().convertToDouble();
    Value weights =
        alpha == 1 ? Value() : scaleConstant(rewriter, gemm.getB(), alpha);
    Value bias = beta == 1 || !gemm.getC()
                     ? Value()
                     : scaleConstant(rewriter, gemm.getC(), beta);
    // Without C, beta means nothing.
    bool dropsBeta = beta != 1 && (bias || !gemm.getC());
    if (!weights && !dropsBeta)
      return failure();
    rewriter.modifyOpInPlace(gemm, [&] {
      if (weights) {
        gemm.getBMutable().set(weights);
        gemm.setAlpha(APFloat(1.0f));
      }
      if (bias)
        gemm.getCMutable().assign(bias);
      if (dropsBeta)
        gemm.setBeta(APFloat(1.0f));
    });
    return success();
  }
};

struct TransposeFirst : OpRewritePattern<GemmOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(GemmOp gemm,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(gemm.getA().getType());
    if (!gemm.getTransA() || !type || type.getRank() != 2)
      return failure();
    auto turned = type.clone({type.getDimSize(1), type.getDimSize(0)});
    // The transposed matrix is no tensor of the model's.
    Location loc =
        makeNodeLocation(getContext(), getNodeName(gemm), /*outputs=*/{});
    auto transpose = TransposeOp::create(rewriter, loc, turned, gemm.getA(),
                                         ArrayRef<int64_t>{1, 0});
    rewriter.modifyOpInPlace(gemm, [&] {
      gemm.getAMutable().set(transpose);
      gemm.setTransA(false);
    });
    return success();
  }
};

struct NormalizeGemm : sluice::onnx::impl::NormalizeGemmBase<NormalizeGemm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldFactors, TransposeFirst>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
