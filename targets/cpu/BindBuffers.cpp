// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_BINDBUFFERS
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct BindBuffers : public cpu::impl::BindBuffersBase<BindBuffers> {
  void runOnOperation() override;
};

} // namespace

static MemRefType getBufferType(Type tensor) {
  auto type = cast<RankedTensorType>(tensor);
  return MemRefType::get(type.getShape(), type.getElementType());
}

void BindBuffers::runOnOperation() {
  func::FuncOp func = getOperation();
  if (!func->hasAttr(cpu::regionAttrName))
    return;
  auto isStatic = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return tensor && tensor.hasStaticShape();
  };
  if (!llvm::all_of(func.getArgumentTypes(), isStatic) ||
      !llvm::all_of(func.getResultTypes(), isStatic)) {
    func.emitOpError("has an input or output that is not a tensor of static "
                     "shape; CPU code needs its sizes");
    return signalPassFailure();
  }

  Block &entry = func.getBody().front();
  unsigned inputs = func.getNumArguments();
  OpBuilder builder = OpBuilder::atBlockBegin(&entry);
  for (BlockArgument argument : entry.getArguments()) {
    Type tensor = argument.getType();
    argument.setType(getBufferType(tensor));
    auto toTensor = bufferization::ToTensorOp::create(
        builder, func.getLoc(), tensor, argument, /*restrict=*/true,
        /*writable=*/false);
    argument.replaceAllUsesExcept(toTensor, toTensor);
  }

  auto result = cast<func::ReturnOp>(entry.getTerminator());
  builder.setInsertionPoint(result);
  for (Value value : result.getOperands()) {
    Value buffer =
        entry.addArgument(getBufferType(value.getType()), func.getLoc());
    bufferization::MaterializeInDestinationOp::create(
        builder, func.getLoc(), /*result=*/Type(), value, buffer,
        /*restrict=*/true, /*writable=*/true);
  }
  unsigned outputs = result.getNumOperands();
  result->setOperands({});
  func.setType(builder.getFunctionType(entry.getArgumentTypes(), {}));
  func->setAttr(cpu::inputsAttrName, builder.getI32IntegerAttr(inputs));
  func->setAttr(cpu::outputsAttrName, builder.getI32IntegerAttr(outputs));
  for (unsigned index = 0; index < entry.getNumArguments(); ++index)
    func.setArgAttr(index, LLVM::LLVMDialect::getNoAliasAttrName(),
                    builder.getUnitAttr());
}
