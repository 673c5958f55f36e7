// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Other programs.

#ifndef SLUICE_TOOLS_SLUICE_PROCESS_H
#define SLUICE_TOOLS_SLUICE_PROCESS_H

#include <string>
#include <vector>

namespace sluice {

/// The folder that this executable is in, with a '/' at its end.
std::string executableFolder();

/// Runs a program, found on the path where its name has no '/', and waits for
/// it. Its standard output goes into `output`, with its standard error, or
/// where that is null to standard error. `exitCode` becomes its exit code.
/// Returns an errno when it can not be started.
int runProgram(const std::vector<std::string> &words, int &exitCode,
               std::string *output = nullptr);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_PROCESS_H
