// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Other programs.

#ifndef SLUICE_TOOLS_SLUICE_PROCESS_H
#define SLUICE_TOOLS_SLUICE_PROCESS_H

#include <csignal>
#include <string>
#include <vector>

namespace sluice {

/// The folder that this executable is in, with a '/' at its end.
std::string executableFolder();

/// Has Ctrl-C and SIGTERM wait while it is there.
class InterruptsHeld {
public:
  InterruptsHeld();
  ~InterruptsHeld();
  /// Which signals waited before.
  const sigset_t &before() const { return mask; }

private:
  sigset_t mask;
};

/// Runs a program, found on the path where its name has no '/', and waits for
/// it. Its standard output goes into `output`, with its standard error, or
/// where that is null to standard error. `exitCode` becomes its exit code.
/// An interrupt ends it, and all that it has started, by the signal `ending`.
/// Returns an errno when it can not be started.
int runProgram(const std::vector<std::string> &words, int &exitCode,
               std::string *output = nullptr, int ending = SIGTERM);

/// Ends the program that `runProgram` waits for, if any, by force where it does
/// not heed its signal. For a signal handler.
void endProgram();

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_PROCESS_H
