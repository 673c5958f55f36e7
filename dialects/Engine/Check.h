// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The rules of the ISA page that an instruction or a program must keep, checked
// statically. Used by the dialect's verifiers and by everything that reads
// binary programs.

#ifndef SLUICE_DIALECTS_ENGINE_CHECK_H
#define SLUICE_DIALECTS_ENGINE_CHECK_H

#include "dialects/Engine/Isa.h"

namespace sluice::engine {

/// The first rule that `instruction` breaks on an engine with `parameters`, in
/// words with the numbers; empty when it breaks none. Checked are the ranges of
/// fields, alignments, and that the scratchpad addresses of all reads and
/// writes (of taps inside the input) lie inside the scratchpads.
std::string checkInstruction(const Instruction &instruction,
                             const Parameters &parameters);

/// Passes over the input: one for each chunk of output channels, or for two of
/// them.
inline int64_t countPasses(Opcode opcode, const WindowFields &f) {
  bool pairs =
      opcode == Opcode::Conv && f.types & (kTypesInt4 | kTypesInt16Out);
  return pairs ? (f.groups + 1) / 2 : f.groups;
}

/// What `instruction` needs of the capability ROM's features.
uint32_t featuresOf(const Instruction &instruction);

/// Bytes [begin, end) of DRAM behind a base register.
struct DramRange {
  uint8_t base;
  int64_t begin, end;
};

/// The smallest range of DRAM that holds all bytes `instruction` wants; none if
/// it touches no DRAM. Bounds may be negative: such a program is wrong.
std::optional<DramRange> dramRange(const Instruction &instruction,
                                   const Parameters &parameters);

/// Bytes of DRAM that a word of LOAD_WGT or LOAD_PRM, or a table of LOAD_LUT,
/// takes.
int64_t wordBytes(Opcode opcode, const Parameters &parameters);

/// The token counters of a program that is read in program order.
class TokenCounters {
public:
  /// Takes the tokens `instruction` waits for and adds those it signals; says
  /// which counter falls below 0 or passes 15, else returns the empty string.
  std::string step(const Instruction &instruction);
  /// Says which counter is not 0 at END, if any.
  std::string finish() const;

private:
  unsigned counters[kNumUnits][kNumUnits] = {};
};

} // namespace sluice::engine

#endif // SLUICE_DIALECTS_ENGINE_CHECK_H
