// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The binary form of instructions: 64 bytes each, little endian, as
// docs/spec/engine-isa.md lays them out. Encoding and decoding lose nothing.

#ifndef SLUICE_TARGETS_ENGINE_ENCODING_H
#define SLUICE_TARGETS_ENGINE_ENCODING_H

#include "dialects/Engine/Isa.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace sluice::engine {

/// Appends the 64 bytes of `instruction` to `bytes`.
void encodeInstruction(const Instruction &instruction,
                       std::vector<uint8_t> &bytes);

/// Decodes 64 bytes. What the ISA calls illegal (an unknown opcode, a reserved
/// byte that is not zero, a field out of its range, types that version 1 does
/// not take, tokens of the unit itself) is an error that names byte and field.
llvm::Expected<Instruction> decodeInstruction(llvm::ArrayRef<uint8_t> bytes);

/// Decodes a whole program, whose last instruction, and no other, is END.
/// Errors name the instruction's index.
llvm::Expected<std::vector<Instruction>>
decodeProgram(llvm::ArrayRef<uint8_t> bytes);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_ENCODING_H
