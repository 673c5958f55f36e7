// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-outline-regions | FileCheck %s

// Regions of every target become functions, in order; the host's function goes.

// CHECK-NOT: @main
// CHECK-LABEL: func.func private @region_0(
// CHECK-SAME: %[[X:.*]]: tensor<4xi32>) -> tensor<4xi32>
// CHECK-SAME: cpu.name = "double", cpu.region = 0 : i32
// CHECK: %[[Y:.*]] = tosa.add %[[X]], %[[X]]
// CHECK: return %[[Y]]

// CHECK-LABEL: func.func private @region_1(
// CHECK-SAME: %[[X:.*]]: tensor<4xi32>, %[[Y:.*]]: tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>)
// CHECK-SAME: cpu.name = "swap", cpu.region = 1 : i32
// CHECK: return %[[Y]], %[[X]]
func.func @main(%x: tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>) {
  %d = deploy.region "double" on "engine" (%a = %x) : (tensor<4xi32>) -> tensor<4xi32> {
    %0 = tosa.add %a, %a : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
    deploy.yield %0 : tensor<4xi32>
  }
  %s:2 = deploy.region "swap" on "cpu" (%a = %x, %b = %d)
      : (tensor<4xi32>, tensor<4xi32>) -> (tensor<4xi32>, tensor<4xi32>) {
    deploy.yield %b, %a : tensor<4xi32>, tensor<4xi32>
  }
  return %s#0, %s#1 : tensor<4xi32>, tensor<4xi32>
}
