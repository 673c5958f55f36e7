// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Generator.h"

#include "dialects/Engine/Check.h"
#include "targets/engine/CodegenConstants.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

Generator::Place Generator::placeNear(const Tile &tile, const Operand &operand,
                                      bool write) {
  const Tensor &tensor = program.tensors[operand.tensor];
  Layout layout = program.layoutOf(tensor, parameters);
  const Box &box = operand.box;
  // Runs of folded taps are counted by output columns.
  int64_t column = tensor.fold ? tile.output.box.x : box.x;
  int64_t columns = tensor.fold ? tile.output.box.shape.w : box.shape.w;
  if (!tensor.fold)
    layout.rowChunks = operand.view.w * layout.pixelChunks;
  int64_t begin =
      tensor.address + box.y * layout.rowChunks + column * layout.pixelChunks;
  int64_t pixel = layout.pixelChunks;
  layout.rowChunks *= box.step.y;
  layout.pixelChunks *= box.step.x;
  int64_t end = begin + (box.shape.h - 1) * layout.rowChunks +
                (columns - 1) * layout.pixelChunks + pixel;
  return {begin + box.c * tensor.bytes / parameters.PK,
          layout,
          {Access::Act, begin, end, write}};
}

Generator::Place Generator::placeStaged(const Tile &tile, unsigned index,
                                        const Operand &operand, int64_t address,
                                        bool write) {
  Layout layout = program.layoutOf(tile, operand, parameters);
  return {
      address,
      layout,
      {Access::Act, address, address + layout.bytes / parameters.PK, write}};
}

/// A move of `box` of the operand's tensor, seen in `shape`.
Transfer Generator::makeTransfer(const Operand &operand, Shape shape, Box box,
                                 const Place &place) {
  int64_t bytes = program.tensors[operand.tensor].bytes;
  shape.c *= bytes;
  box.c *= bytes;
  box.shape.c *= bytes;
  return {0, shape, box, place.address, place.layout};
}

/// A load of `box` of the operand's tensor, seen in `shape`.
Transfer Generator::getSource(const Operand &operand, const Shape &shape,
                              const Box &box, const Place &place) {
  const Tensor &tensor = program.tensors[operand.tensor];
  Transfer transfer = makeTransfer(operand, shape, box, place);
  if (!tensor.constant) {
    transfer.dram = *tensor.arenaOffset;
    return transfer;
  }
  auto [it, added] = tensorOffset.try_emplace(operand.tensor, 0);
  if (added) {
    std::vector<int32_t> values = *readIntegers(tensor.constant);
    it->second =
        addConstants(std::vector<uint8_t>(values.begin(), values.end()));
  }
  transfer.dram = it->second;
  transfer.isConstant = true;
  return transfer;
}

/// Loads the rows of a near tensor up to the last that the tile reads.
void Generator::loadNear(const Tile &tile, const Operand &operand) {
  const Tensor &tensor = program.tensors[operand.tensor];
  int64_t &loaded = loadedRows[operand.tensor];
  const Box &read = operand.box;
  int64_t pixels =
      (read.y + (read.shape.h - 1) * read.step.y) * operand.view.w + read.x +
      (read.shape.w - 1) * read.step.x + 1;
  int64_t rows = divideCeil(pixels, tensor.shape.w);
  if (rows <= loaded)
    return;
  Layout layout = program.layoutOf(tensor, parameters);
  Box box{loaded, 0, 0, {rows - loaded, tensor.shape.w, tensor.shape.c}};
  Place place{tensor.address + loaded * layout.rowChunks, layout, {}};
  Transfer transfer = getSource(operand, tensor.shape, box, place);
  if (tensor.fold) {
    transfer.fold = tensor.fold;
    transfer.columnStride = tile.layer.stride.x;
    transfer.fill = tile.layer.inputZeroPoints[0];
  }
  add(makeLoad(transfer, parameters), tile);
  loaded = rows;
}

Generator::Place Generator::loadInput(const Tile &tile, unsigned index) {
  const Operand &operand = tile.inputs[index];
  const Tensor &tensor = program.tensors[operand.tensor];
  if (!operand.staged) {
    if (tensor.isInput)
      loadNear(tile, operand);
    return placeNear(tile, operand, /*write=*/false);
  }
  const Slots &slots = program.slots.at({tile.group, index});
  for (auto [slot, address] : llvm::enumerate(slots.addresses)) {
    auto it = inSlot.find({tile.group, index, slot});
    if (it != inSlot.end() && it->second == operand.transfer)
      return placeStaged(tile, index, operand, address, /*write=*/false);
  }
  unsigned slot = nextSlot[{tile.group, index}]++ % slots.addresses.size();
  inSlot[{tile.group, index, slot}] = operand.transfer;
  Place place = placeStaged(tile, index, operand, slots.addresses[slot],
                            /*write=*/false);
  Transfer transfer = getSource(operand, operand.view, operand.box, place);
  if (tile.form.foldTaps) {
    transfer.fold = Fold{tile.output.box.shape.w, tile.getRunBytes(),
                         operand.box.x - tile.layer.padBefore.x};
    transfer.columnStride = tile.layer.stride.x;
    transfer.fill = tile.layer.inputZeroPoints[0];
  }
  add(makeLoad(transfer, parameters), tile);
  return place;
}

