// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-widen-int4 -split-input-file %s | FileCheck %s

// The same values in int8; so is the zero point.
// CHECK-LABEL: func.func @signed
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[}}[-8, 7, -1]]> : tensor<1x3xi8>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant dense<-2> : tensor<i8>
// CHECK: onnx.DequantizeLinear %[[W]], %{{.*}}, %[[Z]] {axis = 0 : i64} : (tensor<1x3xi8>
func.func @signed() -> tensor<1x3xf32> {
  %w = onnx.Constant dense<[[-8, 7, -1]]> : tensor<1x3xi4>
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<-2> : tensor<i4>
  %0 = onnx.DequantizeLinear %w, %s, %z {axis = 0 : i64} : (tensor<1x3xi4>, tensor<f32>, tensor<i4>) -> tensor<1x3xf32>
  return %0 : tensor<1x3xf32>
}

// -----

// Without a zero point there still is none.
// CHECK-LABEL: func.func @no_zero_point
// CHECK: onnx.DequantizeLinear %{{[^,]*}}, %{{[^,]*}} : (tensor<2xi8>, tensor<f32>)
func.func @no_zero_point() -> tensor<2xf32> {
  %w = onnx.Constant dense<[-8, 7]> : tensor<2xi4>
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %w, %s : (tensor<2xi4>, tensor<f32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// uint4 less 8, with a zero point a column, and without any.
// CHECK-LABEL: func.func @unsigned
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[}}[-8, 7]]> : tensor<1x2xi8>
// CHECK-DAG: %[[Z:.*]] = onnx.Constant dense<[0, 7]> : tensor<2xi8>
// CHECK: onnx.DequantizeLinear %[[W]], %{{.*}}, %[[Z]]
// CHECK: %[[NONE:.*]] = onnx.Constant dense<-8> : tensor<2xi8>
// CHECK: onnx.DequantizeLinear %{{.*}}, %{{.*}}, %[[NONE]]
func.func @unsigned() -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = onnx.Constant dense<[[0, 15]]> : tensor<1x2xui4>
  %s = onnx.Constant dense<[0.5, 2.0]> : tensor<2xf32>
  %z = onnx.Constant dense<[8, 15]> : tensor<2xui4>
  %0 = onnx.DequantizeLinear %w, %s, %z : (tensor<1x2xui4>, tensor<2xf32>, tensor<2xui4>) -> tensor<1x2xf32>
  %1 = onnx.DequantizeLinear %w, %s : (tensor<1x2xui4>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<1x2xf32>, tensor<1x2xf32>
}

// -----

// What is computed stays.
// CHECK-LABEL: func.func @activation
// CHECK: onnx.DequantizeLinear %arg0, %{{.*}} : (tensor<2xi4>
func.func @activation(%x: tensor<2xi4>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2xi4>, tensor<f32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
