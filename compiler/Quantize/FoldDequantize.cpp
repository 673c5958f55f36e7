// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Passes.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_FOLDDEQUANTIZE
#include "compiler/Quantize/Passes.h.inc"
} // namespace sluice

using namespace sluice;

/// The reals that `dequantize` makes; nothing unless all its operands are
/// constant and there is one scale, or one an index of its axis.
static std::optional<SmallVector<float>>
compute(onnx::DequantizeLinearOp dequantize) {
  auto integers = onnx::readIntegers(dequantize.getX());
  ElementsAttr elements = onnx::getConstantElements(dequantize.getXScale());
  auto scales = elements ? onnx::readFloats(elements) : std::nullopt;
  auto zeros = dequantize.getXZeroPoint()
                   ? onnx::readIntegers(dequantize.getXZeroPoint())
                   : std::optional(SmallVector<int64_t>{0});
  auto type = cast<RankedTensorType>(dequantize.getX().getType());
  if (!integers || !scales || scales->empty() || !zeros || zeros->empty() ||
      dequantize.getBlockSize() != 0)
    return std::nullopt;
  int64_t axis = dequantize.getAxis();
  axis += axis < 0 ? type.getRank() : 0;
  size_t size = 1, inner = 1;
  if (scales->size() > 1) {
    size = type.getDimSize(axis);
    inner = ShapedType::getNumElements(type.getShape().drop_front(axis + 1));
  }
  if (scales->size() != size || (zeros->size() != 1 && zeros->size() != size))
    return std::nullopt;
  SmallVector<float> reals;
  for (auto [i, integer] : llvm::enumerate(*integers)) {
    size_t k = i / inner % size;
    reals.push_back(
        static_cast<float>(integer - (*zeros)[zeros->size() == 1 ? 0 : k]) *
        static_cast<float>((*scales)[k]));
  }
  return reals;
}

namespace {
struct FoldDequantize : sluice::impl::FoldDequantizeBase<FoldDequantize> {
  void runOnOperation() override;
};
} // namespace

void FoldDequantize::runOnOperation() {
  OpBuilder b(&getContext());
  getOperation().walk([&](onnx::DequantizeLinearOp dequantize) {
    auto type = cast<RankedTensorType>(dequantize.getType());
    if (!type.getElementType().isF32())
      return;
    std::optional<SmallVector<float>> reals = compute(dequantize);
    if (!reals)
      return;
    ArrayRef<char> bytes(reinterpret_cast<const char *>(reals->data()),
                         reals->size() * sizeof(float));
    b.setInsertionPoint(dequantize);
    Location loc = dequantize.getLoc();
    Value constant = onnx::ConstantOp::create(
        b, loc, onnx::makeElements(type, bytes, onnx::getNodeName(loc)));
    dequantize.getY().replaceAllUsesWith(constant);
    dequantize.erase();
  });
}
