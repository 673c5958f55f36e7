// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions with what follows them, as the kernels can do them.

#ifndef SLUICE_TARGETS_CPU_DENSELAYER_H
#define SLUICE_TARGETS_CPU_DENSELAYER_H

#include "targets/cpu/KernelBuilder.h"

#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <optional>
#include <vector>

namespace sluice::cpu {

/// A dense or depthwise convolution (a product of matrices is one) and the
/// rescale and clamp behind it.
struct DenseLayer {
  llvm::SmallVector<mlir::Operation *, 3> ops; // in program order
  mlir::Value input;
  bool isFloat = false, isDepthwise = false;
  unsigned inputBits = 0;                                // 8, 16 or 32
  llvm::SmallVector<int64_t, 4> inputShape, outputShape; // NHWC
  int64_t channels = 0;                                  // of the output
  std::array<int64_t, 2> kernel{1, 1}, stride{1, 1}, dilation{1, 1}; // y, x
  std::array<int64_t, 4> pad{}; // top, bottom, left, right
  int32_t inputZeroPoint = 0;
  /// Instead of weights and bias, a matrix that the model computes: a row a
  /// channel, or a column if not `channelRows`. Null if the weights are
  /// constant.
  mlir::Value matrix;
  bool channelRows = false;
  int32_t matrixZeroPoint = 0;
  /// Dense: OHWI; depthwise: HWC. Bias: one a channel. Of the input's kind.
  std::vector<int8_t> weights;
  std::vector<int32_t> bias;
  std::vector<float> floatWeights, floatBias;
  Epilogue epilogue;
  /// Of a requantization: one a channel or one for all.
  std::vector<int64_t> multipliers, shifts;

  /// The op whose result is the layer's.
  mlir::Operation *getRoot() const { return ops.back(); }
};

/// The layer that begins with `op`, if a kernel can do it.
std::optional<DenseLayer> matchDenseLayer(mlir::Operation *op);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_DENSELAYER_H
