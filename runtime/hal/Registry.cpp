// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The drivers of this build, and the choice among them.

#include "runtime/drivers/cpu/CpuDriver.h"
#include "runtime/drivers/null/NullDriver.h"
#include "runtime/drivers/sim/SimDriver.h"
#include "runtime/hal/Driver.h"

namespace sluice {

std::span<Driver *const> allDrivers() {
  static Driver *const drivers[] = {simDriver(), cpuDriver(), nullDriver()};
  return drivers;
}

Status findDriver(const DeviceSpec &spec, Driver *&out) {
  bool automatic = spec.driver() == "auto";
  std::string known = "auto";
  for (Driver *driver : allDrivers()) {
    if (automatic ? driver->isPresent() : spec.driver() == driver->name()) {
      out = driver;
      return SLUICE_STATUS_OK;
    }
    known += std::string(", ") + driver->name();
  }
  if (automatic) {
    out = cpuDriver();
    return SLUICE_STATUS_OK;
  }
  return fail(SLUICE_STATUS_INVALID_ARGUMENT,
              "device '%s': no such driver; there are %s",
              spec.driver().c_str(), known.c_str());
}

} // namespace sluice
