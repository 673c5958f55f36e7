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

def FoldBatchNorm : Pass<"onnx-fold-batch-norm", "::mlir::func::FuncOp"> {
  let summary = "Fold batch normalization into the weights before it";
  let description = [{
    A BatchNormalization that is the only user of a Conv or a Gemm with constant
    weights becomes part of its weights and bias, computed in double.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def FuseBias : Pass<"onnx-fuse-bias", "::mlir::func::FuncOp"> {
  let summary = "Make an added constant the bias of the product before it";
  let description = [{
    MatMul with a constant matrix, then Add of a constant row, becomes Gemm, of
    more than two dimensions between reshapes. Conv, then Add of one constant a channel, gains a bias.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def NormalizeGemm : Pass<"onnx-normalize-gemm", "::mlir::func::FuncOp"> {
  let summary = "Fold Gemm's alpha, beta and transA";
  let description = [{
    The factors go into constant matrices; a transposed A becomes the result of a
    Transpose. What is not constant keeps its factor.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def FoldPad : Pass<"onnx-fold-pad", "::mlir::func::FuncOp"> {
  let summary = "Fold zero padding into the convolutions that follow";
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def FuseActivations : Pass<"onnx-fuse-activations", "::mlir::func::FuncOp"> {
  let summary = "Give activations that exporters spell out their names";
  let description = [{
    `x * Sigmoid(x)` becomes Swish, `x * HardSigmoid(x)` with slope 1/6 and offset
    1/2 HardSwish, and `x * (1 + Erf(x / sqrt(2))) / 2`, in any order of its
    products, Gelu. In a QDQ model the inner function's own QuantizeLinear and
    DequantizeLinear go with it.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def SplitToSlices : Pass<"onnx-split-to-slices", "::mlir::func::FuncOp"> {
  let summary = "Make each part that a Split cuts a Slice";
  let description = [{
    What holds for a Slice then holds for each part: how it is calibrated,
    quantized and read by address.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

#endif // SLUICE_DIALECTS_ONNX_PASSES_TD
