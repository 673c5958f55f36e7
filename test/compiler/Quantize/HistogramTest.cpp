// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Histogram.h"

#include "gtest/gtest.h"

#include <cmath>

using namespace sluice;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

TEST(Histogram, KeepsMinimumAndMaximum) {
  Histogram histogram;
  EXPECT_TRUE(histogram.isEmpty());
  histogram.add({0.5f});
  histogram.add({-3.0f, 1000.0f, 2.0f});
  EXPECT_FALSE(histogram.isEmpty());
  EXPECT_EQ(histogram.getRange(100), std::pair(-3.0f, 1000.0f));
}

TEST(Histogram, LeavesOutWhatIsNotFinite) {
  Histogram histogram;
  histogram.add({std::nanf(""), infinity, -infinity});
  EXPECT_TRUE(histogram.isEmpty());
  histogram.add({std::nanf(""), 1.0f, infinity});
  EXPECT_EQ(histogram.getRange(100), std::pair(1.0f, 1.0f));
  EXPECT_EQ(histogram.getLeftOut(), 5);
}

TEST(Histogram, OneValueManyTimes) {
  for (float value : {0.0f, -2.0f, 1e-30f, 3e38f}) {
    Histogram histogram;
    histogram.add(std::vector<float>(1000, value));
    auto [low, high] = histogram.getRange(99);
    EXPECT_LE(low, value);
    EXPECT_GE(high, value);
    EXPECT_NEAR(low, value, std::fabs(value) / 1000);
    EXPECT_NEAR(high, value, std::fabs(value) / 1000);
  }
}

/// Values 0, 1/n, … in an order that makes the span grow on the way.
std::vector<float> ramp(int n) {
  std::vector<float> values;
  for (int i = 0; i <= n; ++i)
    values.push_back(static_cast<float>(i) / static_cast<float>(n));
  return values;
}

TEST(Histogram, CutsHalfOfTheRestOnEitherSide) {
  Histogram histogram;
  histogram.add(ramp(100000));
  auto [low, high] = histogram.getRange(98);
  double bin = 2.0 / 4096 * 2; // the span may be up to twice the largest
  EXPECT_NEAR(low, 0.01, bin);
  EXPECT_NEAR(high, 0.99, bin);
  // Cutting less than one value cuts nothing.
  EXPECT_EQ(histogram.getRange(99.9999), std::pair(0.0f, 1.0f));
}

TEST(Histogram, OutliersDoNotBlurTheRest) {
  Histogram histogram;
  histogram.add(ramp(100000));
  histogram.add({50.0f});
  auto [low, high] = histogram.getRange(99);
  EXPECT_NEAR(high, 0.995, 128.0 / 4096);
  EXPECT_LE(low, 0.05f);
  EXPECT_EQ(histogram.getRange(100).second, 50.0f);
}

TEST(Histogram, NegativeValues) {
  Histogram histogram;
  std::vector<float> values = ramp(10000);
  for (float &value : values)
    value -= 5;
  histogram.add(values);
  auto [low, high] = histogram.getRange(80);
  EXPECT_NEAR(low, -4.9, 0.01);
  EXPECT_NEAR(high, -4.1, 0.01);
}

} // namespace
