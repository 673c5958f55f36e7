// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// All operations of the `onnx` dialect: the groups, constants and what holds an
// operator that has no operation of its own.

#ifndef SLUICE_DIALECTS_ONNX_ONNXOPS_TD
#define SLUICE_DIALECTS_ONNX_ONNXOPS_TD

include "dialects/Onnx/ElementwiseOps.td"
include "dialects/Onnx/LayoutOps.td"
include "dialects/Onnx/LinearOps.td"
include "dialects/Onnx/WindowOps.td"

include "mlir/IR/BuiltinAttributeInterfaces.td"

def Onnx_ConstantOp : Onnx_Op<"Constant", [ConstantLike, Pure]> {
  let summary = "A tensor of the model: an initializer or a Constant node";
  let description = [{
    All forms of ONNX's Constant but strings and sparse tensors. More than 16
    elements are held as a resource, so that the text of a model stays readable;
    `dialects/Onnx/Constants.h` reads either form.

    A quantized constant holds its storage values and states its own type:

    ```mlir
    %c = onnx.Constant dense<1> : tensor<4xi8>
      as tensor<4x!quant.uniform<i8:f32, 0.5>>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs AnyStaticShapeTensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
  let hasCustomAssemblyFormat = 1;
  let builders = [OpBuilder<(ins "::mlir::ElementsAttr":$value), [{
    build($_builder, $_state, value.getType(), value);
  }]>];
}

def Onnx_NodeOp : Onnx_Op<"Node"> {
  let summary = "A node whose operator has no operation here";
  let description = [{
    Keeps what the model says, so that `sluice check` can list it: the operator,
    its domain (empty for ONNX's own), its attributes under their names. Tensor
    attributes are elements attributes; graphs are regions, named by
    `subgraph_names`, that may use values from outside.

    Inputs and outputs that the model leaves out are not operands or results;
    `absent_inputs` and `absent_outputs` hold their positions. A result whose
    type the file does not tell has the type `none`.
  }];
  let arguments = (ins StrAttr:$op_type, Variadic<AnyType>:$inputs,
                       DefaultValuedAttr<StrAttr, "\"\"">:$domain,
                       DefaultValuedAttr<DictionaryAttr, "{}">:$node_attributes,
                       OptionalAttr<DenseI64ArrayAttr>:$absent_inputs,
                       OptionalAttr<DenseI64ArrayAttr>:$absent_outputs,
                       OptionalAttr<StrArrayAttr>:$subgraph_names);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region VariadicRegion<SizedRegion<1>>:$subgraphs);
  let hasVerifier = 1;
  let assemblyFormat = [{
    $op_type `(` $inputs `)` (`graphs` $subgraphs^)? attr-dict
    `:` functional-type($inputs, $outputs)
  }];
}

def Onnx_YieldOp : Onnx_Op<"Yield", [Pure, Terminator, HasParent<"NodeOp">]> {
  let summary = "The outputs of a graph inside a node";
  let arguments = (ins Variadic<AnyType>:$outputs);
  let assemblyFormat = "($outputs^ `:` type($outputs))? attr-dict";
}

#endif // SLUICE_DIALECTS_ONNX_ONNXOPS_TD
