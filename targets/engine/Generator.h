// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What makes a region's instructions, tile by tile.

#ifndef SLUICE_TARGETS_ENGINE_GENERATOR_H
#define SLUICE_TARGETS_ENGINE_GENERATOR_H

#include "targets/engine/Codegen.h"
#include "targets/engine/CodegenTransfers.h"

#include <map>
#include <set>

namespace sluice::engine {

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

/// Makes the code of one region. Methods that load something return where it
/// lies then.
class Generator {
public:
  Generator(const TileProgram &program, const Parameters &parameters)
      : program(program), parameters(parameters), weights(parameters.WGT_WORDS),
        channelParameters(parameters.PRM_WORDS), tables(kTables) {}

  llvm::FailureOr<Code> run();

private:
  /// Where a tile's box lies in ACT.
  struct Place {
    int64_t address = 0;
    Layout layout;
    /// Chunks [begin, end) that hold the box.
    Access access;
  };

  llvm::LogicalResult generate(const Tile &tile);
  llvm::LogicalResult checkChannels(const Tile &tile);
  Place loadInput(const Tile &tile, unsigned index);
  void loadNear(const Tile &tile, const Operand &operand);
  Place placeNear(const Tile &tile, const Operand &operand, bool write);
  Place placeStaged(const Tile &tile, unsigned index, const Operand &operand,
                    int64_t address, bool write);
  Place placeOutput(const Tile &tile);
  void storeOutput(const Tile &tile, const Place &place);
  std::optional<int64_t> loadConstants(const Tile &tile, Opcode opcode,
                                       int64_t count);
  std::optional<int64_t> loadMatrix(const Tile &tile, int64_t count);
  int64_t getMatrixOffset(const Tile &tile) const;
  void storeMatrix(const Tile &tile);
  void addWordsLoad(const Tile &tile, int64_t dst, unsigned base,
                    int64_t offset, int64_t count);
  int64_t addConstants(llvm::ArrayRef<uint8_t> bytes);
  Transfer makeTransfer(const Operand &operand, Shape shape, Box box,
                        const Place &place);
  Transfer getSource(const Operand &operand, const Shape &shape, const Box &box,
                     const Place &place);
  int64_t getConstantsOffset(const Tile &tile, Opcode opcode);
  Ring &getRing(Opcode opcode);
  template <typename FieldsT>
  void setCommon(FieldsT &fields, const Tile &tile, const Place &x,
                 const Place &out);
  llvm::LogicalResult addCompute(const Tile &tile, Instruction instruction,
                                 llvm::SmallVector<Access, 4> accesses);
  void add(Step step, const Tile &tile) {
    step.layer = tile.group;
    steps.push_back(std::move(step));
  }

  const TileProgram &program;
  const Parameters &parameters;
  std::vector<Step> steps;
  std::vector<uint8_t> constants;
  std::map<std::tuple<Opcode, unsigned, int64_t>, int64_t> constantsOffset;
  /// Where tensors that are constants lie, and a product's zero taps by group.
  std::map<unsigned, int64_t> tensorOffset, zeroTapsOffset;
  /// Chunks of products' second operands that are stored, by group and channel.
  std::set<std::pair<unsigned, int64_t>> storedMatrices;
  Ring weights, channelParameters, tables;
  /// Rows of each tensor that were loaded into its buffer.
  std::map<unsigned, int64_t> loadedRows;
  /// The transfer whose box lies in each slot, by group, operand and slot.
  std::map<std::tuple<unsigned, unsigned, unsigned>, unsigned> inSlot;
  /// The slot that is next, by group and operand.
  std::map<std::pair<unsigned, unsigned>, unsigned> nextSlot;
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_GENERATOR_H
