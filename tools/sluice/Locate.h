// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a byte that an engine wrote to the layer and the tile that wrote it.

#ifndef SLUICE_TOOLS_SLUICE_LOCATE_H
#define SLUICE_TOOLS_SLUICE_LOCATE_H

#include <cstdint>
#include <optional>
#include <string>

namespace sluice {

class Package;

struct Origin {
  uint32_t command; ///< index of the STORE in the region's commands
  std::string layer;
  uint32_t tile, tiles; ///< which of the layer's STOREs, and of how many
};

/// The last command of region `region` that stored byte `byte` of buffer
/// `buffer`. None for a region that is not the engine's.
std::optional<Origin> locate(const Package &package, uint32_t region,
                             const std::string &buffer, uint64_t byte);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_LOCATE_H
