// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that act on each element by itself.

#ifndef SLUICE_DIALECTS_ONNX_ELEMENTWISEOPS_TD
#define SLUICE_DIALECTS_ONNX_ELEMENTWISEOPS_TD

include "dialects/Onnx/OnnxDialect.td"

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

class Onnx_BinaryOp<string mnemonic, list<Trait> traits = []>
    : Onnx_ShapedOp<mnemonic, traits> {
  let arguments = (ins AnyTensor:$a, AnyTensor:$b);
  let results = (outs AnyTensor:$c);
  let hasFolder = 1;
  let assemblyFormat =
      "$a `,` $b attr-dict `:` functional-type(operands, results)";
}

def Onnx_AddOp : Onnx_BinaryOp<"Add", [Commutative]> {
  let summary = "Element-wise sum";
  let description = [{
    `c = a + b` with numpy's broadcasting. Folds on small integer constants.
  }];
}

def Onnx_SubOp : Onnx_BinaryOp<"Sub"> {
  let summary = "Element-wise difference";
  let description = [{
    `c = a - b` with numpy's broadcasting. Folds on small integer constants.
  }];
}

def Onnx_MulOp : Onnx_BinaryOp<"Mul", [Commutative]> {
  let summary = "Element-wise product";
  let description = [{
    `c = a * b` with numpy's broadcasting. Folds on small integer constants.
  }];
}

def Onnx_DivOp : Onnx_BinaryOp<"Div"> {
  let summary = "Element-wise quotient";
  let description = [{
    `c = a / b` with numpy's broadcasting; on integers it truncates towards
    zero. Folds on small integer constants.
  }];
}

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

class Onnx_UnaryOp<string mnemonic, dag attributes = (ins)>
    : Onnx_ShapedOp<mnemonic> {
  let arguments = !con((ins AnyTensor:$x), attributes);
  let results = (outs AnyTensor:$y);
  let assemblyFormat = "$x attr-dict `:` functional-type(operands, results)";
}

def Onnx_ReluOp : Onnx_UnaryOp<"Relu"> {
  let summary = "max(x, 0)";
}

def Onnx_SigmoidOp : Onnx_UnaryOp<"Sigmoid"> {
  let summary = "1 / (1 + exp(-x))";
}

def Onnx_TanhOp : Onnx_UnaryOp<"Tanh"> {
  let summary = "Hyperbolic tangent";
}

def Onnx_HardSwishOp : Onnx_UnaryOp<"HardSwish"> {
  let summary = "x * max(0, min(1, x/6 + 0.5))";
}

def Onnx_SwishOp
    : Onnx_UnaryOp<"Swish", (ins DefaultValuedAttr<F32Attr, "1.0f">:$alpha)> {
  let summary = "x / (1 + exp(-alpha * x)), with alpha 1 also called SiLU";
}

def Onnx_ErfOp : Onnx_UnaryOp<"Erf"> {
  let summary = "Gauss's error function";
}

def Onnx_GeluOp
    : Onnx_UnaryOp<"Gelu", (ins DefaultValuedAttr<BoolAttr, "false">:$tanh)> {
  let summary = "x * (1 + erf(x / sqrt(2))) / 2";
  let description = [{
    `tanh` is the standard's `approximate`: tanh(sqrt(2 / pi) * (x + 0.044715 *
    x^3)) in place of the error function.
  }];
}

def Onnx_EluOp
    : Onnx_UnaryOp<"Elu", (ins DefaultValuedAttr<F32Attr, "1.0f">:$alpha)> {
  let summary = "x where x >= 0, else alpha * (exp(x) - 1)";
}

def Onnx_LeakyReluOp
    : Onnx_UnaryOp<"LeakyRelu",
                   (ins DefaultValuedAttr<F32Attr, "0.01f">:$alpha)> {
  let summary = "x where x >= 0, else alpha * x";
}

def Onnx_HardSigmoidOp
    : Onnx_UnaryOp<"HardSigmoid",
                   (ins DefaultValuedAttr<F32Attr, "0.2f">:$alpha,
                        DefaultValuedAttr<F32Attr, "0.5f">:$beta)> {
  let summary = "max(0, min(1, alpha * x + beta))";
}

