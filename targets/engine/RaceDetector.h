// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds pairs of accesses of different units to one place, at least one of them
// a write, that no chain of tokens orders: a program whose result depends on
// timing. Vector clocks over the three units, after Flanagan and Freund,
// "FastTrack" (PLDI 2009).

#ifndef SLUICE_TARGETS_ENGINE_RACEDETECTOR_H
#define SLUICE_TARGETS_ENGINE_RACEDETECTOR_H

#include "dialects/Engine/Isa.h"
#include <array>
#include <deque>
#include <string>
#include <vector>

namespace sluice::engine {

/// What a race can be about, and what a place in it is.
enum class Memory : uint8_t {
  Act,   // a chunk
  Wgt,   // a word
  Prm,   // a word
  Lut,   // a table
  Arena, // a byte
};

class RaceDetector {
public:
  /// Sizes are in places.
  RaceDetector(const Parameters &parameters, size_t arenaBytes);

  /// The next instruction in program order begins; the program is well formed.
  void begin(const Instruction &instruction);
  /// It reads or writes a place.
  void read(Memory memory, size_t place);
  void write(Memory memory, size_t place);
  /// It ends.
  void end();

  /// What the instruction of the first race does and with which it races;
  /// empty as long as there is none.
  const std::string &race() const { return message; }

private:
  /// For each unit, how many of its instructions have ended for certain.
  using Clock = std::array<uint32_t, kNumUnits>;

  /// An instruction as the accesses remember it: program index + 1, 0 for none.
  using Event = uint32_t;
  struct Place {
    Event write = 0;
    std::array<Event, kNumUnits> reads = {};
  };
  struct Past {
    Opcode opcode;
    Unit unit;
    uint32_t count; // which of its unit's instructions, from 1
  };

  /// Records a race unless `event` has ended before the current instruction.
  void expectOrdered(Event event, const char *did, const char *does,
                     Memory memory, size_t place);

  std::array<std::vector<Place>, 5> places;
  std::vector<Past> past;
  /// The clock at the end of each unit's last instruction.
  std::array<Clock, kNumUnits> ends = {};
  /// Clocks that travel with tokens [src][dst], oldest first.
  std::deque<Clock> tokens[kNumUnits][kNumUnits];
  Clock now = {};
  UnitMask signal = 0;
  std::string message;
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_RACEDETECTOR_H
