// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a region of TOSA ops to OpenCL C: which ops run in which kernel, the
// kernels' source, their constants, and where they are launched on what.

#ifndef SLUICE_TARGETS_OPENCL_REGIONKERNELS_H
#define SLUICE_TARGETS_OPENCL_REGIONKERNELS_H

#include "dialects/Deploy/Deploy.h"
#include "targets/Target.h"

namespace sluice::opencl {

/// Why no kernel computes `op`, in words with the numbers; empty if one does.
std::string judgeOp(mlir::Operation *op);

/// Makes the kernels of `region`. Fails with a diagnostic.
mlir::FailureOr<RegionParts> makeKernels(deploy::RegionOp region);

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_REGIONKERNELS_H
