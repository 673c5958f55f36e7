// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small package made by hand: x (i8, 1x4x4x16) → region "copy" on the engine,
// or in OpenCL → region "invert" on the CPU → y = ~x. Tests bend it and load
// it.

#ifndef SLUICE_TEST_RUNTIME_TESTPACKAGE_H
#define SLUICE_TEST_RUNTIME_TESTPACKAGE_H

#include "runtime/package/program_generated.h"
#include "sluice/sluice.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace sluice::test {

using Bytes = std::vector<uint8_t>;

struct TestPackage {
  static constexpr size_t kTensorSize = 256;

  /// The whole and valid package.
  TestPackage();

  /// Files by path, with program.fb made of `program` and `files`: the table of
  /// files gets its sizes and digests here, unless `keepTable`.
  std::map<std::string, Bytes> build() const;

  /// Loads it from memory.
  sluice_status_t load(sluice_package_t **out) const;

  program::VariantT &variant() { return *program.variants[0]; }
  program::RegionT &region(size_t i) { return *variant().regions[i]; }
  program::KernelLaunchT &launch() { return *region(0).kernels->launches[0]; }

  program::ProgramT program;
  std::map<std::string, Bytes> files;
  bool keepTable = false;
};

struct Release {
  void operator()(sluice_package_t *p) const { sluice_package_release(p); }
  void operator()(sluice_session_t *s) const { sluice_session_release(s); }
};
using PackagePtr = std::unique_ptr<sluice_package_t, Release>;
using SessionPtr = std::unique_ptr<sluice_session_t, Release>;

/// Appends the sha256 of `bytes`, as program.fb has it at its end.
Bytes seal(Bytes bytes);

/// Loads a package of these files.
sluice_status_t loadFiles(const std::map<std::string, Bytes> &files,
                          sluice_package_t **out);

/// The bytes of the library made from Inputs/regions.c.
Bytes testLibrary();

} // namespace sluice::test

#endif // SLUICE_TEST_RUNTIME_TESTPACKAGE_H
