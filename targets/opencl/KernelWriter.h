// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The OpenCL C of one kernel: a template of kernels/, its numbers, and the code
// of its elements.

#ifndef SLUICE_TARGETS_OPENCL_KERNELWRITER_H
#define SLUICE_TARGETS_OPENCL_KERNELWRITER_H

#include "targets/opencl/ElementCode.h"
#include "targets/opencl/Fusion.h"

#include <array>

namespace sluice::opencl {

/// A kernel without its name, which stands in `source` as NAME.
struct Kernel {
  std::string source;
  std::array<uint32_t, 3> groups{1, 1, 1};
  uint32_t items = 1; // of a group
  /// What it reads after its constants: x, if there is a window, e0, e1, ...
  llvm::SmallVector<mlir::Value> inputs;
  std::vector<uint8_t> constants;
  /// The ops that it computes.
  llvm::SmallVector<mlir::Operation *> ops;
};

/// The text of kernels/FILE.
llvm::StringRef getTemplate(llvm::StringRef file);

/// Writes the kernel that stores `result`. Fails with a diagnostic.
mlir::FailureOr<Kernel> writeKernel(const Fusion &fusion, mlir::Value result);
/// Writes the kernel that copies what is stored.
Kernel writeCopy(mlir::Value stored);

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_KERNELWRITER_H
