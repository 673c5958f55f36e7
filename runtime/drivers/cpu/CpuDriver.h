// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_CPU_CPUDRIVER_H
#define SLUICE_RUNTIME_DRIVERS_CPU_CPUDRIVER_H

#include "runtime/hal/Driver.h"

namespace sluice {

/// Runs every region by its CPU code, in the calling thread and, with the
/// option threads=N, in N - 1 threads of the device's own; pin=1 binds each of
/// these to a processor.
Driver *cpuDriver();

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_CPU_CPUDRIVER_H
