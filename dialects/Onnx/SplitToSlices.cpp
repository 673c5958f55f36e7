// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"
#include "dialects/Onnx/Passes.h"

using namespace mlir;

namespace sluice::onnx {
#define GEN_PASS_DEF_SPLITTOSLICES
#include "dialects/Onnx/Passes.h.inc"
} // namespace sluice::onnx

using namespace sluice::onnx;

namespace {
struct SplitToSlices : sluice::onnx::impl::SplitToSlicesBase<SplitToSlices> {
  void runOnOperation() override;
};
} // namespace

static void makeSlices(SplitOp split) {
  OpBuilder b(split);
  auto input = cast<RankedTensorType>(split.getInput().getType());
  auto axis = static_cast<int64_t>(split.getAxis());
  axis += axis < 0 ? input.getRank() : 0;
  int64_t start = 0;
  for (OpResult part : split.getResults()) {
    Location loc = makeNodeLocation(b.getContext(), getNodeName(split),
                                    {getOutputName(part)});
    auto constant = [&](int64_t value) -> Value {
      return ConstantOp::create(b, loc,
                                makeInt64Elements(b.getContext(), value));
    };
    int64_t end =
        start + cast<RankedTensorType>(part.getType()).getDimSize(axis);
    auto slice = SliceOp::create(b, loc, part.getType(), split.getInput(),
                                 constant(start), constant(end), constant(axis),
                                 Value());
    part.replaceAllUsesWith(slice.getResult());
    start = end;
  }
  split.erase();
}

void SplitToSlices::runOnOperation() {
  getOperation().walk([](SplitOp split) {
    auto isStatic = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return tensor && tensor.hasStaticShape();
    };
    if (isStatic(split.getInput().getType()) &&
        llvm::all_of(split.getResultTypes(), isStatic))
      makeSlices(split);
  });
}