Generator::Place Generator::placeOutput(const Tile &tile) {
  if (!tile.output.staged)
    return placeNear(tile, tile.output, /*write=*/true);
  std::pair key(tile.group, TileProgram::outputSlot);
  const Slots &slots = program.slots.at(key);
  int64_t address = slots.addresses[nextSlot[key]++ % slots.addresses.size()];
  return placeStaged(tile, TileProgram::outputSlot, tile.output, address,
                     /*write=*/true);
}

void Generator::storeOutput(const Tile &tile, const Place &place) {
  const Tensor &tensor = program.tensors[tile.output.tensor];
  Box box = tile.output.box;
  Place from = place;
  if (!tile.output.staged) {
    // All of the layer's channels of a pixel leave together, when the last are
    // there.
    auto [first, last] = program.outputChannels[tile.group];
    if (!tensor.isOutput || box.c + box.shape.c != last)
      return;
    from.address -= (box.c - first) / getChunkChannels(tile.layer, parameters);
    box.c = first;
    box.shape.c = last - first;
  }
  Transfer transfer = makeTransfer(tile.output, tile.output.view, box, from);
  transfer.dram = tensor.arenaOffset.value_or(0);
  add(makeStore(transfer, parameters), tile);
}

//===----------------------------------------------------------------------===//
// Compute
//===----------------------------------------------------------------------===//

static Opcode getOpcode(LayerKind kind) {
  switch (kind) {
  case LayerKind::Convolution:
  case LayerKind::MatMul:
    return Opcode::Conv;
  case LayerKind::Add:
    return Opcode::Add;
  case LayerKind::MaxPool:
  case LayerKind::Lookup:
    return Opcode::MaxPool;
  default:
    return Opcode::Depthwise;
  }
}

static uint8_t getTypes(const Tile &tile) {
  return (tile.layer.inputBits == 16 ? kTypesInt16In : 0) |
         (tile.layer.outputBits == 16 ? kTypesInt16Out : 0) |
         (tile.form.int4 ? kTypesInt4 : 0);
}

/// Sets what all compute instructions have.
template <typename FieldsT>
void Generator::setCommon(FieldsT &fields, const Tile &tile, const Place &x,
                          const Place &out) {
  const Layer &layer = tile.layer;
  const Shape &output = tile.output.box.shape;
  fields.o = out.address;
  fields.groups = countGroups(layer, parameters);
  fields.oh = output.h;
  fields.ow = output.w;
  fields.o_step_oy = output.h > 1 ? out.layout.rowChunks : 0;
  fields.o_step_ox = output.w > 1 ? out.layout.pixelChunks : 0;
  fields.ih = tile.inputs[0].box.shape.h;
  fields.iw = tile.inputs[0].box.shape.w;
  fields.zo = layer.outputZeroPoint;
  fields.types = getTypes(tile);
  setClamp(fields, {layer.lo, layer.hi});
  // Steps over what is not there would only strain the fields' ranges.
  fields.x = x.address;
  fields.x_step_oy = output.h > 1 ? layer.stride.y * x.layout.rowChunks : 0;
  fields.x_step_ox = output.w > 1 ? layer.stride.x * x.layout.pixelChunks : 0;
}

/// Sets the window over the input.
static void setWindow(WindowFields &fields, Opcode opcode, const Tile &tile,
                      const Layout &layout, const Parameters &parameters) {
  const Layer &layer = tile.layer;
  const Shape &input = tile.inputs[0].box.shape;
  fields.kh = layer.kernel.y;
  fields.stride_y = layer.stride.y;
  fields.dil_y = layer.dilation.y;
  fields.pad_y = layer.padBefore.y;
  fields.x_step_ky =
      layer.kernel.y > 1 ? layer.dilation.y * layout.rowChunks : 0;
  fields.x -= uint32_t(layer.padBefore.y * layout.rowChunks);
  fields.pad = layer.inputZeroPoints[0];
  if (tile.form.foldTaps) {
    fields.iw = fields.ow;
    fields.ci = divideCeil(tile.getRunBytes(), parameters.PC);
    fields.x_step_ox = fields.ow > 1 ? layout.pixelChunks : 0;
    return;
  }
  fields.kw = layer.kernel.x;
  fields.stride_x = layer.stride.x;
  fields.dil_x = layer.dilation.x;
  fields.pad_x = layer.padBefore.x;
  fields.x_step_kx =
      layer.kernel.x > 1 ? layer.dilation.x * layout.pixelChunks : 0;
  fields.x -= uint32_t(layer.padBefore.x * layout.pixelChunks);
  if (layer.kind == LayerKind::Convolution)
    fields.ci = divideCeil(input.c * layer.inputBytes(), parameters.PC);
  else if (!layer.weights && opcode == Opcode::Depthwise)
    fields.flags = 1;
}

