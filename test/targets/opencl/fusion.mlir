// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What is stored and what passes through a kernel: a sum of two windows is made
// by the later one; a softmax stores what it reads twice; equal kernels are one.

// RUN: sluice-translate %s --regions-to-opencl | FileCheck %s

// CHECK: // Region residual
// CHECK: #define NAME k0
// CHECK: #define NAME k1
// CHECK: k1_finish(const float8 sum, const int at, const int c, global const uchar *constants, global const float *e0)
// CHECK-NEXT: const float8 [[E:v[0-9]+]] = *(global const float8 *)(e0 + at);
// CHECK-NEXT: const float8 {{v[0-9]+}} = [[E]] + sum;
// CHECK: #define DOT dot1
// CHECK-NOT: #define NAME
// CHECK: // k0 {{.*}} tensor 0 scratch 0+4096
// CHECK-NEXT: // k0 {{.*}} scratch 0+4096 scratch 4096+4096
// CHECK-NEXT: // k1 {{.*}} tensor 0 scratch 4096+4096 tensor 1
// CHECK-NOT: // k

// CHECK: // Region softmax
// CHECK: #define COMBINE(a, b) fmax(a, b)
// CHECK: k1_finish(const int at, const int c,
// CHECK: exp(
// CHECK: = 1.0f / sum;
// CHECK: // k0 {{.*}} tensor 0 scratch
// CHECK-NEXT: // k1 {{.*}} tensor 0 scratch {{.*}} scratch
// CHECK-NEXT: // k2
// CHECK-NEXT: // k3 {{.*}} tensor 1
// CHECK-NOT: // k

// A result that is an input, or another result, once more is a copy.
// CHECK: // Region copies
// CHECK: // k0 {{.*}} tensor 0 tensor 1
// CHECK-NEXT: // k1 {{.*}} tensor 1 tensor 2
// CHECK-NEXT: // k1 {{.*}} tensor 0 tensor 3

func.func @main(%x: tensor<1x4x4x8xf32>, %v: tensor<2x10xf32>)
    -> (tensor<1x4x4x8xf32>, tensor<2x10xf32>, tensor<2x10xf32>, tensor<20xf32>, tensor<2x10xf32>) {
  %r = deploy.region "residual" on "opencl" (%a = %x) : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32> {
    %w = "tosa.const"() {values = dense<0.5> : tensor<8x1x1x8xf32>} : () -> tensor<8x1x1x8xf32>
    %w3 = "tosa.const"() {values = dense<0.25> : tensor<8x3x3x8xf32>} : () -> tensor<8x3x3x8xf32>
    %b = "tosa.const"() {values = dense<1.0> : tensor<8xf32>} : () -> tensor<8xf32>
    %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
    %one = tosa.conv2d %a, %w, %b, %z, %z {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
        : (tensor<1x4x4x8xf32>, tensor<8x1x1x8xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x8xf32>
    %two = tosa.conv2d %one, %w, %b, %z, %z {acc_type = f32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
        : (tensor<1x4x4x8xf32>, tensor<8x1x1x8xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x8xf32>
    %three = tosa.conv2d %a, %w3, %b, %z, %z {acc_type = f32, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>}
        : (tensor<1x4x4x8xf32>, tensor<8x3x3x8xf32>, tensor<8xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x8xf32>
    %sum = tosa.add %two, %three : (tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    %relu = tosa.clamp %sum {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
    deploy.yield %relu : tensor<1x4x4x8xf32>
  }
  %s = deploy.region "softmax" on "opencl" (%a = %v) : (tensor<2x10xf32>) -> tensor<2x10xf32> {
    %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %max = tosa.reduce_max %a {axis = 1 : i32} : (tensor<2x10xf32>) -> tensor<2x1xf32>
    %less = tosa.sub %a, %max : (tensor<2x10xf32>, tensor<2x1xf32>) -> tensor<2x10xf32>
    %exp = tosa.exp %less : (tensor<2x10xf32>) -> tensor<2x10xf32>
    %sum = tosa.reduce_sum %exp {axis = 1 : i32} : (tensor<2x10xf32>) -> tensor<2x1xf32>
    %part = tosa.reciprocal %sum : (tensor<2x1xf32>) -> tensor<2x1xf32>
    %y = tosa.mul %exp, %part, %shift : (tensor<2x10xf32>, tensor<2x1xf32>, tensor<1xi8>) -> tensor<2x10xf32>
    deploy.yield %y : tensor<2x10xf32>
  }
  %c:3 = deploy.region "copies" on "opencl" (%a = %v) : (tensor<2x10xf32>) -> (tensor<2x10xf32>, tensor<20xf32>, tensor<2x10xf32>) {
    %flat = tosa.const_shape {values = dense<20> : tensor<1xindex>} : () -> !tosa.shape<1>
    %e = tosa.abs %a : (tensor<2x10xf32>) -> tensor<2x10xf32>
    %again = tosa.reshape %e, %flat : (tensor<2x10xf32>, !tosa.shape<1>) -> tensor<20xf32>
    deploy.yield %e, %again, %a : tensor<2x10xf32>, tensor<20xf32>, tensor<2x10xf32>
  }
  return %r, %s, %c#0, %c#1, %c#2 : tensor<1x4x4x8xf32>, tensor<2x10xf32>, tensor<2x10xf32>, tensor<20xf32>, tensor<2x10xf32>
}
