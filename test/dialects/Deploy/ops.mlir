// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s | sluice-opt | FileCheck %s
// RUN: sluice-opt %s --mlir-print-op-generic | sluice-opt | FileCheck %s
// RUN: sluice-opt %s --emit-bytecode | sluice-opt | FileCheck %s

// CHECK-LABEL: func.func @chain
func.func @chain(%a: tensor<4xi8>, %b: tensor<4xi8>) -> tensor<4xi8> {
  // CHECK: %[[R:.*]]:2 = deploy.region "first" on "cpu" (%[[X:.*]] = %{{.*}}, %[[Y:.*]] = %{{.*}}) : (tensor<4xi8>, tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>) {
  // CHECK-NEXT: deploy.yield %[[Y]], %[[X]] : tensor<4xi8>, tensor<4xi8>
  %r:2 = deploy.region "first" on "cpu" (%x = %a, %y = %b) : (tensor<4xi8>, tensor<4xi8>) -> (tensor<4xi8>, tensor<4xi8>) {
    deploy.yield %y, %x : tensor<4xi8>, tensor<4xi8>
  }
  // CHECK: deploy.region "second" on "engine" (%{{.*}} = %[[R]]#1) : (tensor<4xi8>) -> tensor<4xi8> attributes {offsets = array<i64: 64>, scratch_offset = 128 : i64, scratch_size = 12 : i64} {
  %s = deploy.region "second" on "engine" (%x = %r#1) : (tensor<4xi8>) -> tensor<4xi8> attributes {offsets = array<i64: 64>, scratch_offset = 128 : i64, scratch_size = 12 : i64} {
    deploy.yield %x : tensor<4xi8>
  }
  return %s : tensor<4xi8>
}

// CHECK-LABEL: func.func @nothing
func.func @nothing() {
  // CHECK: deploy.region "empty" on "cpu" () : () -> () {
  deploy.region "empty" on "cpu" () : () -> () {
  }
  return
}
