// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Range.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

using namespace sluice;

namespace {

void expectScale(TensorRange range, float scale, int zeroPoint) {
  ActivationScale made = range.getScale();
  EXPECT_FLOAT_EQ(made.scale, scale);
  EXPECT_EQ(made.zeroPoint, zeroPoint);
}

TEST(Range, SpansTheWholeType) {
  expectScale({-1, 4}, 5.0f / 255, -77);
  expectScale({-128, 127}, 1, 0);
}

TEST(Range, AlwaysHoldsZero) {
  expectScale({1, 4}, 4.0f / 255, -128);
  expectScale({-4, -1}, 4.0f / 255, 127);
}

TEST(Range, TakesAnyScaleForZeroAlone) {
  expectScale({0, 0}, 1, -128);
  expectScale({-1e-40f, 1e-40f}, 1, -128);
}

TEST(Range, TakesTheWidestRange) {
  constexpr float most = std::numeric_limits<float>::max();
  ActivationScale scale = TensorRange{-most, most}.getScale();
  EXPECT_TRUE(std::isfinite(scale.scale));
  EXPECT_TRUE(scale.zeroPoint == -1 || scale.zeroPoint == 0);
}

TEST(Range, EndsAreWithinHalfAStep) {
  for (float low = -3; low <= 0; low += 0.17f)
    for (float high = 0.01f; high < 5; high += 0.31f) {
      ActivationScale scale = TensorRange{low, high}.getScale();
      float least = scale.scale * static_cast<float>(-128 - scale.zeroPoint),
            most = scale.scale * static_cast<float>(127 - scale.zeroPoint);
      EXPECT_NEAR(least, low, scale.scale * 0.501f);
      EXPECT_NEAR(most, high, scale.scale * 0.501f);
    }
}

TEST(WeightScale, FollowsTheLargestWeight) {
  EXPECT_EQ(chooseWeightScale(127, 0, 1), 1);
  EXPECT_EQ(chooseWeightScale(0.5f, 1, 0.1f), 0.5f / 127);
}

TEST(WeightScale, NoWeightsAtAll) {
  EXPECT_EQ(chooseWeightScale(0, 0, 1), 1);
  EXPECT_EQ(chooseWeightScale(1e-45f, 0, 1), 1);
}

TEST(WeightScale, WidensForALargeBias) {
  float scale = chooseWeightScale(1e-6f, -100, 1e-4f);
  EXPECT_LE(100 / (static_cast<double>(scale) * 1e-4), 0x1p30 * 1.001);
  EXPECT_GT(scale, 1e-6f / 127);
}

} // namespace
