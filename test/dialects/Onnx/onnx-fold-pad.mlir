// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-fold-pad --canonicalize %s | FileCheck %s

// CHECK-LABEL: func.func @zeros
// CHECK-NOT: onnx.Pad
// CHECK: onnx.Conv %arg0{{.*}}pads = array<i64: 1, 2, 4, 4>
func.func @zeros(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x9x10xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %pads = onnx.Constant dense<[0, 0, 1, 2, 0, 0, 3, 3]> : tensor<8xi64>
  %0 = onnx.Pad %x, %pads : (tensor<1x1x4x4xf32>, tensor<8xi64>) -> tensor<1x1x8x9xf32>
  %1 = onnx.Conv %0, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x1x8x9xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x9x10xf32>
  return %1 : tensor<1x1x9x10xf32>
}

// CHECK-LABEL: func.func @ones
// CHECK: onnx.Pad
func.func @ones(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x8x9xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %pads = onnx.Constant dense<[0, 0, 1, 2, 0, 0, 3, 3]> : tensor<8xi64>
  %0 = onnx.Pad %x, %pads value(%one) : (tensor<1x1x4x4xf32>, tensor<8xi64>, tensor<f32>) -> tensor<1x1x8x9xf32>
  %1 = onnx.Conv %0, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x8x9xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x8x9xf32>
  return %1 : tensor<1x1x8x9xf32>
}
