// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that move elements or take tensors apart.

#ifndef SLUICE_DIALECTS_ONNX_LAYOUTOPS_TD
#define SLUICE_DIALECTS_ONNX_LAYOUTOPS_TD

include "dialects/Onnx/OnnxDialect.td"

def Onnx_PadOp : Onnx_ShapedOp<"Pad", [AttrSizedOperandSegments]> {
  let summary = "Elements added before and after";
  let description = [{
    `pads` holds the leading pad of each of `axes`, then the trailing ones;
    without `axes` that is all dimensions. Negative pads take away. `mode` is
    `constant`, `reflect`, `edge` or `wrap`; `constant_value` defaults to zero.
    Opsets below 11 state all as attributes; the importer makes constants.
  }];
  let arguments = (ins AnyTensor:$data, AnyTensor:$pads,
                       Optional<AnyTensor>:$constant_value,
                       Optional<AnyTensor>:$axes,
                       DefaultValuedAttr<StrAttr, "\"constant\"">:$mode);
  let results = (outs AnyTensor:$output);
  let extraClassDeclaration = [{
    /// The pads of all dimensions, leading ones first; nullopt where they are
    /// not constant or the operand's rank is unknown.
    std::optional<::llvm::SmallVector<int64_t>> getAllPads();
  }];
  let assemblyFormat = [{
    $data `,` $pads (`value` `(` $constant_value^ `)`)?
    (`axes` `(` $axes^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_FlattenOp : Onnx_ShapedOp<"Flatten"> {
  let summary = "A matrix of the dimensions before and from an axis";
  let arguments = (ins AnyTensor:$input,
                       DefaultValuedAttr<I64Attr, "1">:$axis);
  let results = (outs AnyTensor:$output);
  let assemblyFormat =
      "$input attr-dict `:` functional-type(operands, results)";
}

def Onnx_ReshapeOp : Onnx_ShapedOp<"Reshape"> {
  let summary = "The same elements in another shape";
  let description = [{
    In `shape`, -1 stands for what remains and 0, unless `allowzero`, for the
    operand's dimension at the same place.
  }];
  let arguments = (ins AnyTensor:$data, AnyTensor:$shape,
                       DefaultValuedAttr<BoolAttr, "false">:$allowzero);
  let results = (outs AnyTensor:$reshaped);
  let hasFolder = 1;
  let assemblyFormat =
      "$data `,` $shape attr-dict `:` functional-type(operands, results)";
}

def Onnx_TransposeOp : Onnx_ShapedOp<"Transpose"> {
  let summary = "The same elements with dimensions exchanged";
  let description = [{
    Dimension `i` of the result is dimension `perm[i]` of the operand. The
    importer writes `perm` where the model leaves it out.
  }];
  let arguments = (ins AnyTensor:$data, DenseI64ArrayAttr:$perm);
  let results = (outs AnyTensor:$transposed);
  let hasFolder = 1;
  let assemblyFormat =
      "$data attr-dict `:` functional-type(operands, results)";
}

def Onnx_SqueezeOp : Onnx_ShapedOp<"Squeeze"> {
  let summary = "Dimensions of size one taken out";
  let description = [{
    Without `axes`, all dimensions of size one. Opsets below 13 state the axes as
    an attribute; the importer makes a constant of it.
  }];
  let arguments = (ins AnyTensor:$data, Optional<AnyTensor>:$axes);
  let results = (outs AnyTensor:$squeezed);
  let hasFolder = 1;
  let assemblyFormat = [{
    $data (`,` $axes^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_UnsqueezeOp : Onnx_ShapedOp<"Unsqueeze"> {
  let summary = "Dimensions of size one put in";
  let description = [{
    `axes` are positions in the result. Opsets below 13 state them as an
    attribute; the importer makes a constant of it.
  }];
  let arguments = (ins AnyTensor:$data, AnyTensor:$axes);
  let results = (outs AnyTensor:$expanded);
  let hasFolder = 1;
  let assemblyFormat =
      "$data `,` $axes attr-dict `:` functional-type(operands, results)";
}

def Onnx_ConcatOp : Onnx_ShapedOp<"Concat"> {
  let summary = "Tensors joined along an axis";
  let arguments = (ins Variadic<AnyTensor>:$inputs, I64Attr:$axis);
  let results = (outs AnyTensor:$concat_result);
  let hasFolder = 1;
  let assemblyFormat =
      "$inputs attr-dict `:` functional-type(operands, results)";
}

def Onnx_SplitOp : Onnx_ShapedOp<"Split"> {
  let summary = "A tensor cut along an axis";
  let description = [{
    `split` holds the size of each part; without it the parts are equal, the
    last one smaller where they can not be. There are as many parts as results.
  }];
  let arguments = (ins AnyTensor:$input, Optional<AnyTensor>:$split,
                       DefaultValuedAttr<I64Attr, "0">:$axis);
  let results = (outs Variadic<AnyTensor>:$outputs);
  let assemblyFormat = [{
    $input (`,` $split^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Onnx_SliceOp : Onnx_ShapedOp<"Slice", [AttrSizedOperandSegments]> {
  let summary = "A part of a tensor";
  let description = [{
    As numpy's slicing: `starts` inclusive, `ends` exclusive, negative ones from
    the end, all clamped; `axes` default to the first, `steps` to one. Opsets
    below 10 state them as attributes; the importer makes constants.
  }];
  let arguments = (ins AnyTensor:$data, AnyTensor:$starts, AnyTensor:$ends,
                       Optional<AnyTensor>:$axes, Optional<AnyTensor>:$steps);
  let results = (outs AnyTensor:$output);
  let hasFolder = 1;
  let extraClassDeclaration = [{
    /// One dimension's range: elements `start + i * step` for `i < size`.
    struct Range {
      int64_t start;
      int64_t step;
      int64_t size;
    };
    /// The range of each dimension; nullopt where a bound is not constant or the
    /// operand's shape is not static.
    std::optional<::llvm::SmallVector<Range>> getRanges();
  }];
  let assemblyFormat = [{
    $data `,` $starts `,` $ends (`axes` `(` $axes^ `)`)?
    (`steps` `(` $steps^ `)`)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def Onnx_GatherOp : Onnx_ShapedOp<"Gather"> {
  let summary = "Slices along an axis, chosen by index";
  let description = [{
    Folds on small integer constants, as it is used in shape arithmetic.
  }];
  let arguments = (ins AnyTensor:$data, AnyTensor:$indices,
                       DefaultValuedAttr<I64Attr, "0">:$axis);
  let results = (outs AnyTensor:$output);
  let hasFolder = 1;
  let assemblyFormat =
      "$data `,` $indices attr-dict `:` functional-type(operands, results)";
}

def Onnx_ShapeOp : Onnx_TypedOp<"Shape"> {
  let summary = "The operand's shape, from dimension `start` up to `end`";
  let arguments = (ins AnyTensor:$data,
                       DefaultValuedAttr<I64Attr, "0">:$start,
                       OptionalAttr<I64Attr>:$end);
  let results = (outs AnyTensor:$shape);
  let hasFolder = 1;
  let assemblyFormat = "$data attr-dict `:` functional-type(operands, results)";
}

#endif // SLUICE_DIALECTS_ONNX_LAYOUTOPS_TD
