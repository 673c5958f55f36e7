// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How many cycles a program takes: a replay of its instructions on the engine's
// queues, units, tokens and bus, run by run, without data.
// docs/targets/engine.md says what it leaves out and how it is fitted to the
// RTL's counters.

#ifndef SLUICE_TARGETS_ENGINE_TIMING_H
#define SLUICE_TARGETS_ENGINE_TIMING_H

#include "targets/engine/Activity.h"
#include "targets/engine/WindowPath.h"
#include <vector>

namespace sluice::engine {

/// The memory behind the engine's bus.
struct MemoryTiming {
  /// Cycles from an accepted address to the first beat, or from the last beat
  /// to the write's response.
  unsigned latency = 20;
  /// Of each direction.
  unsigned bytesPerCycle = 8;
};

/// What the RTL's pipelines take, in cycles. The defaults are those of
/// targets/engine/rtl.
struct PipelineTiming {
  /// From start to the first burst of the fetch, and from the end of the last
  /// instruction to done.
  unsigned start = 0, finish = 2;
  /// Instructions asked for and not yet handed to a queue; instructions that a
  /// queue holds whole, the one at its head included: it is full two beats
  /// before its end.
  unsigned fetchAhead = 4, queueDepth = 8;
  /// From a burst's request to its address on the bus, and from a beat on the
  /// bus to its use.
  unsigned readRequest = 2, readData = 2;
  /// From an instruction's last beat to a queue, and from there to its unit.
  unsigned fetchCheck = 5, queueRead = 5;
  /// From an instruction's end to the earliest begin of one that waits for it,
  /// by the unit that it ran on.
  unsigned token[kNumUnits] = {2, 3, 3};
  /// Beats of a burst at most, which stays in an aligned block of them; read
  /// bursts asked for and not yet ended.
  unsigned burstBeats = 32, readBursts = 32;
  /// From a unit's taking an instruction to its having the next one at hand.
  unsigned nextInstruction = 11;
  /// LOAD: from taking an instruction to its first run's request; from the last
  /// run's last block to its end; from its last run's request to the next
  /// instruction; runs asked for and not yet written; instructions begun and
  /// not yet ended.
  unsigned loadRequest = 9, loadEnd = 6, loadNext = 3, loadRuns = 16,
           loadInstructions = 4;
  /// COMPUTE: all but one cycle a step, log2(PC) for the adder tree, one more
  /// with INT16 and, where results wait for their turn, RQ_CYCLES for each
  /// chunk of an output.
  unsigned computeDrain = 24;
  /// And to send results through a table.
  unsigned tableDrain = 5;
  /// STORE: from taking an instruction to its first beat on the bus; from the
  /// last response to the end; from a burst's response to a burst in its place;
  /// bursts without a response.
  unsigned storeRequest = 19, storeEnd = 3, storeNext = 6, storeBursts = 16;
};

/// Cycles are counted from the start of the program.
struct InstructionTime {
  uint64_t begin = 0, end = 0;
  /// Bytes of the beats it reads, or bytes it writes.
  uint64_t bytes = 0;
};

struct ProgramTime {
  uint64_t cycles = 0;
  uint64_t bytesRead = 0, bytesWritten = 0;
  /// One an instruction but END, in program order.
  std::vector<InstructionTime> instructions;
  /// What the units did and waited for.
  std::vector<Span> spans;

  /// Cycles of `activity` in all.
  uint64_t count(Activity activity) const;
};

/// What COMPUTE does for an instruction; nothing for those of other units.
struct ComputeWork {
  /// Of the multipliers: words, operands, taps, or weight words of taps.
  uint64_t steps = 0;
  /// From the first read to the last step: one a step, but for a window and
  /// rests.
  uint64_t cycles = 0;
  /// Of them those without a read, where requantize is slower than outputs.
  uint64_t rests = 0;
};
ComputeWork countWork(const Instruction &instruction,
                      const Parameters &parameters);

/// Estimates `program`, a well-formed one that ends with END.
ProgramTime estimateTime(llvm::ArrayRef<Instruction> program,
                         const Parameters &parameters,
                         const MemoryTiming &memory = {},
                         const PipelineTiming &pipeline = {});

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TIMING_H
