// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret %s | FileCheck %s

// Integers wrap.
// CHECK-LABEL: @add
// CHECK: dense<[-2147483648, -2]> : tensor<2xi32>
func.func @add() -> tensor<2xi32> {
  %a = "tosa.const"() {values = dense<[2147483647, 1]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[1, -3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.add %a, %b : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// CHECK-LABEL: @sub
// CHECK: dense<[2147483647, 4]> : tensor<2xi32>
func.func @sub() -> tensor<2xi32> {
  %a = "tosa.const"() {values = dense<[-2147483648, 1]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[1, -3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.sub %a, %b : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// A dimension of 1 is repeated, on either side.
// CHECK-LABEL: @broadcast
// CHECK: dense<{{\[\[}}1.100000e+01, 2.100000e+01], [1.200000e+01, 2.200000e+01]]> : tensor<2x2xf32>
func.func @broadcast() -> tensor<2x2xf32> {
  %a = "tosa.const"() {values = dense<[[1.0], [2.0]]> : tensor<2x1xf32>} : () -> tensor<2x1xf32>
  %b = "tosa.const"() {values = dense<[[10.0, 20.0]]> : tensor<1x2xf32>} : () -> tensor<1x2xf32>
  %0 = tosa.add %a, %b : (tensor<2x1xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// CHECK-LABEL: @mul
// CHECK: dense<[0, -15]> : tensor<2xi32>
func.func @mul() -> tensor<2xi32> {
  %a = "tosa.const"() {values = dense<[65536, -3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[65536, 5]> : tensor<2xi32>} : () -> tensor<2xi32>
  %s = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.mul %a, %b, %s : (tensor<2xi32>, tensor<2xi32>, tensor<1xi8>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// CHECK-LABEL: @mul_float
// CHECK: dense<[1.250000e-01, -1.500000e+01]> : tensor<2xf32>
func.func @mul_float() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[0.5, -3.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %b = "tosa.const"() {values = dense<[0.25, 5.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %s = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.mul %a, %b, %s : (tensor<2xf32>, tensor<2xf32>, tensor<1xi8>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Truncates towards zero.
// CHECK-LABEL: @intdiv
// CHECK: dense<[3, -3, -3]> : tensor<3xi32>
func.func @intdiv() -> tensor<3xi32> {
  %a = "tosa.const"() {values = dense<[7, -7, 7]> : tensor<3xi32>} : () -> tensor<3xi32>
  %b = "tosa.const"() {values = dense<[2, 2, -2]> : tensor<3xi32>} : () -> tensor<3xi32>
  %0 = tosa.intdiv %a, %b : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  return %0 : tensor<3xi32>
}

// CHECK-LABEL: @maximum
// CHECK: dense<[3, 5]> : tensor<2xi8>
func.func @maximum() -> tensor<2xi8> {
  %a = "tosa.const"() {values = dense<[-128, 5]> : tensor<2xi8>} : () -> tensor<2xi8>
  %b = "tosa.const"() {values = dense<[3, -5]> : tensor<2xi8>} : () -> tensor<2xi8>
  %0 = tosa.maximum %a, %b : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// CHECK-LABEL: @minimum
// CHECK: dense<[-128, -5]> : tensor<2xi8>
func.func @minimum() -> tensor<2xi8> {
  %a = "tosa.const"() {values = dense<[-128, 5]> : tensor<2xi8>} : () -> tensor<2xi8>
  %b = "tosa.const"() {values = dense<[3, -5]> : tensor<2xi8>} : () -> tensor<2xi8>
  %0 = tosa.minimum %a, %b : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// CHECK-LABEL: @pow
// CHECK: dense<[8.000000e+00, 3.000000e+00]> : tensor<2xf32>
func.func @pow() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[2.0, 9.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %b = "tosa.const"() {values = dense<[3.0, 0.5]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.pow %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @equal
// CHECK: dense<[true, false]> : tensor<2xi1>
func.func @equal() -> tensor<2xi1> {
  %a = "tosa.const"() {values = dense<[1, 2]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[1, 3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.equal %a, %b : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// CHECK-LABEL: @greater
// CHECK: dense<[false, true]> : tensor<2xi1>
func.func @greater() -> tensor<2xi1> {
  %a = "tosa.const"() {values = dense<[1, 4]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[1, 3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.greater %a, %b : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// CHECK-LABEL: @greater_equal
// CHECK: dense<[true, false]> : tensor<2xi1>
func.func @greater_equal() -> tensor<2xi1> {
  %a = "tosa.const"() {values = dense<[1, 2]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<[1, 3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.greater_equal %a, %b : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi1>
  return %0 : tensor<2xi1>
}

// CHECK-LABEL: @select
// CHECK: dense<[1, 9]> : tensor<2xi32>
func.func @select() -> tensor<2xi32> {
  %c = "tosa.const"() {values = dense<[true, false]> : tensor<2xi1>} : () -> tensor<2xi1>
  %a = "tosa.const"() {values = dense<[1, 2]> : tensor<2xi32>} : () -> tensor<2xi32>
  %b = "tosa.const"() {values = dense<9> : tensor<1xi32>} : () -> tensor<1xi32>
  %0 = tosa.select %c, %a, %b : (tensor<2xi1>, tensor<2xi32>, tensor<1xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// CHECK-LABEL: @negate
// CHECK: dense<[-1.500000e+00, 2.000000e+00]> : tensor<2xf32>
func.func @negate() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[1.5, -2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %0 = tosa.negate %a, %z, %z : (tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @abs
// CHECK: dense<[1.500000e+00, 2.000000e+00]> : tensor<2xf32>
func.func @abs() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[1.5, -2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.abs %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @exp
// CHECK: dense<[1.000000e+00, 2.71828175]> : tensor<2xf32>
func.func @exp() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[0.0, 1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.exp %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @log
// CHECK: dense<[0.000000e+00, 0.693147182]> : tensor<2xf32>
func.func @log() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.log %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @erf
// CHECK: dense<[0.000000e+00, 0.842700779]> : tensor<2xf32>
func.func @erf() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[0.0, 1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.erf %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @sigmoid
// CHECK: dense<[5.000000e-01, 0.880797088]> : tensor<2xf32>
func.func @sigmoid() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[0.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.sigmoid %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @tanh
// CHECK: dense<[0.000000e+00, 0.761594176]> : tensor<2xf32>
func.func @tanh() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[0.0, 1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.tanh %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @reciprocal
// CHECK: dense<[2.500000e-01, -2.000000e+00]> : tensor<2xf32>
func.func @reciprocal() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[4.0, -0.5]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.reciprocal %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @rsqrt
// CHECK: dense<[5.000000e-01, 2.000000e+00]> : tensor<2xf32>
func.func @rsqrt() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[4.0, 0.25]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.rsqrt %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @floor
// CHECK: dense<[1.000000e+00, -2.000000e+00]> : tensor<2xf32>
func.func @floor() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[1.5, -1.5]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.floor %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @ceil
// CHECK: dense<[2.000000e+00, -1.000000e+00]> : tensor<2xf32>
func.func @ceil() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[1.5, -1.5]> : tensor<2xf32>} : () -> tensor<2xf32>
  %0 = tosa.ceil %a : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
