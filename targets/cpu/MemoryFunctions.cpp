// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Object.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

/// Emits loops over bytes; the vectoriser makes the most of them.
class FunctionBuilder {
public:
  FunctionBuilder(Module &module, StringRef name, Type *second)
      : b(module.getContext()), pointer(b.getPtrTy()), size(b.getInt64Ty()) {
    auto *type = FunctionType::get(pointer, {pointer, second, size}, false);
    function =
        Function::Create(type, GlobalValue::ExternalLinkage, name, module);
    function->setVisibility(GlobalValue::HiddenVisibility);
    // Or the loops would be recognised as calls of the function they are in.
    function->addFnAttr("no-builtins");
    function->setDoesNotThrow();
    b.SetInsertPoint(newBlock("entry"));
  }

  BasicBlock *newBlock(StringRef name) {
    return BasicBlock::Create(b.getContext(), name, function);
  }
  Value *argument(unsigned index) { return function->getArg(index); }
  void noAlias(unsigned index) {
    function->addParamAttr(index, Attribute::NoAlias);
  }
  IRBuilder<> &builder() { return b; }

  /// for (i = 0; i != size; ++i) body(backwards ? size - 1 - i : i), then
  /// return the first argument.
  void loop(bool backwards, function_ref<void(Value *)> body) {
    BasicBlock *start = b.GetInsertBlock();
    BasicBlock *loop = newBlock("loop"), *done = newBlock("done");
    Value *count = argument(2);
    b.CreateCondBr(b.CreateIsNull(count), done, loop);
    b.SetInsertPoint(loop);
    PHINode *index = b.CreatePHI(size, 2);
    index->addIncoming(b.getInt64(0), start);
    Value *next = b.CreateAdd(index, b.getInt64(1));
    body(backwards ? b.CreateSub(count, next) : index);
    index->addIncoming(next, loop);
    b.CreateCondBr(b.CreateICmpEQ(next, count), done, loop);
    b.SetInsertPoint(done);
    b.CreateRet(argument(0));
  }

  void copy(bool backwards) {
    loop(backwards, [&](Value *index) {
      Type *byte = b.getInt8Ty();
      Value *from = b.CreateGEP(byte, argument(1), index);
      Value *to = b.CreateGEP(byte, argument(0), index);
      b.CreateStore(b.CreateLoad(byte, from), to);
    });
  }

private:
  IRBuilder<> b;
  Type *pointer, *size;
  Function *function;
};

} // namespace

static void addCopy(Module &module) {
  FunctionBuilder copy(module, "memcpy",
                       PointerType::get(module.getContext(), 0));
  copy.noAlias(0);
  copy.noAlias(1);
  copy.copy(/*backwards=*/false);
}

static void addMove(Module &module) {
  FunctionBuilder move(module, "memmove",
                       PointerType::get(module.getContext(), 0));
  IRBuilder<> &b = move.builder();
  BasicBlock *up = move.newBlock("up"), *down = move.newBlock("down");
  b.CreateCondBr(b.CreateICmpULT(move.argument(0), move.argument(1)), up, down);
  b.SetInsertPoint(up);
  move.copy(/*backwards=*/false);
  b.SetInsertPoint(down);
  move.copy(/*backwards=*/true);
}

static void addSet(Module &module) {
  FunctionBuilder set(module, "memset", Type::getInt32Ty(module.getContext()));
  IRBuilder<> &b = set.builder();
  Value *byte = b.CreateTrunc(set.argument(1), b.getInt8Ty());
  set.loop(/*backwards=*/false, [&](Value *index) {
    b.CreateStore(byte, b.CreateGEP(b.getInt8Ty(), set.argument(0), index));
  });
}

void sluice::cpu::addMemoryFunctions(Module &module) {
  addCopy(module);
  addMove(module);
  addSet(module);
}
