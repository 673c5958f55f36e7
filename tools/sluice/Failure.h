// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How a verb ends early: with one line for the user and an exit code. Thrown
// inside the command only, never across a library's boundary.

#ifndef SLUICE_TOOLS_SLUICE_FAILURE_H
#define SLUICE_TOOLS_SLUICE_FAILURE_H

#include "sluice/sluice.h"
#include "tools/ExitCode.h"

#include <string>

namespace sluice {

struct Failure {
  ExitCode code;
  std::string message;
};

/// Throws the Failure that a status of the runtime stands for.
void check(sluice_status_t status);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_FAILURE_H
