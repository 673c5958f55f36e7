// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_QUANTIZE_PASSES_TD
#define SLUICE_COMPILER_QUANTIZE_PASSES_TD

include "mlir/Pass/PassBase.td"

def InsertQdq : Pass<"quantize-insert-qdq", "::mlir::func::FuncOp"> {
  let summary = "Put QuantizeLinear and DequantizeLinear where ranges are known";
  let description = [{
    Turns a calibrated float model into a QDQ model in int8. A tensor's range is
    the attribute `onnx.range = [min, max]` (f32) of the operation that yields it,
    or `onnx.range` on the function's argument.

    Activations get one scale and zero point a tensor, such that zero is exact;
    weights one symmetric scale an output channel; biases the product of the two
    in int32. A Relu or Clip after a layer takes the layer's place. Operators that
    only move or choose elements keep the scale of their operand. A softmax over the
    last dimension has the scale 1/256 and the zero point -128. What a product of two
    activations reads has the zero point 0, where that costs at most a quarter of the
    steps; a constant scaling of the product takes its place.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def FuseQdq : Pass<"quantize-fuse-qdq", "::mlir::func::FuncOp"> {
  let summary = "Make layers between DequantizeLinear and QuantizeLinear integer";
  let description = [{
    An operation that reads dequantized int8 or int16 tensors and whose result is
    only quantized again becomes the same operation on `!quant.uniform` element types;
    a Relu or Clip in between becomes the attribute `onnx.clamp = [low, high]` of
    quantized values, or of a Clip behind an operation that does not end with a clamp;
    a scaling of a product by a constant becomes a change of the result's scale. Any
    other scaling by a positive constant is a change of scale. Storage casts join it to
    the integer tensors around it. What has no integer form stays float between its
    DequantizeLinear and QuantizeLinear, as do products whose weights have scales along
    another dimension than the output channels; where int16 is why, the attribute
    `onnx.stays_float` says it.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect", "::mlir::quant::QuantDialect"];
}

def MakeSigned : Pass<"quantize-make-signed", "::mlir::func::FuncOp"> {
  let summary = "Shift the uint8 and uint16 tensors of a QDQ model to int8 and int16";
  let description = [{
    uint8 with zero point z holds the same reals as int8 with zero point z - 128,
    uint16 those of int16 with z - 32768.
    Constants change, and tensors from a QuantizeLinear to every
    DequantizeLinear, also through operators that only move or choose elements.
    The model's own inputs and results keep their type.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def WidenInt4 : Pass<"quantize-widen-int4", "::mlir::func::FuncOp"> {
  let summary = "Hold the 4-bit constants of a QDQ model in int8";
  let description = [{
    An int4 weight is an int8 weight within -8..7: a DequantizeLinear of an int4
    constant reads an int8 constant of the same values, one of a uint4 constant
    values and zero point less 8. A target with arithmetic for four bits looks at
    the values.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

def FoldDequantize : Pass<"quantize-fold-dequantize", "::mlir::func::FuncOp"> {
  let summary = "Compute DequantizeLinear of constants";
  let description = [{
    What is left of them after `quantize-fuse-qdq` are the parameters of layers
    that stay float.
  }];
  let dependentDialects = ["::sluice::onnx::OnnxDialect"];
}

#endif // SLUICE_COMPILER_QUANTIZE_PASSES_TD
