// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constant weights and biases of convolutions and products, and what their sums
// mean.

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_WEIGHTS_H
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_WEIGHTS_H

#include "compiler/Conversion/OnnxToTosa/Converter.h"

namespace sluice {

/// Weights O × I × kernel height × kernel width: float32, or int8 with a scale
/// an output or one in all.
class Weights {
public:
  /// Of a convolution on images (the model's M × C/group × kH × kW). Fails with
  /// a diagnostic at `op`.
  static mlir::FailureOr<Weights> ofConvolution(mlir::Operation *op,
                                                mlir::Value value);
  /// Of a transposed convolution (the model's C × M/group × kH × kW), as the
  /// ordinary convolution of its taps has them.
  static mlir::FailureOr<Weights>
  ofTransposed(mlir::Operation *op, mlir::Value value, int64_t group);
  /// Of a product x · W with W of K × N, or N × K if `transposed`: N outputs, K
  /// inputs.
  static mlir::FailureOr<Weights> ofMatrix(mlir::Operation *op,
                                           mlir::Value value, bool transposed);

  bool isQuantized() const { return !scales.empty(); }
  mlir::Value asOhwi(TosaBuilder &b) const;
  /// Depthwise on `channels` C: input channel c makes outputs c·M … c·M + M
  /// − 1.
  mlir::Value asHwcm(TosaBuilder &b, int64_t channels) const;
  Weights getOutputs(int64_t first, int64_t count) const;
  /// A kernel of `zeros` rows and columns of zeros and then `count` others: the
  /// taps `first`, `first` + `step`, … in reverse. One more of zeros where
  /// there are none.
  Weights getTaps(std::array<int64_t, 2> first, std::array<int64_t, 2> count,
                  std::array<int64_t, 2> step,
                  std::array<int64_t, 2> zeros) const;
  /// The inputs, which are C × H × W flattened, become C inputs of a kernel H ×
  /// W.
  Weights asImage(int64_t channels, int64_t height, int64_t width) const;
  /// Σ |w| of an output, for int8 weights.
  double getMagnitude(int64_t output) const;

  int64_t outputs, inputs, height, width;
  llvm::SmallVector<double> scales;

private:
  template <typename T> llvm::ArrayRef<T> data() const {
    return {reinterpret_cast<const T *>(bytes.data()),
            bytes.size() / sizeof(T)};
  }
  template <typename F>
  mlir::Value reorder(TosaBuilder &b, llvm::ArrayRef<int64_t> shape,
                      F &&index) const;

  std::vector<char> bytes; // O, I, H, W
};

/// The sum of a layer: its bias, and how its units relate to the output's.
struct SumType {
  int64_t inputZeroPoint = 0;
  llvm::SmallVector<double>
      factors; // sum units over output units, one an output; empty if float
  llvm::SmallVector<double>
      worst; // largest magnitude of the sum, one an output
  llvm::SmallVector<int64_t> intBias;
  llvm::SmallVector<float> floatBias;

  /// `bias` may be null: int32 in units of input scale · weight scale, any
  /// scale given by its type, or float32.
  static mlir::FailureOr<SumType> of(mlir::Operation *op, mlir::Value input,
                                     const Weights &weights, mlir::Value bias);
  /// As sums of products with `x` take it.
  mlir::Value getBias(TosaBuilder &b, mlir::Value x) const;
  SumType getOutputs(int64_t first, int64_t count) const;
};

/// Whether `value` is a constant that the sums of a layer of `outputs` channels
/// can begin at.
bool isBias(mlir::Value value, int64_t outputs);

/// The constant behind a value, looking through storage casts; null if there is
/// none.
mlir::ElementsAttr getConstant(mlir::Value value);

} // namespace sluice

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_WEIGHTS_H
