// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The part of the zip format that .npz files use (PKWARE APPNOTE 6.3.9).

#ifndef SLUICE_TOOLS_NPZ_ZIP_H
#define SLUICE_TOOLS_NPZ_ZIP_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace sluice {

struct ZipEntry {
  std::string name;
  std::vector<uint8_t> data;
};

/// Unpacks every entry, checked by its CRC. On failure returns false and says
/// in `error` what is wrong with which entry.
bool readZip(std::span<const uint8_t> bytes, std::vector<ZipEntry> &entries,
             std::string &error);

/// Packs entries, stored, dated 1 January 1980. Each must be under 4 GiB, and
/// all together too.
std::vector<uint8_t> writeZip(const std::vector<ZipEntry> &entries);

} // namespace sluice

#endif // SLUICE_TOOLS_NPZ_ZIP_H
