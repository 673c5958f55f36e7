// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A region's body as the engine sees it: tensors, and in the order of execution
// the tiles of layers that read and write boxes of them. The planner makes it
// from layers and tile sizes, the code generator reads it from tiled IR; both
// place its buffers in ACT by the same function.

#ifndef SLUICE_TARGETS_ENGINE_TILEPROGRAM_H
#define SLUICE_TARGETS_ENGINE_TILEPROGRAM_H

#include "compiler/Tile/Boxes.h"
#include "dialects/Engine/Isa.h"
#include "targets/engine/CodegenConstants.h"

#include <map>
#include <string>

namespace sluice::deploy {
class RegionOp;
} // namespace sluice::deploy

namespace sluice::engine {

/// Discardable attribute on the last op of a convolution whose input is loaded
/// with the horizontal taps folded into channels.
inline constexpr llvm::StringLiteral foldTapsAttrName = "engine.fold_taps";

/// And on that of one whose weights have four bits.
inline constexpr llvm::StringLiteral int4AttrName = "engine.int4";

using tile::Box;
using tile::Shape;

/// Discardable attribute on a tile's last op: boxes that move have one buffer.
inline constexpr llvm::StringLiteral singleBufferAttrName =
    "engine.single_buffer";

/// Discardable attribute on the last op of a product of two activations: i64,
/// bytes into the region's scratch where the second is held as WGT wants it.
inline constexpr llvm::StringLiteral weightsAttrName = "engine.weights";

/// Runs of horizontal taps as channels, `columns` a row.
struct Fold {
  int64_t columns = 0, runBytes = 0;
  /// The column of the tensor where the first run starts; negative in padding.
  int64_t origin = 0;
};

/// A tensor between layers, or at the region's boundary.
struct Tensor {
  Shape shape;
  /// Of an element.
  int64_t bytes = 1;
  /// The model's tensor (`onnx.output`), or empty.
  std::string name;
  /// Whether all of it has a buffer in ACT.
  bool near = true;
  /// Where it lies in the arena, packed; none if only in ACT.
  std::optional<int64_t> arenaOffset;
  /// Whether its buffer in ACT is loaded: an input of the region or a constant.
  bool isInput = false;
  /// The constant that it is; it lies among the program's constants then, and
  /// nowhere in the arena.
  mlir::Value constant;
  /// Whether tiles that write its buffer in ACT are stored to the arena too.
  bool isOutput = false;
  /// Set if its buffer holds the runs of taps of one convolution instead of
  /// pixels.
  std::optional<Fold> fold;
  /// The first and last group of tiles that use it.
  unsigned first = 0, last = 0;
  /// ACT chunk of its buffer.
  int64_t address = 0;
};

/// What a tile reads or writes.
struct Operand {
  unsigned tensor = 0;
  /// The tensor's shape as the tile sees it, which may differ by a reshape.
  Shape view;
  Box box;
  /// Whether the box has a buffer of its own and is moved from or to the
  /// arena. `transfer` tells boxes apart: a box that is loaded once and read
  /// by several tiles has one number.
  bool staged = false;
  unsigned transfer = 0;

  bool isWhole() const { return box == Box::all(view); }
  /// Whether the box has all columns; their pixels then follow each other.
  bool hasWholeColumns() const { return box.shape.w == view.w; }
  /// Whether the box is rows that follow each other, with all they hold.
  bool hasWholeRows() const {
    return hasWholeColumns() && box.shape.c == view.c && box.step.y == 1;
  }
};

/// A layer on boxes: one compute instruction.
struct Tile {
  /// Its shapes and padding are those of the boxes.
  Layer layer;
  /// Tiles of one layer have one group; groups count from 0 in program order.
  unsigned group = 0;
  llvm::SmallVector<Operand, 2> inputs;
  Operand output;
  /// The model's tensor that the layer makes (`onnx.output`), or empty.
  std::string outputName;
  WeightForm form;
  /// MatMul: arena bytes of the second operand in the form of WGT.
  int64_t weightsOffset = 0;
  /// Boxes that move have one buffer instead of two that take turns.
  bool singleBuffer = false;

  /// Bytes of a run of horizontal taps, if folded.
  int64_t getRunBytes() const;
};

/// The buffers that boxes of one operand of a group take turns in.
struct Slots {
  int64_t bytes = 0;
  /// ACT chunks, one or two.
  llvm::SmallVector<int64_t, 2> addresses;
};

/// How a buffer's rows and columns lie in ACT.
struct Layout {
  int64_t pixelChunks, rowChunks, bytes;

  /// Of pixels, whose channels take `bytes` each, padded to whole words.
  static Layout ofPixels(Shape shape, int64_t bytes,
                         const Parameters &parameters);
  /// Of `columns` runs of `runBytes` in each row.
  static Layout ofRuns(int64_t rows, int64_t columns, int64_t runBytes,
                       const Parameters &parameters);
};

class TileProgram {
public:
  std::vector<Tensor> tensors;
  std::vector<Tile> tiles;
  unsigned groups = 0;
  /// Of each group, the channels [first, last) of the tensor that it makes.
  std::vector<std::pair<int64_t, int64_t>> outputChannels;
  /// The group that needs most of ACT.
  unsigned tight = 0;

  /// Key of the output's slots; those of inputs have the input's index.
  static constexpr unsigned outputSlot = 2;
  /// By group and operand.
  std::map<std::pair<unsigned, unsigned>, Slots> slots;

  /// Derives the tensors' lifetimes and layouts, once all tiles are there.
  void finish();

  /// Gives every buffer a place in ACT; fails if they do not fit, and then
  /// sets `tight`.
  llvm::LogicalResult allocate(const Parameters &parameters);

  /// The layout of a tensor's buffer, or of the buffer of a tile's box.
  Layout layoutOf(const Tensor &tensor, const Parameters &parameters) const;
  Layout layoutOf(const Tile &tile, const Operand &operand,
                  const Parameters &parameters) const;

private:
  void fold();
  void collectSlots(const Parameters &parameters);
  int64_t place(int64_t alignment, const Parameters &parameters);
  void findTightGroup(const Parameters &parameters);
};

/// Whether `layer` gains by folding its horizontal taps into channels.
bool gainsByFolding(const Layer &layer, const Parameters &parameters);

/// Reads the body of `region`. `planned`: its buffers have arena offsets; else
/// they are left 0, and reshapes that move data are let through. Fails with a
/// diagnostic on what the engine cannot run.
llvm::FailureOr<TileProgram> readTileProgram(deploy::RegionOp region,
                                             bool planned);

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_TILEPROGRAM_H
