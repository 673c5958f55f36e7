// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/IsaModel.h"
#include "dialects/Engine/Check.h"
#include "targets/engine/RaceDetector.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <random>

using namespace sluice::engine;
using llvm::divideCeil;
using llvm::formatv;

int32_t sluice::engine::requantize(int32_t acc, uint16_t multiplier,
                                   uint8_t shift, int8_t zo, Clamp clamp) {
  int64_t scaled =
      (int64_t(acc) * multiplier + (int64_t(1) << (shift - 1))) >> shift;
  return std::clamp<int64_t>(scaled + zo, clamp.lo, clamp.hi);
}

namespace {

/// One run of a program. Methods follow the formulas of the ISA page and use
/// its names.
class Machine {
public:
  Machine(IsaModel &state, const Parameters &parameters,
          llvm::ArrayRef<uint8_t> constants,
          llvm::MutableArrayRef<uint8_t> arena)
      : state(state), PC(parameters.PC), PK(parameters.PK),
        R(parameters.wordChunks()), constants(constants), arena(arena),
        races(parameters, arena.size()), written(parameters.actChunks()) {}

  /// Empty, or what is wrong.
  std::string execute(const Instruction &instruction);

private:
  void loadAct(const LoadActFields &f);
  void loadWords(const LoadWordsFields &f, Memory memory,
                 std::vector<uint8_t> &words, unsigned wordBytes);
  void conv(const WindowFields &f);
  void depthwise(const WindowFields &f);
  void maxpool(const WindowFields &f);
  void add(const AddFields &f);
  void store(const StoreFields &f);

  /// Calls body(g, oy, ox) for each chunk of output, in order.
  template <typename FieldsT, typename BodyT>
  void forEachOutput(const FieldsT &f, BodyT body) {
    for (unsigned g = 0; g < f.groups; ++g)
      for (unsigned oy = 0; oy < f.oh; ++oy)
        for (unsigned ox = 0; ox < f.ow; ++ox)
          body(g, oy, ox);
  }
  /// Calls body(in, a) for each tap of an output, in order: whether it is
  /// inside the input, and its chunk.
  template <typename BodyT>
  void forEachTap(const WindowFields &f, unsigned oy, unsigned ox, BodyT body) {
    for (unsigned ky = 0; ky < f.kh; ++ky)
      for (unsigned kx = 0; kx < f.kw; ++kx) {
        int64_t iy = int64_t(oy) * f.stride_y + ky * f.dil_y - f.pad_y;
        int64_t ix = int64_t(ox) * f.stride_x + kx * f.dil_x - f.pad_x;
        bool in = 0 <= iy && iy < f.ih && 0 <= ix && ix < f.iw;
        body(in, f.x + oy * f.x_step_oy + ox * f.x_step_ox + ky * f.x_step_ky +
                     kx * f.x_step_kx);
      }
  }

  /// `count` activation bytes as what they count for, in a vector that lasts
  /// until the next call: of int16, the odd ones 256 times as much.
  template <typename FieldsT>
  llvm::ArrayRef<int32_t> values(const FieldsT &f, const int8_t *bytes,
                                 unsigned count);

  /// The chunk as bytes; marks it as read or written.
  const int8_t *readChunk(uint32_t chunk);
  int8_t *writeChunk(uint32_t chunk);
  const int8_t *wgtWord(uint32_t word);
  int8_t weight(const WindowFields &f, unsigned g, int8_t byte) const;
  const uint8_t *prmEntry(uint32_t word, unsigned lane);

  /// A sum with its bias, requantized by an entry of PRM.
  template <typename FieldsT>
  int32_t requantizeSum(const FieldsT &f, uint32_t word, unsigned lane,
                        int32_t sum);
  /// Puts result(lane) of each lane that chunk `g` comes from at output
  /// (g, oy, ox): of all, or for int16 of those of half a CONV's pass or of
  /// every other one.
  template <typename FieldsT, typename ResultT>
  void putResults(const FieldsT &f, unsigned g, unsigned oy, unsigned ox,
                  ResultT result);
  /// The same of the lanes' sums, or of pairs of them.
  template <typename FieldsT>
  void putSums(const FieldsT &f, unsigned g, unsigned oy, unsigned ox,
               llvm::ArrayRef<int32_t> sums);

  /// What the table that the instruction names makes of `y`, or `y`.
  template <typename FieldsT> int32_t lookUp(const FieldsT &f, int32_t y) {
    if (!f.t)
      return y;
    races.read(Memory::Lut, f.t - 1);
    return state.lut[(f.t - 1) * kTableBytes + uint8_t(y)];
  }

