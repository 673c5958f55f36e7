// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'onnx.Gemm' op A and B must be matrices, not of shapes 2x3 and 3}}
  %0 = onnx.Gemm %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Gemm' op A gives 3 columns, but B 2 rows}}
  %0 = onnx.Gemm %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %c: tensor<4x2x2xf32>) {
  // expected-error @below {{'onnx.Gemm' op C of shape 4x2x2 does not broadcast to 2x2}}
  %0 = onnx.Gemm %a, %a, %c {transB = true} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<4x2x2xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.MatMul' op A gives 3 columns, but B 2 rows}}
  %0 = onnx.MatMul %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<f32>) {
  // expected-error @below {{'onnx.MatMul' op operands must not be scalars}}
  %0 = onnx.MatMul %a, %b : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x4x4xf32>, %b: tensor<3x4x4xf32>) {
  // expected-error @below {{'onnx.MatMul' op shapes 2 and 3 do not broadcast}}
  %0 = onnx.MatMul %a, %b : (tensor<2x4x4xf32>, tensor<3x4x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Softmax' op axis -3 is out of range for rank 2}}
  %0 = onnx.Softmax %a {axis = -3 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %axes = onnx.Constant dense<[1, -1]> : tensor<2xi64>
  // expected-error @below {{'onnx.ReduceMean' op axes names dimension 1 more than once}}
  %0 = onnx.ReduceMean %a, %axes : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}
