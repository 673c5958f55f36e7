// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a tensor's values span, and the int8 scale that follows.

#ifndef SLUICE_COMPILER_QUANTIZE_RANGE_H
#define SLUICE_COMPILER_QUANTIZE_RANGE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <optional>

namespace sluice {

/// Ends the name of the int8 form of a tensor that the model returns in float.
inline constexpr llvm::StringLiteral quantizedSuffix = "_quantized";

/// real = scale · (q − zeroPoint).
struct ActivationScale {
  float scale;
  int8_t zeroPoint;
};

/// The attribute `onnx.range` of an operation or a function's argument.
struct TensorRange {
  float min;
  float max;

  static std::optional<TensorRange> get(mlir::func::FuncOp function,
                                        mlir::Value value);
  void set(mlir::func::FuncOp function, mlir::Value value) const;

  /// Asymmetric int8 over the range widened to hold 0, which is exact.
  ActivationScale getScale() const;
  /// With zero point 0 where that makes steps at most a quarter longer; else
  /// the same.
  ActivationScale getBalancedScale() const;
};

/// Symmetric int8 for weights of magnitude up to `largest`; wide enough that
/// `bias` fits int32 in units of the weight's times the input's scale.
float chooseWeightScale(float largest, float bias, float inputScale);

} // namespace sluice

#endif // SLUICE_COMPILER_QUANTIZE_RANGE_H
