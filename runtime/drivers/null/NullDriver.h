// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_NULL_NULLDRIVER_H
#define SLUICE_RUNTIME_DRIVERS_NULL_NULLDRIVER_H

#include "runtime/hal/Driver.h"

namespace sluice {

/// Takes every region and computes nothing: outputs are bytes of option `fill`
/// (0). Option `fail=N` makes the N-th run of a region a device fault, `host=0`
/// leaves the CPU's regions to the CPU. To be copied for new drivers, and to
/// test the runtime without a device.
Driver *nullDriver();

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_NULL_NULLDRIVER_H
