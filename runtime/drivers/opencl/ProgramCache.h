// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs built from source, and their binaries kept in the user's cache
// folder by device, driver, build options and source.

#ifndef SLUICE_RUNTIME_DRIVERS_OPENCL_PROGRAMCACHE_H
#define SLUICE_RUNTIME_DRIVERS_OPENCL_PROGRAMCACHE_H

#include "runtime/drivers/opencl/ClHandle.h"

#include <span>
#include <string_view>

namespace sluice {

/// The program of these binary bytes, built for the device. INVALID_PACKAGE if
/// the device does not take them.
Status programFromBinary(cl_context context, cl_device_id device,
                         std::span<const uint8_t> binary, ClProgram &out);

/// The program of `source`, from the cache if it is there and whole, else built
/// and put there. UNSUPPORTED says, in one line, why `name` does not build.
Status programFromSource(cl_context context, cl_device_id device,
                         const char *name, std::string_view source,
                         const std::string &options, ClProgram &out);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_OPENCL_PROGRAMCACHE_H
