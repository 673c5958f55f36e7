// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Resources.h"
#include <gtest/gtest.h>

using namespace sluice::engine;

namespace {

/// What Yosys 0.70's synth_ecp5 makes of engine_top; `tools/dev bench
/// resources` makes such a row. LUTs are LUT4 + 2 CCU2C + 4 TRELLIS_DPR16X4.
struct Synthesized {
  Parameters parameters;
  uint64_t multipliers, blocks, luts;
};

constexpr Synthesized rows[] = {
    {{4, 4, 32768, 8, 1024, 256, 8}, 24, 47, 12019},
    {{8, 8, 131072, 8, 1024, 256, 8}, 80, 135, 16164},
    {{8, 4, 131072, 8, 1024, 256, 8, 1, 1}, 40, 103, 14480},
    {{8, 8, 131072, 8, 1024, 256, 8, 1, 1}, 80, 135, 18596},
    {{16, 8, 131072, 8, 512, 256, 8, 1, 1}, 144, 135, 24528},
};
constexpr BlockSizes ecp5{18432, 18}, ultraScale{36864, 27};
constexpr double lutError = 0.02;

} // namespace

TEST(Resources, AreThoseOfSynthesis) {
  for (const Synthesized &row : rows) {
    Resources counted = countResources(row.parameters, ecp5);
    EXPECT_EQ(counted.multipliers, row.multipliers);
    EXPECT_EQ(counted.memoryBlocks, row.blocks);
    EXPECT_NEAR(double(counted.luts), double(row.luts), lutError * row.luts);
  }
}

/// What synth_lattice makes of compute_unit, with the parameter and without.
TEST(Resources, Int16TakesLutsAlone) {
  Parameters parameters = rows[1].parameters;
  Resources without = countResources(parameters, ecp5);
  parameters.INT16 = 1;
  Resources with = countResources(parameters, ecp5);
  EXPECT_NEAR(double(with.luts - without.luts), 9198 - 7894, 100);
  EXPECT_EQ(with.multipliers, without.multipliers);
  EXPECT_EQ(with.memoryBlocks, without.memoryBlocks);
}

TEST(Resources, WideMultipliersAreShared) {
  // `sluice bitstream --target engine:kv260 --estimate` counts as many.
  EXPECT_EQ(
      countResources({16, 16, 262144, 8, 2048, 512, 8}, ultraScale).multipliers,
      224u);
  Parameters narrow = rows[1].parameters;
  EXPECT_EQ(countResources(narrow, ultraScale).multipliers, 80u);
}

TEST(Resources, MemoriesTakeWholeBlocks) {
  Parameters parameters = rows[0].parameters;
  auto blocks = [&](const BlockSizes &sizes) {
    return countResources(parameters, sizes).memoryBlocks;
  };
  uint64_t small = blocks(ecp5);
  // A block is at most 36 bits wide, so that 256 words take as many as 512.
  parameters.PRM_WORDS *= 2;
  EXPECT_EQ(blocks(ecp5), small);
  parameters.PRM_WORDS *= 2;
  EXPECT_GT(blocks(ecp5), small);
  // Blocks of twice the size halve most memories.
  EXPECT_LT(blocks(ultraScale), blocks(ecp5));
}
