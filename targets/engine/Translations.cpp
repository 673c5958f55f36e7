// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sluice-translate --engine-to-binary and --binary-to-engine.

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/Configuration.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace sluice::engine;

static LogicalResult writeBinary(Operation *op, raw_ostream &os) {
  SmallVector<ProgramOp> programs;
  op->walk([&](ProgramOp program) { programs.push_back(program); });
  if (programs.size() != 1)
    return op->emitError() << "holds " << programs.size()
                           << " engine.programs; a binary is made of one";
  std::vector<uint8_t> bytes = assemble(programs.front());
  os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return success();
}

static OwningOpRef<Operation *>
readBinary(llvm::SourceMgr &sources, MLIRContext *context, StringRef board) {
  const llvm::MemoryBuffer *buffer =
      sources.getMemoryBuffer(sources.getMainFileID());
  Location loc = FileLineColLoc::get(context, buffer->getBufferIdentifier(),
                                     /*line=*/0, /*column=*/0);
  auto configuration = Configuration::parse(board);
  if (!configuration) {
    emitError(loc) << llvm::toString(configuration.takeError());
    return {};
  }
  context->loadDialect<EngineDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder builder = OpBuilder::atBlockBegin(module->getBody());
  StringRef bytes = buffer->getBuffer();
  if (failed(disassemble(builder, loc, "program", configuration->parameters(),
                         ArrayRef(bytes.bytes_begin(), bytes.bytes_end()))))
    return {};
  return OwningOpRef<Operation *>(module.release());
}

void sluice::engine::registerEngineTranslations() {
  static llvm::cl::opt<std::string> board(
      "engine-board", llvm::cl::init("ulx3s-85f"),
      llvm::cl::value_desc("BOARD[,NAME=VALUE...]"),
      llvm::cl::desc("The engine that --binary-to-engine reads a program of"));
  static TranslateFromMLIRRegistration toBinary(
      "engine-to-binary", "assemble the one engine.program", writeBinary,
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
  static TranslateToMLIRRegistration fromBinary(
      "binary-to-engine", "disassemble a program of the engine",
      [](llvm::SourceMgr &sources, MLIRContext *context) {
        return readBinary(sources, context, board);
      },
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
}
