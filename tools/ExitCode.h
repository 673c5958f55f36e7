// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the commands end with: docs/spec/command.md, Exit codes.

#ifndef SLUICE_TOOLS_EXITCODE_H
#define SLUICE_TOOLS_EXITCODE_H

namespace sluice {

enum ExitCode {
  kDone = 0,
  kCheckFailed = 1,
  kBadUsage = 2,
  kBadInput = 3,
  kDeviceFault = 4,
  kFileSystem = 5,
  kBug = 70,
  kInterrupted = 130
};

} // namespace sluice

#endif // SLUICE_TOOLS_EXITCODE_H