  /// The byte of DRAM behind a base; past the end it is 0 and an error.
  uint8_t readDram(unsigned base, uint32_t address);
  void fail(std::string message) {
    if (error.empty())
      error = std::move(message);
  }

  IsaModel &state;
  const unsigned PC, PK, R;
  llvm::ArrayRef<uint8_t> constants;
  llvm::MutableArrayRef<uint8_t> arena;
  RaceDetector races;
  /// The instruction (from 1) that wrote each ACT chunk last.
  std::vector<uint32_t> written;
  std::vector<int32_t> valuesRead;
  uint32_t current = 0;
  Opcode opcode = Opcode::End;
  std::string error;
};

} // namespace

std::string Machine::execute(const Instruction &instruction) {
  ++current;
  opcode = instruction.opcode;
  races.begin(instruction);
  const auto &fields = instruction.fields;
  switch (instruction.opcode) {
  case Opcode::LoadAct:
    loadAct(std::get<LoadActFields>(fields));
    break;
  case Opcode::LoadWgt:
    loadWords(std::get<LoadWordsFields>(fields), Memory::Wgt, state.wgt,
              PK * PC);
    break;
  case Opcode::LoadPrm:
    loadWords(std::get<LoadWordsFields>(fields), Memory::Prm, state.prm,
              PK * 8);
    break;
  case Opcode::LoadLut:
    loadWords(std::get<LoadWordsFields>(fields), Memory::Lut, state.lut,
              kTableBytes);
    break;
  case Opcode::Conv:
    conv(std::get<WindowFields>(fields));
    break;
  case Opcode::Depthwise:
    depthwise(std::get<WindowFields>(fields));
    break;
  case Opcode::Add:
    add(std::get<AddFields>(fields));
    break;
  case Opcode::MaxPool:
    maxpool(std::get<WindowFields>(fields));
    break;
  case Opcode::Store:
    store(std::get<StoreFields>(fields));
    break;
  case Opcode::End:
    break;
  }
  races.end();
  return error.empty() ? races.race() : error;
}

//===----------------------------------------------------------------------===//
// LOAD and STORE
//===----------------------------------------------------------------------===//

uint8_t Machine::readDram(unsigned base, uint32_t address) {
  llvm::ArrayRef<uint8_t> memory = constants;
  if (base)
    memory = arena;
  if (address >= memory.size()) {
    fail(formatv("reads byte {0} of {1} of {2} bytes", address,
                 base ? "an arena" : "constants", memory.size()));
    return 0;
  }
  if (base)
    races.read(Memory::Arena, address);
  return memory[address];
}

void Machine::loadAct(const LoadActFields &f) {
  unsigned words = divideCeil(f.len, PC);
  for (unsigned y = 0; y < f.ny; ++y)
    for (unsigned x = 0; x < f.nx; ++x) {
      uint32_t chunk = f.dst + y * f.dst_step_y + x * f.dst_step_x;
      for (unsigned b = 0; b < words * PC; ++b) {
        // All of this wraps modulo 2^32.
        auto p = int32_t(f.pos0 + x * f.stride_x + b);
        bool wanted = b < f.len && 0 <= p && uint32_t(p) < f.row_len;
        int8_t byte =
            wanted ? readDram(f.base, f.offset + y * f.stride_y + p) : f.fill;
        writeChunk(chunk + b / PK)[b % PK] = byte;
      }
    }
}

void Machine::loadWords(const LoadWordsFields &f, Memory memory,
                        std::vector<uint8_t> &words, unsigned wordBytes) {
  for (uint32_t i = 0; i < f.count; ++i) {
    races.write(memory, f.dst + i);
    for (unsigned b = 0; b < wordBytes; ++b)
      words[size_t(f.dst + i) * wordBytes + b] =
          readDram(f.base, f.offset + i * wordBytes + b);
  }
}

void Machine::store(const StoreFields &f) {
  for (unsigned y = 0; y < f.ny; ++y)
    for (unsigned x = 0; x < f.nx; ++x) {
      uint32_t chunk = f.src + y * f.src_step_y + x * f.src_step_x;
      uint32_t run = f.offset + y * f.stride_y + x * f.stride_x;
      for (unsigned b = 0; b < f.len; ++b) {
        uint32_t address = run + b;
        if (address >= arena.size())
          return fail(formatv("writes byte {0} of an arena of {1} bytes",
                              address, arena.size()));
        races.write(Memory::Arena, address);
        arena[address] = readChunk(chunk + b / PK)[b % PK];
      }
    }
}

//===----------------------------------------------------------------------===//
// COMPUTE
//===----------------------------------------------------------------------===//

