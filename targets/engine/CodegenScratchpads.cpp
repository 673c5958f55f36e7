// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What goes through the scratchpads beside ACT: constants, and the second
// operands of products as weights.

#include "targets/engine/Generator.h"

#include "targets/engine/CodegenConstants.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

int64_t Generator::addConstants(ArrayRef<uint8_t> bytes) {
  int64_t offset = constants.size();
  constants.insert(constants.end(), bytes.begin(), bytes.end());
  constants.resize(llvm::alignTo(constants.size(), parameters.AXI_BYTES));
  return offset;
}

int64_t Generator::getConstantsOffset(const Tile &tile, Opcode opcode) {
  auto [it, added] =
      constantsOffset.try_emplace({opcode, tile.group, tile.output.box.c}, 0);
  if (added)
    it->second = addConstants(
        opcode == Opcode::LoadWgt
            ? packWeights(tile.layer, tile.form, parameters)
        : opcode == Opcode::LoadPrm ? packParameters(tile.layer, parameters)
                                    : packTable(tile.layer));
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
// The second operand of a product
//===----------------------------------------------------------------------===//

/// Where the tile's rows of the second operand lie in the arena as WGT holds
/// them.
int64_t Generator::getMatrixOffset(const Tile &tile) const {
  int64_t words = divideCeil(tile.layer.inputShape[3], parameters.PC);
  int64_t first = program.outputChannels[tile.group].first;
  return tile.weightsOffset +
         (tile.output.box.c - first) * words * parameters.PC;
}

/// Has the tile's rows of the second operand in the arena as WGT holds them.
void Generator::storeMatrix(const Tile &tile) {
  const Box &output = tile.output.box;
  if (!storedMatrices.insert({tile.group, output.c}).second)
    return;
  Place place = loadInput(tile, 1);
  int64_t words = divideCeil(tile.layer.inputShape[3], parameters.PC);
  for (Step &step :
       makeWeightStores(output.shape.c, words, place.address, place.layout,
                        getMatrixOffset(tile), parameters))
    add(std::move(step), tile);
}

void Generator::addWordsLoad(const Tile &tile, int64_t dst, unsigned base,
                             int64_t offset, int64_t count) {
  LoadWordsFields fields;
  fields.dst = dst;
  fields.base = base;
  fields.offset = offset;
  fields.count = count;
  Step step;
  step.instruction = {Opcode::LoadWgt, {}, fields};
  step.accesses = {{Access::Wgt, dst, dst + count, true}};
  if (base)
    step.accesses.push_back({Access::Arena, offset,
                             offset + count * parameters.PK * parameters.PC,
                             false});
  add(std::move(step), tile);
}

/// Has the `count` words of a product's second operand and its zero taps in
/// WGT; returns where, or nothing if they are more than it holds.
std::optional<int64_t> Generator::loadMatrix(const Tile &tile, int64_t count) {
  if (count > weights.size())
    return std::nullopt;
  Ring::Key key(tile.group, tile.output.box.c);
  if (std::optional<int64_t> word = weights.find(key))
    return word;
  storeMatrix(tile);
  int64_t begin = weights.take(key, count);
  Extent taps = getTaps(tile.layer);
  int64_t words = divideCeil(tile.layer.inputShape[3], parameters.PC);
  int64_t wordBytes = parameters.PK * parameters.PC;
  int64_t offset = getMatrixOffset(tile);
  if (taps.area() == 1) {
    addWordsLoad(tile, begin, /*base=*/1, offset, count);
    return begin;
  }
  auto [zeroTaps, added] = zeroTapsOffset.try_emplace(tile.group, 0);
  if (added)
    zeroTaps->second = addConstants(packZeroTaps(tile.layer, parameters));
  int64_t dst = begin;
  for (int64_t group = 0; group < countGroups(tile.layer, parameters); ++group)
    for (int64_t y = 0; y < taps.y; ++y) {
      addWordsLoad(tile, dst, /*base=*/1, offset + group * words * wordBytes,
                   words);
      if (taps.x > 1)
        addWordsLoad(tile, dst + words, /*base=*/0, zeroTaps->second,
                     (taps.x - 1) * words);
      dst += taps.x * words;
    }
  return begin;
}
