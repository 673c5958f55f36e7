// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From `onnx` to TOSA, one operation after the other. Layout is assigned on the
// way: a tensor of the model is held as a TOSA value in whatever order of
// dimensions its producer made it, so that a Transpose costs nothing and a
// convolution's channels stay last. Dimensions are moved only where a consumer
// can not take them as they lie.

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_CONVERTER_H
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_CONVERTER_H

#include "compiler/Conversion/OnnxToTosa/TosaBuilder.h"
#include "dialects/Onnx/Onnx.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"

#include "llvm/ADT/StringSet.h"

#include <optional>

namespace sluice {

struct SumType;
class Weights;

/// A tensor of the model: logical dimension i is dimension perm[i] of `value`.
/// With `flat`, the tensor is those dimensions, in logical order, read row by
/// row as the shape `flat`: a reshape that waits to see whether its consumer
/// needs it.
struct Mapped {
  mlir::Value value;
  llvm::SmallVector<int64_t> perm;
  std::optional<llvm::SmallVector<int64_t>> flat;
};

/// The quantization of an integer tensor: scale a tensor or an output channel.
struct Quantization {
  llvm::SmallVector<double> scales;
  int64_t zeroPoint;
  unsigned bits;

  /// What no |x − zero point| of an activation exceeds.
  double getReach() const { return bits == 8 ? 255 : 32768; }
};

/// The shape of a tensor.
llvm::ArrayRef<int64_t> getShape(mlir::Value value);

/// 0, 1, … rank − 1.
llvm::SmallVector<int64_t> getIdentity(int64_t rank);

/// Nothing where the element type is not quantized.
std::optional<Quantization> getQuantization(mlir::Type type);

/// Outputs of one phase of a linear resize lie between the pixels `offset` and
/// `offset` + 1 after their own; `weight` falls on the latter.
struct LinearPhase {
  int64_t offset, weight;

  friend bool operator==(const LinearPhase &, const LinearPhase &) = default;
};

/// A linear resize of one dimension by a whole factor, the number of phases;
/// weights are in units of 1 / `unit`.
struct LinearResize {
  int64_t unit = 1;
  llvm::SmallVector<LinearPhase> phases;

  /// Pixels that an output lies between.
  int64_t taps() const { return phases.size() > 1 ? 2 : 1; }
  /// Where phase i begins in the input with its edges repeated.
  int64_t start(size_t i) const {
    return taps() == 1 ? 0 : phases[i].offset + 1;
  }
  llvm::SmallVector<int64_t, 2> weights(size_t i) const {
    if (taps() == 1)
      return {1};
    return {unit - phases[i].weight, phases[i].weight};
  }
};

class Converter {
public:
  Converter(mlir::func::FuncOp function, mlir::OpBuilder &builder)
      : function(function), builder(builder) {}

  /// Appends the TOSA form of every operation that has one to the function and
  /// leaves the model's operations as they are, to look at what it would be.
  /// What can not be converted is reported, and stands as a `tensor.empty`.
  void preview();

  /// Rewrites the function in place. All operations that can not be converted
  /// are reported, each at its node.
  mlir::LogicalResult run();

private:
  mlir::LogicalResult convert(mlir::Operation *op);
  /// Converts all operations; false if one of them can not be.
  bool convertAll(llvm::ArrayRef<mlir::Operation *> ops, bool substitute);
  mlir::LogicalResult addArguments();

  // Layout.cpp
  Mapped get(mlir::Value value);
  /// The value with its dimensions in logical order.
  mlir::Value getCanonical(mlir::Value value);
  /// A tensor of four logical dimensions N, C, H, W as NHWC.
  mlir::Value getNhwc(mlir::Value value);
  mlir::Value permute(TosaBuilder &b, mlir::Value value,
                      llvm::ArrayRef<int64_t> perm);
  mlir::Value materialize(const Mapped &mapped);
  void set(mlir::Value onnx, mlir::Value value);
  void setNhwc(mlir::Value onnx, mlir::Value value);
  void set(mlir::Value onnx, Mapped mapped);
  mlir::LogicalResult convertReshape(mlir::Operation *op);
  mlir::LogicalResult convert(onnx::TransposeOp op);
  mlir::LogicalResult convert(onnx::ConcatOp op);
  mlir::LogicalResult convert(onnx::SliceOp op);
  mlir::LogicalResult convert(onnx::PadOp op);

