// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_PASSES_TD
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertOnnxToTosa : Pass<"convert-onnx-to-tosa", "::mlir::func::FuncOp"> {
  let summary = "Rewrite the model in TOSA, channels last";
  let description = [{
    Quantized operations become the integer layers of docs/spec/integers.md,
    section 6; float ones float TOSA. Layout is assigned on the way: transposes
    of the model cost nothing, and dimensions are moved only where a consumer
    can not take them as they lie. The op that yields exactly a tensor of the
    model carries its name as `onnx.output` and, where its dimensions lie in
    another order than the model's, `onnx.perm`: dimension i of the model's
    tensor is dimension `perm[i]`.

    All nodes that can not be converted are reported, not only the first.
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_PASSES_TD
