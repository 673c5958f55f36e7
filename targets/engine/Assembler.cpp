// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Assembler.h"
#include "mlir/IR/Builders.h"
#include "targets/engine/Encoding.h"

using namespace mlir;
using namespace sluice::engine;

std::vector<Instruction> sluice::engine::getInstructions(ProgramOp program) {
  std::vector<Instruction> instructions;
  for (auto op : program.getBody().getOps<InstructionOpInterface>())
    instructions.push_back(op.getInstruction());
  return instructions;
}

std::vector<uint8_t> sluice::engine::assemble(ProgramOp program) {
  std::vector<uint8_t> bytes;
  for (const Instruction &instruction : getInstructions(program))
    encodeInstruction(instruction, bytes);
  return bytes;
}

FailureOr<std::vector<uint8_t>>
sluice::engine::getConstantBytes(ProgramOp program) {
  ElementsAttr constants = program.getConstantsAttr();
  if (!constants)
    return std::vector<uint8_t>();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constants)) {
    if (const AsmResourceBlob *blob = resource.getRawHandle().getBlob()) {
      auto bytes = blob->getDataAs<uint8_t>();
      return std::vector<uint8_t>(bytes.begin(), bytes.end());
    }
  } else if (auto values = constants.tryGetValues<int8_t>()) {
    return std::vector<uint8_t>(values->begin(), values->end());
  }
  return program.emitError("the bytes of its constants are not at hand");
}

FailureOr<ProgramOp> sluice::engine::disassemble(OpBuilder &builder,
                                                 Location loc, StringRef name,
                                                 const Parameters &parameters,
                                                 ArrayRef<uint8_t> bytes) {
  auto instructions = decodeProgram(bytes);
  if (!instructions)
    return emitError(loc) << llvm::toString(instructions.takeError());
  auto program = ProgramOp::create(builder, loc, name, parameters);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&program.getBody().front());
  for (const Instruction &instruction : *instructions)
    createInstruction(builder, loc, instruction);
  return program;
}
