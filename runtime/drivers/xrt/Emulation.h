// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Makes libxrt emulate a card (hw_emu) in this process.

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_EMULATION_H
#define SLUICE_RUNTIME_DRIVERS_XRT_EMULATION_H

#include <string>

namespace sluice {

/// Sets up what libxrt's hw_emu shim wants before its first call: `folder`, an
/// empty folder in /tmp, becomes the working folder with all of the
/// emulation's files. `platform` is that of the xclbin. False, with errno, when
/// `failed` cannot be written.
bool beginEmulation(const std::string &folder, const std::string &platform,
                    std::string &failed);

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_EMULATION_H
