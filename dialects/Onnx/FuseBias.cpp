// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_FUSEBIAS
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

/// A constant float operand of `add` with one value for each of `channels`
/// along dimension `axis` of its result and none elsewhere, as a vector; and
/// the other operand.
static std::optional<std::pair<Value, ElementsAttr>>
getAddedRow(AddOp add, int64_t axis, int64_t channels) {
  for (unsigned i : {0, 1}) {
    ElementsAttr elements = getConstantElements(add->getOperand(i));
    if (!elements || !elements.getElementType().isF32() ||
        elements.getNumElements() != channels)
      continue;
    ArrayRef<int64_t> shape = elements.getShapedType().getShape();
    int64_t rank = cast<RankedTensorType>(add.getType()).getRank();
    int64_t dim = axis - (rank - static_cast<int64_t>(shape.size()));
    if (dim < 0 || shape[dim] != channels)
      continue;
    std::optional<SmallVector<char>> bytes = readBytes(elements);
    if (!bytes)
      continue;
    auto type = RankedTensorType::get({channels}, elements.getElementType());
    return std::make_pair(
        add->getOperand(1 - i),
        makeElements(type, *bytes, getNodeName(add->getOperand(i).getLoc())));
  }
  return std::nullopt;
}

namespace {
struct MakeGemm : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp add,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(add.getType());
    if (!type || type.getRank() != 2)
      return failure();
    auto added = getAddedRow(add, 1, type.getDimSize(1));
    auto product = added ? added->first.getDefiningOp<MatMulOp>() : MatMulOp();
    if (!product || !product->hasOneUse() || product.getType() != type ||
        !getConstantElements(product.getB()) ||
        cast<RankedTensorType>(product.getA().getType()).getRank() != 2)
      return failure();
    Value row =
        ConstantOp::create(rewriter, add.getOperand(1).getLoc(), added->second);
    auto gemm = GemmOp::create(rewriter, add.getLoc(), TypeRange{type},
                               ValueRange{product.getA(), product.getB(), row});
    setFusedNames(gemm, {product, add});
    rewriter.replaceOp(add, gemm->getResults());
    rewriter.eraseOp(product);
    return success();
  }
};

struct AddToConv : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp add,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(add.getType());
    if (!type || type.getRank() < 3)
      return failure();
    auto added = getAddedRow(add, 1, type.getDimSize(1));
    auto conv = added ? added->first.getDefiningOp<ConvOp>() : ConvOp();
    if (!conv || !conv->hasOneUse() || conv.getType() != type || conv.getB())
      return failure();
    Value row =
        ConstantOp::create(rewriter, add.getOperand(1).getLoc(), added->second);
    auto biased = ConvOp::create(rewriter, conv.getLoc(), TypeRange{type},
                                 ValueRange{conv.getX(), conv.getW(), row},
                                 conv->getAttrs());
    setFusedNames(biased, {conv, add});
    rewriter.replaceOp(add, biased->getResults());
    rewriter.eraseOp(conv);
    return success();
  }
};

struct FuseBias : sluice::onnx::impl::FuseBiasBase<FuseBias> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<MakeGemm, AddToConv>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
