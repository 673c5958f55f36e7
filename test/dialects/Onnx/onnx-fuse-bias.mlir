// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-fuse-bias %s | FileCheck %s

// CHECK-LABEL: func.func @matmul
// CHECK: %[[ROW:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: onnx.Gemm %{{.*}}, %{{.*}}, %[[ROW]]
// CHECK-NOT: onnx.Add
func.func @matmul(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x2xf32>
  %b = onnx.Constant dense<[[1.0, 2.0]]> : tensor<1x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  %1 = onnx.Add %b, %0 : (tensor<1x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// In a QDQ model both are dequantized constants.
// CHECK-LABEL: func.func @dequantized
// CHECK: onnx.Gemm
// CHECK-NOT: onnx.Add
func.func @dequantized(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %wq = onnx.Constant dense<1> : tensor<4x2xi8>
  %bq = onnx.Constant dense<1> : tensor<2xi32>
  %w = onnx.DequantizeLinear %wq, %s : (tensor<4x2xi8>, tensor<f32>) -> tensor<4x2xf32>
  %b = onnx.DequantizeLinear %bq, %s {axis = 0 : i64} : (tensor<2xi32>, tensor<f32>) -> tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  %1 = onnx.Add %0, %b : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}

// More dimensions are rows.
// CHECK-LABEL: func.func @tokens
// CHECK: %[[X:.*]] = onnx.Reshape %arg0, {{.*}} -> tensor<6x4xf32>
// CHECK: %[[Y:.*]] = onnx.Gemm %[[X]], {{.*}} -> tensor<6x2xf32>
// CHECK: %[[R:.*]] = onnx.Reshape %[[Y]], {{.*}} -> tensor<2x3x2xf32>
// CHECK: return %[[R]]
func.func @tokens(%x: tensor<2x3x4xf32>) -> tensor<2x3x2xf32> {
  %w = onnx.Constant dense<1.0> : tensor<4x2xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x3x4xf32>, tensor<4x2xf32>) -> tensor<2x3x2xf32>
  %1 = onnx.Add %0, %b : (tensor<2x3x2xf32>, tensor<2xf32>) -> tensor<2x3x2xf32>
  return %1 : tensor<2x3x2xf32>
}

// CHECK-LABEL: func.func @conv
// CHECK: %[[ROW:.*]] = onnx.Constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: onnx.Conv %{{.*}}, %{{.*}}, %[[ROW]]
// CHECK-NOT: onnx.Add
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = onnx.Add %0, %b : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// The constant varies along the columns, not the channels.
// CHECK-LABEL: func.func @columns
// CHECK: onnx.Add
func.func @columns(%x: tensor<1x1x4x2xf32>) -> tensor<1x2x4x2xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x2xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x2xf32>
  %1 = onnx.Add %0, %b : (tensor<1x2x4x2xf32>, tensor<2xf32>) -> tensor<1x2x4x2xf32>
  return %1 : tensor<1x2x4x2xf32>
}

// A convolution has one bias; what is added behind it stays.
// CHECK-LABEL: func.func @two_biases
// CHECK: %[[CONV:.*]] = onnx.Conv %{{.*}}, %{{.*}}, %{{.*}} {{{.*}} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>)
// CHECK: %[[ADD:.*]] = onnx.Add %[[CONV]]
// CHECK: return %[[ADD]]
func.func @two_biases(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %c = onnx.Constant dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x4x4xf32>
  %1 = onnx.Add %0, %b : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.Add %1, %c : (tensor<1x2x4x4xf32>, tensor<2x1x1xf32>) -> tensor<1x2x4x4xf32>
  return %2 : tensor<1x2x4x4xf32>
}

// A product of two activations has no bias: an attention's mask.
// CHECK-LABEL: func.func @mask
// CHECK: onnx.MatMul
// CHECK-NEXT: onnx.Add
func.func @mask(%x: tensor<1x2x3x4xf32>, %y: tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32> {
  %m = onnx.Constant dense<[[[[0.0, 0.0, -9.0]]]]> : tensor<1x1x1x3xf32>
  %0 = onnx.MatMul %x, %y : (tensor<1x2x3x4xf32>, tensor<1x2x4x3xf32>) -> tensor<1x2x3x3xf32>
  %1 = onnx.Add %0, %m : (tensor<1x2x3x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x2x3x3xf32>
  return %1 : tensor<1x2x3x3xf32>
}
