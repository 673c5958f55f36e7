// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rewrites a layer on tiles: TOSA on boxes that are cut out of the inputs and
// put together again. The grid is static, so that ragged tiles keep exact
// types and neighbours share what they both read.

#ifndef SLUICE_COMPILER_TILE_TILELAYER_H
#define SLUICE_COMPILER_TILE_TILELAYER_H

#include "compiler/Tile/Boxes.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

namespace sluice::tile {

/// How a layer is to be cut.
struct LayerTiling {
  /// The size of a tile of the output; at the far edges tiles are smaller.
  Shape size;
  /// Whether all boxes of one group of channels come before the next group.
  bool channelsOuter = false;
  /// Whether boxes of each input are loaded, and boxes of the output stored,
  /// rather than seen in the device's memory.
  llvm::SmallVector<bool, 2> loads{false, false};
  bool stores = false;
  /// Where in the region's scratch the tensor of a stored output lies; nothing
  /// if it is a result of the region.
  std::optional<int64_t> spillOffset;
  /// Attributes for each tile's last op.
  mlir::NamedAttrList attributes;
};

/// Replaces the result of `layer`, number `number` of its region, by tiles made
/// before its last op, and erases the layer's ops. If all that reads the result
/// is a tensor.insert_slice, the tiles go where that puts it. Windows must not
/// lie wholly in padding.
void tileLayer(const Layer &layer, int64_t number, const LayerTiling &tiling);

/// The insertion of `value` into a larger tensor, if that is its only use.
mlir::tensor::InsertSliceOp getInsertion(mlir::Value value);

/// The dimensions of an image, NHWC.
std::array<int64_t, 4> toArray(Shape shape);

/// Static offsets, sizes or strides of a slice.
llvm::SmallVector<mlir::OpFoldResult> toFold(mlir::Builder &builder,
                                             llvm::ArrayRef<int64_t> values);

/// `value` in a shape of equal size, by a tosa.reshape where it has another.
mlir::Value reshape(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Value value, llvm::ArrayRef<int64_t> shape);

} // namespace sluice::tile

#endif // SLUICE_COMPILER_TILE_TILELAYER_H
