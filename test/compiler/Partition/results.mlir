// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --partition=target=cpu %s | FileCheck %s

// Each result has a place of its own: inputs, and results that are there
// already, are copied.
// CHECK-LABEL: func.func @main
// CHECK: %[[Y:.*]] = deploy.region "cpu_0" on "cpu"
// CHECK: %[[INPUT:.*]] = deploy.region "copy_0" on "cpu" (%[[ARG:.*]] = %arg0) : (tensor<2xf32>) -> tensor<2xf32>
// CHECK-NEXT: deploy.yield %[[ARG]]
// CHECK: %[[AGAIN:.*]] = deploy.region "copy_2" on "cpu" (%{{.*}} = %[[Y]])
// CHECK: return %[[INPUT]], %[[Y]], %[[AGAIN]]
func.func @main(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %0 = tosa.exp %x : (tensor<2xf32>) -> tensor<2xf32>
  return %x, %0, %0 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
