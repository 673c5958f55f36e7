// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The checks that a program passes before anything of it is used.

#ifndef SLUICE_RUNTIME_PACKAGE_VERIFY_H
#define SLUICE_RUNTIME_PACKAGE_VERIFY_H

#include "runtime/base/Status.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sluice {

/// Checks structure (FlatBuffers' verifier) and meaning: every index and range
/// is inside what it points into, every buffer inside the arena, paths stay in
/// the package, and every region reads what was written before and not
/// overwritten since. `where` names the program in messages; `used[i]` says
/// that file i is referred to.
Status verifyProgram(std::span<const uint8_t> bytes, const char *where,
                     std::vector<bool> &used);

} // namespace sluice

#endif // SLUICE_RUNTIME_PACKAGE_VERIFY_H
