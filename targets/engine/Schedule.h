// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a sequential list of instructions to one in which the units overlap:
// loads move ahead of the work they do not depend on, and tokens keep every
// order between units that the memories demand.

#ifndef SLUICE_TARGETS_ENGINE_SCHEDULE_H
#define SLUICE_TARGETS_ENGINE_SCHEDULE_H

#include "dialects/Engine/Isa.h"
#include "llvm/ADT/SmallVector.h"

#include <vector>

namespace sluice::engine {

/// Addresses [begin, end) of a memory that an instruction reads or writes. It
/// may cover more than what is touched. Constants are never written and so need
/// no order.
struct Access {
  /// Addressed by chunks, words, words, tables, bytes.
  enum Memory : uint8_t { Act, Wgt, Prm, Lut, Arena };

  Memory memory;
  int64_t begin, end;
  bool write;

  bool conflictsWith(const Access &other) const {
    return memory == other.memory && (write || other.write) &&
           begin < other.end && other.begin < end;
  }
};

/// An instruction, what it touches, and the layer it belongs to.
struct Step {
  Instruction instruction;
  llvm::SmallVector<Access, 4> accesses;
  unsigned layer = 0;

  Unit unit() const { return *unitOf(instruction.opcode); }
};

/// The most tokens of one kind that a scheduled program has outstanding, read
/// in program order. It stays well below the counters' limit, because a unit
/// runs ahead of program order by as much as the queues hold.
inline constexpr unsigned kMaxOutstandingTokens = 6;

/// Reorders `steps`, whose order is a valid sequential execution, and sets
/// their tokens. The result is a valid sequential execution too, and each
/// unit's own steps keep their order.
std::vector<Step> schedule(std::vector<Step> steps);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_SCHEDULE_H
