// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Concatenations and slices as parts of images: what the engine does by address
// alone.

#ifndef SLUICE_TARGETS_ENGINE_MOVES_H
#define SLUICE_TARGETS_ENGINE_MOVES_H

#include "compiler/Support/Layer.h"
#include "compiler/Tile/Boxes.h"
#include "dialects/Engine/Isa.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace sluice::engine {

/// A part of a joined tensor: where it goes, what is put there, and the
/// operation at which it is there.
struct Part {
  mlir::Value value;
  tile::Box box;
  mlir::Operation *at = nullptr;
  /// Whether `value` is joined of parts itself, which stand before it in the
  /// list: others read it where it lies.
  bool isJoined = false;
};

/// Whether rows and columns alternate: `value` has six dimensions.
bool isInterleaved(mlir::Value value);

/// The shape as NHWC, of alternating rows and columns that of the joined image.
std::optional<std::array<int64_t, 4>> getPixels(mlir::Value value);

/// Why a layer cannot read `value` as it is a constant, perhaps reshaped; empty
/// if it is none.
std::string findConstant(mlir::Value value);

/// Why the engine cannot move data as `layer`, a Move, does; empty if it can.
std::string findImmovable(const Layer &layer, const Parameters &parameters);

/// The parts that `op` joins, also those of joined tensors among them: `op` is
/// a tosa.concat, or the tosa.reshape behind one of six dimensions. Empty if it
/// joins nothing. Where a joined tensor has other readers, too, it begins at a
/// multiple of `channels`, those of a word, or is a part like any other.
llvm::SmallVector<Part> getParts(mlir::Operation *op, int64_t channels);

/// The box of its operand that `op` cuts out.
tile::Box getBox(mlir::tosa::SliceOp op);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_MOVES_H
