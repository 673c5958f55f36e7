// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Codegen.h"

#include "dialects/Engine/Check.h"
#include "targets/engine/CodegenConstants.h"
#include "targets/engine/CodegenTransfers.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

namespace {

/// A scratchpad that chunks of constants are loaded into one after the other,
/// each over the oldest.
class Ring {
public:
  using Key = std::pair<unsigned, int64_t>;

  explicit Ring(int64_t words) : words(words) {}

  int64_t size() const { return words; }

  /// Where the chunk lies, if it is still there.
  std::optional<int64_t> find(Key key) const {
    auto it = chunks.find(key);
    return it == chunks.end() ? std::nullopt : std::optional(it->second.begin);
  }

  /// Takes room for a chunk; what lay there is gone.
  int64_t take(Key key, int64_t count) {
    if (next + count > words)
      next = 0;
    int64_t begin = next, end = next + count;
    std::erase_if(chunks, [&](const auto &entry) {
      return entry.second.begin < end && begin < entry.second.end;
    });
    chunks[key] = {begin, end};
    next = end;
    return begin;
  }

private:
  struct Range {
    int64_t begin, end;
  };
  int64_t words, next = 0;
  std::map<Key, Range> chunks;
};

class Generator {
public:
  Generator(const TileProgram &program, const Parameters &parameters)
      : program(program), parameters(parameters), weights(parameters.WGT_WORDS),
        channelParameters(parameters.PRM_WORDS), tables(kTables) {}

  FailureOr<Code> run();

private:
  /// Where a tile's box lies in ACT.
  struct Place {
    int64_t address = 0;
    Layout layout;
    /// Chunks [begin, end) that hold the box.
    Access access;
  };

  LogicalResult generate(const Tile &tile);
  LogicalResult checkChannels(const Tile &tile);
  Place loadInput(const Tile &tile, unsigned index);
  void loadNear(const Tile &tile, const Operand &operand);
  Place placeNear(const Tile &tile, const Operand &operand, bool write);
  Place placeStaged(const Tile &tile, unsigned index, const Operand &operand,
                    int64_t address, bool write);
  Place placeOutput(const Tile &tile);
  void storeOutput(const Tile &tile, const Place &place);
  std::optional<int64_t> loadConstants(const Tile &tile, Opcode opcode,
                                       int64_t count);
  int64_t getConstantsOffset(const Tile &tile, Opcode opcode);
  Ring &getRing(Opcode opcode);
  template <typename FieldsT>
  void setCommon(FieldsT &fields, const Tile &tile, const Place &x,
                 const Place &out);
  LogicalResult addCompute(const Tile &tile, Instruction instruction,
                           SmallVector<Access, 4> accesses);
  void add(Step step, const Tile &tile) {
    step.layer = tile.group;
    steps.push_back(std::move(step));
  }

  const TileProgram &program;
  const Parameters &parameters;
  std::vector<Step> steps;
  std::vector<uint8_t> constants;
  std::map<std::tuple<Opcode, unsigned, int64_t>, int64_t> constantsOffset;
  Ring weights, channelParameters, tables;
  /// Rows of each tensor that were loaded into its buffer.
  std::map<unsigned, int64_t> loadedRows;
  /// The transfer whose box lies in each slot, by group, operand and slot.
  std::map<std::tuple<unsigned, unsigned, unsigned>, unsigned> inSlot;
  /// The slot that is next, by group and operand.
  std::map<std::pair<unsigned, unsigned>, unsigned> nextSlot;
};

} // namespace

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
  return {
      begin + box.c / parameters.PK, layout, {Access::Act, begin, end, write}};
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
  Transfer transfer{*tensor.arenaOffset, tensor.shape, box,
                    tensor.address + loaded * layout.rowChunks, layout};
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
  Transfer transfer{*tensor.arenaOffset, operand.view, operand.box,
                    place.address, place.layout};
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
  Transfer transfer{tensor.arenaOffset.value_or(0), tile.output.view, box,
                    place.address, place.layout};
  if (!tile.output.staged) {
    // All of the layer's channels of a pixel leave together, when the last are
    // there.
    auto [first, last] = program.outputChannels[tile.group];
    if (!tensor.isOutput || box.c + box.shape.c != last)
      return;
    transfer.act -= (box.c - first) / parameters.PK;
    transfer.box.c = first;
    transfer.box.shape.c = last - first;
  }
  add(makeStore(transfer, parameters), tile);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

