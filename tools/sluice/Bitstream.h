// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a bitstream says of itself, before a device is touched.

#ifndef SLUICE_TOOLS_SLUICE_BITSTREAM_H
#define SLUICE_TOOLS_SLUICE_BITSTREAM_H

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

struct Bitstream {
  enum Kind { Ecp5, Xclbin } kind;
  uint32_t idcode = 0;      ///< ECP5: of the part that it is for
  bool isEmulation = false; ///< xclbin: for XRT's emulation, not for a card
  /// What `sluice bitstream` has written beside it, where that is there.
  std::optional<uint64_t> engineHash;
  std::string board; ///< the name of the one that it was made for, likewise
};

/// Reads the bitstream `file`, and FILE.json where it is there. Throws
/// kBadInput where that is neither an ECP5 bitstream nor an xclbin, is cut
/// short, or is not the one that FILE.json is about.
Bitstream readBitstream(const std::string &file);

/// "LFE5U-85F" for 0x41113043; the number where no ECP5 has it.
std::string ecp5PartName(uint32_t idcode);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_BITSTREAM_H
