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

static uint64_t steps(const Instruction &instruction) {
  return countWork(instruction, k8x8).steps;
}

TEST(Timing, CountsSteps) {
  WindowFields f;
  f.groups = 2, f.oh = 3, f.ow = 4, f.kh = 5, f.kw = 6, f.ci = 7;
  EXPECT_EQ(steps({Opcode::Conv, {}, f}), 2u * 3 * 4 * 5 * 6 * 7);
  AddFields add;
  add.groups = 2, add.oh = 3, add.ow = 4;
  EXPECT_EQ(steps({Opcode::Add, {}, add}), 2u * 2 * 3 * 4);
  EXPECT_EQ(steps(words(Opcode::LoadWgt, 3)), 0u);
}

TEST(Timing, OutputsWaitForRequantize) {
  Parameters slow = k8x8;
  slow.RQ_CYCLES = 4;
  auto rests = [&](const Instruction &instruction) {
    ComputeWork work = countWork(instruction, slow);
    EXPECT_EQ(work.cycles, work.steps + work.rests);
    return work.rests;
  };
  // After each output but the last, what its taps leave of four cycles.
  EXPECT_EQ(rests(window(Opcode::Conv, 5)), 24u * 3);
  EXPECT_EQ(rests(window(Opcode::MaxPool, 5, 3, 1)), 24u * 1);
  EXPECT_EQ(rests(window(Opcode::MaxPool, 5, 2, 2)), 0u);
  AddFields add;
  add.oh = add.ow = 5;
  EXPECT_EQ(rests({Opcode::Add, {}, add}), 24u * 2);
}

TEST(Timing, CountsTheWorkOfAWindow) {
  WindowFields f;
  f.groups = 3, f.oh = 5, f.ow = 7, f.kh = f.kw = 3;
  f.x_step_kx = f.x_step_ox = 4;
  auto work = [&](const Parameters &parameters) {
    ComputeWork work = countWork({Opcode::Depthwise, {}, f}, parameters);
    return std::pair(work.steps, work.cycles);
  };
  auto pair = [](uint64_t steps, uint64_t cycles) {
    return std::pair(steps, cycles);
  };
  // Groups, rows and columns read, and the steps after the last read.
  EXPECT_EQ(work(k4x4), pair(3 * 5 * 7 * 3, 3 * 5 * 9 * 3 + 3));
  EXPECT_EQ(work(k8x8), pair(3 * 5 * 7 * 2, 3 * 5 * 9 * 3 + 2));
  EXPECT_EQ(work(k16x8), pair(3 * 5 * 7, 2 * 5 * 9 * 3 + 1));
  // Four cycles a column where requantize takes as many for a chunk.
  Parameters slow = k8x8;
  slow.RQ_CYCLES = 4;
  EXPECT_EQ(work(slow), pair(3 * 5 * 7 * 2, 3 * 5 * 9 * 4 - 1 + 2));
  f.x_step_ox = 8, f.stride_x = 2;
  EXPECT_EQ(work(k8x8), pair(3 * 5 * 7 * 2, 3 * 5 * 15 * 3 + 2));
  // Where no window slides, a tap is a step.
  auto taps = pair(3 * 5 * 7 * 9, 3 * 5 * 7 * 9);
  f.x = 1;
  EXPECT_EQ(work(k16x8), taps);
  f.flags = 1;
  EXPECT_EQ(work(k8x8), taps);
  f.flags = 0, f.stride_x = 3;
  EXPECT_EQ(work(k8x8), taps);
}

TEST(Timing, LoadsOfWordsAsMeasured) {
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 1)}), 91u);
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 100)}), 883u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}), 4083u);
  EXPECT_EQ(cycles({words(Opcode::LoadPrm, 100)}, k4x4), 483u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}, k4x4), 1083u);
  EXPECT_EQ(cycles({words(Opcode::LoadWgt, 500)}, k16x8), 8083u);
}

TEST(Timing, LoadsOfRunsAsMeasured) {
  EXPECT_EQ(cycles({load(1, 1, 8, 8)}), 86u);
  EXPECT_EQ(cycles({load(32, 1, 256, 256)}), 1109u);
  EXPECT_EQ(cycles({load(32, 1, 250, 250, 0, 3)}), 1141u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}), 2005u);
  EXPECT_EQ(cycles({load(32, 32, 9, 96, 3, 0, -3)}), 2997u);
  EXPECT_EQ(cycles({load(32, 1, 256, 256)}, k4x4), 2133u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}, k4x4), 2005u);
  EXPECT_EQ(cycles({load(32, 32, 9, 96, 3, 0, -3)}, k4x4), 3157u);
  EXPECT_EQ(cycles({load(32, 32, 3, 96, 3)}, k16x8), 3029u);
}

