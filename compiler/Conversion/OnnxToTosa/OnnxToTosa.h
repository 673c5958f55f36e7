// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/OnnxToTosa/Passes.h.inc"

/// Appends the TOSA form of the model's operations to the function and leaves
/// them in place: what `convert-onnx-to-tosa` would make of those that it can
/// convert. An error is emitted at every one that it can not.
void previewTosa(mlir::func::FuncOp function);

} // namespace sluice

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H
