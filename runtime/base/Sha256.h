// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SHA-256 (FIPS 180-4), by which a package's files are known.

#ifndef SLUICE_RUNTIME_BASE_SHA256_H
#define SLUICE_RUNTIME_BASE_SHA256_H

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice {

using Sha256Digest = std::array<uint8_t, 32>;

/// The digest of `size` bytes at `data`.
Sha256Digest sha256(const void *data, size_t size);

/// Sixty-four lower-case hexadecimal digits and a null.
std::array<char, 65> toHex(const Sha256Digest &digest);

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_SHA256_H
