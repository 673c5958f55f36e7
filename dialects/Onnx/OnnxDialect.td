// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `onnx` dialect: its definition and the classes its operations share.

#ifndef SLUICE_DIALECTS_ONNX_ONNXDIALECT_TD
#define SLUICE_DIALECTS_ONNX_ONNXDIALECT_TD

include "dialects/Onnx/OnnxInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::sluice::onnx";
  let summary = "A model as the ONNX standard states it";
  let description = [{
    The model as imported: one operation for one ONNX node, with the standard's
    names for operators and attributes. Older opsets are brought to the form of
    opset 22 by the importer, so a pass sees one form of each operator.

    Operators that Sluice does not know by name are held by `onnx.Node`, so that
    nothing a model uses is lost on import.

    Attributes of the dialect on other operations:

    | attribute          | on              | meaning                              |
    |--------------------|-----------------|--------------------------------------|
    | `onnx.opset`       | module          | opset of the default domain          |
    | `onnx.domains`     | module          | opset of each other domain           |
    | `onnx.ir_version`  | module          | version of the file format           |
    | `onnx.producer`    | module          | what wrote the file, with version    |
    | `onnx.graph_name`  | module          | name of the main graph               |
    | `onnx.name`        | argument/result | the model's name for the tensor      |

    Node and tensor names live in locations, see `dialects/Onnx/Names.h`.
  }];
  let hasConstantMaterializer = 1;
  let dependentDialects = ["::mlir::func::FuncDialect"];
}

class Onnx_Op<string mnemonic, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic, traits>;

// An operator without side effects whose result shapes follow from its
// operands and attributes.
class Onnx_ShapedOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic,
              traits # [Pure, DeclareOpInterfaceMethods<ShapeInference>]>;

// As above, where the element type is not that of the first operand.
class Onnx_TypedOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic,
              traits # [Pure, DeclareOpInterfaceMethods<
                                  ShapeInference, ["inferElementType"]>]>;


#endif // SLUICE_DIALECTS_ONNX_ONNXDIALECT_TD
