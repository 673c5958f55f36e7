// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Placement.h"
#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "llvm/Support/MathExtras.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_PLANSCRATCH
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct PlanScratch : public cpu::impl::PlanScratchBase<PlanScratch> {
  void runOnOperation() override;
};

} // namespace

/// Adds to `users` all ops that use `buffer` or something that may alias it.
static void collectUsers(Value buffer, SetVector<Operation *> &users) {
  for (Operation *user : buffer.getUsers()) {
    users.insert(user);
    for (Value result : user->getResults())
      if (isa<BaseMemRefType>(result.getType()))
        collectUsers(result, users);
    // A buffer that a loop or branch hands on is its results, too.
    if (user->hasTrait<OpTrait::IsTerminator>() && !isa<func::ReturnOp>(user))
      for (Value result : user->getParentOp()->getResults())
        if (isa<BaseMemRefType>(result.getType()))
          collectUsers(result, users);
  }
}

/// The size of `alloc` and the steps of the function's block that use it.
static FailureOr<deploy::PlacedBuffer>
measure(memref::AllocOp alloc, Block &block,
        const DenseMap<Operation *, unsigned> &steps) {
  MemRefType type = alloc.getType();
  if (!type.hasStaticShape() || !type.getLayout().isIdentity())
    return alloc.emitOpError("has no static size; CPU code needs it");
  SetVector<Operation *> users;
  users.insert(alloc);
  collectUsers(alloc, users);
  deploy::PlacedBuffer buffer;
  // Every buffer then starts at a multiple of the alignment.
  buffer.size = llvm::alignTo(type.getNumElements() *
                                  llvm::PowerOf2Ceil(llvm::divideCeil(
                                      type.getElementTypeBitWidth(), 8)),
                              cpu::bufferAlignment);
  buffer.first = std::numeric_limits<int64_t>::max();
  for (Operation *user : users) {
    int64_t step = steps.lookup(block.findAncestorOpInBlock(*user));
    buffer.first = std::min(buffer.first, step);
    buffer.last = std::max(buffer.last, step);
  }
  return buffer;
}

/// `copy` if it is the only reader of `alloc`, stands in the function's block
/// and goes to an argument of the same type.
static memref::CopyOp findOnlyCopy(memref::AllocOp alloc, Block &block) {
  memref::CopyOp found;
  for (Operation *user : alloc->getUsers()) {
    auto copy = dyn_cast<memref::CopyOp>(user);
    if (!copy || copy.getSource() != alloc.getResult())
      continue;
    auto target = dyn_cast<BlockArgument>(copy.getTarget());
    if (found || copy->getBlock() != &block || !target ||
        target.getType() != alloc.getType() || !target.hasOneUse())
      return {};
    found = copy;
  }
  return found;
}

void PlanScratch::runOnOperation() {
  func::FuncOp func = getOperation();
  if (!func->hasAttr(cpu::regionAttrName))
    return;
  Block &block = func.getBody().front();
  SmallVector<memref::AllocOp> allocs;
  func.walk([&](memref::AllocOp alloc) { allocs.push_back(alloc); });

  DenseMap<Operation *, unsigned> steps;
  for (auto [index, op] : llvm::enumerate(block))
    steps[&op] = index;
  SmallVector<memref::AllocOp> placed;
  SmallVector<deploy::PlacedBuffer> buffers;
  for (memref::AllocOp alloc : allocs) {
    if (memref::CopyOp copy = findOnlyCopy(alloc, block)) {
      alloc.replaceAllUsesWith(copy.getTarget());
      copy.erase();
      alloc.erase();
      continue;
    }
    FailureOr<deploy::PlacedBuffer> buffer = measure(alloc, block, steps);
    if (failed(buffer))
      return signalPassFailure();
    placed.push_back(alloc);
    buffers.push_back(*buffer);
  }

  int64_t total = deploy::placeBuffers(buffers);
  OpBuilder builder(&getContext());
  auto scratchType = MemRefType::get({total}, builder.getI8Type());
  unsigned index = func.getNumArguments();
  if (failed(func.insertArgument(index, scratchType,
                                 builder.getDictionaryAttr({}), func.getLoc())))
    return signalPassFailure();
  func->setAttr(cpu::scratchAttrName, builder.getI64IntegerAttr(total));
  for (auto [alloc, buffer] : llvm::zip_equal(placed, buffers)) {
    builder.setInsertionPoint(alloc);
    Location loc = alloc.getLoc();
    Value offset = arith::ConstantIndexOp::create(builder, loc, buffer.offset);
    Value view =
        memref::ViewOp::create(builder, loc, alloc.getType(),
                               func.getArgument(index), offset, ValueRange{});
    alloc.replaceAllUsesWith(view);
    alloc.erase();
  }
}