const int8_t *Machine::readChunk(uint32_t chunk) {
  chunk %= written.size();
  if (written[chunk] == current)
    fail(formatv("reads ACT chunk {0} after writing it", chunk));
  races.read(Memory::Act, chunk);
  return reinterpret_cast<const int8_t *>(&state.act[size_t(chunk) * PK]);
}

int8_t *Machine::writeChunk(uint32_t chunk) {
  chunk %= written.size();
  written[chunk] = current;
  races.write(Memory::Act, chunk);
  return reinterpret_cast<int8_t *>(&state.act[size_t(chunk) * PK]);
}

const int8_t *Machine::wgtWord(uint32_t word) {
  races.read(Memory::Wgt, word);
  return reinterpret_cast<const int8_t *>(&state.wgt[size_t(word) * PK * PC]);
}

const uint8_t *Machine::prmEntry(uint32_t word, unsigned lane) {
  races.read(Memory::Prm, word);
  return &state.prm[(size_t(word) * PK + lane) * 8];
}

template <typename FieldsT>
llvm::ArrayRef<int32_t> Machine::values(const FieldsT &f, const int8_t *bytes,
                                        unsigned count) {
  valuesRead.assign(bytes, bytes + count);
  if (f.types & kTypesInt16In)
    for (unsigned j = 0; j < count; ++j)
      valuesRead[j] = j % 2 ? 256 * bytes[j] : uint8_t(bytes[j]);
  return valuesRead;
}

/// acc + a · b modulo 2^32.
static int32_t addProduct(int32_t acc, int32_t a, int32_t b) {
  return uint32_t(acc) + uint32_t(a) * uint32_t(b);
}

template <typename FieldsT>
int32_t Machine::requantizeSum(const FieldsT &f, uint32_t word, unsigned lane,
                               int32_t sum) {
  const uint8_t *entry = prmEntry(word, lane);
  int32_t bias = llvm::support::endian::read32le(entry);
  uint16_t multiplier = llvm::support::endian::read16le(entry + 4);
  uint8_t shift = entry[6];
  if (multiplier > INT16_MAX || shift < 2 || shift > 47 || entry[7]) {
    fail(formatv("PRM word {0}, lane {1} holds multiplier {2}, shift {3} and a "
                 "last byte of {4}",
                 word, lane, multiplier, unsigned(shift), unsigned(entry[7])));
    return 0;
  }
  return requantize(addProduct(bias, sum, 1), multiplier, shift, f.zo,
                    getClamp(f));
}

template <typename FieldsT, typename ResultT>
void Machine::putResults(const FieldsT &f, unsigned g, unsigned oy, unsigned ox,
                         ResultT result) {
  int8_t *out = writeChunk(f.o + oy * f.o_step_oy + ox * f.o_step_ox + g);
  if (!(f.types & kTypesInt16Out)) {
    for (unsigned k = 0; k < PK; ++k)
      out[k] = lookUp(f, result(k));
    return;
  }
  bool isConv = opcode == Opcode::Conv;
  for (unsigned j = 0; j < PK / 2; ++j) {
    int32_t y = result(isConv ? g % 2 * PK / 2 + j : 2 * j);
    out[2 * j] = y;
    out[2 * j + 1] = y >> 8;
  }
}

template <typename FieldsT>
void Machine::putSums(const FieldsT &f, unsigned g, unsigned oy, unsigned ox,
                      llvm::ArrayRef<int32_t> sums) {
  bool isConv = opcode == Opcode::Conv;
  bool pairs = !isConv && f.types & kTypesInt16In;
  uint32_t word = f.p + (isConv && f.types & kTypesInt16Out ? g / 2 : g);
  putResults(f, g, oy, ox, [&](unsigned k) {
    int32_t sum = pairs ? addProduct(sums[k], sums[k + 1], 1) : sums[k];
    return requantizeSum(f, word, k, sum);
  });
}

/// A CONV's weight for chunk `g` in a byte of WGT.
int8_t Machine::weight(const WindowFields &f, unsigned g, int8_t byte) const {
  if (f.types != kTypesInt4)
    return byte;
  return llvm::SignExtend32<4>((g % 2 ? byte >> 4 : byte) & 15);
}

void Machine::conv(const WindowFields &f) {
  const std::vector<int8_t> padWord(PC, f.pad);
  bool pairs = countPasses(opcode, f) != f.groups;
  forEachOutput(f, [&](unsigned g, unsigned oy, unsigned ox) {
    std::vector<int32_t> acc(PK);
    uint32_t w = f.w + (pairs ? g / 2 : g) * f.kh * f.kw * f.ci;
    forEachTap(f, oy, ox, [&](bool in, uint32_t a) {
      for (unsigned c = 0; c < f.ci; ++c, ++w) {
        const int8_t *weights = wgtWord(w);
        // A word is R chunks that lie one after the other.
        const int8_t *word = padWord.data();
        if (in)
          for (unsigned r = R; r-- > 0;)
            word = readChunk(a + c * R + r);
        llvm::ArrayRef<int32_t> x = values(f, word, PC);
        for (unsigned k = 0; k < PK; ++k)
          for (unsigned j = 0; j < PC; ++j)
            acc[k] =
                addProduct(acc[k], x[j], weight(f, g, weights[k * PC + j]));
      }
    });
    putSums(f, g, oy, ox, acc);
  });
}

