// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The unit that is judged, placed, tiled and reported: one row of
// docs/spec/integers.md section 6, matched on TOSA.

#ifndef SLUICE_COMPILER_SUPPORT_LAYER_H
#define SLUICE_COMPILER_SUPPORT_LAYER_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice {

enum class LayerKind {
  /// conv2d, also a fully connected layer, whose kernel is as large as its
  /// input.
  Convolution,
  /// matmul of two tensors that the model computes, of one entry.
  MatMul,
  /// depthwise_conv2d with weights, one output channel for an input channel.
  Depthwise,
  /// depthwise_conv2d whose weights are all 1 and whose bias is 0.
  AveragePool,
  /// As AveragePool with a 1 x 1 window, or a lone rescale.
  Rescale,
  MaxPool,
  Add,
  /// A lone table: what each byte becomes.
  Lookup,
  /// The ops of one softmax in integers.
  Softmax,
  /// float to integers and back.
  Quantize,
  Dequantize,
  /// No data moves.
  Reshape,
  /// Concatenations and slices of int8 or int16, and the reshapes among them:
  /// data moves and stays as it is.
  Move,
  Other,
};

/// The kind's name in reports and packages: "convolution", ...
llvm::StringRef stringify(LayerKind kind);

/// A size or a step in rows and columns.
struct Extent {
  int64_t y = 0;
  int64_t x = 0;

  int64_t area() const { return y * x; }
  friend bool operator==(const Extent &, const Extent &) = default;
};

/// A matched layer. It refers to the IR and lives no longer than its ops.
struct Layer {
  LayerKind kind = LayerKind::Other;
  /// The ONNX node's name; of several fused ones the last. Never empty.
  std::string name;
  /// The model's tensor that the layer makes (`onnx.output`), or empty.
  std::string outputName;
  /// The layer's ops in program order; constants do not belong to a layer.
  llvm::SmallVector<mlir::Operation *, 4> ops;
  /// What the layer reads from other layers or the block's arguments, each
  /// once, except that an Add and a MatMul always have two.
  llvm::SmallVector<mlir::Value, 2> inputs;
  /// Of convolutions and products: outputs * kernel * input channels a group,
  /// padding included. 0 for all else.
  int64_t macs = 0;

  /// The op that yields the layer's result.
  mlir::Operation *getRoot() const { return ops.back(); }
  mlir::Value getOutput() const;

  /// Whether the layer is one of integers.md's that compute integers from
  /// integers: Convolution, MatMul, Depthwise, AveragePool, Rescale, MaxPool,
  /// Add or Lookup. What follows is set only for these.
  bool isInteger() const;
  /// Whether an output depends on all channels of the input.
  bool mixesChannels() const {
    return kind == LayerKind::Convolution || kind == LayerKind::MatMul;
  }

  /// 8 or 16: the elements of all inputs, and of the output.
  unsigned inputBits = 8, outputBits = 8;
  int64_t inputBytes() const { return inputBits / 8; }
  int64_t outputBytes() const { return outputBits / 8; }
  /// What no |sum| of a layer with a multiplier exceeds: section 2.
  int64_t getLargestSum() const;

  /// NHWC. The input's is that of all inputs, but of a MatMul the first's. The
  /// shape of the values themselves may differ by a reshape. A tensor of lower
  /// rank counts as NHWC with leading ones.
  std::array<int64_t, 4> inputShape{}, outputShape{};
  /// The shape of input `index`.
  std::array<int64_t, 4> getInputShape(unsigned index) const;
  /// MatMul: whether the second input has a row of `inputShape[3]` values for
  /// each output channel, else a row of all output channels for each of these.
  bool hasChannelRows = false;
  Extent kernel{1, 1}, stride{1, 1}, dilation{1, 1};
  Extent padBefore, padAfter;
  /// Convolution: OHWI; Depthwise: HWC1; both int8 constants. Else null.
  mlir::Value weights;
  /// One an output channel or one for all, in int32 or, of int16 inputs, 48
  /// bits. Null where weights are.
  mlir::Value bias;
  /// Requantization, one an output channel or one for all; not MaxPool, Lookup.
  llvm::SmallVector<int32_t> multipliers, shifts;
  /// Of each input.
  llvm::SmallVector<int32_t, 2> inputZeroPoints;
  /// Add: the factor of each input.
  llvm::SmallVector<int32_t, 2> inputFactors;
  /// 256 bytes that results go through last: what -128, … 127 become. Empty if
  /// there is none.
  llvm::SmallVector<int8_t, 0> table;
  int32_t outputZeroPoint = 0;
  int32_t lo = -128, hi = 127; // in the output's type
};

/// Splits all ops of `block` but constants and the terminator into layers, in
/// an order in which they can run. Integer layers are matched by structure;
/// other ops are one layer where they follow each other and have one name.
std::vector<Layer> matchLayers(mlir::Block &block);

/// Whether `value` holds int8 or int16.
bool isActivation(mlir::Value value);

/// Whether `op` is a constant: no layer, copied to where it is used.
bool isConstant(mlir::Operation *op);

/// The elements of a constant integer tensor or of a slice of one, row-major;
/// nothing if `value` is neither or one needs more than 32 bits.
std::optional<std::vector<int32_t>> readIntegers(mlir::Value value);

/// Whether `value` is a constant of integers or a slice of one.
bool isIntegerConstant(mlir::Value value);

/// The shape of `value` as NHWC, lower ranks with leading ones; nothing unless
/// it is a tensor of static shape with 1 to 4 dimensions and not empty.
std::optional<std::array<int64_t, 4>> getImageShape(mlir::Value value);

/// The name an op's location gives it: its own NameLoc's, or the last of a
/// FusedLoc's; empty if none.
std::string getLocationName(mlir::Location location);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_LAYER_H
