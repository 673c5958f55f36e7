// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all kernel generators build with: index arithmetic, loops, and the way
// from a sum to a stored result.

#ifndef SLUICE_TARGETS_CPU_KERNELBUILDER_H
#define SLUICE_TARGETS_CPU_KERNELBUILDER_H

#include "targets/cpu/Level.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

#include <limits>

namespace sluice::cpu {

/// What happens to a sum before it is stored.
struct Epilogue {
  enum Kind { Sum, Requantize, Float };
  Kind kind = Sum;
  /// Requantize: all shifts are 16 or more, so that multipliers come as
  /// m · 2^16 and the upper word of the product is enough.
  bool high = false;
  /// Requantize: as in docs/spec/integers.md section 3, to 8 or 16 bits.
  unsigned bits = 8;
  int32_t zeroPoint = 0, lo = -128, hi = 127;
  /// Float: bounds of a clamp; NaN passes.
  float floatLo = -std::numeric_limits<float>::infinity();
  float floatHi = std::numeric_limits<float>::infinity();

  /// The type that is stored, and the one that is summed.
  mlir::Type getResultType(mlir::Builder &builder) const;
  mlir::Type getSumType(mlir::Builder &builder) const;
};

/// Arguments of a kernel that a result needs, beside the sum; of 1-D memrefs,
/// an element a channel. The last three are null but for Requantize.
struct ChannelTables {
  mlir::Value bias, multipliers, shifts, halves;
};

class KernelBuilder : public mlir::ImplicitLocOpBuilder {
public:
  KernelBuilder(mlir::Location loc, const Level &level)
      : ImplicitLocOpBuilder(loc, loc.getContext()), level(level) {}

  /// Starts function `name` at the end of `module`. `arguments` are memrefs
  /// that do not alias; two indices, the range of units, follow.
  mlir::func::FuncOp beginKernel(mlir::ModuleOp module, llvm::StringRef name,
                                 llvm::ArrayRef<mlir::Type> arguments);
  void endKernel();

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b);
  mlir::Value multiply(mlir::Value a, int64_t b);

  using LoopBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value, mlir::ValueRange)>;
  using PlainBody = llvm::function_ref<void(mlir::Value)>;

  /// for (i = from; i < to; i += step), carrying values. A loop of one trip is
  /// its body.
  llvm::SmallVector<mlir::Value> loop(int64_t from, int64_t to, int64_t step,
                                      mlir::ValueRange carried, LoopBody body);
  void loop(mlir::Value from, mlir::Value to, PlainBody body);
  void loop(int64_t from, int64_t to, PlainBody body);

  mlir::VectorType vector(int64_t lanes, mlir::Type element);
  mlir::Value load(mlir::Value buffer, mlir::Value offset, int64_t lanes);
  /// `valid` elements of `buffer`, continued with zeros.
  mlir::Value loadPart(mlir::Value buffer, mlir::Value offset, int64_t valid,
                       int64_t lanes);
  /// One element of `buffer` in all lanes.
  mlir::Value loadBroadcast(mlir::Value buffer, mlir::Value offset,
                            int64_t lanes);
  void store(mlir::Value value, mlir::Value buffer, mlir::Value offset);
  mlir::Value splat(mlir::VectorType type, int64_t value);
  mlir::Value splat(mlir::VectorType type, double value);

  /// a · b + c for floats.
  mlir::Value multiplyAdd(mlir::Value a, mlir::Value b, mlir::Value c);

  /// The sum plus products of int vectors, as `dot` does it. For the quantum 1
  /// `input` has 32 bits already.
  mlir::Value multiplyAdd(const DotProduct &dot, mlir::Value input,
                          mlir::Value weights, mlir::Value sum);

  /// Turns the vector `sum` of channels from `channel` on into results and
  /// stores those of the first `valid` lanes.
  void finish(const Epilogue &epilogue, mlir::Value sum,
              const ChannelTables &tables, mlir::Value channel, int64_t valid,
              mlir::Value output, mlir::Value offset);

  const Level &level;

private:
  mlir::Value requantize(const Epilogue &epilogue, mlir::Value sum,
                         const ChannelTables &tables, mlir::Value channel);
};

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_KERNELBUILDER_H
