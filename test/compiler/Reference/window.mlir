// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret %s | FileCheck %s

// A tap outside does not count, however small the others are.
// CHECK-LABEL: @max_pool
// CHECK: dense<{{\[\[}}{{\[\[}}-5, 2], [-7, 2]], {{\[\[}}-3, 4], [-4, 4]]]]> : tensor<1x2x2x2xi8>
func.func @max_pool() -> tensor<1x2x2x2xi8> {
  %a = "tosa.const"() {values = dense<[[[[-5, 1], [-7, 2]], [[-3, 3], [-4, 4]]]]> : tensor<1x2x2x2xi8>} : () -> tensor<1x2x2x2xi8>
  %0 = tosa.max_pool2d %a {kernel = array<i64: 2, 2>, pad = array<i64: 1, 0, 0, 1>, stride = array<i64: 1, 1>} : (tensor<1x2x2x2xi8>) -> tensor<1x2x2x2xi8>
  return %0 : tensor<1x2x2x2xi8>
}

// CHECK-LABEL: @max_pool_float
// CHECK: dense<-5.000000e+00> : tensor<1x1x1x1xf32>
func.func @max_pool_float() -> tensor<1x1x1x1xf32> {
  %a = "tosa.const"() {values = dense<[[[[-5.0], [-7.0]]]]> : tensor<1x1x2x1xf32>} : () -> tensor<1x1x2x1xf32>
  %0 = tosa.max_pool2d %a {kernel = array<i64: 1, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x1x2x1xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// The mean of what lies inside.
// CHECK-LABEL: @average
// CHECK: dense<{{\[\[}}{{\[\[}}1.000000e+00], [5.500000e+00]]]]> : tensor<1x1x2x1xf32>
func.func @average() -> tensor<1x1x2x1xf32> {
  %a = "tosa.const"() {values = dense<[[[[1.0], [3.0], [8.0]]]]> : tensor<1x1x3x1xf32>} : () -> tensor<1x1x3x1xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.avg_pool2d %a, %z, %z {acc_type = f32, kernel = array<i64: 1, 2>, pad = array<i64: 0, 0, 1, 0>, stride = array<i64: 1, 2>} : (tensor<1x1x3x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x1xf32>
  return %0 : tensor<1x1x2x1xf32>
}

// Along the first dimension; int32 wraps.
// CHECK-LABEL: @reduce_sum
// CHECK: dense<{{\[\[}}-2147483648, 3]]> : tensor<1x2xi32>
func.func @reduce_sum() -> tensor<1x2xi32> {
  %a = "tosa.const"() {values = dense<[[2147483647, 1], [1, 2]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  %0 = tosa.reduce_sum %a {axis = 0 : i32} : (tensor<2x2xi32>) -> tensor<1x2xi32>
  return %0 : tensor<1x2xi32>
}

// CHECK-LABEL: @reduce_sum_float
// CHECK: dense<{{\[\[}}1.500000e+00], [3.500000e+00]]> : tensor<2x1xf32>
func.func @reduce_sum_float() -> tensor<2x1xf32> {
  %a = "tosa.const"() {values = dense<[[1.0, 0.5], [1.5, 2.0]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = tosa.reduce_sum %a {axis = 1 : i32} : (tensor<2x2xf32>) -> tensor<2x1xf32>
  return %0 : tensor<2x1xf32>
}

// CHECK-LABEL: @reduce_max
// CHECK: dense<{{\[\[}}-1], [-2]]> : tensor<2x1xi32>
func.func @reduce_max() -> tensor<2x1xi32> {
  %a = "tosa.const"() {values = dense<[[-3, -1], [-5, -2]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  %0 = tosa.reduce_max %a {axis = 1 : i32} : (tensor<2x2xi32>) -> tensor<2x1xi32>
  return %0 : tensor<2x1xi32>
}

// CHECK-LABEL: @reduce_min
// CHECK: dense<{{\[\[}}-5, -2]]> : tensor<1x2xi32>
func.func @reduce_min() -> tensor<1x2xi32> {
  %a = "tosa.const"() {values = dense<[[-3, -1], [-5, -2]]> : tensor<2x2xi32>} : () -> tensor<2x2xi32>
  %0 = tosa.reduce_min %a {axis = 0 : i32} : (tensor<2x2xi32>) -> tensor<1x2xi32>
  return %0 : tensor<1x2xi32>
}

// CHECK-LABEL: @reduce_product
// CHECK: dense<-2.400000e+01> : tensor<1xf32>
func.func @reduce_product() -> tensor<1xf32> {
  %a = "tosa.const"() {values = dense<[2.0, 3.0, -4.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = tosa.reduce_product %a {axis = 0 : i32} : (tensor<3xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}
