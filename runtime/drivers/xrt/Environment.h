// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libxrt takes from its environment, for a card and for an emulation.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_ENVIRONMENT_H
#define SLUICE_RUNTIME_DRIVERS_XRT_ENVIRONMENT_H

#include <string>

namespace sluice {

/// Makes `folder`, an empty folder in /tmp, the working folder with all files
/// that libxrt and its OpenCL want before their first call. `platform` is that
/// of an xclbin for emulation (hw_emu), or empty for a card. False, with errno,
/// when `failed` cannot be written.
bool setEnvironment(const std::string &folder, const std::string &platform,
                    std::string &failed);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_ENVIRONMENT_H
