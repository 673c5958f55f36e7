// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/BatchNorm.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Passes.h"
#include "dialects/Onnx/Products.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <cmath>

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

std::optional<Affine> sluice::onnx::getAffine(BatchNormalizationOp norm) {
  auto scale = readFloats(norm.getScale()), bias = readFloats(norm.getB()),
       mean = readFloats(norm.getInputMean()),
       variance = readFloats(norm.getInputVar());
  if (!scale || !bias || !mean || !variance)
    return std::nullopt;
  Affine affine;
  double epsilon = norm.getEpsilon().convertToFloat();
  for (size_t c = 0; c < scale->size(); ++c) {
    affine.slopes.push_back((*scale)[c] / std::sqrt((*variance)[c] + epsilon));
    affine.offsets.push_back((*bias)[c] - (*mean)[c] * affine.slopes.back());
  }
  return affine;
}

static Value makeConstant(PatternRewriter &rewriter, Location loc,
                          ArrayRef<int64_t> shape, ArrayRef<float> values) {
  auto type = RankedTensorType::get(shape, rewriter.getF32Type());
  ArrayRef<char> bytes(reinterpret_cast<const char *>(values.data()),
                       values.size() * sizeof(float));
  StringRef name = getNodeName(loc);
  return ConstantOp::create(
      rewriter, loc, makeElements(type, bytes, name.empty() ? "folded" : name));
}

/// Scales the weights of each output channel and moves the bias. `op` is a Conv
/// or a Gemm.
template <typename Op>
static LogicalResult fold(PatternRewriter &rewriter, BatchNormalizationOp norm,
                          Op op, Value weights, Value bias) {
  auto affine = getAffine(norm);
  auto values = readFloats(weights);
  auto biases = bias ? readFloats(bias) : SmallVector<double>{};
  auto type = dyn_cast<RankedTensorType>(weights.getType());
  if (!affine || !values || !biases || !type || !op->hasOneUse() ||
      !type.getElementType().isF32())
    return failure();
  int64_t axis = getOutputDim(op);
  size_t channels = affine->slopes.size();
  if (static_cast<size_t>(type.getDimSize(axis)) != channels ||
      (bias && !isRow(bias.getType(), channels)))
    return failure();
  int64_t inner = 1;
  for (int64_t dim = axis + 1; dim < type.getRank(); ++dim)
    inner *= type.getDimSize(dim);
  SmallVector<float> scaled, moved;
  for (auto [i, value] : llvm::enumerate(*values))
    scaled.push_back(
        static_cast<float>(value * affine->slopes[i / inner % channels]));
  for (size_t c = 0; c < channels; ++c) {
    double old = biases->empty() ? 0 : (*biases)[biases->size() == 1 ? 0 : c];
    moved.push_back(
        static_cast<float>(old * affine->slopes[c] + affine->offsets[c]));
  }
  rewriter.setInsertionPoint(norm);
  Value newWeights =
      makeConstant(rewriter, weights.getLoc(), type.getShape(), scaled);
  Value newBias = makeConstant(rewriter, op.getLoc(),
                               {static_cast<int64_t>(channels)}, moved);
  SmallVector<Value> operands{op->getOperand(0), newWeights, newBias};
  auto folded = Op::create(rewriter, op.getLoc(), TypeRange{norm.getType()},
                           operands, op->getAttrs());
  setFusedNames(folded, {op, norm});
  rewriter.replaceOp(norm, folded->getResults());
  rewriter.eraseOp(op);
  return success();
}

namespace {
struct FoldIntoProducer : OpRewritePattern<BatchNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormalizationOp norm,
                                PatternRewriter &rewriter) const override {
    if (auto conv = norm.getX().getDefiningOp<ConvOp>())
      return fold(rewriter, norm, conv, conv.getW(), conv.getB());
    auto gemm = norm.getX().getDefiningOp<GemmOp>();
    if (!gemm || gemm.getAlpha().convertToFloat() != 1 ||
        gemm.getBeta().convertToFloat() != 1)
      return failure();
    return fold(rewriter, norm, gemm, gemm.getB(), gemm.getC());
  }
};

struct FoldBatchNorm : sluice::onnx::impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoProducer>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
