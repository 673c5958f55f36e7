// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @below {{'onnx.Add' op shapes 2x3 and 2 do not broadcast}}
  %0 = onnx.Add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xi32>) {
  // expected-error @below {{'onnx.Mul' op operands have different element types, 'f32' and 'i32'}}
  %0 = onnx.Mul %a, %b : (tensor<2x3xf32>, tensor<3xi32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'onnx.Clip' op max must be a scalar, not of shape 3}}
  %0 = onnx.Clip %x max(%b) : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %s: tensor<2xf32>) {
  // expected-error @below {{'onnx.QuantizeLinear' op scale of shape 2 does not fit axis 1 of 2x3, which needs 3}}
  %0 = onnx.QuantizeLinear %x, %s : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi8>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @below {{'onnx.QuantizeLinear' op axis 2 is out of range for rank 2}}
  %0 = onnx.QuantizeLinear %x, %s {axis = 2 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi8>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %s: tensor<3xf32>) {
  // expected-error @below {{'onnx.QuantizeLinear' op block_size is negative}}
  %0 = onnx.QuantizeLinear %x, %s {block_size = -2 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi8>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>, %s: tensor<3xf32>, %z: tensor<i8>) {
  // expected-error @below {{'onnx.QuantizeLinear' op zero point of shape scalar does not match the scale's 3}}
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<2x3xf32>, tensor<3xf32>, tensor<i8>) -> tensor<2x3xi8>
  return
}

// -----

func.func @f(%x: tensor<2xi8>, %s: tensor<i32>) {
  // expected-error @below {{'onnx.DequantizeLinear' op scale is of type 'i32', expected floats}}
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2xi8>, tensor<i32>) -> tensor<2xf32>
  return
}

// -----

func.func @f(%x: tensor<2xi8>, %s: tensor<f32>, %z: tensor<i32>) {
  // expected-error @below {{'onnx.DequantizeLinear' op operands have different element types, 'i8' and 'i32'}}
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<2xi8>, tensor<f32>, tensor<i32>) -> tensor<2xf32>
  return
}
