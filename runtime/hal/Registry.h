// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drivers that there are: those of this build, and plug-ins.

#ifndef SLUICE_RUNTIME_HAL_REGISTRY_H
#define SLUICE_RUNTIME_HAL_REGISTRY_H

#include "runtime/hal/Driver.h"

namespace sluice {

struct DriverEntry {
  std::string name;
  Driver *driver;      ///< null when the plug-in cannot be opened
  std::string failure; ///< why not
};

/// All drivers: plug-ins by name, then those of this build. Opens every plug-in
/// in the folders of SLUICE_DRIVER_PATH, else of the installation.
std::vector<DriverEntry> allDrivers();

/// The driver called `name`. Opens a plug-in only if that is its name.
Status findDriver(std::string_view name, Driver *&out);

/// The driver that device `auto` is for this package. A package for the CPU
/// alone opens no plug-in.
Driver *chooseDriver(const Package &package);

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_REGISTRY_H
