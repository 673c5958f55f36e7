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

/// Whether `value` is constant, varies along dimension `axis` of `type` only,
/// and can be had as a vector.
static bool isConstantRow(Value value, int64_t axis, RankedTensorType type) {
  auto row = dyn_cast<RankedTensorType>(value.getType());
  if (!row || !row.hasStaticShape() || !row.getElementType().isF32() ||
      row.getNumElements() != type.getDimSize(axis) || !isConstant(value))
    return false;
  int64_t dim = axis - (type.getRank() - row.getRank());
  if (dim < 0 || row.getDimSize(dim) != type.getDimSize(axis))
    return false;
  ElementsAttr elements = getConstantElements(value);
  return row.getRank() == 1 || (elements && readBytes(elements));
}

/// A row as a vector.
static Value makeVector(PatternRewriter &rewriter, Value row) {
  auto type = cast<RankedTensorType>(row.getType());
  if (type.getRank() == 1)
    return row;
  return ConstantOp::create(rewriter, row.getLoc(),
                            makeElements(type.clone(type.getNumElements()),
                                         *readBytes(getConstantElements(row)),
                                         getNodeName(row.getLoc())));
}

/// The other operand of `add`, if it is made by an `Op` that nobody else reads,
/// and the row along dimension `axis` that is added to it.
template <typename Op>
static std::pair<Op, Value> getProductAndRow(AddOp add, int64_t axis) {
  auto type = dyn_cast<RankedTensorType>(add.getType());
  for (unsigned i : {0, 1}) {
    auto product = add->getOperand(1 - i).getDefiningOp<Op>();
    if (type && product && product->hasOneUse() && product.getType() == type &&
        isConstantRow(add->getOperand(i), axis, type))
      return {product, add->getOperand(i)};
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
    auto [product, row] = getProductAndRow<MatMulOp>(add, type.getRank() - 1);
    if (!product || !product.hasWeights() ||
        cast<RankedTensorType>(product.getA().getType()).getRank() !=
            type.getRank())
      return failure();
    auto inputs = cast<RankedTensorType>(product.getA().getType());
    int64_t columns = type.getShape().back(),
            rows = columns ? type.getNumElements() / columns : 0;
    Value bias = makeVector(rewriter, row);
    Value x = reshape(rewriter, rewriter.getUnknownLoc(), product.getA(),
                      {rows, inputs.getShape().back()});
    auto gemm = GemmOp::create(rewriter, add.getLoc(),
                               TypeRange{type.clone({rows, columns})},
                               ValueRange{x, product.getB(), bias});
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
    auto [conv, row] = getProductAndRow<ConvOp>(add, /*axis=*/1);
    if (!conv || conv.getB())
      return failure();
    Value bias = makeVector(rewriter, row);
    auto biased = ConvOp::create(rewriter, conv.getLoc(), TypeRange{type},
                                 ValueRange{conv.getX(), conv.getW(), bias},
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
