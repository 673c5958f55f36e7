// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What stays on the CPU.

// RUN: sluice-opt %s --pass-pipeline='builtin.module(func.func(partition{target=opencl}))' | FileCheck %s

// An integer that is made of a sum of floats; half floats; a window that does not
// fit; a product of two computed matrices.
// CHECK-LABEL: func.func @sum
// CHECK: deploy.region "opencl_1" on "opencl"
// CHECK: tosa.conv2d
// CHECK: deploy.region "cpu_2" on "cpu"
// CHECK: tosa.cast
func.func @sum(%x: tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xi32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<2x1x1x2xf32>} : () -> tensor<2x1x1x2xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
      : (tensor<1x2x2x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x2xf32> loc("conv")
  %i = tosa.cast %s : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xi32> loc("quantize")
  return %i : tensor<1x2x2x2xi32>
}

// CHECK-LABEL: func.func @half
// CHECK-NOT: on "opencl"
func.func @half(%x: tensor<4xf16>) -> tensor<4xf16> {
  %y = tosa.abs %x : (tensor<4xf16>) -> tensor<4xf16>
  return %y : tensor<4xf16>
}

// CHECK-LABEL: func.func @window
// CHECK-NOT: on "opencl"
func.func @window(%x: tensor<1x64x64x16xf32>) -> tensor<1x1x1x16xf32> {
  %w = "tosa.const"() {values = dense<0.5> : tensor<64x64x16x1xf32>} : () -> tensor<64x64x16x1xf32>
  %b = "tosa.const"() {values = dense<1.0> : tensor<16xf32>} : () -> tensor<16xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
      : (tensor<1x64x64x16xf32>, tensor<64x64x16x1xf32>, tensor<16xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x16xf32>
  return %s : tensor<1x1x1x16xf32>
}

// CHECK-LABEL: func.func @product
// CHECK-NOT: on "opencl"
func.func @product(%x: tensor<1x4x4xf32>, %y: tensor<1x4x4xf32>) -> tensor<1x4x4xf32> {
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %s = tosa.matmul %x, %y, %z, %z : (tensor<1x4x4xf32>, tensor<1x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4xf32>
  return %s : tensor<1x4x4xf32>
}
