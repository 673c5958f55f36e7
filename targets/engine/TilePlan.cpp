// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/TilePlan.h"

#include "dialects/Deploy/Placement.h"
#include "targets/engine/CodegenConstants.h"
#include "targets/engine/TileSize.h"

#include "mlir/IR/Builders.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

/// Bytes that a spilled tensor is aligned to.
constexpr int64_t spillAlignment = 64;

class Planner {
public:
  Planner(const TileProgram &program, const Parameters &parameters,
          const TileSchedule &schedule)
      : whole(program), parameters(parameters), schedule(schedule),
        far(program.tensors.size()),
        room(program.tiles.size(), parameters.ACT_BYTES),
        choices(program.tiles.size()) {}

  FailureOr<TilePlan> run();

private:
  void markFar();
  bool chooseSizes();
  int64_t getNearBytes(unsigned tensor) const;
  int64_t getLiveBytes(unsigned layer) const;
  TileUse getUse(unsigned layer) const;
  TileProgram cut() const;
  LogicalResult giveWay();
  TilePlan finish() const;
  void placeSpills(TilePlan &plan) const;

  /// The region with one tile a layer.
  const TileProgram &whole;
  const Parameters &parameters;
  const TileSchedule &schedule;
  /// Tensors that go through the arena.
  std::vector<bool> far;
  /// Bytes of ACT that each layer may take, and what was chosen for it.
  std::vector<int64_t> room;
  std::vector<TileChoice> choices;
  /// The layer that could not be placed.
  unsigned tight = 0;
};

} // namespace

/// In the arena a tensor can be seen with other channels, and in parts of any
/// channels. In ACT a part begins where units can begin, and what COMPUTE
/// writes beyond its last channel is nobody's.
void Planner::markFar() {
  for (const Tile &tile : whole.tiles) {
    int64_t unit =
        (tile.layer.mixesChannels() ? parameters.PC : parameters.PK) /
        tile.layer.inputBytes();
    bool product = tile.layer.kind == LayerKind::MatMul;
    for (auto [index, input] : llvm::enumerate(tile.inputs)) {
      if (input.view.c != whole.tensors[input.tensor].shape.c ||
          input.box.c % unit)
        far[input.tensor] = true;
      // What becomes weights has zeros up to the next word.
      if (product && index == 1 && input.box.shape.c % parameters.PC)
        far[input.tensor] = true;
    }
    const Tensor &output = whole.tensors[tile.output.tensor];
    const Box &box = tile.output.box;
    int64_t chunk = getChunkChannels(tile.layer, parameters);
    int64_t begin =
        output.isOutput ? chunk * int64_t(parameters.wordChunks()) : chunk;
    int64_t end = box.c + box.shape.c;
    if (box.c % begin || (end != output.shape.c && end % chunk))
      far[tile.output.tensor] = true;
  }
}

int64_t Planner::getNearBytes(unsigned tensor) const {
  return whole.layoutOf(whole.tensors[tensor], parameters).bytes;
}

/// Bytes of the tensors that are in ACT while `layer` runs.
int64_t Planner::getLiveBytes(unsigned layer) const {
  int64_t bytes = 0;
  for (auto [index, tensor] : llvm::enumerate(whole.tensors))
    if (!far[index] && tensor.first <= layer && layer <= tensor.last)
      bytes += getNearBytes(index);
  return bytes;
}

TileUse Planner::getUse(unsigned layer) const {
  const Tile &tile = whole.tiles[layer];
  TileUse use;
  use.form = tile.form;
  for (const Operand &input : tile.inputs) {
    use.loads.push_back(far[input.tensor]);
    use.fromArena |= whole.tensors[input.tensor].isInput;
    use.form.foldTaps |= far[input.tensor] && input.hasWholeRows() &&
                         gainsByFolding(tile.layer, parameters);
  }
  use.form.int4 = gainsByInt4(tile.layer, use.form.foldTaps, parameters);
  use.stores = far[tile.output.tensor];
  use.toArena = whole.tensors[tile.output.tensor].isOutput;
  return use;
}

bool Planner::chooseSizes() {
  for (unsigned layer = 0; layer < whole.tiles.size(); ++layer) {
    int64_t bytes = std::min(room[layer], int64_t(parameters.ACT_BYTES) -
                                              getLiveBytes(layer));
    std::optional<TileChoice> choice = chooseTile(
        whole.tiles[layer].layer, getUse(layer), bytes, parameters, schedule);
    if (!choice) {
      tight = layer;
      return false;
    }
    choices[layer] = *choice;
  }
  return true;
}

