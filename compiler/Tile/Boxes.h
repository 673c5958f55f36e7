// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The geometry of tiles: which box of a layer's inputs a box of its output
// needs, and the grid that a tile size cuts an output into.

#ifndef SLUICE_COMPILER_TILE_BOXES_H
#define SLUICE_COMPILER_TILE_BOXES_H

#include "compiler/Support/Layer.h"

namespace sluice::tile {

/// Rows, columns and channels of one image.
struct Shape {
  int64_t h = 1, w = 1, c = 1;
  int64_t elements() const { return h * w * c; }
  friend bool operator==(const Shape &, const Shape &) = default;
};

/// The shape of the first image of an NHWC shape.
inline Shape toShape(const std::array<int64_t, 4> &image) {
  return {image[1], image[2], image[3]};
}

/// A part of an image: `shape` pixels, `step` rows and columns apart.
struct Box {
  int64_t y = 0, x = 0, c = 0;
  Shape shape;
  Extent step{1, 1};

  static Box all(Shape shape) { return {0, 0, 0, shape}; }
  /// The part of this part that `box` is.
  Box cut(const Box &box) const;
  friend bool operator==(const Box &, const Box &) = default;
};

/// A box of an output, and its place in the grid of rows, columns, channels.
struct OutputTile {
  Box box;
  std::array<int64_t, 3> index;
};

/// What an output box reads of an input: the box inside the input, and the
/// padding around it that the window still reaches.
struct InputTile {
  Box box;
  Extent padBefore, padAfter;
};

/// Cuts the output into tiles of at most `size`. Channels change fastest, or
/// slowest if `channelsOuter`; rows change slower than columns.
std::vector<OutputTile> enumerateTiles(Shape output, Shape size,
                                       bool channelsOuter);

/// What `output`, a box of the layer's output, needs of input `index`.
InputTile getInputTile(const Layer &layer, unsigned index, const Box &output);

} // namespace sluice::tile

#endif // SLUICE_COMPILER_TILE_BOXES_H
