// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The instruction set as a program: executes instructions one after the other,
// as docs/spec/engine-isa.md reads. It is the judge between the compiler, which
// must make programs that give the reference's bytes here, and the RTL, which
// must give these bytes at any timing.

#ifndef SLUICE_TARGETS_ENGINE_ISAMODEL_H
#define SLUICE_TARGETS_ENGINE_ISAMODEL_H

#include "dialects/Engine/Isa.h"
#include "llvm/Support/Error.h"
#include <vector>

namespace sluice::engine {

class IsaModel {
public:
  /// The scratchpads begin with random bytes, made from `seed`: a program's
  /// result must not depend on them.
  IsaModel(const Parameters &parameters, uint32_t seed);

  /// Runs `program` to its END on `constants` (base 0) and `arena` (base 1). An
  /// error names the instruction's index: a rule of the ISA that it breaks, an
  /// access past a base's size, a read of a chunk that the same instruction has
  /// written before (hardware reads ahead), or a race between units.
  llvm::Error run(llvm::ArrayRef<Instruction> program,
                  llvm::ArrayRef<uint8_t> constants,
                  llvm::MutableArrayRef<uint8_t> arena);

  /// The scratchpads, as bytes.
  std::vector<uint8_t> act, wgt, prm, lut;

private:
  Parameters parameters;
};

/// requantize of docs/spec/integers.md section 3.
int32_t requantize(int32_t acc, uint16_t multiplier, uint8_t shift, int8_t zo,
                   Clamp clamp);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_ISAMODEL_H
