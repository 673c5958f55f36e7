// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_SPLITWORK
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct SplitWork : public cpu::impl::SplitWorkBase<SplitWork> {
  void runOnOperation() override;
};

/// The arguments that a region function gains.
struct Workers {
  Value index, count, barrier, context;
};

} // namespace

static bool isSplit(Operation &op) { return op.hasAttr(cpu::unitsAttrName); }

/// Moves `ops`, between which only ops without effects stand, into
/// `if (condition)`. Returns it.
static Operation *guard(ArrayRef<Operation *> ops, Value condition) {
  OpBuilder builder(ops.back());
  auto branch = scf::IfOp::create(builder, ops.back()->getLoc(), condition,
                                  /*withElseRegion=*/false);
  for (Operation *op : ops)
    op->moveBefore(branch.thenBlock()->getTerminator());
  return branch;
}

/// Gives `call` this worker's part of its units.
static void takePart(func::CallOp call, const Workers &workers) {
  ImplicitLocOpBuilder b(call.getLoc(), call);
  int64_t units = call->getAttrOfType<IntegerAttr>(cpu::unitsAttrName).getInt();
  Value all = arith::ConstantIndexOp::create(b, units);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value next = arith::AddIOp::create(b, workers.index, one);
  unsigned last = call.getNumOperands() - 1;
  for (auto [operand, position] :
       {std::pair(last - 1, workers.index), std::pair(last, next)}) {
    Value scaled = arith::MulIOp::create(b, all, position);
    call.setOperand(operand, arith::DivUIOp::create(b, scaled, workers.count));
  }
}

/// A barrier before `op`, unless there is but one worker.
static void addBarrier(Operation *op, Value several, const Workers &workers) {
  ImplicitLocOpBuilder b(op->getLoc(), op);
  auto branch = scf::IfOp::create(b, several, /*withElseRegion=*/false);
  b.setInsertionPointToStart(branch.thenBlock());
  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(b.getContext()), {workers.context.getType()});
  LLVM::CallOp::create(b, type, ValueRange{workers.barrier, workers.context});
}

void SplitWork::runOnOperation() {
  func::FuncOp func = getOperation();
  if (!func->hasAttr(cpu::regionAttrName))
    return;
  Block &block = func.getBody().front();
  Builder types(&getContext());
  Type index = types.getIndexType();
  Type pointer = LLVM::LLVMPointerType::get(&getContext());
  unsigned first = func.getNumArguments();
  for (Type type : {index, index, pointer, pointer})
    if (failed(func.insertArgument(func.getNumArguments(), type,
                                   types.getDictionaryAttr({}), func.getLoc())))
      return signalPassFailure();
  Workers workers{func.getArgument(first), func.getArgument(first + 1),
                  func.getArgument(first + 2), func.getArgument(first + 3)};

  ImplicitLocOpBuilder b(func.getLoc(), OpBuilder::atBlockBegin(&block));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  Value isFirst =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, workers.index, zero);
  Value several =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ugt, workers.count, one);

  // A value that a worker computes alone cannot reach the others.
  SmallVector<Operation *> body;
  for (Operation &op : block.without_terminator())
    if (!isMemoryEffectFree(&op))
      body.push_back(&op);
  if (llvm::any_of(body, [](Operation *op) { return op->getNumResults(); })) {
    body.clear();
    for (Operation &op :
         llvm::make_range(std::next(several.getDefiningOp()->getIterator()),
                          block.getTerminator()->getIterator()))
      body.push_back(&op);
    guard(body, isFirst);
    return;
  }

  // Steps: a split call, or the ops between two of them, for worker 0.
  SmallVector<SmallVector<Operation *>> steps;
  for (Operation *op : body) {
    if (steps.empty() || isSplit(*op) || isSplit(*steps.back().back()))
      steps.emplace_back();
    steps.back().push_back(op);
  }
  for (auto [position, step] : llvm::enumerate(steps)) {
    Operation *start = step.front();
    if (isSplit(*start))
      takePart(cast<func::CallOp>(start), workers);
    else
      start = guard(step, isFirst);
    if (position > 0)
      addBarrier(start, several, workers);
  }
}
