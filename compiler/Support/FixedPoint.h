// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From real factors to the integers that stand for them: docs/spec/integers.md,
// sections 3.1 and 4. Every function gives the same result on every machine:
// IEEE double without contraction, no libm beyond exact functions.

#ifndef SLUICE_COMPILER_SUPPORT_FIXEDPOINT_H
#define SLUICE_COMPILER_SUPPORT_FIXEDPOINT_H

#include <array>
#include <cstdint>
#include <optional>

namespace sluice {

/// Stands for multiplier · 2^−shift; multiplier in 0…32767, shift in 2…47.
struct Multiplier {
  int32_t multiplier;
  int32_t shift;
};

/// Section 3.1. Nothing if the factor is not finite, not positive or too large
/// (2^13 or more).
std::optional<Multiplier> getMultiplier(double factor);

/// y = requantize(a · first + b · second, output): section 4, residual add.
struct AddFactors {
  int32_t first;
  int32_t second;
  Multiplier output;
};

/// `first` and `second` are the input scales over the output scale, `bits` the
/// inputs' width. Nothing where the output factor has no multiplier.
std::optional<AddFactors> getAddFactors(double first, double second,
                                        unsigned bits = 8);

/// Entry d is floor(2^15 · exp(−scale · d) + 0.5): section 4, softmax.
std::array<int32_t, 256> getSoftmaxTable(double scale);

/// e^−x for x ≥ 0, to within four units in the last place.
double expOfNegative(double x);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_FIXEDPOINT_H
