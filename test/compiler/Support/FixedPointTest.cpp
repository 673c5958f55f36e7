// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/FixedPoint.h"

#include "gtest/gtest.h"

#include <cmath>
#include <limits>
#include <random>

using namespace sluice;

namespace {

/// multiplier · 2^−shift, which a double holds exactly.
double valueOf(const Multiplier &m) {
  return std::ldexp(m.multiplier, -m.shift);
}

void expectMultiplier(double factor, int32_t multiplier, int32_t shift) {
  std::optional<Multiplier> m = getMultiplier(factor);
  ASSERT_TRUE(m) << factor;
  EXPECT_EQ(m->multiplier, multiplier) << factor;
  EXPECT_EQ(m->shift, shift) << factor;
}

TEST(Multiplier, KnownValues) {
  expectMultiplier(1.0, 16384, 14);
  expectMultiplier(0.5, 16384, 15);
  expectMultiplier(0.75, 24576, 15);
  expectMultiplier(1.0 / 3, 21845, 16);
  // Half a unit rounds up: 16385.5 · 2^-15.
  expectMultiplier(16385.5 / 32768, 16386, 15);
}

TEST(Multiplier, RoundsUpToTheNextPowerOfTwo) {
  expectMultiplier(1 - 0x1p-16, 16384, 14);
  expectMultiplier(1 - 0x1.8p-16, 32767, 15);
}

TEST(Multiplier, Corners) {
  expectMultiplier(0x1p-33, 16384, 47);
  expectMultiplier(std::nextafter(0x1p-33, 1.0), 16384, 47);
  // Below that every result of an int32 rounds to 0.
  expectMultiplier(0x1.fp-34, 0, 47);
  expectMultiplier(std::numeric_limits<double>::denorm_min(), 0, 47);
  expectMultiplier(0x1.fp12, 31744, 2);
  EXPECT_FALSE(getMultiplier(0x1p13));
  EXPECT_FALSE(getMultiplier(std::nextafter(0x1p13, 0.0))) << "rounds to 2^13";
  EXPECT_FALSE(getMultiplier(0.0));
  EXPECT_FALSE(getMultiplier(-1.0));
  EXPECT_FALSE(getMultiplier(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(getMultiplier(std::nan("")));
}

TEST(Multiplier, IsTheNearestOfSixteenBits) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(-33, 12.99);
  for (int i = 0; i < 20000; ++i) {
    double factor = std::exp2(exponent(random));
    std::optional<Multiplier> m = getMultiplier(factor);
    ASSERT_TRUE(m) << factor;
    ASSERT_GE(m->multiplier, 1 << 14);
    ASSERT_LT(m->multiplier, 1 << 15);
    ASSERT_GE(m->shift, 2);
    ASSERT_LE(m->shift, 47);
    // The difference of neighbours is exact in double.
    ASSERT_LE(std::fabs(valueOf(*m) - factor), std::ldexp(0.5, -m->shift));
  }
}

TEST(AddFactors, KnownValues) {
  // Scales 1/2 and 1/4 of the output's: docs/spec/integers.md, section 4.
  std::optional<AddFactors> factors = getAddFactors(0.5, 0.25);
  ASSERT_TRUE(factors);
  EXPECT_EQ(factors->first, 1 << 13);
  EXPECT_EQ(factors->second, 1 << 12);
  EXPECT_EQ(factors->output.multiplier, 1 << 14);
  EXPECT_EQ(factors->output.shift, 28);
}

TEST(AddFactors, TheLargerUsesTheWholeFraction) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> exponent(-18, 25);
  for (int i = 0; i < 20000; ++i) {
    double first = std::exp2(exponent(random)),
           second = std::exp2(exponent(random));
    std::optional<AddFactors> factors = getAddFactors(first, second);
    ASSERT_TRUE(factors) << first << " " << second;
    int32_t larger = std::max(factors->first, factors->second);
    ASSERT_GE(larger, 1 << 13);
    ASSERT_LE(larger, 1 << 14);
    // Each stands for its factor to half a unit of the fraction.
    double unit = std::ldexp(1, 14 - factors->output.shift);
    ASSERT_LE(std::fabs(factors->first * unit - first), unit / 2);
    ASSERT_LE(std::fabs(factors->second * unit - second), unit / 2);
  }
}

TEST(AddFactors, SumsAreWithinOneOfTheReals) {
  for (auto [first, second] : {std::pair(1.0, 1.0), std::pair(0.9, 0.013),
                               std::pair(0.31, 0.74), std::pair(1e-3, 0.5)}) {
    std::optional<AddFactors> factors = getAddFactors(first, second);
    ASSERT_TRUE(factors);
    for (int64_t a = -255; a <= 255; a += 3)
      for (int64_t b = -255; b <= 255; ++b) {
        int64_t acc = a * factors->first + b * factors->second;
        int64_t y = (acc * factors->output.multiplier +
                     (int64_t(1) << (factors->output.shift - 1))) >>
                    factors->output.shift;
        double real =
            static_cast<double>(a) * first + static_cast<double>(b) * second;
        ASSERT_LE(std::fabs(static_cast<double>(y) - real), 0.52)
            << a << " " << b << " " << first << " " << second;
      }
  }
}

TEST(AddFactors, Refuses) {
  EXPECT_FALSE(getAddFactors(0x1p26, 1.0));
  EXPECT_TRUE(getAddFactors(0x1.fp25, 1.0));
  EXPECT_FALSE(getAddFactors(0x1p-21, 0x1p-21));
  EXPECT_TRUE(getAddFactors(0x1p-20, 0x1p-20));
  EXPECT_FALSE(getAddFactors(0.0, 1.0));
  EXPECT_FALSE(getAddFactors(1.0, std::nan("")));
}

TEST(AddFactors, OfInt16AreFinerAndFit32Bits) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> exponent(-17, 13);
  for (int i = 0; i < 20000; ++i) {
    double first = std::exp2(exponent(random)),
           second = std::exp2(exponent(random));
    std::optional<AddFactors> factors = getAddFactors(first, second, 16);
    ASSERT_TRUE(factors) << first << " " << second;
    int32_t larger = std::max(factors->first, factors->second);
    ASSERT_GE(larger, 1 << 14);
    ASSERT_LT(larger, 1 << 15);
    ASSERT_LT(32768LL * factors->first + 32768LL * factors->second, 1LL << 31);
    double unit = std::ldexp(1, 14 - factors->output.shift);
    ASSERT_LE(std::fabs(factors->first * unit - first), unit / 2);
    ASSERT_LE(std::fabs(factors->second * unit - second), unit / 2);
  }
  // Just below a power of two the fraction rounds up to it.
  std::optional<AddFactors> factors = getAddFactors(0.999999, 0.5, 16);
  ASSERT_TRUE(factors);
  EXPECT_EQ(factors->first, 1 << 14);
  EXPECT_EQ(factors->second, 1 << 13);
  EXPECT_EQ(factors->output.shift, 28);
  EXPECT_FALSE(getAddFactors(0x1p14, 1.0, 16));
  EXPECT_TRUE(getAddFactors(0x1.fp13, 1.0, 16));
}

