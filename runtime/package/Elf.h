// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loads CPU code: a freestanding ELF shared object, from verified bytes in
// memory.

#ifndef SLUICE_RUNTIME_PACKAGE_ELF_H
#define SLUICE_RUNTIME_PACKAGE_ELF_H

#include "runtime/base/Buffer.h"
#include "sluice/cpu_abi.h"

#include <span>

namespace sluice {

/// A mapped library, as sluice/cpu_abi.h allows it. Unmapped with the object.
class ElfImage {
public:
  /// Maps a copy of `bytes`, relocates it, makes code executable and read-only,
  /// and asks its entry for the library. `where` names the file in messages.
  /// INVALID_PACKAGE on anything that the contract does not allow, UNSUPPORTED
  /// on code of another machine or contract version.
  static Status load(std::span<const uint8_t> bytes, const char *where,
                     ElfImage &out);

  const sluice_cpu_library &library() const { return *library_; }

private:
  Buffer memory_;
  const sluice_cpu_library *library_ = nullptr;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_PACKAGE_ELF_H
