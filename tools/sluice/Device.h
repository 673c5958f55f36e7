// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TOOLS_SLUICE_DEVICE_H
#define SLUICE_TOOLS_SLUICE_DEVICE_H

#include "runtime/hal/Driver.h"

#include <string>

namespace sluice {

/// Opens the device that a device string names and asks it what it is. Throws
/// kBadUsage where the string means nothing, kDeviceFault where the device is
/// not there or does not answer.
DeviceDescription describeDevice(const std::string &device);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_DEVICE_H
