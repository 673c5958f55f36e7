// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --partition=target=engine:ulx3s-85f %s | FileCheck %s
// RUN: sluice-opt --partition=target=engine:ulx3s-85f,start=0 %s | FileCheck %s --check-prefix=ALL
// RUN: sluice-opt --partition=target=engine:ulx3s-85f,start=10000000 %s | FileCheck %s

// The convolution stays, whatever a start costs: nothing multiplies more. The
// pool between casts saves less than a region of its own would cost.
// CHECK: deploy.region "engine_1" on "engine"
// CHECK: tosa.conv2d
// CHECK: deploy.region "cpu_2" on "cpu"
// CHECK: tosa.max_pool2d
// CHECK-NOT: deploy.region
// ALL: deploy.region "engine_1" on "engine"
// ALL: deploy.region "cpu_2" on "cpu"
// ALL: deploy.region "engine_3" on "engine"
// ALL: tosa.max_pool2d
// ALL: deploy.region "cpu_4" on "cpu"
func.func @main(%x: tensor<1x16x16x8xi8>) -> tensor<1x8x8x8xi32> {
  %w = "tosa.const"() <{values = dense<1> : tensor<8x1x1x8xi8>}> : () -> tensor<8x1x1x8xi8>
  %b = "tosa.const"() <{values = dense<0> : tensor<8xi32>}> : () -> tensor<8xi32>
  %z = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %m = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<20> : tensor<1xi8>}> : () -> tensor<1xi8>
  %0 = tosa.conv2d %x, %w, %b, %z, %z {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x16x16x8xi8>, tensor<8x1x1x8xi8>, tensor<8xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x16x16x8xi32>
  %1 = tosa.rescale %0, %m, %s, %z32, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x16x16x8xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x16x16x8xi8>
  %2 = tosa.cast %1 : (tensor<1x16x16x8xi8>) -> tensor<1x16x16x8xi32>
  %3 = tosa.cast %2 : (tensor<1x16x16x8xi32>) -> tensor<1x16x16x8xi8>
  %4 = tosa.max_pool2d %3 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x16x16x8xi8>) -> tensor<1x8x8x8xi8>
  %5 = tosa.cast %4 : (tensor<1x8x8x8xi8>) -> tensor<1x8x8x8xi32>
  return %5 : tensor<1x8x8x8xi32>
}
