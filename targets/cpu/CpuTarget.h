// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The processor as a target.

#ifndef SLUICE_TARGETS_CPU_CPUTARGET_H
#define SLUICE_TARGETS_CPU_CPUTARGET_H

namespace sluice::cpu {

/// Makes `cpu` and `cpu:LEVEL` known to createTarget.
void registerCpuTarget();

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_CPUTARGET_H
