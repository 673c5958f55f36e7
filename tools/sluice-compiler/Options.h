// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_OPTIONS_H
#define SLUICE_TOOLS_SLUICE_COMPILER_OPTIONS_H

#include "compiler/Import/Import.h"
#include "compiler/Pipelines/Phases.h"
#include "tools/ExitCode.h"

#include <string>
#include <vector>

namespace sluice {

/// What the verbs on a model have in common.
struct ModelOptions {
  std::string model;       // path
  std::string target;      // as given
  std::string calibration; // path, or empty
  double percentile = 100;
  bool quantize = true;   // --quantize is not none
  bool forceInt8 = false; // --quantize int8
  ImportOptions import;
};

struct CompileOptions : ModelOptions {
  std::string output;
  std::optional<Phase> stopAfter;
  std::string dumpFolder;
  bool separateLayers = false; // a region for every layer
  bool json = false;           // print what was made
  /// CPU levels that a package for a device carries code for, best last.
  std::vector<std::string> hosts = {"aarch64", "x86-64-v3"};
};

struct CheckOptions : ModelOptions {
  bool json = false;
};

struct TuneOptions : ModelOptions {
  std::string output;                    // empty: choose only
  std::optional<double> maxMilliseconds; // of the device's regions
  std::string stateFolder;               // empty: the user's cache
  bool json = false;
};

struct ReferenceOptions {
  std::string program; // a package's model.mlirbc, or a package
  std::string input, output;
  bool allTensors = false;
  bool programOrder = false; // of dimensions, not the model's
};

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPILER_OPTIONS_H
