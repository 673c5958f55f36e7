// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

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

/// An allocation: the steps of the function's block that use it, and its place.
struct Buffer {
  memref::AllocOp alloc;
  unsigned index; // among the function's allocations
  int64_t size;   // bytes
  unsigned first, last;
  int64_t offset = 0;

  bool overlapsInTime(const Buffer &other) const {
    return first <= other.last && other.first <= last;
  }
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

static FailureOr<Buffer> measure(memref::AllocOp alloc, unsigned index,
                                 Block &block,
                                 const DenseMap<Operation *, unsigned> &steps) {
  MemRefType type = alloc.getType();
  if (!type.hasStaticShape() || !type.getLayout().isIdentity())
    return alloc.emitOpError("has no static size; CPU code needs it");
  SetVector<Operation *> users;
  users.insert(alloc);
  collectUsers(alloc, users);
  int64_t bytes = type.getNumElements() *
                  llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  Buffer buffer{alloc, index, bytes, ~0u, 0};
  for (Operation *user : users) {
    unsigned step = steps.lookup(block.findAncestorOpInBlock(*user));
    buffer.first = std::min(buffer.first, step);
    buffer.last = std::max(buffer.last, step);
  }
  return buffer;
}

/// Places large buffers first, each at the lowest offset that is free while it
/// lives. Returns the size of the whole.
static int64_t place(MutableArrayRef<Buffer> buffers) {
  llvm::sort(buffers, [](const Buffer &a, const Buffer &b) {
    return std::tie(b.size, a.index) < std::tie(a.size, b.index);
  });
  int64_t total = 0;
  for (auto [index, buffer] : llvm::enumerate(buffers)) {
    SmallVector<const Buffer *> others;
    for (const Buffer &other : buffers.take_front(index))
      if (buffer.overlapsInTime(other))
        others.push_back(&other);
    llvm::sort(others, [](const Buffer *a, const Buffer *b) {
      return a->offset < b->offset;
    });
    for (const Buffer *other : others) {
      if (buffer.offset + buffer.size <= other->offset)
        break;
      buffer.offset = std::max<int64_t>(
          buffer.offset,
          llvm::alignTo(other->offset + other->size, cpu::bufferAlignment));
    }
    total = std::max(total, buffer.offset + buffer.size);
  }
  return llvm::alignTo(total, cpu::bufferAlignment);
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
  SmallVector<Buffer> buffers;
  for (memref::AllocOp alloc : allocs) {
    if (memref::CopyOp copy = findOnlyCopy(alloc, block)) {
      alloc.replaceAllUsesWith(copy.getTarget());
      copy.erase();
      alloc.erase();
      continue;
    }
    FailureOr<Buffer> buffer = measure(alloc, buffers.size(), block, steps);
    if (failed(buffer))
      return signalPassFailure();
    bufferBytes += buffer->size;
    buffers.push_back(*buffer);
  }

  int64_t total = place(buffers);
  scratchBytes += total;
  OpBuilder builder(&getContext());
  auto scratchType = MemRefType::get({total}, builder.getI8Type());
  unsigned index = func.getNumArguments();
  if (failed(func.insertArgument(index, scratchType,
                                 builder.getDictionaryAttr({}), func.getLoc())))
    return signalPassFailure();
  func->setAttr(cpu::scratchAttrName, builder.getI64IntegerAttr(total));
  for (Buffer &buffer : buffers) {
    builder.setInsertionPoint(buffer.alloc);
    Location loc = buffer.alloc.getLoc();
    Value offset = arith::ConstantIndexOp::create(builder, loc, buffer.offset);
    Value view =
        memref::ViewOp::create(builder, loc, buffer.alloc.getType(),
                               func.getArgument(index), offset, ValueRange{});
    buffer.alloc.replaceAllUsesWith(view);
    buffer.alloc.erase();
  }
}
