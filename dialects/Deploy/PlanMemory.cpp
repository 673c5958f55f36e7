// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"
#include "dialects/Deploy/Passes.h"
#include "dialects/Deploy/Placement.h"

#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/MathExtras.h"

namespace sluice::deploy {
#define GEN_PASS_DEF_PLANMEMORY
#include "dialects/Deploy/Passes.h.inc"
} // namespace sluice::deploy

#define DEBUG_TYPE "deploy-plan-memory"

using namespace mlir;
using namespace sluice;
using namespace sluice::deploy;

namespace {

struct PlanMemory final : deploy::impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override;

private:
  LogicalResult collect();
  unsigned add(int64_t bytes, int64_t step);
  void annotate(int64_t arenaSize);

  SmallVector<PlacedBuffer> buffers;
  DenseMap<Value, unsigned> values;
  DenseMap<Operation *, unsigned> scratch;
};

} // namespace

unsigned PlanMemory::add(int64_t bytes, int64_t step) {
  int64_t size = llvm::alignTo(bytes, arenaAlignment);
  buffers.push_back({size, step, step});
  return buffers.size() - 1;
}

/// Finds all buffers and when they live: arguments from step 0 on, the results
/// of the n-th region from step n on, returned values until after the last.
LogicalResult PlanMemory::collect() {
  func::FuncOp func = getOperation();
  if (!func.getBody().hasOneBlock())
    return func.emitError("must have one block to plan its memory");
  Block &block = func.getBody().front();
  for (BlockArgument argument : block.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type || !type.hasStaticShape())
      return func.emitError("has an argument of type ")
             << argument.getType() << "; only tensors of static shape have a "
             << "place in the arena";
    values[argument] = add(getPackedBytes(type), 0);
  }
  int64_t step = 0;
  for (Operation &op : block) {
    for (Value operand : op.getOperands())
      if (auto it = values.find(operand); it != values.end())
        buffers[it->second].last = step;
    if (auto region = dyn_cast<RegionOp>(op)) {
      for (Value result : region.getResults())
        values[result] = add(getPackedBytes(result.getType()), step);
      if (int64_t bytes = region.getScratchSize().value_or(0))
        scratch[region] = add(bytes, step);
    } else if (!isa<func::ReturnOp>(op)) {
      return op.emitError("is not in a region; run the partition pass first");
    }
    ++step;
  }
  return success();
}

void PlanMemory::annotate(int64_t arenaSize) {
  func::FuncOp func = getOperation();
  Builder builder(&getContext());
  for (BlockArgument argument : func.getArguments())
    func.setArgAttr(
        argument.getArgNumber(), offsetAttrName,
        builder.getI64IntegerAttr(buffers[values[argument]].offset));
  for (auto region : func.getBody().front().getOps<RegionOp>()) {
    SmallVector<int64_t> offsets;
    for (Value result : region.getResults())
      offsets.push_back(buffers[values[result]].offset);
    region.setOffsets(offsets);
    if (auto it = scratch.find(region); it != scratch.end())
      region.setScratchOffset(buffers[it->second].offset);
  }
  func->setAttr(arenaSizeAttrName, builder.getI64IntegerAttr(arenaSize));
}

void PlanMemory::runOnOperation() {
  buffers.clear();
  values.clear();
  scratch.clear();
  if (failed(collect()))
    return signalPassFailure();
  int64_t arenaSize = placeBuffers(buffers);
  LLVM_DEBUG(for (const PlacedBuffer &buffer : buffers) llvm::dbgs()
             << "steps " << buffer.first << " to " << buffer.last << ": "
             << buffer.size << " bytes at " << buffer.offset << "\n");
  annotate(arenaSize);
}
