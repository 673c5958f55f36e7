// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// sluice-translate --engine-to-binary, --binary-to-engine, --engine-timing and
// --engine-run.

#include "targets/engine/Translations.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/IsaModel.h"
#include "targets/engine/Timing.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace sluice::engine;

static FailureOr<ProgramOp> findProgram(Operation *op) {
  SmallVector<ProgramOp> programs;
  op->walk([&](ProgramOp program) { programs.push_back(program); });
  if (programs.size() != 1)
    return op->emitError() << "holds " << programs.size()
                           << " engine.programs where one is wanted";
  return programs.front();
}

static LogicalResult writeBinary(Operation *op, raw_ostream &os) {
  FailureOr<ProgramOp> program = findProgram(op);
  if (failed(program))
    return failure();
  std::vector<uint8_t> bytes = assemble(*program);
  os.write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
  return success();
}

/// One line for the program, one an activity, one an instruction.
static LogicalResult writeTiming(Operation *op, raw_ostream &os) {
  FailureOr<ProgramOp> program = findProgram(op);
  if (failed(program))
    return failure();
  std::vector<Instruction> instructions = getInstructions(*program);
  ProgramTime time = estimateTime(instructions, program->getParameters());
  os << "cycles " << time.cycles << ", read " << time.bytesRead << ", written "
     << time.bytesWritten << "\n";
  for (unsigned i = 0; i < kNumActivities; ++i)
    os << stringifyActivity(Activity(i)) << " " << time.count(Activity(i))
       << "\n";
  for (auto [index, each] : llvm::enumerate(time.instructions))
    os << index << " " << stringifyOpcode(instructions[index].opcode) << " "
       << each.begin << ".." << each.end << "\n";
  return success();
}

static ElementsAttr makeBytes(Builder &builder, StringRef bytes) {
  auto type = RankedTensorType::get(int64_t(bytes.size()), builder.getI8Type());
  return DenseElementsAttr::getFromRawBuffer(
      type, ArrayRef(bytes.data(), bytes.size()));
}

/// Runs the program on the bytes of `arenaPath`, or on zeros, and writes the
/// arena as it then is.
static LogicalResult runProgram(Operation *op, raw_ostream &os,
                                StringRef arenaPath) {
  FailureOr<ProgramOp> program = findProgram(op);
  if (failed(program))
    return failure();
  auto constants = getConstantBytes(*program);
  if (failed(constants))
    return failure();
  std::vector<uint8_t> arena(program->getArenaBytes().value_or(0));
  if (!arenaPath.empty()) {
    auto buffer = llvm::MemoryBuffer::getFile(arenaPath);
    if (!buffer)
      return program->emitError("cannot read arena '")
             << arenaPath << "': " << buffer.getError().message();
    StringRef bytes = (*buffer)->getBuffer();
    arena.assign(bytes.bytes_begin(), bytes.bytes_end());
  }
  IsaModel model(program->getParameters(), /*seed=*/1);
  if (auto error = model.run(getInstructions(*program), *constants, arena))
    return program->emitError(llvm::toString(std::move(error)));
  os.write(reinterpret_cast<const char *>(arena.data()), arena.size());
  return success();
}

static OwningOpRef<Operation *> readBinary(llvm::SourceMgr &sources,
                                           MLIRContext *context,
                                           StringRef board,
                                           StringRef constantsPath) {
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
  auto program =
      disassemble(builder, loc, "program", configuration->parameters(),
                  ArrayRef(bytes.bytes_begin(), bytes.bytes_end()));
  if (failed(program))
    return {};
  if (!constantsPath.empty()) {
    auto constants = llvm::MemoryBuffer::getFile(constantsPath);
    if (!constants) {
      emitError(loc) << "cannot read constants '" << constantsPath
                     << "': " << constants.getError().message();
      return {};
    }
    program->setConstantsAttr(makeBytes(builder, (*constants)->getBuffer()));
  }
  return OwningOpRef<Operation *>(module.release());
}

void sluice::engine::registerEngineTranslations() {
  static llvm::cl::opt<std::string> board(
      "engine-board", llvm::cl::init("ulx3s-85f"),
      llvm::cl::value_desc("BOARD[,NAME=VALUE...]"),
      llvm::cl::desc("The engine that --binary-to-engine reads a program of"));
  static llvm::cl::opt<std::string> constants(
      "engine-constants", llvm::cl::value_desc("file"),
      llvm::cl::desc("Bytes that --binary-to-engine adds as constants"));
  static llvm::cl::opt<std::string> arena(
      "engine-arena", llvm::cl::value_desc("file"),
      llvm::cl::desc("The arena before --engine-run; all zero without it"));
  static TranslateFromMLIRRegistration toBinary(
      "engine-to-binary", "assemble the one engine.program", writeBinary,
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
  static TranslateFromMLIRRegistration timing(
      "engine-timing", "estimate the cycles of the one engine.program",
      writeTiming,
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
  static TranslateFromMLIRRegistration run(
      "engine-run", "run the one engine.program and write its arena",
      [](Operation *op, raw_ostream &os) { return runProgram(op, os, arena); },
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
  static TranslateToMLIRRegistration fromBinary(
      "binary-to-engine", "disassemble a program of the engine",
      [](llvm::SourceMgr &sources, MLIRContext *context) {
        return readBinary(sources, context, board, constants);
      },
      [](DialectRegistry &registry) { registry.insert<EngineDialect>(); });
}
