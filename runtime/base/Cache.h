// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the user keeps what can be made again.

#ifndef SLUICE_RUNTIME_BASE_CACHE_H
#define SLUICE_RUNTIME_BASE_CACHE_H

#include <string>

namespace sluice {

/// Folder sluice in the user's cache, by the XDG Base Directory Specification:
/// in XDG_CACHE_HOME, where that is absolute, or else in ~/.cache. Empty where
/// there is none.
std::string userCacheFolder();

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_CACHE_H
