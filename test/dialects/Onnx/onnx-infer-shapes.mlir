// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --onnx-infer-shapes --split-input-file | FileCheck %s

// The function's type follows.
// CHECK-LABEL: func.func @conv
// CHECK-SAME: -> tensor<1x4x4x4xf32>
// CHECK: onnx.Conv {{.*}} -> tensor<1x4x4x4xf32>
// CHECK: onnx.Clip {{.*}} -> tensor<1x4x4x4xf32>
func.func @conv(%x: tensor<1x3x8x8xf32>,
                %w: tensor<4x3x3x3xf32>) -> tensor<*xf32> {
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>,
    pads = array<i64: 0, 0, 1, 1>, dilations = array<i64: 1, 1>
  } : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<*xf32>
  %max = onnx.Constant dense<6.0> : tensor<f32>
  %1 = onnx.Clip %0 max(%max) : (tensor<*xf32>, tensor<f32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

// What follows an unknown shape stays unknown.
// CHECK-LABEL: func.func @unknown
// CHECK: onnx.Relu {{.*}} -> tensor<?x2xf32>
func.func @unknown(%x: tensor<?x2xf32>) -> tensor<?x2xf32> {
  %0 = onnx.Relu %x : (tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}
