// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Discardable attributes on tiled IR: what moves between a device's own memory
// and the arena, and where a tile comes from.

#ifndef SLUICE_COMPILER_TILE_TILEATTRIBUTES_H
#define SLUICE_COMPILER_TILE_TILEATTRIBUTES_H

#include "llvm/ADT/StringRef.h"

namespace sluice::tile {

/// Unit, on tensor.extract_slice: the box is loaded into a buffer of its own.
/// Without it, it is a view of a tensor that lies in the device's memory.
inline constexpr llvm::StringLiteral loadAttrName = "tile.load";
/// Unit, on tensor.insert_slice: the box is stored from a buffer of its own.
inline constexpr llvm::StringLiteral storeAttrName = "tile.store";
/// i64, on tensor.empty: the tensor lies in the region's scratch, at this byte.
inline constexpr llvm::StringLiteral spillAttrName = "tile.spill";
/// i64, on a tile's last op: the number of the layer in the region.
inline constexpr llvm::StringLiteral layerAttrName = "tile.layer";
/// array of i64, on a tile's last op: the tile's place in the grid of rows,
/// columns and channels.
inline constexpr llvm::StringLiteral indexAttrName = "tile.index";

} // namespace sluice::tile

#endif // SLUICE_COMPILER_TILE_TILEATTRIBUTES_H