/// The distance of two positive doubles in units in the last place.
int64_t ulps(double a, double b) {
  int64_t x, y;
  static_assert(sizeof(x) == sizeof(a));
  std::memcpy(&x, &a, sizeof(x));
  std::memcpy(&y, &b, sizeof(y));
  return std::abs(x - y);
}

TEST(Exp, IsWithinFourUlps) {
  EXPECT_EQ(expOfNegative(0), 1);
  EXPECT_EQ(expOfNegative(1e9), 0);
  EXPECT_EQ(expOfNegative(std::numeric_limits<double>::infinity()), 0);
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> values(0, 700);
  for (int i = 0; i < 20000; ++i) {
    double x = i % 2 ? values(random) : values(random) / 700;
    auto exact = static_cast<double>(std::exp(-static_cast<long double>(x)));
    ASSERT_LE(ulps(expOfNegative(x), exact), 4) << x;
  }
}

TEST(Softmax, TableIsTheRoundedExponential) {
  for (double scale : {1e-6, 0.004, 0.0625, 0.1, 1.0, 17.0}) {
    std::array<int32_t, 256> table = getSoftmaxTable(scale);
    EXPECT_EQ(table[0], 32768);
    for (int d = 0; d < 256; ++d) {
      long double exact =
          32768 * std::exp(-static_cast<long double>(scale * d));
      ASSERT_EQ(table[d], static_cast<int32_t>(std::floor(exact + 0.5L)))
          << scale << " " << d;
    }
  }
}

} // namespace
