// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Engine/Check.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace sluice::engine;
using llvm::divideCeil;
using llvm::formatv;

namespace {

/// First and last address, both included.
struct Range {
  int64_t first, last;
};

/// Collects the first broken rule of one instruction.
class Checker {
public:
  Checker(const Parameters &parameters) : parameters(parameters) {}

  void check(const Instruction &instruction);
  std::string error;

private:
  void fail(std::string message) {
    if (error.empty())
      error = std::move(message);
  }
  void checkTokens(const Instruction &instruction);
  void checkRanges(const Instruction &instruction);

  void checkFields(const EndFields &) {}
  void checkFields(const LoadActFields &f);
  void checkFields(const LoadWordsFields &f);
  void checkFields(const WindowFields &f);
  void checkFields(const AddFields &f);
  void checkFields(const StoreFields &f);

  /// What WindowFields and AddFields share.
  template <typename FieldsT> void checkCompute(const FieldsT &f);
  template <typename FieldsT> void checkTypes(const FieldsT &f);
  /// Words of PRM: one for each chunk of output, or for a pass of two.
  int64_t prmWords(const WindowFields &f) const {
    return f.types == kTypesInt4 ? f.groups : countPasses(opcode, f);
  }
  int64_t prmWords(const AddFields &f) const { return f.groups; }

  /// `value`, a chunk or a step, must be a multiple of a word.
  void word(llvm::StringRef name, int64_t value) {
    if (value % parameters.wordChunks())
      fail(formatv("{0} = {1} is not a whole word of {2} chunks", name, value,
                   parameters.wordChunks()));
  }
  void inside(llvm::StringRef what, Range range, int64_t size,
              llvm::StringRef memory) {
    if (range.first < 0 || range.last >= size)
      fail(formatv("{0} {1}..{2} outside the {3} of {4}", what, range.first,
                   range.last, memory, size));
  }
  void insideAct(llvm::StringRef what, Range range) {
    inside(what, range, parameters.actChunks(), "ACT chunks");
  }

  const Parameters &parameters;
  Opcode opcode = Opcode::End;
};

} // namespace

void Checker::check(const Instruction &instruction) {
  opcode = instruction.opcode;
  checkTokens(instruction);
  checkRanges(instruction);
  if (error.empty())
    std::visit([this](const auto &f) { checkFields(f); }, instruction.fields);
}

void Checker::checkTokens(const Instruction &instruction) {
  std::optional<Unit> unit = unitOf(opcode);
  UnitMask allowed = unit ? 7 & ~maskOf(*unit) : 0;
  const Tokens &tokens = instruction.tokens;
  auto only = [&](llvm::StringRef name, UnitMask mask) {
    if (!(mask & ~allowed))
      return;
    if (mask & ~7u)
      fail(
          formatv("{0} = {1} names a unit that is none", name, unsigned(mask)));
    else if (unit)
      fail(formatv("{0} names its own unit, {1}", name, stringifyUnit(*unit)));
    else
      fail(formatv("{0} on an instruction of no unit", name));
  };
  only("wait", tokens.wait);
  only("signal", tokens.signal);
}

void Checker::checkRanges(const Instruction &instruction) {
  for (const FieldInfo &field : instruction.table()) {
    int64_t value = instruction.get(field);
    if (value < field.least || value > field.greatest)
      fail(formatv("{0} = {1} is not in {2}..{3}", field.name, value,
                   field.least, field.greatest));
  }
}

void Checker::checkFields(const LoadActFields &f) {
  word("dst", f.dst);
  if (f.ny > 1)
    word("dst_step_y", f.dst_step_y);
  if (f.nx > 1)
    word("dst_step_x", f.dst_step_x);
  int64_t run = divideCeil(f.len, parameters.PC) * parameters.wordChunks();
  int64_t last = int64_t(f.dst) + int64_t(f.ny - 1) * f.dst_step_y +
                 int64_t(f.nx - 1) * f.dst_step_x + run - 1;
  insideAct("writes chunks", {f.dst, last});
}

void Checker::checkFields(const StoreFields &f) {
  word("src", f.src);
  if (f.ny > 1)
    word("src_step_y", f.src_step_y);
  if (f.nx > 1)
    word("src_step_x", f.src_step_x);
  int64_t last = int64_t(f.src) + int64_t(f.ny - 1) * f.src_step_y +
                 int64_t(f.nx - 1) * f.src_step_x +
                 int64_t(divideCeil(f.len, parameters.PK)) - 1;
  insideAct("reads chunks", {f.src, last});
}

void Checker::checkFields(const LoadWordsFields &f) {
  if (f.offset % 8)
    fail(formatv("offset = {0} is not a multiple of 8", f.offset));
  Range range = {f.dst, int64_t(f.dst) + f.count - 1};
  if (opcode == Opcode::LoadWgt)
    inside("writes words", range, parameters.WGT_WORDS, "WGT words");
  else if (opcode == Opcode::LoadLut)
    inside("writes tables", range, kTables, "LUT tables");
  else
    inside("writes words", range, parameters.PRM_WORDS, "PRM words");
}

