// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret -split-input-file -verify-diagnostics %s

func.func @unknown() -> tensor<1xf32> {
  %x = "tosa.const"() {values = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  // expected-error @+1 {{the reference interpreter does not know this operation}}
  %0 = tosa.sin %x : (tensor<1xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

func.func @type() -> tensor<1xf16> {
  // expected-error @+1 {{the reference interpreter cannot hold a value of type 'tensor<1xf16>'}}
  %0 = "tosa.const"() {values = dense<1.0> : tensor<1xf16>} : () -> tensor<1xf16>
  return %0 : tensor<1xf16>
}

// -----

func.func @division_by_zero() -> tensor<1xi32> {
  %x = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  // expected-error @+1 {{division by zero}}
  %0 = tosa.intdiv %x, %x : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// -----

// The only quotient that does not fit.
func.func @division_overflow() -> tensor<1xi32> {
  %x = "tosa.const"() {values = dense<-2147483648> : tensor<1xi32>} : () -> tensor<1xi32>
  %y = "tosa.const"() {values = dense<-1> : tensor<1xi32>} : () -> tensor<1xi32>
  // expected-error @+1 {{the quotient does not fit 32 bits}}
  %0 = tosa.intdiv %x, %y : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// -----

func.func @shifted_product() -> tensor<1xi32> {
  %x = "tosa.const"() {values = dense<3> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<1> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @+1 {{the reference interpreter takes a shift of 0 only}}
  %0 = tosa.mul %x, %x, %s : (tensor<1xi32>, tensor<1xi32>, tensor<1xi8>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// -----

func.func @gather() -> tensor<1x1x1xi32> {
  %x = "tosa.const"() {values = dense<1> : tensor<1x2x1xi32>} : () -> tensor<1x2x1xi32>
  %i = "tosa.const"() {values = dense<2> : tensor<1x1xi32>} : () -> tensor<1x1xi32>
  // expected-error @+1 {{gather index 2 is outside the values}}
  %0 = tosa.gather %x, %i : (tensor<1x2x1xi32>, tensor<1x1xi32>) -> tensor<1x1x1xi32>
  return %0 : tensor<1x1x1xi32>
}

// -----

func.func @integer_average() -> tensor<1x1x1x1xi8> {
  %x = "tosa.const"() {values = dense<1> : tensor<1x1x1x1xi8>} : () -> tensor<1x1x1x1xi8>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @+1 {{an integer average pool must be a depthwise sum and a rescale}}
  %0 = tosa.avg_pool2d %x, %z, %z {acc_type = i32, kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x1xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x1x1xi8>
  return %0 : tensor<1x1x1x1xi8>
}

// -----

func.func @shift() -> tensor<1xi8> {
  %x = "tosa.const"() {values = dense<1> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<1> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<1> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @+1 {{rescale shift 1 is not in 2..62}}
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1xi8>
  return %0 : tensor<1xi8>
}

// -----

func.func @rounding() -> tensor<1xi8> {
  %x = "tosa.const"() {values = dense<1> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<1> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<32> : tensor<1xi8>} : () -> tensor<1xi8>
  %xz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %yz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  // expected-error @+1 {{rescale must be signed and round once}}
  %0 = tosa.rescale %x, %m, %s, %xz, %yz {scale32 = true, rounding_mode = DOUBLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1xi8>
  return %0 : tensor<1xi8>
}
