// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the parts lie that the runtime opens while it runs.

#ifndef SLUICE_RUNTIME_BASE_INSTALL_H
#define SLUICE_RUNTIME_BASE_INSTALL_H

#include <string>
#include <vector>

namespace sluice {

/// The folders that hold `part` ("sim", "drivers"): those of the environment's
/// `variable`, joined by ':', where it is set; else sluice/PART beside this
/// library, and in the library folder of the prefix that the program is in.
std::vector<std::string> installedFolders(const char *variable,
                                          const char *part);

/// The folders, joined by ':'.
std::string joinFolders(const std::vector<std::string> &folders);

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_INSTALL_H
