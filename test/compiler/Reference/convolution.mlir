// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret %s | FileCheck %s

// Two channels, a 2x2 kernel, padding on the left and above, stride 1: the
// padding reads as the zero point.
// CHECK-LABEL: @conv2d
// CHECK: dense<{{\[}}{{\[}}{{\[}}[14], [34]], {{\[}}[44], [104]]]]>
func.func @conv2d() -> tensor<1x2x2x1xi32> {
  %x = "tosa.const"() {values = dense<[[[[2], [3]], [[4], [5]]]]> : tensor<1x2x2x1xi8>} : () -> tensor<1x2x2x1xi8>
  %w = "tosa.const"() {values = dense<10> : tensor<1x2x2x1xi8>} : () -> tensor<1x2x2x1xi8>
  %b = "tosa.const"() {values = dense<4> : tensor<1xi32>} : () -> tensor<1xi32>
  %xz = "tosa.const"() {values = dense<1> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %xz, %wz {acc_type = i32, pad = array<i64: 1, 0, 1, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x2x2x1xi8>, tensor<1x2x2x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x1xi32>
  return %0 : tensor<1x2x2x1xi32>
}

// int32 sums wrap: docs/spec/integers.md, section 2.
// CHECK-LABEL: @wrap
// CHECK: dense<-2147483648> : tensor<1x1x1x1xi32>
func.func @wrap() -> tensor<1x1x1x1xi32> {
  %x = "tosa.const"() {values = dense<1> : tensor<1x1x1x1xi8>} : () -> tensor<1x1x1x1xi8>
  %b = "tosa.const"() {values = dense<2147483647> : tensor<1xi32>} : () -> tensor<1xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %x, %b, %z, %z {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x1x1xi8>, tensor<1x1x1x1xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x1x1xi32>
  return %0 : tensor<1x1x1x1xi32>
}

// Channel c sees only its own taps.
// CHECK-LABEL: @depthwise
// CHECK: dense<{{\[}}{{\[}}{{\[}}[32, 70]]]]> : tensor<1x1x1x2xi32>
func.func @depthwise() -> tensor<1x1x1x2xi32> {
  %x = "tosa.const"() {values = dense<[[[[1, 5], [2, 6]]]]> : tensor<1x1x2x2xi8>} : () -> tensor<1x1x2x2xi8>
  %w = "tosa.const"() {values = dense<[[[[10], [2]], [[11], [10]]]]> : tensor<1x2x2x1xi8>} : () -> tensor<1x2x2x1xi8>
  %b = "tosa.const"() {values = dense<0> : tensor<2xi32>} : () -> tensor<2xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %z, %z {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x2x2xi8>, tensor<1x2x2x1xi8>, tensor<2xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x1x2xi32>
  return %0 : tensor<1x1x1x2xi32>
}

// (3 - 1)(1 - 2) + (5 - 1)(3 - 2) and (3 - 1)(2 - 2) + (5 - 1)(4 - 2).
// CHECK-LABEL: @matmul
// CHECK: dense<{{\[\[}}[2, 8]]]> : tensor<1x1x2xi32>
func.func @matmul() -> tensor<1x1x2xi32> {
  %a = "tosa.const"() {values = dense<[[[3, 5]]]> : tensor<1x1x2xi8>} : () -> tensor<1x1x2xi8>
  %b = "tosa.const"() {values = dense<[[[1, 2], [3, 4]]]> : tensor<1x2x2xi8>} : () -> tensor<1x2x2xi8>
  %az = "tosa.const"() {values = dense<1> : tensor<1xi8>} : () -> tensor<1xi8>
  %bz = "tosa.const"() {values = dense<2> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.matmul %a, %b, %az, %bz : (tensor<1x1x2xi8>, tensor<1x2x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x2xi32>
  return %0 : tensor<1x1x2xi32>
}

// Dilation 2: 10 + 1 * 0.5 + 4 * 0.25.
// CHECK-LABEL: @conv2d_float
// CHECK: dense<1.150000e+01> : tensor<1x1x1x1xf32>
func.func @conv2d_float() -> tensor<1x1x1x1xf32> {
  %x = "tosa.const"() {values = dense<[[[[1.0]], [[2.0]], [[4.0]]]]> : tensor<1x3x1x1xf32>} : () -> tensor<1x3x1x1xf32>
  %w = "tosa.const"() {values = dense<[[[[0.5]], [[0.25]]]]> : tensor<1x2x1x1xf32>} : () -> tensor<1x2x1x1xf32>
  %b = "tosa.const"() {values = dense<10.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 2, 1>} : (tensor<1x3x1x1xf32>, tensor<1x2x1x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// int16 by int8 sums up in 48 bits.
// CHECK-LABEL: @wide
// CHECK: dense<12419530752> : tensor<1x1x1x1xi48>
func.func @wide() -> tensor<1x1x1x1xi48> {
  %x = "tosa.const"() {values = dense<-32768> : tensor<1x1x1x2xi16>} : () -> tensor<1x1x1x2xi16>
  %w = "tosa.const"() {values = dense<-128> : tensor<1x1x1x2xi8>} : () -> tensor<1x1x1x2xi8>
  %b = "tosa.const"() {values = dense<12411142144> : tensor<1xi48>} : () -> tensor<1xi48>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %xz, %wz {acc_type = i48, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x1x2xi16>, tensor<1x1x1x2xi8>, tensor<1xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x1x1xi48>
  return %0 : tensor<1x1x1x1xi48>
}

// And wraps there.
// CHECK-LABEL: @wide_wraps
// CHECK: dense<-140737488355328> : tensor<1x1x1x1xi48>
func.func @wide_wraps() -> tensor<1x1x1x1xi48> {
  %x = "tosa.const"() {values = dense<1> : tensor<1x1x1x1xi16>} : () -> tensor<1x1x1x1xi16>
  %w = "tosa.const"() {values = dense<1> : tensor<1x1x1x1xi8>} : () -> tensor<1x1x1x1xi8>
  %b = "tosa.const"() {values = dense<140737488355327> : tensor<1xi48>} : () -> tensor<1xi48>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.depthwise_conv2d %x, %w, %b, %xz, %wz {acc_type = i48, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x1x1xi16>, tensor<1x1x1x1xi8>, tensor<1xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x1x1xi48>
  return %0 : tensor<1x1x1x1xi48>
}
