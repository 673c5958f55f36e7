// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/Fusion.h"

#include "compiler/Support/Layer.h"
#include "targets/opencl/ElementCode.h"
#include "targets/opencl/Windows.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;

static bool isReduction(Operation *op) {
  return isa<tosa::ReduceSumOp, tosa::ReduceMaxOp, tosa::ReduceMinOp,
             tosa::ReduceProductOp>(op);
}

bool opencl::isWindow(Operation *op) {
  return isa<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp,
             tosa::MaxPool2dOp, tosa::AvgPool2dOp>(op);
}

bool opencl::isHeart(Operation *op) { return isWindow(op) || isReduction(op); }

/// Whether computing `op` twice costs less than storing it.
bool Fusion::isCheap(Operation *op) const {
  return isa<tosa::CastOp, tosa::EqualOp, tosa::GreaterOp,
             tosa::GreaterEqualOp>(op) &&
         llvm::all_of(op->getOperands(), [&](Value operand) {
           Value source = skipReshapes(operand);
           return isStored(source) || isConstant(source.getDefiningOp());
         });
}

/// Whether the elements of `op` stand where those of its operand `index` do, so
/// that sums pass through.
static bool passes(Operation *op, Value operand) {
  if (isa<tosa::SliceOp, tosa::TransposeOp, tosa::ConcatOp, tosa::PadOp,
          tosa::ReverseOp, tosa::TileOp, tosa::GatherOp>(op) ||
      isHeart(op))
    return false;
  auto from = cast<RankedTensorType>(operand.getType());
  auto to = cast<RankedTensorType>(op->getResult(0).getType());
  return from.getNumElements() == to.getNumElements() && from.getRank() &&
         to.getRank() && from.getShape().back() == to.getShape().back();
}

void Fusion::store(Value value) {
  value = skipReshapes(value);
  if (Operation *op = value.getDefiningOp(); op && !isConstant(op))
    stored.insert(value);
}

/// Decides on the operands of `op`; those that are not stored are computed in
/// the kernel that computes `op`.
void Fusion::visit(Operation *op) {
  if (op->hasTrait<OpTrait::IsTerminator>()) {
    for (Value operand : op->getOperands())
      store(operand);
    return;
  }
  if (isWindow(op)) {
    std::string reason;
    if (std::optional<Window> window = readWindow(op, reason))
      store(window->source);
    hearts[op->getResult(0)] = op;
    return;
  }
  Operation *heart = nullptr;
  Value carrier;
  for (Value operand : op->getOperands()) {
    Operation *other = hearts.lookup(operand);
    if (!other || isStored(skipReshapes(operand)))
      continue;
    if (!passes(op, operand)) {
      store(operand);
      continue;
    }
    // Of two windows the later one takes the sum of the earlier one.
    if (heart && heart != other) {
      bool isLater = heart->isBeforeInBlock(other);
      store(isLater ? carrier : operand);
      if (!isLater)
        continue;
    }
    heart = other;
    carrier = operand;
  }
  if (isReduction(op))
    heart = op;
  if (heart)
    hearts[op->getResult(0)] = heart;
}

Fusion::Fusion(Block &block) : block(block) {
  // Values that several ops read are stored, so that they are computed once.
  llvm::DenseMap<Value, SmallPtrSet<Operation *, 2>> readers;
  for (Operation &op : block)
    if (!isa<tosa::ReshapeOp>(op))
      for (Value operand : op.getOperands())
        readers[skipReshapes(operand)].insert(&op);
  for (Operation &op : block) {
    if (isConstant(&op))
      continue;
    visit(&op);
    for (Value result : op.getResults())
      if (readers[result].size() > 1 && !isCheap(&op) &&
          !isa<tosa::ReshapeOp>(op))
        store(result);
  }
}

SmallVector<Value> Fusion::getResults() const {
  SmallVector<Value> results;
  for (Operation &op : block)
    for (Value result : op.getResults())
      if (stored.contains(result))
        results.push_back(result);
  return results;
}
