// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_SIM_SIMDRIVER_H
#define SLUICE_RUNTIME_DRIVERS_SIM_SIMDRIVER_H

#include "runtime/hal/Driver.h"

namespace sluice {

/// The engine's RTL, simulated (sluice/sim_abi.h), and driven like hardware:
/// through registers, memory and the interrupt. The model is found by the
/// package's configuration hash in the folders of SLUICE_SIM_PATH, or in
/// lib/sluice/sim of the installation and sluice/sim of the user's cache.
Driver *simDriver();

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_SIM_SIMDRIVER_H
