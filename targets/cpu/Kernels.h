// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Generators of kernel functions. A kernel's last two arguments are a range of
// its units of work; any split of all units between workers gives the same
// result.

#ifndef SLUICE_TARGETS_CPU_KERNELS_H
#define SLUICE_TARGETS_CPU_KERNELS_H

#include "targets/cpu/KernelBuilder.h"

#include <string>
#include <vector>

namespace sluice::cpu {

/// A kernel function and the number of its units.
struct Kernel {
  mlir::func::FuncOp func;
  int64_t units;
};

//===----------------------------------------------------------------------===//
// Pack: an image with its padding around it, in the type that a kernel reads.
//===----------------------------------------------------------------------===//

struct PackShape {
  int64_t batch, rows, cols, channels; // of the input, NHWC
  int64_t top, bottom, left, right;    // padding
  unsigned inputBits, bits; // of an element of the input and of the output
  bool isFloat;
  bool offset;   // int8 x becomes uint8 x + 128
  int64_t fill;  // what the padding holds, an input value
  int64_t slack; // elements that a reader may touch after the end

  int64_t paddedRows() const { return top + rows + bottom; }
  int64_t paddedCols() const { return left + cols + right; }
  int64_t inputSize() const { return batch * rows * cols * channels; }
  int64_t rowPitch() const { return paddedCols() * channels; }
  int64_t imagePitch() const { return paddedRows() * rowPitch(); }
  int64_t outputSize() const { return batch * imagePitch() + slack; }
  mlir::Type inputType(mlir::Builder &builder) const;
  mlir::Type outputType(mlir::Builder &builder) const;
};

/// (input, output): 1-D memrefs of inputSize and outputSize elements.
Kernel getPackKernel(mlir::ModuleOp module, const Level &level,
                     const PackShape &shape);

//===----------------------------------------------------------------------===//
// Strip: sums over strips of adjacent elements; any dense convolution.
//===----------------------------------------------------------------------===//

/// out[p, c] = bias[c] + Σ_kr Σ_kc Σ_{k < length} x[at(p) + kr · kernelRowStep
/// + kc · kernelColStep + k] · w[c, kr, kc, k], where in NHWC (column, channel)
/// is adjacent, so that kernelCols is 1 unless columns are dilated. Offsets are
/// in elements of the packed input.
struct StripShape {
  int64_t batch, rows, cols, channels; // of the output
  int64_t kernelRows, kernelCols, length;
  int64_t kernelRowStep, kernelColStep;
  int64_t imagePitch, rowStep, colStep; // from output to input
  int64_t inputSize;                    // elements
  unsigned inputBits;                   // before packing: 8, 16 or 32

  /// Where the pixels of a row follow on those of the row before at the same
  /// distance, the image is one column.
  void flatten();
};

/// How sums of `inputBits` are taken: those of int8 as the level does it best.
inline const DotProduct &getDot(const Level &level, unsigned inputBits) {
  return inputBits == 16 ? level.pair : level.dot;
}

/// How a level computes a strip: a tile of tileRows × tileCols pixels and
/// `vectors` vectors of channels is summed in registers.
struct StripPlan {
  int64_t vectors, tileRows, tileCols;
  int64_t blocks;       // of vectors · lanes channels, the last partly used
  int64_t blockWidth;   // channels
  int64_t paddedLength; // a multiple of the quantum
  int64_t quantum;

  StripPlan(const StripShape &shape, const Level &level, bool isFloat);

  int64_t weightCount(const StripShape &shape) const {
    return blocks * blockWidth * shape.kernelRows * shape.kernelCols *
           paddedLength;
  }
};

/// Weights [c][kr][kc][k] in the order that the kernel reads: [block][kr][kc]
/// [k / quantum][blockWidth][quantum], zeros where there is none.
template <typename T>
std::vector<T> packStripWeights(const StripShape &shape, const StripPlan &plan,
                                llvm::ArrayRef<T> weights) {
  std::vector<T> packed(plan.weightCount(shape), T(0));
  int64_t taps = shape.kernelRows * shape.kernelCols;
  for (int64_t c = 0; c < shape.channels; ++c)
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t k = 0; k < shape.length; ++k) {
        int64_t block = c / plan.blockWidth, lane = c % plan.blockWidth;
        int64_t group =
            (block * taps + tap) * (plan.paddedLength / plan.quantum) +
            k / plan.quantum;
        packed[(group * plan.blockWidth + lane) * plan.quantum +
               k % plan.quantum] = weights[(c * taps + tap) * shape.length + k];
      }
  return packed;
}

/// A matrix that the model computes, as the weights of a strip.
struct MatrixShape {
  int64_t channels, length;
  /// Whether it has a row of `length` a channel; else a row of all channels for
  /// each of these.
  bool channelRows;
  int64_t zeroPoint; // of the matrix
  int64_t inputZero; // of the packed input
};

/// (matrix, weights, bias), 1-D memrefs: packs the matrix less its zero point
/// as packStripWeights does, and the input's zero point into the bias.
Kernel getMatrixKernel(mlir::ModuleOp module, const Level &level,
                       const MatrixShape &shape, const StripPlan &plan);

/// (input, weights, bias, [multipliers, shifts, halves,] output), 1-D memrefs;
/// the tables have blocks · blockWidth elements.
Kernel getStripKernel(mlir::ModuleOp module, const Level &level,
                      const StripShape &shape, const Epilogue &epilogue);

//===----------------------------------------------------------------------===//
// Depthwise: a filter a channel.
//===----------------------------------------------------------------------===//

struct DepthwiseShape {
  int64_t batch, rows, cols, channels; // of the output
  int64_t kernelRows, kernelCols;
  int64_t kernelRowStep, kernelColStep;
  int64_t imagePitch, rowStep, colStep;
  int64_t inputSize;
  unsigned inputBits; // 8, 16 or 32

  /// Takes adjacent pixels with few channels for one pixel with more, up to a
  /// vector of `lanes`, where the same elements are meant. Tables and weights
  /// then repeat; returns how often.
  int64_t widen(int64_t lanes);

  /// Channels of tables and weights: a multiple of the lanes.
  int64_t paddedChannels(const Level &level) const;
};

/// Weights [kr][kc][c] as the kernel reads them: to each channel of int16 come
/// the zeros that fill up `quantum`.
template <typename T>
std::vector<T> packDepthwiseWeights(const DepthwiseShape &shape,
                                    const Level &level, int64_t quantum,
                                    int64_t repeat, llvm::ArrayRef<T> weights) {
  int64_t taps = shape.kernelRows * shape.kernelCols;
  int64_t channels = shape.channels / repeat;
  int64_t padded = shape.paddedChannels(level);
  std::vector<T> packed(taps * padded * quantum, T(0));
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t c = 0; c < shape.channels; ++c)
      packed[(tap * padded + c) * quantum] =
          weights[tap * channels + c % channels];
  return packed;
}

/// (input, weights, bias, [multipliers, shifts, halves,] output), 1-D memrefs;
/// integer inputs have int16 weights. Tables have paddedChannels elements.
Kernel getDepthwiseKernel(mlir::ModuleOp module, const Level &level,
                          const DepthwiseShape &shape,
                          const Epilogue &epilogue);

/// A kernel's name from its kind and all that it depends on.
std::string nameKernel(llvm::StringRef kind, llvm::ArrayRef<int64_t> numbers,
                       const Epilogue &epilogue);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_KERNELS_H
