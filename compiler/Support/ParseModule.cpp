// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/ParseModule.h"
#include "dialects/Onnx/Constants.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

OwningOpRef<ModuleOp> sluice::parseModule(StringRef bytes,
                                          MLIRContext &context) {
  // MLIR refuses bytecode that is aligned less than the constants in it.
  auto aligned = llvm::WritableMemoryBuffer::getNewUninitMemBuffer(
      bytes.size(), "", llvm::Align(onnx::blobAlignment));
  llvm::copy(bytes, aligned->getBufferStart());
  // Shared, as the constants then stay where they are.
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(aligned), llvm::SMLoc());
  return parseSourceFile<ModuleOp>(sources, &context);
}
