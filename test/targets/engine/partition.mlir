// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --partition=target=engine:ulx3s-85f,start=0 -split-input-file | FileCheck %s

// What is joined to a batch stays on the CPU.
// CHECK-LABEL: func.func @main
// CHECK: deploy.region "engine_1" on "engine"
// CHECK: tosa.max_pool2d
// CHECK-NOT: tosa.concat
// CHECK: deploy.region "cpu_2" on "cpu"
// CHECK: tosa.concat
func.func @main(%x: tensor<1x4x4x8xi8>) -> tensor<2x4x4x8xi8> {
  %0 = tosa.max_pool2d %x {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x8xi8>) -> tensor<1x4x4x8xi8>
  %1 = tosa.concat %0, %0 {axis = 0 : i32} : (tensor<1x4x4x8xi8>, tensor<1x4x4x8xi8>) -> tensor<2x4x4x8xi8>
  return %1 : tensor<2x4x4x8xi8>
}

// -----

// So does a layer that reads a constant, whatever its shape.
// CHECK-LABEL: func.func @main
// CHECK: deploy.region "cpu_0" on "cpu"
// CHECK: tosa.max_pool2d
// CHECK-NOT: on "engine"
func.func @main() -> tensor<1x2x2x1xi8> {
  %c = "tosa.const"() <{values = dense<1> : tensor<1x1x2x2x1xi8>}> : () -> tensor<1x1x2x2x1xi8>
  %shape = tosa.const_shape {values = dense<[1, 2, 2, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.reshape %c, %shape : (tensor<1x1x2x2x1xi8>, !tosa.shape<4>) -> tensor<1x2x2x1xi8>
  %1 = tosa.max_pool2d %0 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x1xi8>) -> tensor<1x2x2x1xi8>
  return %1 : tensor<1x2x2x1xi8>
}