/// The least and greatest of o · stepO + k · stepK over the outputs o and taps
/// k whose input i = o · stride + k · dil − pad lies inside 0..inputs−1; none
/// if no tap does.
static std::optional<Range> tapRange(int64_t outputs, int64_t taps,
                                     int64_t stride, int64_t dil, int64_t pad,
                                     int64_t inputs, int64_t stepO,
                                     int64_t stepK) {
  std::optional<Range> range;
  for (int64_t k = 0; k < taps; ++k) {
    int64_t least = pad - k * dil, most = inputs - 1 + pad - k * dil;
    if (most < 0)
      break;
    int64_t first = least > 0 ? llvm::divideCeilSigned(least, stride) : 0;
    int64_t last = std::min(outputs - 1, most / stride);
    if (first > last)
      continue;
    Range tap = {first * stepO + k * stepK, last * stepO + k * stepK};
    range = range ? Range{std::min(range->first, tap.first),
                          std::max(range->last, tap.last)}
                  : tap;
  }
  return range;
}

/// `x` as a position that may lie before the scratchpad by the padding.
static int64_t signedChunk(uint32_t x) { return static_cast<int32_t>(x); }

template <typename FieldsT> void Checker::checkTypes(const FieldsT &f) {
  bool wide = f.types & kTypesInt16Out;
  bool isConv = opcode == Opcode::Conv;
  switch (f.types) {
  case 0:
    break;
  case kTypesInt4:
    if (!parameters.INT4)
      fail("types = 4 on an engine without weights of four bits");
    if (!isConv)
      fail("types = 4 on an instruction other than CONV");
    break;
  case kTypesInt16In:
  case kTypesInt16Out:
  case kTypesInt16:
    if (!parameters.INT16)
      fail(formatv("types = {0} on an engine without activations of 16 bits",
                   unsigned(f.types)));
    if (f.types != kTypesInt16 && !isConv)
      fail(formatv("types = {0} on an instruction other than CONV",
                   unsigned(f.types)));
    break;
  default:
    fail(formatv("types = {0} are no types that go together",
                 unsigned(f.types)));
  }
  if (!wide && (f.lo_high || f.hi_high))
    fail("lo_high or hi_high with results of 8 bits");
  if (wide && f.t)
    fail(formatv("t = {0} with results of 16 bits", unsigned(f.t)));
}

template <typename FieldsT> void Checker::checkCompute(const FieldsT &f) {
  checkTypes(f);
  auto [lo, hi] = getClamp(f);
  if (lo > hi)
    fail(formatv("lo = {0} is greater than hi = {1}", lo, hi));
  if (f.flags && opcode != Opcode::Depthwise)
    fail("flags on an instruction other than DEPTHWISE");
  if (f.ci != 1 && opcode != Opcode::Conv)
    fail(formatv("ci = {0} on an instruction other than CONV", f.ci));
  int64_t last = f.o + int64_t(f.oh - 1) * f.o_step_oy +
                 int64_t(f.ow - 1) * f.o_step_ox + f.groups - 1;
  insideAct("writes chunks", {f.o, last});
  if (opcode != Opcode::MaxPool)
    inside("reads words", {f.p, int64_t(f.p) + prmWords(f) - 1},
           parameters.PRM_WORDS, "PRM words");
}

void Checker::checkFields(const WindowFields &f) {
  checkCompute(f);
  bool conv = opcode == Opcode::Conv;
  if (conv) {
    word("x", f.x);
    if (f.oh > 1)
      word("x_step_oy", f.x_step_oy);
    if (f.ow > 1)
      word("x_step_ox", f.x_step_ox);
    if (f.kh > 1)
      word("x_step_ky", f.x_step_ky);
    if (f.kw > 1)
      word("x_step_kx", f.x_step_kx);
  }
  std::optional<Range> y = tapRange(f.oh, f.kh, f.stride_y, f.dil_y, f.pad_y,
                                    f.ih, f.x_step_oy, f.x_step_ky);
  std::optional<Range> x = tapRange(f.ow, f.kw, f.stride_x, f.dil_x, f.pad_x,
                                    f.iw, f.x_step_ox, f.x_step_kx);
  if (x && y) {
    int64_t origin = signedChunk(f.x);
    int64_t chunks = conv ? f.ci * parameters.wordChunks() : f.groups;
    insideAct("reads chunks", {origin + y->first + x->first,
                               origin + y->last + x->last + chunks - 1});
  }
  int64_t taps = int64_t(f.kh) * f.kw, words = 0;
  if (conv)
    words = countPasses(opcode, f) * taps * f.ci;
  else if (opcode == Opcode::Depthwise && !f.flags)
    words = f.groups * int64_t(divideCeil(taps, parameters.PC));
  if (words)
    inside("reads words", {f.w, f.w + words - 1}, parameters.WGT_WORDS,
           "WGT words");
}

