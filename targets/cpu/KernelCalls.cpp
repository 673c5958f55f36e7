// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/KernelCalls.h"

#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

static Value flatten(OpBuilder &builder, Location loc, Value buffer) {
  int64_t rank = cast<MemRefType>(buffer.getType()).getRank();
  if (rank == 1)
    return buffer;
  SmallVector<ReassociationIndices> all = {
      llvm::to_vector<2>(llvm::seq<int64_t>(0, rank))};
  return memref::CollapseShapeOp::create(builder, loc, buffer, all);
}

Value cpu::getFlatBuffer(OpBuilder &builder, Location loc, Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  auto buffer = bufferization::ToBufferOp::create(
      builder, loc, MemRefType::get(type.getShape(), type.getElementType()),
      tensor, /*read_only=*/true);
  // Bufferization takes the buffer to be read here, and lets later ops write
  // to it. So another layer's read of the same tensor must stay where it is
  // and not be merged with this one.
  buffer->setAttr(readerAttrName, DistinctAttr::create(builder.getUnitAttr()));
  return flatten(builder, loc, buffer);
}

Value KernelCall::addResult(ArrayRef<int64_t> shape, Type element) {
  Value buffer =
      memref::AllocOp::create(builder, loc, MemRefType::get(shape, element));
  operands.push_back(flatten(builder, loc, buffer));
  return buffer;
}

void KernelCall::addGlobal(DenseElementsAttr values) {
  auto tensor = cast<RankedTensorType>(values.getType());
  auto type = MemRefType::get(tensor.getShape(), tensor.getElementType());
  std::string name = llvm::formatv(
      "constant_{0}", llvm::range_size(module.getOps<memref::GlobalOp>()));
  OpBuilder atStart = OpBuilder::atBlockBegin(module.getBody());
  memref::GlobalOp::create(
      atStart, loc, name, atStart.getStringAttr("private"), type, values,
      /*constant=*/true, atStart.getI64IntegerAttr(bufferAlignment));
  operands.push_back(memref::GetGlobalOp::create(builder, loc, type, name));
}

void KernelCall::finish(Kernel kernel) {
  operands.push_back(arith::ConstantIndexOp::create(builder, loc, 0));
  operands.push_back(
      arith::ConstantIndexOp::create(builder, loc, kernel.units));
  auto call = func::CallOp::create(builder, loc, kernel.func, operands);
  call->setAttr(unitsAttrName, builder.getI64IntegerAttr(kernel.units));
}
