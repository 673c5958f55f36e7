// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_QUANTIZE_CALIBRATE_H
#define SLUICE_COMPILER_QUANTIZE_CALIBRATE_H

#include "compiler/Reference/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sluice {

struct CalibrateOptions {
  /// Share of a tensor's values inside its range, in percent; half of the rest
  /// is cut off on either side. 100 keeps the minimum and maximum.
  double percentile = 100;
};

/// Runs the float model (onnx ops) on every sample and puts `onnx.range` on the
/// function's arguments and operations. A sample has one tensor an argument.
/// Fails with a diagnostic where the model cannot be run; warns of tensors with
/// values that are not finite.
mlir::LogicalResult
calibrate(mlir::func::FuncOp function,
          llvm::ArrayRef<llvm::SmallVector<reference::Tensor>> samples,
          const CalibrateOptions &options);

} // namespace sluice

#endif // SLUICE_COMPILER_QUANTIZE_CALIBRATE_H
