// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds and opens the simulated engine of a configuration.

#ifndef SLUICE_RUNTIME_DRIVERS_SIM_SIMLIBRARY_H
#define SLUICE_RUNTIME_DRIVERS_SIM_SIMLIBRARY_H

#include "runtime/package/Package.h"
#include "sluice/sim_abi.h"

#include <string>
#include <vector>

namespace sluice {

/// A file that by its name is a simulated engine.
struct SimLibrary {
  std::string file;
  uint64_t hash; ///< of its configuration
};

/// All simulated engines where `openSimLibrary` looks, each hash once, by hash.
/// NOT_FOUND says where it was looked for.
Status listSimLibraries(std::vector<SimLibrary> &out);

/// Opens the library of the configuration's hash. It is never closed again:
/// code that a simulator has registered may outlive any one device. NOT_FOUND
/// says where it was looked for.
Status openSimLibrary(const program::EngineConfiguration &engine,
                      const sluice_sim_api *&out);
Status openSimLibrary(const SimLibrary &library, const sluice_sim_api *&out);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_SIM_SIMLIBRARY_H