int64_t Generator::getConstantsOffset(const Tile &tile, Opcode opcode) {
  auto [it, added] = constantsOffset.try_emplace(
      {opcode, tile.group, tile.output.box.c}, int64_t(constants.size()));
  if (added) {
    std::vector<uint8_t> bytes =
        opcode == Opcode::LoadWgt
            ? packWeights(tile.layer, tile.form, parameters)
        : opcode == Opcode::LoadPrm ? packParameters(tile.layer, parameters)
                                    : packTable(tile.layer);
    constants.insert(constants.end(), bytes.begin(), bytes.end());
    constants.resize(llvm::alignTo(constants.size(), parameters.AXI_BYTES));
  }
  return it->second;
}

Ring &Generator::getRing(Opcode opcode) {
  return opcode == Opcode::LoadWgt   ? weights
         : opcode == Opcode::LoadPrm ? channelParameters
                                     : tables;
}

/// Has the tile's `count` words of weights or parameters, or its table, in
/// their scratchpad; returns where, or nothing if they are more than it holds.
std::optional<int64_t> Generator::loadConstants(const Tile &tile, Opcode opcode,
                                                int64_t count) {
  Ring &ring = getRing(opcode);
  if (count == 0)
    return 0;
  if (count > ring.size())
    return std::nullopt;
  bool isTable = opcode == Opcode::LoadLut;
  Ring::Key key(tile.group, isTable ? 0 : tile.output.box.c);
  if (std::optional<int64_t> word = ring.find(key))
    return word;
  LoadWordsFields fields;
  fields.dst = ring.take(key, count);
  fields.offset = getConstantsOffset(tile, opcode);
  fields.count = count;
  Step step;
  step.instruction = {opcode, {}, fields};
  Access::Memory memory = opcode == Opcode::LoadWgt ? Access::Wgt
                          : isTable                 ? Access::Lut
                                                    : Access::Prm;
  step.accesses = {{memory, fields.dst, fields.dst + count, true}};
  add(std::move(step), tile);
  return fields.dst;
}

//===----------------------------------------------------------------------===//
// Compute
//===----------------------------------------------------------------------===//

static Opcode getOpcode(LayerKind kind) {
  switch (kind) {
  case LayerKind::Convolution:
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
  fields.lo = layer.lo;
  fields.hi = layer.hi;
  // Steps over what is not there would only strain the fields' ranges.
  fields.x = x.address;
  fields.x_step_oy = output.h > 1 ? layer.stride.y * x.layout.rowChunks : 0;
  fields.x_step_ox = output.w > 1 ? layer.stride.x * x.layout.pixelChunks : 0;
}

/// Sets the window over the input.
static void setWindow(WindowFields &fields, const Tile &tile,
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
    fields.ci = divideCeil(input.c, parameters.PC);
  else if (!layer.weights && countParameterWords(layer))
    fields.flags = 1;
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
    return operand.staged || operand.box.c % parameters.PK == 0;
  };
  if (isWhole(tile.output) && llvm::all_of(tile.inputs, isWhole))
    return success();
  return tile.layer.getRoot()->emitError("begins at a channel that is no "
                                         "multiple of the engine's ")
         << parameters.PK << " lanes";
}

LogicalResult Generator::generate(const Tile &tile) {
  if (failed(checkChannels(tile)))
    return failure();
  if (tile.form.int4 && !fitsInt4(tile.layer))
    return tile.layer.getRoot()->emitError("has weights that are not in -8..7");
  SmallVector<Place, 2> inputs;
  for (unsigned index = 0; index < tile.inputs.size(); ++index)
    inputs.push_back(loadInput(tile, index));
  int64_t groups = countGroups(tile.layer, parameters);
  int64_t weightWords = tile.form.countPasses(groups) *
                        countWeightWords(tile.layer, tile.form, parameters);
  int64_t parameterWords = groups * countParameterWords(tile.layer);
  bool hasTable = !tile.layer.table.empty();
  std::optional<int64_t> w = loadConstants(tile, Opcode::LoadWgt, weightWords);
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
    setWindow(fields, tile, inputs[0].layout, parameters);
    fields.w = *w;
    fields.p = *p;
    fields.t = hasTable ? table + 1 : 0;
    fields.types = tile.form.int4 ? kTypesInt4 : 0;
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
