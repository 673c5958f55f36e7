// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Simulated engines that no one has built yet.

#ifndef SLUICE_TOOLS_SLUICE_SIMULATOR_H
#define SLUICE_TOOLS_SLUICE_SIMULATOR_H

#include "sluice/sluice.h"

namespace sluice {

/// Where no simulator of the package's engine came with Sluice, but its RTL and
/// the script that verilates it are at hand, builds one into the user's cache
/// unless it is there, made from the same RTL. Throws where that fails; where
/// nothing is at hand, the runtime says so.
void buildMissingSimulator(const sluice_package_t *package);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_SIMULATOR_H