def Onnx_ClipOp : Onnx_ShapedOp<"Clip", [AttrSizedOperandSegments]> {
  let summary = "min(max(x, min), max)";
  let description = [{
    `min` and `max` are scalars; one that is absent does not bound. Opsets below
    11 state them as attributes; the importer makes constants of those.
  }];
  let arguments = (ins AnyTensor:$input, Optional<AnyTensor>:$min,
                       Optional<AnyTensor>:$max);
  let results = (outs AnyTensor:$output);
  let assemblyFormat = [{
    $input (`min` `(` $min^ `)`)? (`max` `(` $max^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Onnx_CastOp : Onnx_ShapedOp<"Cast"> {
  let summary = "Conversion to another element type";
  let description = [{
    The target type, ONNX's attribute `to`, is the result's element type. Folds
    between small integer constants.
  }];
  let arguments = (ins AnyTensor:$input,
                       DefaultValuedAttr<BoolAttr, "true">:$saturate);
  let results = (outs AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat =
      "$input attr-dict `:` functional-type(operands, results)";
}

def Onnx_IdentityOp : Onnx_UnaryOp<"Identity"> {
  let summary = "Its operand, unchanged";
  let hasFolder = 1;
}

def Onnx_DropoutOp : Onnx_TypedOp<"Dropout"> {
  let summary = "Its operand, unchanged: dropout outside training";
  let description = [{
    Only the inference form exists here: the importer refuses training mode and
    drops `ratio` and `seed`, which have no effect. `mask`, where the model asks
    for it, is all true.
  }];
  let arguments = (ins AnyTensor:$data);
  let results = (outs AnyTensor:$output, Optional<AnyTensor>:$mask);
  let hasCanonicalizeMethod = 1;
  let assemblyFormat = "$data attr-dict `:` functional-type(operands, results)";
}

//===----------------------------------------------------------------------===//
// Quantization
//===----------------------------------------------------------------------===//

class Onnx_ScaleOp<string mnemonic> : Onnx_TypedOp<mnemonic> {
  let extraClassDeclaration = [{
    /// Whether there is one scale for the whole tensor.
    bool isPerTensor();
  }];
}

def Onnx_QuantizeLinearOp : Onnx_ScaleOp<"QuantizeLinear"> {
  let summary = "y = saturate(round(x / y_scale) + y_zero_point)";
  let description = [{
    Rounds half to even. The scale is a scalar, a vector along `axis`, or, with
    `block_size`, one value for each block along `axis`. ONNX's `output_dtype`
    is the result's element type.
  }];
  let arguments = (ins AnyTensor:$x, AnyTensor:$y_scale,
                       Optional<AnyTensor>:$y_zero_point,
                       DefaultValuedAttr<I64Attr, "1">:$axis,
                       DefaultValuedAttr<I64Attr, "0">:$block_size,
                       DefaultValuedAttr<BoolAttr, "true">:$saturate);
  let results = (outs AnyTensor:$y);
  let assemblyFormat = [{
    $x `,` $y_scale (`,` $y_zero_point^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Onnx_DequantizeLinearOp : Onnx_ScaleOp<"DequantizeLinear"> {
  let summary = "y = (x - x_zero_point) * x_scale";
  let description = [{
    The scale is a scalar, a vector along `axis`, or, with `block_size`, one
    value for each block along `axis`. The result has the scale's element type.
  }];
  let arguments = (ins AnyTensor:$x, AnyTensor:$x_scale,
                       Optional<AnyTensor>:$x_zero_point,
                       DefaultValuedAttr<I64Attr, "1">:$axis,
                       DefaultValuedAttr<I64Attr, "0">:$block_size);
  let results = (outs AnyTensor:$y);
  let assemblyFormat = [{
    $x `,` $x_scale (`,` $x_zero_point^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // SLUICE_DIALECTS_ONNX_ELEMENTWISEOPS_TD
