// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret %s | FileCheck %s

// CHECK-LABEL: @clamp
// CHECK: dense<[-5, 3, 100]> : tensor<3xi8>
func.func @clamp() -> tensor<3xi8> {
  %a = "tosa.const"() {values = dense<[-128, 3, 127]> : tensor<3xi8>} : () -> tensor<3xi8>
  %0 = tosa.clamp %a {min_val = -5 : i8, max_val = 100 : i8} : (tensor<3xi8>) -> tensor<3xi8>
  return %0 : tensor<3xi8>
}

// CHECK-LABEL: @clamp_float
// CHECK: dense<[0.000000e+00, 5.000000e-01, 6.000000e+00]> : tensor<3xf32>
func.func @clamp_float() -> tensor<3xf32> {
  %a = "tosa.const"() {values = dense<[-2.0, 0.5, 7.0]> : tensor<3xf32>} : () -> tensor<3xf32>
  %0 = tosa.clamp %a {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Ties to even, saturating; NaN gives 0 (docs/spec/integers.md, section 5).
// CHECK-LABEL: @cast_to_integer
// CHECK: dense<[0, 2, -2, 2147483647, -2147483648, 0]> : tensor<6xi32>
func.func @cast_to_integer() -> tensor<6xi32> {
  %a = "tosa.const"() {values = dense<[0.5, 1.5, -2.5, 3.0e+09, -3.0e+09, 0x7FC00000]> : tensor<6xf32>} : () -> tensor<6xf32>
  %0 = tosa.cast %a : (tensor<6xf32>) -> tensor<6xi32>
  return %0 : tensor<6xi32>
}

// 2^24 + 1 rounds to 2^24, printed as its bits.
// CHECK-LABEL: @cast_to_float
// CHECK: dense<[0x4B800000, -3.000000e+00]> : tensor<2xf32>
func.func @cast_to_float() -> tensor<2xf32> {
  %a = "tosa.const"() {values = dense<[16777217, -3]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.cast %a : (tensor<2xi32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// CHECK-LABEL: @cast_widens
// CHECK: dense<[-128, 127]> : tensor<2xi32>
func.func @cast_widens() -> tensor<2xi32> {
  %a = "tosa.const"() {values = dense<[-128, 127]> : tensor<2xi8>} : () -> tensor<2xi8>
  %0 = tosa.cast %a : (tensor<2xi8>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// CHECK-LABEL: @cast_truncates
// CHECK: dense<[44, -1]> : tensor<2xi8>
func.func @cast_truncates() -> tensor<2xi8> {
  %a = "tosa.const"() {values = dense<[300, -1]> : tensor<2xi32>} : () -> tensor<2xi32>
  %0 = tosa.cast %a : (tensor<2xi32>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// Entry x + 128; entry i holds 7 i mod 256 - 128.
// CHECK-LABEL: @table
// CHECK: dense<[-128, -7, 0, 121]> : tensor<4xi8>
func.func @table() -> tensor<4xi8> {
  %a = "tosa.const"() {values = dense<[-128, -1, 0, 127]> : tensor<4xi8>} : () -> tensor<4xi8>
  %t = "tosa.const"() {values = dense<[-128, -121, -114, -107, -100, -93, -86, -79, -72, -65, -58, -51, -44, -37, -30, -23, -16, -9, -2, 5, 12, 19, 26, 33, 40, 47, 54, 61, 68, 75, 82, 89, 96, 103, 110, 117, 124, -125, -118, -111, -104, -97, -90, -83, -76, -69, -62, -55, -48, -41, -34, -27, -20, -13, -6, 1, 8, 15, 22, 29, 36, 43, 50, 57, 64, 71, 78, 85, 92, 99, 106, 113, 120, 127, -122, -115, -108, -101, -94, -87, -80, -73, -66, -59, -52, -45, -38, -31, -24, -17, -10, -3, 4, 11, 18, 25, 32, 39, 46, 53, 60, 67, 74, 81, 88, 95, 102, 109, 116, 123, -126, -119, -112, -105, -98, -91, -84, -77, -70, -63, -56, -49, -42, -35, -28, -21, -14, -7, 0, 7, 14, 21, 28, 35, 42, 49, 56, 63, 70, 77, 84, 91, 98, 105, 112, 119, 126, -123, -116, -109, -102, -95, -88, -81, -74, -67, -60, -53, -46, -39, -32, -25, -18, -11, -4, 3, 10, 17, 24, 31, 38, 45, 52, 59, 66, 73, 80, 87, 94, 101, 108, 115, 122, -127, -120, -113, -106, -99, -92, -85, -78, -71, -64, -57, -50, -43, -36, -29, -22, -15, -8, -1, 6, 13, 20, 27, 34, 41, 48, 55, 62, 69, 76, 83, 90, 97, 104, 111, 118, 125, -124, -117, -110, -103, -96, -89, -82, -75, -68, -61, -54, -47, -40, -33, -26, -19, -12, -5, 2, 9, 16, 23, 30, 37, 44, 51, 58, 65, 72, 79, 86, 93, 100, 107, 114, 121]> : tensor<256xi8>} : () -> tensor<256xi8>
  %0 = tosa.table %a, %t : (tensor<4xi8>, tensor<256xi8>) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}
