// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Passes.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_FOLDPAD
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

/// The spatial pads, leading ones first, if `pad` adds zeros there and nothing
/// else.
static std::optional<SmallVector<int64_t>> getZeroPads(PadOp pad) {
  auto pads = pad.getAllPads();
  if (!pads || pads->size() <= 4 || pad.getMode() != "constant" ||
      llvm::any_of(*pads, [](int64_t size) { return size < 0; }))
    return std::nullopt;
  if (pad.getConstantValue() && readFloatScalar(pad.getConstantValue()) != 0.0)
    return std::nullopt;
  size_t rank = pads->size() / 2;
  if ((*pads)[0] || (*pads)[1] || (*pads)[rank] || (*pads)[rank + 1])
    return std::nullopt;
  SmallVector<int64_t> spatial(pads->begin() + 2, pads->begin() + rank);
  spatial.append(pads->begin() + rank + 2, pads->end());
  return spatial;
}

namespace {
struct FoldIntoConv : OpRewritePattern<ConvOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ConvOp conv,
                                PatternRewriter &rewriter) const override {
    auto pad = conv.getX().getDefiningOp<PadOp>();
    auto pads = pad ? getZeroPads(pad) : std::nullopt;
    if (!pads || pads->size() != conv.getPads().size())
      return failure();
    SmallVector<int64_t> sum;
    for (auto [outer, inner] : llvm::zip_equal(*pads, conv.getPads()))
      sum.push_back(outer + inner);
    rewriter.modifyOpInPlace(conv, [&] {
      conv.getXMutable().set(pad.getData());
      conv.setPads(sum);
    });
    return success();
  }
};

struct FoldPad : sluice::onnx::impl::FoldPadBase<FoldPad> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoConv>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
