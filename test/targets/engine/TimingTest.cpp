// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs of few instructions: the expected cycles are the RTL's own counter
// `cycles`, on a memory of latency 20 and 8 bytes a cycle.

#include "targets/engine/Timing.h"
#include <gtest/gtest.h>

using namespace sluice::engine;

static const Parameters k4x4 = {4, 4, 32768, 8, 1024, 256, 8};
static const Parameters k8x8 = {8, 8, 131072, 8, 1024, 256, 8};
static const Parameters k16x8 = {16, 8, 131072, 8, 512, 256, 8};

static uint64_t cycles(std::vector<Instruction> program,
                       const Parameters &parameters = k8x8) {
  program.push_back({});
  return estimateTime(program, parameters).cycles;
}

static Instruction words(Opcode opcode, uint32_t count) {
  LoadWordsFields f;
  f.count = count;
  return {opcode, {}, f};
}

/// `ny` rows of `nx` runs of `len` bytes, `stride` bytes apart in a row.
static Instruction load(int ny, int nx, int len, int row, int stride = 0,
                        int offset = 0, int pos = 0) {
  LoadActFields f;
  f.ny = ny, f.nx = nx, f.len = len, f.row_len = row;
  f.stride_y = row, f.stride_x = stride, f.offset = offset, f.pos0 = pos;
  return {Opcode::LoadAct, {}, f};
}

static Instruction store(int ny, int nx, int len) {
  StoreFields f;
  f.ny = ny, f.nx = nx, f.len = len;
  f.stride_y = nx * len, f.stride_x = len;
  return {Opcode::Store, {}, f};
}

static Instruction window(Opcode opcode, int size, int kh = 1, int kw = 1) {
  WindowFields f;
  f.oh = f.ow = size, f.kh = kh, f.kw = kw;
  return {opcode, {}, f};
}

TEST(Timing, CountsSteps) {
  WindowFields f;
  f.groups = 2, f.oh = 3, f.ow = 4, f.kh = 5, f.kw = 6, f.ci = 7;
  EXPECT_EQ(computeSteps({Opcode::Conv, {}, f}), 2u * 3 * 4 * 5 * 6 * 7);
  AddFields add;
  add.groups = 2, add.oh = 3, add.ow = 4;
  EXPECT_EQ(computeSteps({Opcode::Add, {}, add}), 2u * 2 * 3 * 4);
  EXPECT_EQ(computeSteps(words(Opcode::LoadWgt, 3)), 0u);
}

TEST(Timing, LoadsOfWordsAsMeasured) {
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 1)}), 72u);
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 100)}), 864u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}), 4064u);
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 100)}, k4x4), 464u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}, k4x4), 1064u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}, k16x8), 8064u);
}

TEST(Timing, LoadsOfRunsAsMeasured) {
  EXPECT_EQ(cycles({load(1, 1, 8, 8)}), 65u);
  EXPECT_EQ(cycles({load(32, 1, 256, 256)}), 1088u);
  EXPECT_EQ(cycles({load(32, 1, 250, 250, 0, 3)}), 1120u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}), 1984u);
  EXPECT_EQ(cycles({load(32, 32, 9, 96, 3, 0, -3)}), 2976u);
  EXPECT_EQ(cycles({load(32, 1, 256, 256)}, k4x4), 2112u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}, k4x4), 1984u);
  EXPECT_EQ(cycles({load(32, 32, 9, 96, 3, 0, -3)}, k4x4), 4000u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}, k16x8), 3008u);
}

TEST(Timing, StoresAsMeasured) {
  EXPECT_EQ(cycles({store(1, 1, 8)}), 68u);
  EXPECT_EQ(cycles({store(16, 1, 256)}), 579u);
  EXPECT_EQ(cycles({store(16, 16, 3)}), 477u);
  EXPECT_EQ(cycles({store(16, 16, 16)}), 579u);
  EXPECT_EQ(cycles({store(16, 1, 256)}, k4x4), 1091u);
  EXPECT_EQ(cycles(std::vector(10, store(1, 1, 8))), 383u);
  EXPECT_EQ(cycles(std::vector(10, store(1, 1, 128))), 533u);
}

TEST(Timing, ComputeAsMeasured) {
  AddFields add;
  add.oh = add.ow = 10;
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}), 57u);
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}, k4x4), 56u);
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}, k16x8), 58u);
  EXPECT_EQ(cycles({window(Opcode::Conv, 10, 2, 5)}), 1056u);
  EXPECT_EQ(cycles({{Opcode::Add, {}, add}}), 256u);
  EXPECT_EQ(cycles(std::vector(20, window(Opcode::MaxPool, 1))), 513u);
}

TEST(Timing, TokensHoldUnitsBack) {
  Instruction get = load(32, 1, 256, 256), pool = window(Opcode::MaxPool, 10),
              put = store(16, 1, 256);
  get.tokens.signal = maskOf(Unit::Compute);
  pool.tokens = {maskOf(Unit::Load), maskOf(Unit::Store)};
  put.tokens.wait = maskOf(Unit::Compute);
  ProgramTime time = estimateTime({{get, pool, put, Instruction()}}, k8x8);
  ASSERT_EQ(time.instructions.size(), 3u);
  EXPECT_EQ(time.instructions[1].begin, time.instructions[0].end + 1);
  EXPECT_EQ(time.instructions[2].begin, time.instructions[1].end + 1);
  EXPECT_GT(time.cycles, time.instructions[2].end);
  EXPECT_EQ(time.units[1].busy, 100u + 22);
  EXPECT_GT(time.units[1].token, 1000u);
  EXPECT_EQ(time.units[0].token, 0u);
  EXPECT_EQ(time.macCycles, 100u);
  EXPECT_EQ(time.bytesRead, 32u * 256 + 4 * 64);
  EXPECT_EQ(time.bytesWritten, 16u * 256);
}

TEST(Timing, UnitsOverlap) {
  Instruction get = load(32, 1, 256, 256), pool = window(Opcode::MaxPool, 30);
  EXPECT_LT(cycles({get, pool, get, pool}),
            cycles({get, get}) + cycles({pool, pool}) - 900);
}

TEST(Timing, MemoryMatters) {
  std::vector<Instruction> program = {load(32, 1, 256, 256), Instruction()};
  uint64_t base = estimateTime(program, k8x8).cycles;
  EXPECT_EQ(estimateTime(program, k8x8, {120, 8}).cycles, base + 200);
  EXPECT_NEAR(estimateTime(program, k8x8, {20, 4}).cycles, base + 1024, 30);
}