/// The program with all layers cut as chosen.
TileProgram Planner::cut() const {
  TileProgram program;
  program.tensors = whole.tensors;
  unsigned transfers = 0;
  for (auto [layer, tile] : llvm::enumerate(whole.tiles)) {
    TileUse use = getUse(layer);
    const TileChoice &choice = choices[layer];
    std::map<std::array<int64_t, 4>, unsigned> transferOf;
    for (const tile::OutputTile &part : tile::enumerateTiles(
             tile.output.box.shape, choice.size, choice.channelsOuter)) {
      Tile cut = tile;
      cut.form = use.form;
      cut.singleBuffer = choice.singleBuffer;
      cut.layer.padBefore =
          tile::getInputTile(tile.layer, /*index=*/0, part.box).padBefore;
      cut.output.box = tile.output.box.cut(part.box);
      cut.output.staged = use.stores;
      cut.output.transfer = transfers++;
      for (auto [index, operand] : llvm::enumerate(cut.inputs)) {
        Box box = tile::getInputTile(tile.layer, index, part.box).box;
        operand.box = operand.box.cut(box);
        operand.staged = use.loads[index];
        auto [it, added] = transferOf.try_emplace(
            {int64_t(index), box.y, box.x, box.c}, transfers);
        transfers += added;
        operand.transfer = it->second;
      }
      program.tiles.push_back(std::move(cut));
    }
  }
  program.finish();
  return program;
}

/// Makes room at the tight layer: its largest tensor in ACT goes through the
/// arena, or else the layer takes less for its tiles.
LogicalResult Planner::giveWay() {
  int64_t most = 0;
  unsigned victim = 0;
  for (auto [index, tensor] : llvm::enumerate(whole.tensors))
    if (!far[index] && tensor.first <= tight && tight <= tensor.last &&
        getNearBytes(index) > most) {
      most = getNearBytes(index);
      victim = index;
    }
  if (most) {
    far[victim] = true;
    return success();
  }
  room[tight] /= 2;
  if (room[tight] >= parameters.PC)
    return success();
  return whole.tiles[tight].layer.getRoot()->emitError(
      "has no tile that fits the engine's scratchpads");
}

void Planner::placeSpills(TilePlan &plan) const {
  SmallVector<deploy::PlacedBuffer> buffers;
  DenseMap<unsigned, size_t> bufferOf;
  for (const Tile &tile : whole.tiles) {
    const Tensor &tensor = whole.tensors[tile.output.tensor];
    if (!far[tile.output.tensor] || tensor.isOutput ||
        !bufferOf.try_emplace(tile.output.tensor, buffers.size()).second)
      continue;
    buffers.push_back(
        {int64_t(llvm::alignTo(tensor.shape.elements() * tensor.bytes,
                               spillAlignment)),
         tensor.first, tensor.last});
  }
  DenseMap<unsigned, size_t> weightsOf;
  for (auto [layer, tile] : llvm::enumerate(whole.tiles)) {
    if (tile.layer.kind != LayerKind::MatMul)
      continue;
    weightsOf[layer] = buffers.size();
    // Not in the way of the next layer's, which is stored meanwhile.
    buffers.push_back(
        {int64_t(llvm::alignTo(countOperandBytes(tile.layer, parameters),
                               spillAlignment)),
         unsigned(layer), unsigned(layer + 1)});
  }
  plan.scratchBytes = deploy::placeBuffers(buffers);
  for (auto [layer, tile] : llvm::enumerate(whole.tiles)) {
    tile::LayerTiling &tiling = plan.layers[layer];
    if (auto it = bufferOf.find(tile.output.tensor); it != bufferOf.end())
      tiling.spillOffset = buffers[it->second].offset;
    if (auto it = weightsOf.find(layer); it != weightsOf.end())
      tiling.attributes.set(weightsAttrName,
                            Builder(tile.layer.getRoot()->getContext())
                                .getI64IntegerAttr(buffers[it->second].offset));
  }
}

TilePlan Planner::finish() const {
  TilePlan plan;
  for (unsigned layer = 0; layer < whole.tiles.size(); ++layer) {
    TileUse use = getUse(layer);
    const TileChoice &choice = choices[layer];
    Builder builder(whole.tiles[layer].layer.getRoot()->getContext());
    tile::LayerTiling tiling;
    tiling.size = choice.size;
    tiling.channelsOuter = choice.channelsOuter;
    tiling.loads = use.loads;
    tiling.stores = use.stores;
    if (use.form.foldTaps)
      tiling.attributes.set(foldTapsAttrName, builder.getUnitAttr());
    if (use.form.int4)
      tiling.attributes.set(int4AttrName, builder.getUnitAttr());
    if (choice.singleBuffer)
      tiling.attributes.set(singleBufferAttrName, builder.getUnitAttr());
    plan.layers.push_back(std::move(tiling));
  }
  placeSpills(plan);
  return plan;
}

FailureOr<TilePlan> Planner::run() {
  markFar();
  while (true) {
    if (chooseSizes()) {
      TileProgram program = cut();
      if (succeeded(program.allocate(parameters)))
        return finish();
      tight = program.tight;
    }
    if (failed(giveWay()))
      return failure();
  }
}

FailureOr<TilePlan> engine::planTiles(const TileProgram &program,
                                      const Parameters &parameters,
                                      const TileSchedule &schedule) {
  TileProgram whole = program;
  for (Tile &tile : whole.tiles) {
    const Tensor &input = whole.tensors[tile.inputs[0].tensor];
    tile.form.foldTaps = gainsByFolding(tile.layer, parameters) &&
                         input.isInput && input.first == input.last &&
                         tile.inputs[0].isWhole() &&
                         tile.output.hasWholeColumns();
  }
  whole.finish();
  return Planner(whole, parameters, schedule).run();
}
