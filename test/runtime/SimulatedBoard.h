// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A board for driver `uart`: the Verilated board at its pins, in a process of
// its own, with a pseudo-terminal as its serial port.

#ifndef SLUICE_TEST_RUNTIME_SIMULATEDBOARD_H
#define SLUICE_TEST_RUNTIME_SIMULATEDBOARD_H

#include <string>
#include <sys/types.h>
#include <vector>

namespace sluice::test {

class SimulatedBoard {
public:
  /// With arguments of BoardSim.cpp.
  explicit SimulatedBoard(const std::vector<std::string> &arguments = {});
  SimulatedBoard(const SimulatedBoard &) = delete;
  SimulatedBoard &operator=(const SimulatedBoard &) = delete;
  ~SimulatedBoard();

  /// The terminal's path; empty when the board could not be started.
  const std::string &port() const { return path; }
  /// The device string, patient enough for a simulation on a busy machine.
  std::string spec(const std::string &options = "") const;

  void kill(); ///< It and its port are gone.

private:
  pid_t process = -1;
  std::string path;
};

} // namespace sluice::test

#endif // SLUICE_TEST_RUNTIME_SIMULATEDBOARD_H
