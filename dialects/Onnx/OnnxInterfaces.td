// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The interface through which an operation states its result shapes.

#ifndef SLUICE_DIALECTS_ONNX_ONNXINTERFACES_TD
#define SLUICE_DIALECTS_ONNX_ONNXINTERFACES_TD

include "mlir/IR/OpBase.td"

def ShapeInference : OpInterface<"ShapeInference"> {
  let cppNamespace = "::sluice::onnx";
  let description = [{
    States the shape and the element type of each result. The same function
    serves the importer, the pass `onnx-infer-shapes` and the verifier: an
    operation whose operands do not fit together is refused here, and a result
    type that contradicts the operands is refused by the interface's verifier.
  }];
  let methods = [
    InterfaceMethod<[{
        Appends one shape for each result, or nullopt where it depends on data
        that is not constant. Called only when all operands have static shapes.
        Emits an error at the operation when the operands or the attributes
        violate the operator's definition.
      }], "::llvm::LogicalResult", "inferShapes",
      (ins "::sluice::onnx::ResultShapes &":$shapes)>,
    InterfaceMethod<[{
        The element type that the standard gives to a result in a model that
        is not yet quantized; by default that of the first operand.
      }], "::mlir::Type", "inferElementType", (ins "unsigned":$result), "", [{
        return ::mlir::getElementTypeOrSelf($_op->getOperand(0).getType());
      }]>,
  ];
  let verify = [{ return ::sluice::onnx::detail::verifyResultShapes($_op); }];
}

#endif // SLUICE_DIALECTS_ONNX_ONNXINTERFACES_TD