TEST(Timing, StoresAsMeasured) {
  EXPECT_EQ(cycles({store(1, 1, 8)}), 87u);
  EXPECT_EQ(cycles({store(16, 1, 256)}), 598u);
  // Bound by responses, whose slots come free in an order of their own.
  EXPECT_NEAR(cycles({store(16, 16, 3)}), 525u, 8);
  EXPECT_EQ(cycles({store(16, 16, 16)}), 598u);
  EXPECT_EQ(cycles({store(16, 1, 256)}, k4x4), 1110u);
  EXPECT_EQ(cycles(std::vector(10, store(1, 1, 8))), 483u);
  EXPECT_EQ(cycles(std::vector(10, store(1, 1, 128))), 633u);
}

TEST(Timing, ComputeAsMeasured) {
  AddFields add;
  add.oh = add.ow = 10;
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}), 72u);
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}, k4x4), 71u);
  EXPECT_EQ(cycles({window(Opcode::MaxPool, 1)}, k16x8), 73u);
  EXPECT_EQ(cycles({window(Opcode::Conv, 10, 2, 5)}), 1071u);
  EXPECT_EQ(cycles({{Opcode::Add, {}, add}}), 271u);
  WindowFields f;
  f.groups = 3, f.oh = f.ow = 10, f.kh = f.kw = 3;
  f.x_step_kx = 2, f.x_step_ox = 4, f.stride_x = 2;
  EXPECT_EQ(cycles({{Opcode::Depthwise, {}, f}}), 1963u);
  EXPECT_EQ(cycles({{Opcode::Depthwise, {}, f}}, k4x4), 1963u);
  EXPECT_EQ(cycles({{Opcode::Depthwise, {}, f}}, k16x8), 1333u);
  EXPECT_EQ(cycles(std::vector(20, window(Opcode::MaxPool, 1))), 623u);
}

TEST(Timing, Int16AsMeasured) {
  Parameters wide = k16x8;
  wide.INT16 = 1;
  auto measure = [&](Opcode opcode, uint8_t types, int groups, int taps = 1) {
    WindowFields f;
    f.oh = f.ow = 5, f.groups = groups, f.types = types, f.kh = f.kw = taps;
    return cycles({{opcode, {}, f}}, wide);
  };
  EXPECT_EQ(measure(Opcode::Conv, 0, 3), 148u);
  // A pass for two chunks, two cycles apart.
  EXPECT_EQ(measure(Opcode::Conv, kTypesInt16, 3), 173u);
  EXPECT_EQ(measure(Opcode::Conv, kTypesInt16Out, 2, 3), 299u);
  EXPECT_EQ(measure(Opcode::Conv, kTypesInt16, 3, 3), 524u);
  EXPECT_EQ(measure(Opcode::Conv, kTypesInt16In, 3, 3), 748u);
  EXPECT_EQ(measure(Opcode::MaxPool, kTypesInt16, 3, 3), 748u);
  AddFields add;
  add.oh = add.ow = 5, add.groups = 3, add.types = kTypesInt16;
  EXPECT_EQ(cycles({{Opcode::Add, {}, add}}, wide), 223u);
}

TEST(Timing, TokensHoldUnitsBack) {
  Instruction get = load(32, 1, 256, 256), pool = window(Opcode::MaxPool, 10),
              put = store(16, 1, 256);
  get.tokens.signal = maskOf(Unit::Compute);
  pool.tokens = {maskOf(Unit::Load), maskOf(Unit::Store)};
  put.tokens.wait = maskOf(Unit::Compute);
  ProgramTime time = estimateTime({{get, pool, put, Instruction()}}, k8x8);
  ASSERT_EQ(time.instructions.size(), 3u);
  EXPECT_EQ(time.instructions[1].begin, time.instructions[0].end + 2);
  EXPECT_EQ(time.instructions[2].begin, time.instructions[1].end + 3);
  EXPECT_GE(time.cycles, time.instructions[2].end);
  EXPECT_EQ(time.count(Activity::ComputeBusy), 100u + 27);
  EXPECT_GT(time.count(Activity::ComputeToken), 1000u);
  EXPECT_EQ(time.count(Activity::LoadToken), 0u);
  EXPECT_EQ(time.count(Activity::MacCycles), 100u);
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

TEST(Timing, SpansFallIntoWindows) {
  std::vector<Span> spans = {{Activity::LoadBusy, 2, 25},
                             {Activity::MacCycles, 5, 10},
                             {Activity::StoreBusy, 10, 11},
                             {Activity::LoadBusy, 28, 40}};
  std::vector<ActivityCycles> windows = divideSpans(spans, {10, 20, 30});
  auto at = [&](size_t window, Activity activity) {
    return windows[window][static_cast<unsigned>(activity)];
  };
  EXPECT_EQ(at(0, Activity::LoadBusy), 8u);
  EXPECT_EQ(at(1, Activity::LoadBusy), 10u);
  EXPECT_EQ(at(2, Activity::LoadBusy), 5u + 2);
  EXPECT_EQ(at(0, Activity::MacCycles), 5u);
  EXPECT_EQ(at(0, Activity::StoreBusy), 0u);
  EXPECT_EQ(at(1, Activity::StoreBusy), 1u);
}
