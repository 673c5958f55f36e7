// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that touch the `onnx` dialect only.

#ifndef SLUICE_DIALECTS_ONNX_PASSES_TD
#define SLUICE_DIALECTS_ONNX_PASSES_TD

include "mlir/Pass/PassBase.td"

def InferShapes : Pass<"onnx-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "Give results the shapes that follow from the operands";
  let description = [{
    Visits operations in order and refines each result's shape through the
    interface `ShapeInference`; element types stay. The function's type follows
    what it returns. The importer has done this for a model that it has read;
    the pass serves IR that was written or changed since.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

#endif // SLUICE_DIALECTS_ONNX_PASSES_TD
