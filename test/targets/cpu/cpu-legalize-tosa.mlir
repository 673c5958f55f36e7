// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-legalize-tosa | FileCheck %s

// CHECK: #[[STRETCH:.*]] = affine_map<(d0, d1) -> (d0, 0)>

// With shift 16 or more the upper word of the product holds the result.
// CHECK-LABEL: func.func @requantize(
// CHECK: linalg.generic
// CHECK: %[[M:.*]] = arith.extsi %{{.*}} : i32 to i64
// CHECK: %[[P:.*]] = arith.muli %{{.*}}, %{{.*}} : i64
// CHECK: arith.addi %[[P]], %{{.*}} : i64
// CHECK: arith.shrui %{{.*}}, %{{.*}} : i64
// CHECK: arith.trunci %{{.*}} : i64 to i32
// CHECK: arith.shrsi %{{.*}}, %{{.*}} : i32
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: arith.trunci %{{.*}} : i32 to i8
func.func @requantize(%x: tensor<1x2x2x4xi32>) -> tensor<1x2x2x4xi8> {
  %m = "tosa.const"() {values = dense<[16384, 20000, 32767, 0]> : tensor<4xi16>} : () -> tensor<4xi16>
  %s = "tosa.const"() {values = dense<[20, 16, 47, 47]> : tensor<4xi8>} : () -> tensor<4xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %r = tosa.rescale %x, %m, %s, %zi, %zo {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = true, input_unsigned = false, output_unsigned = false} : (tensor<1x2x2x4xi32>, tensor<4xi16>, tensor<4xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x4xi8>
  return %r : tensor<1x2x2x4xi8>
}

// A smaller shift takes 64 bits.
// CHECK-LABEL: func.func @small_shift(
// CHECK: arith.shrsi %{{.*}}, %{{.*}} : i64
// CHECK-NOT: tosa.rescale
func.func @small_shift(%x: tensor<4xi32>) -> tensor<4xi8> {
  %m = "tosa.const"() {values = dense<16384> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<15> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %r = tosa.rescale %x, %m, %s, %zi, %zo {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
  return %r : tensor<4xi8>
}

// An int8 input times 16 bits fits 32.
// CHECK-LABEL: func.func @narrow(
// CHECK-NOT: i64
// CHECK: arith.shrsi %{{.*}}, %{{.*}} : i32
func.func @narrow(%x: tensor<4xi8>) -> tensor<4xi32> {
  %m = "tosa.const"() {values = dense<65536> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<2> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<5> : tensor<1xi8>} : () -> tensor<1xi8>
  %zo = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %r = tosa.rescale %x, %m, %s, %zi, %zo {scale32 = true, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}

// Two roundings are left to the upstream lowering.
// CHECK-LABEL: func.func @double_round(
// CHECK: tosa.rescale
func.func @double_round(%x: tensor<4xi32>) -> tensor<4xi8> {
  %m = "tosa.const"() {values = dense<1073741824> : tensor<1xi32>} : () -> tensor<1xi32>
  %s = "tosa.const"() {values = dense<35> : tensor<1xi8>} : () -> tensor<1xi8>
  %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %zo = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %r = tosa.rescale %x, %m, %s, %zi, %zo {scale32 = true, rounding_mode = DOUBLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<4xi32>, tensor<1xi32>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<4xi8>
  return %r : tensor<4xi8>
}

// CHECK-LABEL: func.func @cast(
// CHECK: %[[R:.*]] = math.roundeven
// CHECK: arith.fptosi %[[R]] : f32 to i32
// CHECK: arith.cmpf oge, %[[R]]
// CHECK: arith.cmpf olt, %[[R]]
// CHECK: arith.cmpf uno, %[[R]], %[[R]]
func.func @cast(%x: tensor<4xf32>) -> tensor<4xi32> {
  %r = tosa.cast %x : (tensor<4xf32>) -> tensor<4xi32>
  return %r : tensor<4xi32>
}

// CHECK-LABEL: func.func @gather(
// CHECK-SAME: %[[T:.*]]: tensor<1x256x1xi32>
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK: tensor.extract %[[T]]
func.func @gather(%t: tensor<1x256x1xi32>, %i: tensor<1x10xi32>) -> tensor<1x10x1xi32> {
  %r = tosa.gather %t, %i : (tensor<1x256x1xi32>, tensor<1x10xi32>) -> tensor<1x10x1xi32>
  return %r : tensor<1x10x1xi32>
}

// The divisor is stretched along the last dimension and never 0 or -1.
// CHECK-LABEL: func.func @divide(
// CHECK: linalg.generic {indexing_maps = [#{{.*}}, #[[STRETCH]], #{{.*}}]
// CHECK: %[[S:.*]] = arith.select %{{.*}}, %{{.*}}, %{{.*}} : i32
// CHECK: arith.divsi %{{.*}}, %[[S]]
func.func @divide(%x: tensor<2x10xi32>, %y: tensor<2x1xi32>) -> tensor<2x10xi32> {
  %r = tosa.intdiv %x, %y : (tensor<2x10xi32>, tensor<2x1xi32>) -> tensor<2x10xi32>
  return %r : tensor<2x10xi32>
}
