// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret -split-input-file -verify-diagnostics %s | FileCheck %s

// Half rounds towards +infinity, once; then the zero point, then saturation.
// CHECK-LABEL: @ties
// CHECK: dense<[-1, 0, 1, 1, 2, 127, -128]> : tensor<7xi8>
func.func @ties() -> tensor<7xi8> {
  %x = "tosa.const"() {values = dense<[-6, -2, 2, 5, 6, 2147483647, -2147483648]> : tensor<7xi32>} : () -> tensor<7xi32>
  %m = "tosa.const"() {values = dense<1> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<2> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<7xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<7xi8>
  return %0 : tensor<7xi8>
}

// -----

// An exact product, as residual adds use it (section 6).
// CHECK-LABEL: @exact
// CHECK: dense<[-4194048, 4161282]> : tensor<2xi32>
func.func @exact() -> tensor<2xi32> {
  %x = "tosa.const"() {values = dense<[-128, 127]> : tensor<2xi8>} : () -> tensor<2xi8>
  %m = "tosa.const"() {values = dense<131064> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<2> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// -----

func.func @overflow() -> tensor<1xi8> {
  %x = "tosa.const"() {values = dense<2147483647> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<32767> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<2> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @+1 {{rescale leaves 32 bits before it saturates}}
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1xi8>
  return %0 : tensor<1xi8>
}

// -----

// From 48 bits to int16: a tie, 3 * 2^40 * 20000 / 2^46, both ways, and both ends.
// CHECK-LABEL: @wide
// CHECK: dense<[938, -937, 32767, -32768]> : tensor<4xi16>
func.func @wide() -> tensor<4xi16> {
  %x = "tosa.const"() {values = dense<[3298534883328, -3298534883328, 140737488355327, -140737488355328]> : tensor<4xi48>} : () -> tensor<4xi48>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<46> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi48>} : () -> tensor<1xi48>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<4xi16>
  return %0 : tensor<4xi16>
}
