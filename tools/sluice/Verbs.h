// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verbs of `sluice`, each in a file of its name. They throw Failure and
// return the exit code.

#ifndef SLUICE_TOOLS_SLUICE_VERBS_H
#define SLUICE_TOOLS_SLUICE_VERBS_H

#include <string>

namespace sluice {

struct RunOptions {
  std::string package, input, output, trace;
  std::string device = "auto";
  bool profile = false, json = false;
};
int run(const RunOptions &options);

struct InspectOptions {
  std::string package;
  bool json = false;
};
int inspect(const InspectOptions &options);

struct ReportOptions {
  std::string package, output;
};
int report(const ReportOptions &options);

struct DeviceOptions {
  std::string device;
  bool json = false;
};
int listDevices(const DeviceOptions &options);

/// Whether `verb` is one that sluice-compiler does.
bool isCompilerVerb(const std::string &verb);
/// Becomes sluice-compiler, with the same arguments.
[[noreturn]] void becomeCompiler(char **arguments);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_VERBS_H
