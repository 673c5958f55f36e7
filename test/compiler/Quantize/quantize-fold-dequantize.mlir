// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-fold-dequantize %s | FileCheck %s

// One scale and zero point for each row.
// CHECK-LABEL: func.func @rows
// CHECK: onnx.Constant dense<{{\[}}[0.000000e+00, 5.000000e-01], [-4.000000e+00, 2.540000e+02]]> : tensor<2x2xf32>
// CHECK-NOT: onnx.DequantizeLinear
func.func @rows() -> tensor<2x2xf32> {
  %w = onnx.Constant dense<[[1, 2], [-2, 127]]> : tensor<2x2xi8>
  %s = onnx.Constant dense<[0.5, 2.0]> : tensor<2xf32>
  %z = onnx.Constant dense<[1, 0]> : tensor<2xi8>
  %0 = onnx.DequantizeLinear %w, %s, %z {axis = 0 : i64} : (tensor<2x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// A bias in int32; axis counts from the back.
// CHECK-LABEL: func.func @bias
// CHECK: onnx.Constant dense<[5.000000e+01, 4.000000e+02]> : tensor<2xf32>
func.func @bias() -> tensor<2xf32> {
  %w = onnx.Constant dense<[100, 200]> : tensor<2xi32>
  %s = onnx.Constant dense<[0.5, 2.0]> : tensor<2xf32>
  %0 = onnx.DequantizeLinear %w, %s {axis = -1 : i64} : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: func.func @activation
// CHECK: onnx.DequantizeLinear %arg0
func.func @activation(%x: tensor<4xi8>) -> tensor<4xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<4xi8>, tensor<f32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