void Machine::depthwise(const WindowFields &f) {
  bool ones = f.flags & 1;
  const std::vector<int8_t> padChunk(PK, f.pad);
  uint32_t words = divideCeil(uint32_t(f.kh) * f.kw, PC);
  forEachOutput(f, [&](unsigned g, unsigned oy, unsigned ox) {
    std::vector<int32_t> acc(PK);
    unsigned n = 0;
    forEachTap(f, oy, ox, [&](bool in, uint32_t a) {
      llvm::ArrayRef<int32_t> x =
          values(f, in ? readChunk(a + g) : padChunk.data(), PK);
      const int8_t *weights =
          ones ? nullptr : wgtWord(f.w + g * words + n / PC);
      for (unsigned k = 0; k < PK; ++k)
        acc[k] = addProduct(acc[k], x[k], ones ? 1 : weights[k * PC + n % PC]);
      ++n;
    });
    putSums(f, g, oy, ox, acc);
  });
}

void Machine::maxpool(const WindowFields &f) {
  bool pairs = f.types & kTypesInt16In;
  forEachOutput(f, [&](unsigned g, unsigned oy, unsigned ox) {
    std::vector<int32_t> acc(PK, pairs ? INT16_MIN : INT8_MIN);
    forEachTap(f, oy, ox, [&](bool in, uint32_t a) {
      if (!in)
        return;
      llvm::ArrayRef<int32_t> x = values(f, readChunk(a + g), PK);
      for (unsigned k = 0; k < PK; k += 1 + pairs)
        acc[k] = std::max(acc[k], pairs ? x[k] + x[k + 1] : x[k]);
    });
    auto [lo, hi] = getClamp(f);
    putResults(f, g, oy, ox,
               [&](unsigned k) { return std::clamp(acc[k], lo, hi); });
  });
}

void Machine::add(const AddFields &f) {
  forEachOutput(f, [&](unsigned g, unsigned oy, unsigned ox) {
    std::vector<int32_t> acc(PK);
    auto addOperand = [&](uint32_t chunk, uint16_t factor) {
      llvm::ArrayRef<int32_t> x = values(f, readChunk(chunk), PK);
      for (unsigned k = 0; k < PK; ++k)
        acc[k] = addProduct(acc[k], x[k], factor);
    };
    addOperand(f.x + oy * f.x_step_oy + ox * f.x_step_ox + g, f.ma);
    addOperand(f.b + oy * f.b_step_oy + ox * f.b_step_ox + g, f.mb);
    putSums(f, g, oy, ox, acc);
  });
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

IsaModel::IsaModel(const Parameters &parameters, uint32_t seed)
    : act(parameters.ACT_BYTES),
      wgt(size_t(parameters.WGT_WORDS) * parameters.PK * parameters.PC),
      prm(size_t(parameters.PRM_WORDS) * parameters.PK * 8),
      lut(size_t(kTables) * kTableBytes), parameters(parameters) {
  std::mt19937 random(seed);
  for (std::vector<uint8_t> *memory : {&act, &wgt, &prm, &lut})
    for (uint8_t &byte : *memory)
      byte = random();
}

llvm::Error IsaModel::run(llvm::ArrayRef<Instruction> program,
                          llvm::ArrayRef<uint8_t> constants,
                          llvm::MutableArrayRef<uint8_t> arena) {
  Machine machine(*this, parameters, constants, arena);
  TokenCounters tokens;
  for (auto [index, instruction] : llvm::enumerate(program)) {
    auto fail = [&, index = index,
                 &instruction = instruction](const std::string &message) {
      return llvm::createStringError(
          formatv("instruction {0} ({1}): {2}", index,
                  stringifyOpcode(instruction.opcode), message)
              .str());
    };
    std::string broken = checkInstruction(instruction, parameters);
    if (broken.empty())
      broken = tokens.step(instruction);
    if (instruction.opcode == Opcode::End) {
      if (broken.empty())
        broken = tokens.finish();
      return broken.empty() ? llvm::Error::success() : fail(broken);
    }
    if (broken.empty())
      broken = machine.execute(instruction);
    if (!broken.empty())
      return fail(broken);
  }
  return llvm::createStringError("the program does not end with END");
}
