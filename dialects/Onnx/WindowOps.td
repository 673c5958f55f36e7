// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators on images: convolution, pooling and what goes by channel.

#ifndef SLUICE_DIALECTS_ONNX_WINDOWOPS_TD
#define SLUICE_DIALECTS_ONNX_WINDOWOPS_TD

include "dialects/Onnx/OnnxDialect.td"

// The attributes that every sliding window has. The importer always writes all
// of them: `auto_pad` is resolved and defaults are filled in.
defvar Onnx_Window = (ins
  DenseI64ArrayAttr:$kernel_shape,
  DenseI64ArrayAttr:$strides,
  // All leading pads, then all trailing ones; never negative.
  DenseI64ArrayAttr:$pads,
  DenseI64ArrayAttr:$dilations);

def Onnx_ConvOp : Onnx_ShapedOp<"Conv"> {
  let summary = "Convolution";
  let description = [{
    `X` is N x C x D1 x ... x Dn, `W` is M x C/group x k1 x ... x kn, `B` holds M
    values, `Y` is N x M x E1 x ... x En with
    `E = (D + pad_begin + pad_end - dilation * (k - 1) - 1) / stride + 1`.
  }];
  let arguments = !con((ins AnyTensor:$X, AnyTensor:$W, Optional<AnyTensor>:$B),
                       Onnx_Window,
                       (ins DefaultValuedAttr<I64Attr, "1">:$group));
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = [{
    $X `,` $W (`,` $B^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_ConvTransposeOp : Onnx_ShapedOp<"ConvTranspose"> {
  let summary = "Transposed convolution";
  let description = [{
    `X` is N x C x D1 x ... x Dn, `W` is C x M/group x k1 x ... x kn, `Y` is
    N x M x E1 x ... x En with `E = stride * (D - 1) + output_padding +
    dilation * (k - 1) + 1 - pad_begin - pad_end`. `auto_pad` and `output_shape`
    are resolved into `pads` by the importer.
  }];
  let arguments = !con((ins AnyTensor:$X, AnyTensor:$W, Optional<AnyTensor>:$B),
                       Onnx_Window,
                       (ins DenseI64ArrayAttr:$output_padding,
                            DefaultValuedAttr<I64Attr, "1">:$group));
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = [{
    $X `,` $W (`,` $B^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_AveragePoolOp : Onnx_ShapedOp<"AveragePool"> {
  let summary = "Mean over a sliding window";
  let description = [{
    Padding counts as elements only with `count_include_pad`. With `ceil_mode`
    the output's size is rounded up, but no window starts in the trailing pad.
  }];
  let arguments = !con((ins AnyTensor:$X), Onnx_Window,
                       (ins DefaultValuedAttr<BoolAttr, "false">:$ceil_mode,
                            DefaultValuedAttr<BoolAttr, "false">
                                :$count_include_pad));
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = "$X attr-dict `:` functional-type(operands, results)";
}

def Onnx_MaxPoolOp : Onnx_TypedOp<"MaxPool"> {
  let summary = "Maximum over a sliding window";
  let description = [{
    `Indices`, where the model asks for it, are positions in the flattened
    input, row-major unless `storage_order` is 1. Padding never wins.
  }];
  let arguments = !con((ins AnyTensor:$X), Onnx_Window,
                       (ins DefaultValuedAttr<BoolAttr, "false">:$ceil_mode,
                            DefaultValuedAttr<I64Attr, "0">:$storage_order));
  let results = (outs AnyTensor:$Y, Optional<AnyTensor>:$Indices);
  let assemblyFormat = "$X attr-dict `:` functional-type(operands, results)";
}

class Onnx_GlobalPoolOp<string mnemonic> : Onnx_ShapedOp<mnemonic> {
  let arguments = (ins AnyTensor:$X);
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = "$X attr-dict `:` functional-type(operands, results)";
}

def Onnx_GlobalAveragePoolOp : Onnx_GlobalPoolOp<"GlobalAveragePool"> {
  let summary = "Mean of each channel";
}

def Onnx_GlobalMaxPoolOp : Onnx_GlobalPoolOp<"GlobalMaxPool"> {
  let summary = "Maximum of each channel";
}

def Onnx_ResizeOp : Onnx_ShapedOp<"Resize", [AttrSizedOperandSegments]> {
  let summary = "An image of another size";
  let description = [{
    `mode` says how a pixel follows from its neighbours: `nearest`, `linear` or
    `cubic`; `coordinates` where pixels lie, and `nearest_mode` which of two is the
    nearer, as the standard's `coordinate_transformation_mode` and
    `nearest_mode`. There are either `scales` or `sizes`, one a dimension. The
    importer brings Upsample to `asymmetric` and `floor`, and keeps what crops,
    smooths or weighs edges by other rules as a node.
  }];
  let arguments = (ins AnyTensor:$X, Optional<AnyTensor>:$scales,
                       Optional<AnyTensor>:$sizes, StrAttr:$mode,
                       StrAttr:$coordinates, StrAttr:$nearest_mode);
  let results = (outs AnyTensor:$Y);
  let extraClassDeclaration = [{
    /// The factor of each dimension; nullopt where it is not known.
    std::optional<::llvm::SmallVector<double>> getAllScales();
  }];
  let assemblyFormat = [{
    $X (`scales` `(` $scales^ `)`)? (`sizes` `(` $sizes^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Onnx_BatchNormalizationOp : Onnx_ShapedOp<"BatchNormalization"> {
  let summary = "Y = (X - mean) / sqrt(var + epsilon) * scale + B by channel";
  let description = [{
    The inference form; the importer drops `momentum`, which only training uses.
  }];
  let arguments = (ins AnyTensor:$X, AnyTensor:$scale, AnyTensor:$B,
                       AnyTensor:$input_mean, AnyTensor:$input_var,
                       DefaultValuedAttr<F32Attr, "1e-05f">:$epsilon);
  let results = (outs AnyTensor:$Y);
  let assemblyFormat = [{
    $X `,` $scale `,` $B `,` $input_mean `,` $input_var attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif // SLUICE_DIALECTS_ONNX_WINDOWOPS_TD
