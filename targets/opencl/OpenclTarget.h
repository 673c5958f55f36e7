// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// OpenCL devices as a target.

#ifndef SLUICE_TARGETS_OPENCL_OPENCLTARGET_H
#define SLUICE_TARGETS_OPENCL_OPENCLTARGET_H

namespace sluice::opencl {

/// Makes `opencl` known to createTarget.
void registerOpenclTarget();
/// Registers `--regions-to-opencl`.
void registerOpenclTranslations();

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_OPENCLTARGET_H
