// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/TileProgram.h"

#include "dialects/Deploy/Placement.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

Layout Layout::ofPixels(Shape shape, int64_t bytes,
                        const Parameters &parameters) {
  int64_t pixel =
      divideCeil(shape.c * bytes, parameters.PC) * parameters.wordChunks();
  int64_t row = shape.w * pixel;
  return {pixel, row, shape.h * row * parameters.PK};
}

Layout Layout::ofRuns(int64_t rows, int64_t columns, int64_t runBytes,
                      const Parameters &parameters) {
  return ofPixels({rows, columns, runBytes}, /*bytes=*/1, parameters);
}

bool engine::gainsByFolding(const Layer &layer, const Parameters &parameters) {
  int64_t pixelBytes = layer.inputShape[3] * layer.inputBytes();
  return layer.kind == LayerKind::Convolution && pixelBytes < parameters.PC &&
         layer.kernel.x > 1 && layer.dilation.x == 1;
}

int64_t Tile::getRunBytes() const {
  return layer.kernel.x * inputs[0].box.shape.c * layer.inputBytes();
}

Layout TileProgram::layoutOf(const Tensor &tensor,
                             const Parameters &parameters) const {
  if (tensor.fold)
    return Layout::ofRuns(tensor.shape.h, tensor.fold->columns,
                          tensor.fold->runBytes, parameters);
  return Layout::ofPixels(tensor.shape, tensor.bytes, parameters);
}

Layout TileProgram::layoutOf(const Tile &tile, const Operand &operand,
                             const Parameters &parameters) const {
  if (tile.form.foldTaps && &operand != &tile.output)
    return Layout::ofRuns(operand.box.shape.h, tile.output.box.shape.w,
                          tile.getRunBytes(), parameters);
  return Layout::ofPixels(operand.box.shape, tensors[operand.tensor].bytes,
                          parameters);
}

/// Sets the sizes and numbers of the slots that boxes need.
void TileProgram::collectSlots(const Parameters &parameters) {
  slots.clear();
  std::map<std::pair<unsigned, unsigned>, llvm::SmallDenseSet<unsigned, 4>>
      transfers;
  auto add = [&](const Tile &tile, unsigned index, const Operand &operand) {
    if (!operand.staged)
      return;
    std::pair key(tile.group, index);
    Slots &slot = slots[key];
    slot.bytes =
        std::max(slot.bytes, layoutOf(tile, operand, parameters).bytes);
    transfers[key].insert(operand.transfer);
    // Two let a transfer overlap with the computation on the other.
    size_t most = tile.singleBuffer ? 1 : 2;
    slot.addresses.resize(std::min(most, size_t(transfers[key].size())));
  };
  for (const Tile &tile : tiles) {
    for (auto [index, input] : llvm::enumerate(tile.inputs))
      add(tile, index, input);
    add(tile, outputSlot, tile.output);
  }
}

void TileProgram::findTightGroup(const Parameters &parameters) {
  std::vector<int64_t> bytes(groups);
  for (const Tensor &tensor : tensors)
    if (tensor.near)
      for (unsigned group = tensor.first; group <= tensor.last; ++group)
        bytes[group] += layoutOf(tensor, parameters).bytes;
  for (auto &[key, slot] : slots)
    bytes[key.first] += slot.bytes * slot.addresses.size();
  tight = llvm::max_element(bytes) - bytes.begin();
}

/// Places all buffers, each on a multiple of `alignment` bytes and with nothing
/// else up to the next; the bytes that they span.
int64_t TileProgram::place(int64_t alignment, const Parameters &parameters) {
  SmallVector<deploy::PlacedBuffer> buffers;
  SmallVector<int64_t *> addresses;
  auto add = [&](int64_t bytes, unsigned first, unsigned last,
                 int64_t &address) {
    buffers.push_back(
        {int64_t(llvm::divideCeil(bytes, alignment)), first, last});
    addresses.push_back(&address);
  };
  for (Tensor &tensor : tensors)
    if (tensor.near)
      add(layoutOf(tensor, parameters).bytes, tensor.first, tensor.last,
          tensor.address);
  for (auto &[key, slot] : slots)
    for (int64_t &address : slot.addresses)
      add(slot.bytes, key.first, key.first, address);
  int64_t units = deploy::placeBuffers(buffers);
  for (auto [address, buffer] : llvm::zip_equal(addresses, buffers))
    *address = buffer.offset * alignment / parameters.PK;
  return units * alignment;
}

LogicalResult TileProgram::allocate(const Parameters &parameters) {
  collectSlots(parameters);
  // Units that work on banks of their own do not wait for each other's ports.
  int64_t bank = parameters.ACT_BYTES / parameters.ACT_BANKS;
  for (int64_t alignment : {bank, int64_t(parameters.PC)})
    if (place(alignment, parameters) <= parameters.ACT_BYTES)
      return success();
  findTightGroup(parameters);
  return failure();
}

void TileProgram::finish() {
  std::vector<bool> used(tensors.size()), near(tensors.size());
  auto use = [&](unsigned index, unsigned group, bool staged) {
    Tensor &tensor = tensors[index];
    near[index] = near[index] || !staged;
    tensor.first = used[index] ? std::min(tensor.first, group) : group;
    tensor.last = used[index] ? std::max(tensor.last, group) : group;
    used[index] = true;
  };
  for (const Tile &tile : tiles) {
    for (const Operand &input : tile.inputs)
      use(input.tensor, tile.group, input.staged);
    use(tile.output.tensor, tile.group, tile.output.staged);
  }
  for (auto [index, tensor] : llvm::enumerate(tensors))
    tensor.near = near[index];
  groups = tiles.empty() ? 0 : tiles.back().group + 1;
  outputChannels.assign(groups, {INT64_MAX, 0});
  for (const Tile &tile : tiles) {
    auto &[first, last] = outputChannels[tile.group];
    const Box &box = tile.output.box;
    first = std::min(first, box.c);
    last = std::max(last, box.c + box.shape.c);
  }
  fold();
}

/// Gives the inputs that one layer reads with folded taps the layout for it;
/// other tiles read pixels.
void TileProgram::fold() {
  for (Tile &tile : tiles) {
    if (!tile.form.foldTaps || tile.inputs[0].staged)
      continue;
    const Operand &input = tile.inputs[0];
    Tensor &tensor = tensors[input.tensor];
    if (!tensor.isInput || tensor.first != tensor.last) {
      tile.form.foldTaps = false;
      continue;
    }
    // The tile's first column starts padding before its box; that of the whole
    // layer lies as many strides before it as the tile has columns before it.
    int64_t origin = input.box.x - tile.layer.padBefore.x -
                     tile.output.box.x * tile.layer.stride.x;
    tensor.fold = {tensors[tile.output.tensor].shape.w, tile.getRunBytes(),
                   origin};
  }
}
