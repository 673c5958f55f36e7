// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Matrix products and operators along an axis.

#ifndef SLUICE_DIALECTS_ONNX_LINEAROPS_TD
#define SLUICE_DIALECTS_ONNX_LINEAROPS_TD

include "dialects/Onnx/OnnxDialect.td"

def Onnx_GemmOp : Onnx_ShapedOp<"Gemm"> {
  let summary = "Y = alpha * A' * B' + beta * C";
  let description = [{
    `A'` is `A`, or its transpose with `transA`, and has the shape M x K; `B'` is
    K x N. `C`, where present, broadcasts to M x N.
  }];
  let arguments = (ins AnyTensor:$A, AnyTensor:$B, Optional<AnyTensor>:$C,
                       DefaultValuedAttr<F32Attr, "1.0f">:$alpha,
                       DefaultValuedAttr<F32Attr, "1.0f">:$beta,
                       DefaultValuedAttr<BoolAttr, "false">:$transA,
                       DefaultValuedAttr<BoolAttr, "false">:$transB);
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = [{
    $A `,` $B (`,` $C^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_MatMulOp : Onnx_ShapedOp<"MatMul"> {
  let summary = "Matrix product, as numpy.matmul";
  let description = [{
    The last two dimensions are matrices, all before them broadcast. A vector is
    a row on the left and a column on the right, and leaves no dimension behind.
  }];
  let arguments = (ins AnyTensor:$A, AnyTensor:$B);
  let results = (outs AnyTensor:$Y);
  let extraClassDeclaration = [{
    /// Whether B is a constant matrix, perhaps dequantized: weights rather than
    /// an activation.
    bool hasWeights();
    /// The Mul or Div by a positive constant scalar that is the only reader of
    /// the product, and the factor; null if there is none.
    std::pair<::mlir::Operation *, double> getScaling();
  }];
  let assemblyFormat =
      "$A `,` $B attr-dict `:` functional-type(operands, results)";
}

def Onnx_SoftmaxOp : Onnx_ShapedOp<"Softmax"> {
  let summary = "exp(x) / sum(exp(x)) along an axis";
  let description = [{
    Opsets below 13 normalise over all dimensions from `axis` on; where that is
    more than one, the importer writes Flatten, Softmax, Reshape.
  }];
  let arguments = (ins AnyTensor:$input,
                       DefaultValuedAttr<I64Attr, "-1">:$axis);
  let results = (outs AnyTensor:$output);
  let assemblyFormat =
      "$input attr-dict `:` functional-type(operands, results)";
}

def Onnx_ReduceMeanOp : Onnx_ShapedOp<"ReduceMean"> {
  let summary = "Mean over some dimensions";
  let description = [{
    Without `axes`, or with none in it, all dimensions are reduced, or, with
    `noop_with_empty_axes`, none. Opsets below 18 state the axes as an
    attribute; the importer makes a constant of it.
  }];
  let arguments = (ins AnyTensor:$data, Optional<AnyTensor>:$axes,
                       DefaultValuedAttr<BoolAttr, "true">:$keepdims,
                       DefaultValuedAttr<BoolAttr, "false">
                           :$noop_with_empty_axes);
  let results = (outs AnyTensor:$reduced);
  let extraClassDeclaration = [{
    /// The dimensions that are reduced, ascending; nullopt where the axes are not
    /// constant or the operand's rank is unknown.
    std::optional<::llvm::SmallVector<int64_t>> getReducedDims();
  }];
  let assemblyFormat = [{
    $data (`,` $axes^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // SLUICE_DIALECTS_ONNX_LINEAROPS_TD
