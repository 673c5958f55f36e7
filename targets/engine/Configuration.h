// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an engine is built on and with which parameters: a board file of
// targets/engine/boards, and what the user changes of it.

#ifndef SLUICE_TARGETS_ENGINE_CONFIGURATION_H
#define SLUICE_TARGETS_ENGINE_CONFIGURATION_H

#include "dialects/Engine/Isa.h"
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
  /// The parameters the board is meant for.
  Parameters parameters;
};

class Configuration {
public:
  /// From what follows "engine:" in a target: BOARD[,NAME=VALUE...]. BOARD is
  /// the name of a board that comes with Sluice or the path of a board file,
  /// which ends in .json; NAME is a parameter. Fails with one line.
  static llvm::Expected<Configuration> parse(llvm::StringRef text);

  const Board &board() const { return theBoard; }
  const Parameters &parameters() const { return theParameters; }

  /// Checks the parameters against the ISA's rules and the board's means.
  llvm::Error validate() const;

  /// The text that `parse` was given, with only real changes of the board's
  /// parameters, in the order of the ISA page.
  std::string description() const;

  /// The parameters as the ISA page's hash reads them.
  std::string canonical() const;
  /// FNV-1a 64 of `canonical()`.
  uint64_t hash() const;

  /// 18 x 18 multipliers: one a MAC, two a lane to requantize, one a lane for
  /// residual adds.
  uint64_t multipliers() const;
  /// Bits of the three scratchpads.
  uint64_t memoryBits() const;

private:
  std::string source; // name or path of the board
  Board theBoard;
  Parameters theParameters;
};

/// Names of the boards that come with Sluice.
std::vector<llvm::StringRef> getBoardNames();

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_CONFIGURATION_H