void Checker::checkFields(const AddFields &f) {
  checkCompute(f);
  if (f.kh != 1 || f.kw != 1 || f.pad_y || f.pad_x)
    fail("an ADD has one tap and no padding");
  int64_t y = f.oh - 1, x = f.ow - 1;
  insideAct("reads chunks",
            {f.x, f.x + y * f.x_step_oy + x * f.x_step_ox + f.groups - 1});
  insideAct("reads chunks",
            {f.b, f.b + y * f.b_step_oy + x * f.b_step_ox + f.groups - 1});
}

std::string sluice::engine::checkInstruction(const Instruction &instruction,
                                             const Parameters &parameters) {
  Checker checker(parameters);
  checker.check(instruction);
  return checker.error;
}

uint32_t sluice::engine::featuresOf(const Instruction &instruction) {
  if (instruction.opcode == Opcode::LoadLut)
    return kFeatureTables;
  unsigned types = 0;
  if (auto *f = std::get_if<WindowFields>(&instruction.fields))
    types = f->types;
  else if (auto *f = std::get_if<AddFields>(&instruction.fields))
    types = f->types;
  return (types & kTypesInt4 ? kFeatureInt4 : 0) |
         (types & kTypesInt16 ? kFeatureInt16 : 0);
}

//===----------------------------------------------------------------------===//
// DRAM
//===----------------------------------------------------------------------===//

/// The range of all runs that start at `offset` + y · `strideY` + p for p in
/// `run`.
static DramRange runsRange(uint8_t base, int64_t offset, int64_t ny,
                           int64_t strideY, Range run) {
  int64_t y = (ny - 1) * strideY;
  return {base, offset + std::min<int64_t>(y, 0) + run.first,
          offset + std::max<int64_t>(y, 0) + run.last + 1};
}

int64_t sluice::engine::wordBytes(Opcode opcode, const Parameters &parameters) {
  if (opcode == Opcode::LoadLut)
    return kTableBytes;
  return int64_t(parameters.PK) *
         (opcode == Opcode::LoadWgt ? parameters.PC : 8);
}

std::optional<DramRange>
sluice::engine::dramRange(const Instruction &instruction,
                          const Parameters &parameters) {
  if (auto *f = std::get_if<LoadActFields>(&instruction.fields)) {
    int64_t x = int64_t(f->nx - 1) * f->stride_x;
    Range run = {f->pos0 + std::min<int64_t>(x, 0),
                 f->pos0 + std::max<int64_t>(x, 0) + f->len - 1};
    run.first = std::max<int64_t>(run.first, 0);
    run.last = std::min<int64_t>(run.last, int64_t(f->row_len) - 1);
    if (run.first > run.last)
      return std::nullopt;
    return runsRange(f->base, f->offset, f->ny, f->stride_y, run);
  }
  if (auto *f = std::get_if<StoreFields>(&instruction.fields)) {
    int64_t x = int64_t(f->nx - 1) * f->stride_x;
    Range run = {std::min<int64_t>(x, 0), std::max<int64_t>(x, 0) + f->len - 1};
    return runsRange(f->base, f->offset, f->ny, f->stride_y, run);
  }
  if (auto *f = std::get_if<LoadWordsFields>(&instruction.fields)) {
    int64_t bytes = wordBytes(instruction.opcode, parameters);
    return DramRange{f->base, f->offset, f->offset + f->count * bytes};
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

static std::string counterName(unsigned src, unsigned dst) {
  return formatv("tok[{0}][{1}]", stringifyUnit(Unit(src)),
                 stringifyUnit(Unit(dst)));
}

std::string TokenCounters::step(const Instruction &instruction) {
  std::optional<Unit> unit = unitOf(instruction.opcode);
  if (!unit)
    return {};
  auto self = static_cast<unsigned>(*unit);
  for (unsigned src = 0; src < kNumUnits; ++src)
    if (instruction.tokens.wait >> src & 1)
      if (counters[src][self]-- == 0)
        return formatv("waits for {0}, which nothing before it signals",
                       counterName(src, self));
  for (unsigned dst = 0; dst < kNumUnits; ++dst)
    if (instruction.tokens.signal >> dst & 1)
      if (counters[self][dst]++ == kMaxTokens)
        return formatv("raises {0} past {1}", counterName(self, dst),
                       kMaxTokens);
  return {};
}

std::string TokenCounters::finish() const {
  for (unsigned src = 0; src < kNumUnits; ++src)
    for (unsigned dst = 0; dst < kNumUnits; ++dst)
      if (counters[src][dst])
        return formatv("leaves {0} at {1}", counterName(src, dst),
                       counters[src][dst]);
  return {};
}
