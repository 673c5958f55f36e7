// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/FixedPoint.h"

#include <algorithm>
#include <cmath>

namespace sluice {

static bool isPositive(double factor) {
  return std::isfinite(factor) && factor > 0;
}

std::optional<Multiplier> getMultiplier(double factor) {
  if (!isPositive(factor))
    return std::nullopt;
  int exponent;
  double fraction = std::frexp(factor, &exponent);
  auto multiplier = static_cast<int32_t>(std::floor(fraction * 32768.0 + 0.5));
  if (multiplier == 32768) {
    multiplier = 16384;
    ++exponent;
  }
  int shift = 15 - exponent;
  if (shift > 47)
    return Multiplier{0, 47};
  if (shift < 2)
    return std::nullopt;
  return Multiplier{multiplier, shift};
}

std::optional<AddFactors> getAddFactors(double first, double second,
                                        unsigned bits) {
  if (!isPositive(first) || !isPositive(second))
    return std::nullopt;
  // int16 has a finer fraction, whose sums stay below 2^31.
  bool fine = bits == 16;
  int fractionBits = fine ? 15 : 14, least = fine ? 15 : 2;
  int exponent;
  std::frexp(std::max(first, second), &exponent);
  auto toFraction = [&](double factor) {
    return static_cast<int32_t>(
        std::floor(std::ldexp(factor, fractionBits - exponent) + 0.5));
  };
  if (toFraction(std::max(first, second)) == 1 << 15)
    ++exponent;
  int shift = fractionBits + 14 - exponent;
  if (shift < least || shift > 47)
    return std::nullopt;
  return AddFactors{toFraction(first), toFraction(second),
                    Multiplier{1 << 14, shift}};
}

double expOfNegative(double x) {
  // e^-x = 2^-k · e^-r with r in [-ln2/2, ln2/2]; ln 2 in two parts so that k ·
  // high is exact.
  constexpr double high = 0x1.62e42fee00000p-1, low = 0x1.a39ef35793c76p-33;
  if (!(x < 1000))
    return 0;
  double k = std::floor(x / high + 0.5);
  double r = (x - k * high) - k * low;
  double term = 1, sum = 1;
  for (int i = 1; i <= 16; ++i) {
    term = term * -r / i;
    sum = sum + term;
  }
  return std::ldexp(sum, -static_cast<int>(k));
}

std::array<int32_t, 256> getSoftmaxTable(double scale) {
  std::array<int32_t, 256> table;
  for (int d = 0; d < 256; ++d)
    table[d] = static_cast<int32_t>(
        std::floor(32768.0 * expOfNegative(scale * d) + 0.5));
  return table;
}

} // namespace sluice