  // Window.cpp
  mlir::LogicalResult convert(onnx::ConvOp op);
  mlir::LogicalResult convert(onnx::AveragePoolOp op);
  mlir::LogicalResult convert(onnx::GlobalAveragePoolOp op);
  mlir::LogicalResult convert(onnx::MaxPoolOp op);
  mlir::LogicalResult convert(onnx::GlobalMaxPoolOp op);
  mlir::LogicalResult convert(onnx::ReduceMeanOp op);
  mlir::LogicalResult convertAverage(mlir::Operation *op, mlir::Value x,
                                     TosaWindow window, bool countPadding);
  mlir::LogicalResult convertQuantizedAverage(mlir::Operation *op,
                                              mlir::Value x,
                                              const TosaWindow &window,
                                              bool countPadding);

  /// A convolution with all its groups, requantized if it is quantized.
  mlir::FailureOr<mlir::Value>
  convolve(mlir::Operation *op, mlir::Value x, const Weights &weights,
           const SumType &sum, const TosaWindow &window, int64_t group);

  // Upsample.cpp
  mlir::LogicalResult convert(onnx::ConvTransposeOp op);
  mlir::LogicalResult convert(onnx::ResizeOp op);
  mlir::LogicalResult convertLinearResize(onnx::ResizeOp op, mlir::Value x,
                                          const LinearResize &rows,
                                          const LinearResize &columns);

  // Linear.cpp
  mlir::LogicalResult convertProduct(mlir::Operation *op, mlir::Value input,
                                     const Weights &weights, mlir::Value bias);
  mlir::LogicalResult convert(onnx::GemmOp op);
  mlir::LogicalResult convert(onnx::SoftmaxOp op);

  // MatMul.cpp
  mlir::LogicalResult convert(onnx::MatMulOp op);
  mlir::LogicalResult convertQuantizedMatMul(onnx::MatMulOp op);
  /// The product of two int8 matrices as an image of one row.
  mlir::FailureOr<mlir::Value> multiplyMatrices(onnx::MatMulOp op,
                                                mlir::Value x, mlir::Value y);

  // Elementwise.cpp
  template <typename Op> mlir::LogicalResult convertBinary(mlir::Operation *op);
  std::pair<Mapped, mlir::Value> getAligned(TosaBuilder &b, mlir::Value x,
                                            mlir::Value y, int64_t rank);
  mlir::LogicalResult convertActivation(mlir::Operation *op);
  mlir::LogicalResult convert(onnx::AddOp op);
  mlir::LogicalResult convert(onnx::ClipOp op);
  mlir::LogicalResult convert(onnx::DropoutOp op);
  mlir::LogicalResult convert(onnx::BatchNormalizationOp op);

  // Quantized.cpp
  mlir::LogicalResult convert(onnx::QuantizeLinearOp op);
  mlir::LogicalResult convert(onnx::DequantizeLinearOp op);
  mlir::LogicalResult convert(mlir::quant::StorageCastOp op);
  mlir::LogicalResult convertQuantizedSoftmax(onnx::SoftmaxOp op);
  mlir::LogicalResult convertTable(mlir::Operation *op);
  mlir::LogicalResult convertRescale(mlir::Operation *op);
  /// `x`, which is of the model's type `from`, with the scale of the op's
  /// result, clamped as the op asks.
  mlir::FailureOr<mlir::Value> changeScale(mlir::Operation *op, mlir::Value x,
                                           mlir::Type from);
  /// Requantizes a convolution's sum to the type of `result`; `worst` bounds
  /// its magnitude, a value a channel. Clamps as the op asks.
  mlir::FailureOr<mlir::Value> requantize(mlir::Operation *op, mlir::Value acc,
                                          llvm::ArrayRef<double> factors,
                                          llvm::ArrayRef<double> worst);
  mlir::Value clampAsAsked(mlir::Operation *op, mlir::Value x);

  /// Marks the op that yields exactly the model's tensor.
  void nameOutput(mlir::Operation *op, mlir::Value value);
  /// Notes the name of a tensor of the model that is `source` in another shape
  /// at the op that yields the latter.
  void nameReshaped(mlir::Value onnx, const Mapped &source);
  TosaBuilder at(mlir::Operation *op) {
    return TosaBuilder(builder, op->getLoc());
  }

  mlir::func::FuncOp function;
  mlir::OpBuilder &builder;
  llvm::DenseMap<mlir::Value, Mapped> values;
  llvm::StringSet<> names; // of the model's tensors, given to an op
};

} // namespace sluice

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_CONVERTER_H
