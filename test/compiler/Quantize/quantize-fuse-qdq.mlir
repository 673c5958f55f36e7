// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-fuse-qdq %s | FileCheck %s

// Relu becomes a clamp at the zero point of the result.
// CHECK-LABEL: func.func @conv_relu
// CHECK: onnx.Conv {{.*}}onnx.clamp = array<i64: -28, 127>
// CHECK-SAME: (tensor<1x1x4x4x!quant.uniform<i8:f32, 5.000000e-01:3>>, tensor<2x1x1x1x!quant.uniform<i8:f32:0, {2.500000e-01,1.250000e-01}>>, tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,6.250000e-02}>>) -> tensor<1x2x4x4x!quant.uniform<i8:f32, 2.000000e+00:-28>>
// CHECK-NOT: onnx.Relu
func.func @conv_relu(%x: tensor<1x1x4x4xi8>) -> tensor<1x2x4x4xi8> {
  %xs = onnx.Constant dense<0.5> : tensor<f32>
  %xz = onnx.Constant dense<3> : tensor<i8>
  %ys = onnx.Constant dense<2.0> : tensor<f32>
  %yz = onnx.Constant dense<-28> : tensor<i8>
  %wq = onnx.Constant dense<1> : tensor<2x1x1x1xi8>
  %ws = onnx.Constant dense<[0.25, 0.125]> : tensor<2xf32>
  %bq = onnx.Constant dense<7> : tensor<2xi32>
  %bs = onnx.Constant dense<[0.125, 0.0625]> : tensor<2xf32>
  %0 = onnx.DequantizeLinear %x, %xs, %xz : (tensor<1x1x4x4xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x4x4xf32>
  %w = onnx.DequantizeLinear %wq, %ws {axis = 0 : i64} : (tensor<2x1x1x1xi8>, tensor<2xf32>) -> tensor<2x1x1x1xf32>
  %b = onnx.DequantizeLinear %bq, %bs {axis = 0 : i64} : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Conv %0, %w, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.Relu %1 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = onnx.QuantizeLinear %2, %ys, %yz : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<i8>) -> tensor<1x2x4x4xi8>
  return %3 : tensor<1x2x4x4xi8>
}

// A maximum has the scale of its operand; another one keeps it in float.
// CHECK-LABEL: func.func @other_scale
// CHECK: onnx.GlobalMaxPool %{{.*}} : (tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32>
func.func @other_scale(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x1x1xi8> {
  %s = onnx.Constant dense<1.0> : tensor<f32>
  %t = onnx.Constant dense<2.0> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<1x1x4x4xi8>, tensor<f32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.GlobalMaxPool %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32>
  %2 = onnx.QuantizeLinear %1, %t : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xi8>
  return %2 : tensor<1x1x1x1xi8>
}
