// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an engine is built on and with which parameters: a board file of
// targets/engine/boards, and what the user changes of it.

#ifndef SLUICE_TARGETS_ENGINE_CONFIGURATION_H
#define SLUICE_TARGETS_ENGINE_CONFIGURATION_H

#include "dialects/Engine/Isa.h"
#include "targets/engine/Resources.h"
#include "targets/engine/TileSchedule.h"
#include "targets/engine/Timing.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace sluice::engine {

/// A board's means, as its file states them.
struct Board {
  std::string name;
  std::string description;
  /// The FPGA's part name and the shell that carries the engine.
  std::string device, shell;
  double clockMhz = 0;
  /// Multipliers of at least 18 x 18 bits.
  uint64_t multipliers = 0;
  /// Bits of block memory.
  uint64_t memoryBits = 0;
  BlockSizes blocks;
  /// Look-up tables of four inputs, or as much logic; 0 if it is not known.
  uint64_t luts = 0;
  /// The memory behind the engine's bus, in the engine's cycles.
  MemoryTiming memory;
  /// What inputs and outputs go through, in bytes a second; 0 for a link that
  /// takes no time worth counting.
  double linkBytesPerSecond = 0;
  /// The parameters the board is meant for.
  Parameters parameters;
  /// The file's text.
  std::string text;
};

class Configuration {
public:
  /// From what follows "engine:" in a target: BOARD[,NAME=VALUE...]. BOARD is
  /// the name of a board that comes with Sluice or the path of a board file,
  /// which ends in .json; NAME is a parameter or a part of TileSchedule. Fails
  /// with one line.
  static llvm::Expected<Configuration> parse(llvm::StringRef text);

  const Board &board() const { return theBoard; }
  const Parameters &parameters() const { return theParameters; }
  const TileSchedule &schedule() const { return theSchedule; }

  /// Checks the parameters against the ISA's rules and the board's means.
  llvm::Error validate() const;

  /// The same board and schedule with other parameters; nothing where they do
  /// not fit.
  std::optional<Configuration> with(const Parameters &parameters) const;

  /// The text that `parse` was given, with only real changes of the board's
  /// parameters, in the order of the ISA page, and of the schedule.
  std::string description() const;

  /// The parameters as the ISA page's hash reads them.
  std::string canonical() const;
  /// FNV-1a 64 of `canonical()`.
  uint64_t hash() const;

  /// What it takes of the board's device.
  Resources resources() const {
    return countResources(theParameters, theBoard.blocks);
  }

  /// The clock that it closes at: that of the fastest of the boards with the
  /// same device whose own parameters take as many multipliers or more. None if
  /// it is larger than all of them.
  std::optional<double> findClockMhz() const;

private:
  std::string source; // name or path of the board
  Board theBoard;
  Parameters theParameters;
  TileSchedule theSchedule;
};

/// Names of the boards that come with Sluice.
std::vector<llvm::StringRef> getBoardNames();

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CONFIGURATION_H
