// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tile/Boxes.h"

#include "gtest/gtest.h"

using namespace sluice;
using namespace sluice::tile;

namespace {

Layer makeConvolution() {
  Layer layer;
  layer.kind = LayerKind::Convolution;
  layer.inputShape = {1, 9, 7, 5};
  layer.outputShape = {1, 5, 4, 6};
  layer.kernel = {3, 3};
  layer.stride = {2, 2};
  layer.padBefore = layer.padAfter = {1, 1};
  return layer;
}

TEST(Boxes, RaggedTilesCoverTheOutputOnce) {
  Shape output{5, 4, 6};
  for (bool channelsOuter : {false, true}) {
    std::vector<int> covered(output.elements());
    for (const OutputTile &tile :
         enumerateTiles(output, {2, 3, 4}, channelsOuter)) {
      const Box &box = tile.box;
      for (int64_t y = box.y; y < box.y + box.shape.h; ++y)
        for (int64_t x = box.x; x < box.x + box.shape.w; ++x)
          for (int64_t c = box.c; c < box.c + box.shape.c; ++c)
            ++covered[(y * output.w + x) * output.c + c];
    }
    EXPECT_EQ(covered, std::vector<int>(output.elements(), 1));
  }
}

TEST(Boxes, OrderOfChannels) {
  auto inner = enumerateTiles({2, 1, 2}, {1, 1, 1}, false);
  EXPECT_EQ(inner[1].index, (std::array<int64_t, 3>{0, 0, 1}));
  auto outer = enumerateTiles({2, 1, 2}, {1, 1, 1}, true);
  EXPECT_EQ(outer[1].index, (std::array<int64_t, 3>{1, 0, 0}));
}

TEST(Boxes, PaddingIsLeftAtTheEdgesOnly) {
  Layer layer = makeConvolution();
  InputTile whole = getInputTile(layer, 0, Box::all({5, 4, 6}));
  EXPECT_EQ(whole.box, Box::all({9, 7, 5}));
  EXPECT_EQ(whole.padBefore, (Extent{1, 1}));
  EXPECT_EQ(whole.padAfter, (Extent{1, 1}));

  InputTile first = getInputTile(layer, 0, {0, 0, 0, {2, 2, 6}});
  EXPECT_EQ(first.box, (Box{0, 0, 0, {4, 4, 5}}));
  EXPECT_EQ(first.padBefore, (Extent{1, 1}));
  EXPECT_EQ(first.padAfter, (Extent{0, 0}));

  InputTile inner = getInputTile(layer, 0, {2, 2, 0, {2, 1, 6}});
  EXPECT_EQ(inner.box, (Box{3, 3, 0, {5, 3, 5}}));
  EXPECT_EQ(inner.padBefore, (Extent{0, 0}));
  EXPECT_EQ(inner.padAfter, (Extent{0, 0}));
}

TEST(Boxes, ConvolutionsReadAllChannelsOthersTheirOwn) {
  Layer layer = makeConvolution();
  Box output{0, 0, 4, {1, 1, 2}};
  EXPECT_EQ(getInputTile(layer, 0, output).box.c, 0);
  EXPECT_EQ(getInputTile(layer, 0, output).box.shape.c, 5);
  layer.kind = LayerKind::Depthwise;
  layer.inputShape[3] = 6;
  EXPECT_EQ(getInputTile(layer, 0, output).box.c, 4);
  EXPECT_EQ(getInputTile(layer, 0, output).box.shape.c, 2);
}

TEST(Boxes, Dilation) {
  Layer layer = makeConvolution();
  layer.stride = {1, 1};
  layer.dilation = {2, 1};
  layer.outputShape = {1, 7, 7, 6};
  InputTile tile = getInputTile(layer, 0, {3, 3, 0, {1, 1, 6}});
  EXPECT_EQ(tile.box, (Box{2, 2, 0, {5, 3, 5}}));
}

} // namespace
