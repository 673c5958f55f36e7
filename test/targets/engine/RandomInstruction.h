// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random instructions with every field anywhere in its range.

#ifndef SLUICE_TEST_TARGETS_ENGINE_RANDOMINSTRUCTION_H
#define SLUICE_TEST_TARGETS_ENGINE_RANDOMINSTRUCTION_H

#include "dialects/Engine/Isa.h"
#include <random>

namespace sluice::engine {

inline constexpr Opcode kOpcodes[] = {
    Opcode::LoadAct, Opcode::LoadWgt, Opcode::LoadPrm,   Opcode::LoadLut,
    Opcode::Conv,    Opcode::Add,     Opcode::Depthwise, Opcode::MaxPool,
    Opcode::Store,   Opcode::End,
};

/// An instruction of `opcode` with random fields and legal tokens. Its
/// addresses need not make sense.
inline Instruction randomInstruction(Opcode opcode, std::mt19937 &random) {
  Instruction instruction = Instruction::makeDefault(opcode);
  if (auto unit = unitOf(opcode)) {
    UnitMask others = 7 & ~maskOf(*unit);
    instruction.tokens = {UnitMask(random() & others),
                          UnitMask(random() & others)};
  }
  for (const FieldInfo &field : instruction.table())
    instruction.set(field, std::uniform_int_distribution<int64_t>(
                               field.least, field.greatest)(random));
  return instruction;
}

} // namespace sluice::engine

#endif // SLUICE_TEST_TARGETS_ENGINE_RANDOMINSTRUCTION_H
