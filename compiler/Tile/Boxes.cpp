// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tile/Boxes.h"

#include "llvm/Support/MathExtras.h"

using namespace sluice;
using namespace sluice::tile;
using llvm::divideCeil;

Box Box::cut(const Box &box) const {
  return {y + box.y * step.y,
          x + box.x * step.x,
          c + box.c,
          box.shape,
          {step.y * box.step.y, step.x * box.step.x}};
}

std::vector<OutputTile> tile::enumerateTiles(Shape output, Shape size,
                                             bool channelsOuter) {
  int64_t rows = divideCeil(output.h, size.h);
  int64_t columns = divideCeil(output.w, size.w);
  int64_t chunks = divideCeil(output.c, size.c);
  std::vector<OutputTile> tiles;
  auto add = [&](int64_t iy, int64_t ix, int64_t ic) {
    Box box{iy * size.h, ix * size.w, ic * size.c};
    box.shape = {std::min(size.h, output.h - box.y),
                 std::min(size.w, output.w - box.x),
                 std::min(size.c, output.c - box.c)};
    tiles.push_back({box, {iy, ix, ic}});
  };
  for (int64_t outer = 0; outer < (channelsOuter ? chunks : 1); ++outer)
    for (int64_t iy = 0; iy < rows; ++iy)
      for (int64_t ix = 0; ix < columns; ++ix)
        for (int64_t inner = 0; inner < (channelsOuter ? 1 : chunks); ++inner)
          add(iy, ix, channelsOuter ? outer : inner);
  return tiles;
}

/// The part of [0, size) that windows number `first`... reach, and the padding
/// before and after it.
static void slide(int64_t first, int64_t count, int64_t size, int64_t kernel,
                  int64_t stride, int64_t dilation, int64_t pad, int64_t &begin,
                  int64_t &length, int64_t &before, int64_t &after) {
  int64_t from = first * stride - pad;
  int64_t to = from + (count - 1) * stride + (kernel - 1) * dilation + 1;
  begin = std::max<int64_t>(from, 0);
  int64_t end = std::min(to, size);
  length = end - begin;
  before = begin - from;
  after = to - end;
}

InputTile tile::getInputTile(const Layer &layer, unsigned index,
                             const Box &output) {
  Shape input = toShape(layer.getInputShape(index));
  InputTile result;
  Box &box = result.box;
  if (layer.kind == LayerKind::MatMul && index == 1) {
    // What the output's channels need of the second matrix.
    box = Box::all(input);
    (layer.hasChannelRows ? box.x : box.c) = output.c;
    (layer.hasChannelRows ? box.shape.w : box.shape.c) = output.shape.c;
    return result;
  }
  slide(output.y, output.shape.h, input.h, layer.kernel.y, layer.stride.y,
        layer.dilation.y, layer.padBefore.y, box.y, box.shape.h,
        result.padBefore.y, result.padAfter.y);
  slide(output.x, output.shape.w, input.w, layer.kernel.x, layer.stride.x,
        layer.dilation.x, layer.padBefore.x, box.x, box.shape.w,
        result.padBefore.x, result.padAfter.x);
  bool all = layer.mixesChannels();
  box.c = all ? 0 : output.c;
  box.shape.c = all ? input.c : output.shape.c;
  return result;
}
