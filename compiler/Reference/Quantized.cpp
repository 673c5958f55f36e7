// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where precision changes: docs/spec/integers.md, sections 3 to 5.

#include "compiler/Reference/Ops.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sluice::reference {

/// (value · multiplier + 2^(shift−1)) >> shift: one rounding, ties towards +∞.
/// |value| < 2^32 and multiplier < 2^31, or 2^47 and 2^15: 64 bits hold it.
static int64_t scale(int64_t value, int64_t multiplier, int64_t shift) {
  return (value * multiplier + (int64_t(1) << (shift - 1))) >> shift;
}

Result eval(tosa::RescaleOp op, Operands operands) {
  const Tensor &input = *operands[0], &multiplier = *operands[1],
               &shift = *operands[2];
  if (op.getInputUnsigned() || op.getOutputUnsigned() ||
      op.getRoundingMode() != tosa::RoundingMode::SINGLE_ROUND)
    return op.emitError("rescale must be signed and round once");
  for (int64_t i = 0; i < shift.size(); ++i)
    if (shift.getInt(i) < 2 || shift.getInt(i) > 62)
      return op.emitError("rescale shift ")
             << shift.getInt(i) << " is not in 2..62";
  Tensor result(getResultType(op));
  int64_t channels = multiplier.size();
  int64_t inputZero = operands[3]->getInt(), outputZero = operands[4]->getInt();
  int64_t bits = result.getElementType().getIntOrFloatBitWidth();
  int64_t low = -(int64_t(1) << (bits - 1)), high = -low - 1;
  for (int64_t i = 0; i < input.size(); ++i) {
    int64_t c = op.getPerChannel() ? i % channels : 0;
    int64_t scaled = scale(input.getInt(i) - inputZero, multiplier.getInt(c),
                           shift.getInt(c));
    if (scaled != static_cast<int32_t>(scaled))
      return op.emitError("rescale leaves 32 bits before it saturates");
    int64_t value = std::clamp(scaled + outputZero, low, high);
    visitType(result.getElementType(), [&](auto zero) {
      result.data<decltype(zero)>()[i] = static_cast<decltype(zero)>(value);
    });
  }
  return result;
}

Result eval(tosa::ClampOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(getResultType(op));
  visitType(input.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    T low, high;
    if constexpr (std::is_floating_point_v<T>) {
      low = static_cast<T>(cast<FloatAttr>(op.getMinVal()).getValueAsDouble());
      high = static_cast<T>(cast<FloatAttr>(op.getMaxVal()).getValueAsDouble());
    } else {
      low = static_cast<T>(
          cast<IntegerAttr>(op.getMinVal()).getValue().getSExtValue());
      high = static_cast<T>(
          cast<IntegerAttr>(op.getMaxVal()).getValue().getSExtValue());
    }
    // A NaN passes: both comparisons are false.
    llvm::transform(input.data<T>(), result.data<T>().begin(), [&](T x) {
      return x < low ? low : x > high ? high : x;
    });
  });
  return result;
}

/// To the nearest integer, ties to even, saturating; NaN gives 0.
template <typename To> static To roundToInteger(double x) {
  if (std::isnan(x))
    return 0;
  double rounded = std::nearbyint(x);
  if (rounded <= static_cast<double>(std::numeric_limits<To>::min()))
    return std::numeric_limits<To>::min();
  if (rounded >= static_cast<double>(std::numeric_limits<To>::max()))
    return std::numeric_limits<To>::max();
  return static_cast<To>(rounded);
}

Result eval(tosa::CastOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(getResultType(op));
  visitType(input.getElementType(), [&](auto from) {
    visitType(result.getElementType(), [&](auto to) {
      using From = decltype(from);
      using To = decltype(to);
      llvm::transform(input.data<From>(), result.data<To>().begin(),
                      [](From x) -> To {
                        if constexpr (std::is_same_v<To, bool>)
                          return x != 0;
                        else if constexpr (std::is_floating_point_v<From> &&
                                           std::is_integral_v<To>)
                          return roundToInteger<To>(x);
                        else
                          return static_cast<To>(x); // integers are cut off
                      });
    });
  });
  return result;
}

/// 256 entries, int8 to int8.
Result eval(tosa::TableOp op, Operands operands) {
  const Tensor &input = *operands[0], &table = *operands[1];
  if (!input.getElementType().isInteger(8) ||
      !table.getElementType().isInteger(8))
    return op.emitError("the reference interpreter takes int8 tables");
  Tensor result(getResultType(op));
  llvm::transform(input.data<int8_t>(), result.data<int8_t>().begin(),
                  [&](int8_t x) { return table.data<int8_t>()[x + 128]; });
  return result;
}

} // namespace sluice::reference
