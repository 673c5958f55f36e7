// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only place that calls TOSA's builders, which change from one MLIR to the
// next. Result shapes are computed here.

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_TOSABUILDER_H
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_TOSABUILDER_H

#include "compiler/Support/FixedPoint.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace sluice {

/// A sliding window in TOSA's order: pad = {top, bottom, left, right}; strides
/// divide exactly.
struct TosaWindow {
  std::array<int64_t, 2> kernel;
  std::array<int64_t, 4> pad;
  std::array<int64_t, 2> stride;
  std::array<int64_t, 2> dilation;
};

inline constexpr TosaWindow pointWindow = {
    {1, 1}, {0, 0, 0, 0}, {1, 1}, {1, 1}};

class TosaBuilder {
public:
  TosaBuilder(mlir::OpBuilder &builder, mlir::Location loc)
      : b(builder), loc(loc) {}

  mlir::OpBuilder &getBuilder() { return b; }
  mlir::Location getLoc() const { return loc; }

  mlir::Value constant(mlir::ElementsAttr values);
  template <typename T>
  mlir::Value constant(llvm::ArrayRef<int64_t> shape,
                       llvm::ArrayRef<T> values) {
    auto type = mlir::RankedTensorType::get(shape, getElementType(T()));
    return constant(mlir::DenseElementsAttr::get(type, values));
  }
  /// One value in a tensor of `rank` dimensions of size 1.
  template <typename T> mlir::Value scalar(T value, int64_t rank = 1) {
    return constant<T>(llvm::SmallVector<int64_t>(rank, 1), value);
  }

  /// One integer of any width; a float is zero.
  mlir::Value zeroPoint(mlir::Type elementType, int64_t value);
  mlir::Value zeroPointOf(mlir::Value x, int64_t zeroPoint);

  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  mlir::Value slice(mlir::Value x, llvm::ArrayRef<int64_t> start,
                    llvm::ArrayRef<int64_t> size);
  mlir::Value concat(mlir::ValueRange parts, int64_t axis);
  /// `pads` are {before, after} of each dimension in turn; `value` a scalar of
  /// x's type.
  mlir::Value pad(mlir::Value x, llvm::ArrayRef<int64_t> pads,
                  mlir::Value value);

  /// What sums of products with `x` begin at, in their type: int32, 48 bits for
  /// int16.
  mlir::Value sums(mlir::Value x, llvm::ArrayRef<int64_t> values);
  /// int8 or int16 → the type of the bias, or float → float, NHWC; weights are
  /// OHWI, depthwise ones HWCM.
  mlir::Value conv2d(mlir::Value x, mlir::Value weight, mlir::Value bias,
                     const TosaWindow &window, int64_t zeroPoint);
  mlir::Value depthwise(mlir::Value x, mlir::Value weight, mlir::Value bias,
                        const TosaWindow &window, int64_t zeroPoint);
  mlir::Value maxPool(mlir::Value x, const TosaWindow &window);
  mlir::Value averagePool(mlir::Value x, const TosaWindow &window);
  /// Likewise int8 → int32 or float → float; batch × rows × inner times batch ×
  /// inner × columns. Zero points are those of int8.
  mlir::Value matmul(mlir::Value x, mlir::Value y, int64_t xZeroPoint = 0,
                     int64_t yZeroPoint = 0);

  /// integers.md section 3, without the clamp: one multiplier, or one a channel
  /// of the last dimension. `type` is the result's, int8 or int16.
  mlir::Value requantize(mlir::Value acc,
                         llvm::ArrayRef<Multiplier> multipliers,
                         int64_t zeroPoint, mlir::Type type);
  /// (x − zeroPoint) · factor in int32, exactly.
  mlir::Value multiplyExactly(mlir::Value x, int64_t zeroPoint, int64_t factor);
  mlir::Value clamp(mlir::Value x, mlir::Attribute low, mlir::Attribute high);
  mlir::Value cast(mlir::Value x, mlir::Type elementType);
  mlir::Value table(mlir::Value x, llvm::ArrayRef<int8_t> entries);
  /// values[n][indices[n][w]]: {1, K, C} and {1, W} to {1, W, C}.
  mlir::Value gather(mlir::Value values, mlir::Value indices);

  template <typename Op> mlir::Value unary(mlir::Value x) {
    return Op::create(b, loc, x.getType(), x);
  }
  /// Ranks are equal; dimensions of 1 are repeated.
  template <typename Op> mlir::Value binary(mlir::Value x, mlir::Value y) {
    return Op::create(b, loc, broadcastType(x, y), x, y);
  }
  mlir::Value mul(mlir::Value x, mlir::Value y);
  template <typename Op> mlir::Value reduce(mlir::Value x, int64_t axis) {
    auto type = llvm::cast<mlir::RankedTensorType>(x.getType());
    llvm::SmallVector<int64_t> shape(type.getShape());
    shape[axis] = 1;
    return Op::create(b, loc, type.clone(shape), x,
                      static_cast<uint32_t>(axis));
  }

private:
  mlir::Type getElementType(int8_t) { return b.getI8Type(); }
  mlir::Type getElementType(int16_t) { return b.getIntegerType(16); }
  mlir::Type getElementType(int32_t) { return b.getI32Type(); }
  mlir::Type getElementType(float) { return b.getF32Type(); }
  mlir::RankedTensorType broadcastType(mlir::Value x, mlir::Value y);
  mlir::Value constShape(llvm::ArrayRef<int64_t> values);
  template <typename Op>
  mlir::Value convolution(mlir::Value x, mlir::Value weight, mlir::Value bias,
                          const TosaWindow &window, int64_t zeroPoint,
                          int64_t channels);

  mlir::OpBuilder &b;
  mlir::Location loc;
};

} // namespace sluice

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_TOSABUILDER_H
