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

/// Whether the value is a constant or, in a QDQ model, a dequantized one.
static bool isConstant(Value value) {
  if (auto dequantize = value.getDefiningOp<DequantizeLinearOp>())
    value = dequantize.getX();
  return static_cast<bool>(getConstantElements(value));
}

/// `value` as a vector of one element for each of `channels`, if it is constant
/// and varies along dimension `axis` of a tensor of rank `rank` only.
static Value getRow(PatternRewriter &rewriter, Value value, int64_t axis,
                    int64_t rank, int64_t channels) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || !type.getElementType().isF32() ||
      type.getNumElements() != channels || !isConstant(value))
    return {};
  int64_t dim = axis - (rank - type.getRank());
  if (dim < 0 || type.getDimSize(dim) != channels)
    return {};
  if (type.getRank() == 1)
    return value;
  ElementsAttr elements = getConstantElements(value);
  auto bytes = elements ? readBytes(elements) : std::nullopt;
  if (!bytes)
    return {};
  return ConstantOp::create(
      rewriter, value.getLoc(),
      makeElements(type.clone(channels), *bytes, getNodeName(value.getLoc())));
}

/// The other operand of `add`, if it is made by an `Op` that nobody else reads,
/// and the row along dimension `axis` that is added to it.
template <typename Op>
static std::pair<Op, Value> getProductAndRow(PatternRewriter &rewriter,
                                             AddOp add, int64_t axis) {
  auto type = dyn_cast<RankedTensorType>(add.getType());
  for (unsigned i : {0, 1}) {
    auto product = add->getOperand(1 - i).getDefiningOp<Op>();
    if (!type || !product || !product->hasOneUse() || product.getType() != type)
      continue;
    if (Value row = getRow(rewriter, add->getOperand(i), axis, type.getRank(),
                           type.getDimSize(axis)))
      return {product, row};
  }
  return {};
}

static Value reshape(PatternRewriter &rewriter, Location loc, Value value,
                     ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  Value constant =
      ConstantOp::create(rewriter, rewriter.getUnknownLoc(),
                         makeInt64Elements(rewriter.getContext(), shape));
  return ReshapeOp::create(rewriter, loc, TypeRange{type.clone(shape)},
                           ValueRange{value, constant})
      ->getResult(0);
}

namespace {
/// All dimensions of the first matrix but the last are rows of one.
struct MakeGemm : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp add,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<RankedTensorType>(add.getType());
    if (!type || type.getRank() < 2 || !type.hasStaticShape())
      return failure();
    auto [product, row] =
        getProductAndRow<MatMulOp>(rewriter, add, type.getRank() - 1);
    if (!product || !product.hasWeights() ||
        cast<RankedTensorType>(product.getA().getType()).getRank() !=
            type.getRank())
      return failure();
    auto inputs = cast<RankedTensorType>(product.getA().getType());
    int64_t columns = type.getShape().back(),
            rows = columns ? type.getNumElements() / columns : 0;
    Value x = reshape(rewriter, rewriter.getUnknownLoc(), product.getA(),
                      {rows, inputs.getShape().back()});
    auto gemm = GemmOp::create(rewriter, add.getLoc(),
                               TypeRange{type.clone({rows, columns})},
                               ValueRange{x, product.getB(), row});
    setFusedNames(gemm, {product, add});
    rewriter.replaceOp(
        add, reshape(rewriter, add.getLoc(), gemm.getY(), type.getShape()));
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
    auto [conv, row] = getProductAndRow<ConvOp>(rewriter, add, /*axis=*/1);
    if (!conv || conv.getB())
      return failure();
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
