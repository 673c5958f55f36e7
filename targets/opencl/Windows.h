// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Convolutions, depthwise convolutions, products and pools as kernels: their
// numbers, how they are cut into work-groups, and their packed weights.

#ifndef SLUICE_TARGETS_OPENCL_WINDOWS_H
#define SLUICE_TARGETS_OPENCL_WINDOWS_H

#include "compiler/Support/Layer.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace sluice::opencl {

/// Channels that a work-item computes at once: LANES of kernels/prelude.cl.
inline constexpr int64_t lanes = 16;
/// Bytes of local memory that a work-group may use: what OpenCL promises.
inline constexpr int64_t localBytes = 32768;

enum class WindowKind { Dense, Depthwise, MaxPool, AveragePool };

/// A window that moves over an image, as TOSA has it. A product of matrices is
/// one of 1 x 1.
struct Window {
  WindowKind kind = WindowKind::Dense;
  bool isFloat = false;
  /// What the kernel reads, and what of it the op sees: trailing rows and
  /// columns that a slice cuts off are never read.
  mlir::Value source;
  std::array<int64_t, 4> sourceShape{}, inputShape{}, outputShape{};
  Extent kernel{1, 1}, stride{1, 1}, dilation{1, 1}, pad;
  int64_t inputZeroPoint = 0;
  mlir::Value weights, bias;
};

/// The window that `op` is; or why it has no kernel, in `reason`.
std::optional<Window> readWindow(mlir::Operation *op, std::string &reason);

/// How a window is cut: a work-group computes tile pixels of `blocks` blocks of
/// channels, in units of `pixels` pixels of one block.
struct Tiling {
  Extent tile{1, 1};
  int64_t blocks = 1, pixels = 1;
  /// Channels of the input in local memory at once, and how often.
  int64_t chunk = 0, chunks = 1;
  /// Input rows and columns of a tile.
  Extent input;
  /// Groups of blocks.
  int64_t splits = 1;

  int64_t getUnits() const {
    return llvm::divideCeil(tile.area(), pixels) * blocks;
  }
  /// Work-items of a group.
  int64_t getItems() const { return std::min<int64_t>(getUnits(), 64); }
};

/// Nothing where not even one pixel's window fits the local memory.
std::optional<Tiling> chooseTiling(const Window &window);

/// The bytes of the weights in the order in which the kernel reads them, then,
/// from `bias` on, a bias for each lane.
struct PackedWeights {
  std::vector<char> bytes;
  size_t bias = 0;
  /// Elements of a block of channels and a chunk of inputs, and steps of a run
  /// of taps.
  int64_t chunkElements = 0, steps = 0;
};
PackedWeights packWeights(const Window &window, const Tiling &tiling);

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_WINDOWS_H
