// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
/// \file
/// The engine's counters at the end of each instruction, by signals of the RTL
/// that probe.vlt opens.

#ifndef SLUICE_TARGETS_ENGINE_SIM_TRACE_H
#define SLUICE_TARGETS_ENGINE_SIM_TRACE_H

#include "Engine___024root.h"
#include "sluice/sim_abi.h"

namespace sluice::engine {

class Trace {
public:
  Trace() = default;
  Trace(sluice_sim_mark *marks, size_t capacity)
      : marks(marks), capacity(capacity) {}

  size_t count() const { return ended; }

  /// Takes in a cycle of the settled engine. A netlist has no such signals.
  void cycle([[maybe_unused]] const Engine___024root &engine) {
#ifndef SLUICE_NETLIST
    if (!marks)
      return;
    // Four bits a counter, as engine_counters adds them up and clears them.
    for (unsigned i = 0; i < SLUICE_SIM_COUNTERS; ++i) {
      uint32_t word = engine.engine_top__DOT__u_status__DOT__add[i / 8];
      counters[i] += word >> i % 8 * 4 & 15;
      if (engine.engine_top__DOT__begin_run)
        counters[i] = 0;
    }
    const uint32_t indices[] = {engine.engine_top__DOT__load_oldest_index,
                                engine.engine_top__DOT__compute_index,
                                engine.engine_top__DOT__store_index};
    for (unsigned unit = 0; unit < 3; ++unit)
      if (engine.engine_top__DOT__give >> unit & 1)
        mark(unit, indices[unit]);
#endif
  }

private:
  void mark(unsigned unit, uint32_t instruction) {
    if (ended < capacity) {
      sluice_sim_mark &mark = marks[ended];
      mark.unit = unit;
      mark.instruction = instruction;
      std::copy(std::begin(counters), std::end(counters), mark.counters);
    }
    ++ended;
  }

  sluice_sim_mark *marks = nullptr;
  size_t capacity = 0, ended = 0;
  uint64_t counters[SLUICE_SIM_COUNTERS] = {};
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_SIM_TRACE_H
