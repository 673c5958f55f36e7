// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Between the `engine` dialect and binary programs.

#ifndef SLUICE_TARGETS_ENGINE_ASSEMBLER_H
#define SLUICE_TARGETS_ENGINE_ASSEMBLER_H

#include "dialects/Engine/Engine.h"

namespace sluice::engine {

/// The instructions of `program`, in its order.
std::vector<Instruction> getInstructions(ProgramOp program);

/// The binary form of `program`.
std::vector<uint8_t> assemble(ProgramOp program);

/// The bytes of the program's constants, none if it has none. Fails with a
/// diagnostic on constants whose bytes are not at hand.
mlir::FailureOr<std::vector<uint8_t>> getConstantBytes(ProgramOp program);

/// Builds the program that `bytes` are, named `name`, at the builder's place;
/// instructions are located in `loc`. An encoding that the ISA calls illegal
/// gives an error at `loc`. Whether the program suits `parameters` is for the
/// verifier to say.
mlir::FailureOr<ProgramOp> disassemble(mlir::OpBuilder &builder,
                                       mlir::Location loc, llvm::StringRef name,
                                       const Parameters &parameters,
                                       llvm::ArrayRef<uint8_t> bytes);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_ASSEMBLER_H