/// Sets the window of a product: rows of taps beyond the input read −zx,
/// columns read the same pixel again.
static void setProduct(WindowFields &fields, const Tile &tile,
                       const Parameters &parameters) {
  Extent taps = getTaps(tile.layer);
  fields.kh = taps.y;
  fields.kw = taps.x;
  fields.iw += taps.x - 1;
  fields.ci = divideCeil(tile.layer.inputShape[3], parameters.PC);
  fields.pad = getZeroTaps(tile.layer.inputZeroPoints[0]).value;
}

LogicalResult Generator::addCompute(const Tile &tile, Instruction instruction,
                                    SmallVector<Access, 4> accesses) {
  std::string error = checkInstruction(instruction, parameters);
  if (!error.empty())
    return tile.layer.getRoot()->emitError("does not fit the engine: ")
           << error;
  Step step;
  step.instruction = instruction;
  step.accesses = std::move(accesses);
  add(std::move(step), tile);
  return success();
}

/// Boxes in ACT begin with a chunk.
LogicalResult Generator::checkChannels(const Tile &tile) {
  auto isWhole = [&](const Operand &operand) {
    int64_t bytes = operand.box.c * program.tensors[operand.tensor].bytes;
    return operand.staged || bytes % parameters.PK == 0;
  };
  if (isWhole(tile.output) && llvm::all_of(tile.inputs, isWhole))
    return success();
  return tile.layer.getRoot()->emitError("begins at a channel within a chunk "
                                         "of the engine's ")
         << parameters.PK << " bytes";
}

LogicalResult Generator::generate(const Tile &tile) {
  if (failed(checkChannels(tile)))
    return failure();
  if (tile.form.int4 && !fitsInt4(tile.layer))
    return tile.layer.getRoot()->emitError("has weights that are not in -8..7");
  bool isProduct = tile.layer.kind == LayerKind::MatMul;
  SmallVector<Place, 2> inputs;
  for (unsigned index = 0; index < (isProduct ? 1 : tile.inputs.size());
       ++index)
    inputs.push_back(loadInput(tile, index));
  int64_t groups = countGroups(tile.layer, parameters);
  int64_t weightWords = countPasses(tile.layer, groups, tile.form) *
                        countWeightWords(tile.layer, tile.form, parameters);
  int64_t parameterWords =
      countParameterWords(tile.layer, tile.layer.outputShape[3], parameters);
  bool hasTable = !tile.layer.table.empty();
  std::optional<int64_t> w =
      isProduct ? loadMatrix(tile, weightWords)
                : loadConstants(tile, Opcode::LoadWgt, weightWords);
  std::optional<int64_t> p =
      loadConstants(tile, Opcode::LoadPrm, parameterWords);
  int64_t table = *loadConstants(tile, Opcode::LoadLut, hasTable);
  if (!w || !p)
    return tile.layer.getRoot()->emitError("needs ")
           << weightWords << " words of weights and " << parameterWords
           << " of parameters at once; the engine holds "
           << parameters.WGT_WORDS << " and " << parameters.PRM_WORDS;
  Place out = placeOutput(tile);
  SmallVector<Access, 4> accesses{out.access};
  for (const Place &input : inputs)
    accesses.push_back(input.access);
  if (weightWords)
    accesses.push_back({Access::Wgt, *w, *w + weightWords, false});
  if (parameterWords)
    accesses.push_back({Access::Prm, *p, *p + parameterWords, false});
  if (hasTable)
    accesses.push_back({Access::Lut, table, table + 1, false});

  Instruction instruction;
  instruction.opcode = getOpcode(tile.layer.kind);
  if (instruction.opcode == Opcode::Add) {
    AddFields fields;
    setCommon(fields, tile, inputs[0], out);
    fields.b = inputs[1].address;
    fields.b_step_oy = fields.oh > 1 ? inputs[1].layout.rowChunks : 0;
    fields.b_step_ox = fields.ow > 1 ? inputs[1].layout.pixelChunks : 0;
    fields.ma = tile.layer.inputFactors[0];
    fields.mb = tile.layer.inputFactors[1];
    fields.p = *p;
    fields.t = hasTable ? table + 1 : 0;
    instruction.fields = fields;
  } else {
    WindowFields fields;
    setCommon(fields, tile, inputs[0], out);
    if (isProduct)
      setProduct(fields, tile, parameters);
    else
      setWindow(fields, instruction.opcode, tile, inputs[0].layout, parameters);
    fields.w = *w;
    fields.p = *p;
    fields.t = hasTable ? table + 1 : 0;
    instruction.fields = fields;
  }
  if (failed(addCompute(tile, instruction, std::move(accesses))))
    return failure();
  storeOutput(tile, out);
  return success();
}

FailureOr<Code> Generator::run() {
  for (const Tile &tile : program.tiles)
    if (failed(generate(tile)))
      return failure();
  return Code{schedule(std::move(steps)), std::move(constants)};
}

FailureOr<Code> engine::generateCode(const TileProgram &program,
                                     const Parameters &parameters) {
  return Generator(program, parameters).run();
}
