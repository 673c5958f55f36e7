// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-normalize-gemm %s | FileCheck %s

// CHECK-LABEL: func.func @factors
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01], [1.000000e+00]]>
// CHECK-DAG: %[[C:.*]] = onnx.Constant dense<6.000000e+00>
// CHECK: onnx.Gemm %arg0, %[[W]], %[[C]] : (
func.func @factors(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %w = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %c = onnx.Constant dense<3.0> : tensor<1xf32>
  %0 = onnx.Gemm %x, %w, %c {alpha = 0.5 : f32, beta = 2.0 : f32} : (tensor<3x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}

// Without C, beta means nothing.
// CHECK-LABEL: func.func @transposed
// CHECK: %[[T:.*]] = onnx.Transpose %arg0 {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
// CHECK: onnx.Gemm %[[T]], %{{[^ ]*}} : (tensor<3x2xf32>, tensor<2x1xf32>)
func.func @transposed(%x: tensor<2x3xf32>) -> tensor<3x1xf32> {
  %w = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.Gemm %x, %w {transA = true, beta = 0.5 : f32} : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}

// CHECK-LABEL: func.func @not_constant
// CHECK: onnx.Gemm %arg0, %arg1 {alpha = 5.000000e-01 : f32}
func.func @not_constant(%x: tensor<3x2xf32>, %w: tensor<2x1xf32>) -> tensor<3x1xf32> {
  %0 = onnx.Gemm %x, %w {alpha = 0.5 : f32} : (tensor<3x2xf32>, tensor<2x1xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}

// Each factor goes into its own matrix; another one's stays.
// CHECK-LABEL: func.func @constant_weights
// CHECK: %[[W:.*]] = onnx.Constant dense<{{\[\[}}5.000000e-01], [1.000000e+00]]>
// CHECK: onnx.Gemm %arg0, %[[W]], %arg1 {beta = 2.000000e+00 : f32}
func.func @constant_weights(%x: tensor<3x2xf32>, %c: tensor<3x1xf32>) -> tensor<3x1xf32> {
  %w = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.Gemm %x, %w, %c {alpha = 0.5 : f32, beta = 2.0 : f32} : (tensor<3x2xf32>, tensor<2x1xf32>, tensor<3x1xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}

// CHECK-LABEL: func.func @dequantized_weights
// CHECK: %[[C:.*]] = onnx.Constant dense<6.000000e+00>
// CHECK: onnx.Gemm %arg0, %{{.*}}, %[[C]] {alpha = 5.000000e-01 : f32}
func.func @dequantized_weights(%x: tensor<3x2xf32>) -> tensor<3x1xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %q = onnx.Constant dense<1> : tensor<2x1xi8>
  %c = onnx.Constant dense<3.0> : tensor<1xf32>
  %w = onnx.DequantizeLinear %q, %s : (tensor<2x1xi8>, tensor<f32>) -> tensor<2x1xf32>
  %0 = onnx.Gemm %x, %w, %c {alpha = 0.5 : f32, beta = 2.0 : f32} : (tensor<3x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<3x1xf32>
  return %0 : tensor<3x1xf32>
}
