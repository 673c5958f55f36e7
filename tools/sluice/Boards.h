// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The board files that come with Sluice, as far as a gateway needs them.

#ifndef SLUICE_TOOLS_SLUICE_BOARDS_H
#define SLUICE_TOOLS_SLUICE_BOARDS_H

#include "runtime/hal/EngineCapabilities.h"

#include <string>
#include <vector>

namespace sluice {

struct Board {
  std::string name, description;
  std::string device; ///< the FPGA's part name
  std::string shell;
  double clockMhz;
  std::vector<std::pair<std::string, uint32_t>> parameters;
  std::string file; ///< of the board

  /// Whether an engine of these parameters is the board's.
  bool carries(const EngineCapabilities &engine) const;
};

/// Throws kBadInput where `file` is no board file.
Board readBoard(const std::string &file);

/// All boards, by name; none where their files are not installed. Throws
/// kBadInput where a file is no board file.
std::vector<Board> readBoards();

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_BOARDS_H
