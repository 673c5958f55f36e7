// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The verbs of `sluice`, each in a file of its name. They throw Failure and
// return the exit code.

#ifndef SLUICE_TOOLS_SLUICE_VERBS_H
#define SLUICE_TOOLS_SLUICE_VERBS_H

#include <cstdint>
#include <string>
#include <vector>

namespace sluice {

struct RunOptions {
  std::string package, input, output, trace;
  std::string device = "auto";
  bool profile = false, json = false;
  bool orCpu = false; ///< where the device is not there or does not fit
};
int run(const RunOptions &options);

struct ProfileOptions {
  std::string package, input, trace;
  std::string device = "auto";
  uint64_t warmUp = 10;
  uint64_t iterations = 0; ///< 0: for `seconds`
  double seconds = 2;
  double rate = 0; ///< runs a second; 0: one after the other
  bool limits = false, json = false;
  bool isTrial = false; ///< print the mean in ms and nothing else
};
int profile(const ProfileOptions &options);

struct InspectOptions {
  std::string package;
  bool json = false;
};
int inspect(const InspectOptions &options);

struct ReportOptions {
  std::string package, output;
};
int report(const ReportOptions &options);

struct DiffOptions {
  std::string package, input;
  std::string against = "cpu";
  std::string
      device; ///< empty: the package's engine, simulated, or else the CPU
  bool json = false;
};
int diff(const DiffOptions &options);
/// `against` is a model.
int diffModel(const DiffOptions &options);

struct DeviceOptions {
  std::string device;
  bool json = false;
};
int listDevices(const DeviceOptions &options);
int probeDevice(const DeviceOptions &options);

struct ProgramOptions {
  std::string device, bitstream;
  bool flash = false, json = false;
};
int programDevice(const ProgramOptions &options);

/// Becomes the script that does `bitstream`, with the same arguments.
[[noreturn]] void becomeBitstream(char **arguments);

/// Whether `verb` is one that sluice-compiler does.
bool isCompilerVerb(const std::string &verb);
/// Becomes sluice-compiler, with the same arguments.
[[noreturn]] void becomeCompiler(char **arguments);
/// Runs sluice-compiler and waits. Throws a Failure where it fails; it has then
/// said why on standard error.
void runCompiler(const std::vector<std::string> &arguments);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_VERBS_H
