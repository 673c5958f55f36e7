// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --deploy-plan-memory -verify-diagnostics -split-input-file | FileCheck %s

// The input is dead after the first region, so the second's result takes its
// place; no result shares memory with an operand of its own region.
// CHECK-LABEL: func.func @chain
// CHECK-SAME: tensor<100xi8> {deploy.offset = 0 : i64}
// CHECK-SAME: deploy.arena_size = 256 : i64
func.func @chain(%a: tensor<100xi8>) -> tensor<100xi8> {
  // CHECK: "a"{{.*}}offsets = array<i64: 128>
  %0 = deploy.region "a" on "cpu" (%x = %a) : (tensor<100xi8>) -> tensor<100xi8> {
    deploy.yield %x : tensor<100xi8>
  }
  // CHECK: "b"{{.*}}offsets = array<i64: 0>
  %1 = deploy.region "b" on "cpu" (%x = %0) : (tensor<100xi8>) -> tensor<100xi8> {
    deploy.yield %x : tensor<100xi8>
  }
  return %1 : tensor<100xi8>
}

// -----

// Scratch lives only while its region runs; a skip connection keeps its source
// alive; a returned value lives to the end.
// CHECK-LABEL: func.func @skip
// CHECK-SAME: tensor<32xf32> {deploy.offset = 256 : i64}
// CHECK-SAME: deploy.arena_size = 448 : i64
func.func @skip(%a: tensor<32xf32>) -> (tensor<64xi8>, tensor<64xi8>) {
  // CHECK: "a"{{.*}}offsets = array<i64: 384>, scratch_offset = 0 : i64, scratch_size = 200 : i64
  %0 = deploy.region "a" on "engine" (%x = %a) : (tensor<32xf32>) -> tensor<64xi8> attributes {scratch_size = 200 : i64} {
    %y = "tosa.const"() <{values = dense<0> : tensor<64xi8>}> : () -> tensor<64xi8>
    deploy.yield %y : tensor<64xi8>
  }
  // CHECK: "b"{{.*}}offsets = array<i64: 0>
  %1 = deploy.region "b" on "cpu" (%x = %0) : (tensor<64xi8>) -> tensor<64xi8> {
    deploy.yield %x : tensor<64xi8>
  }
  // CHECK: "c"{{.*}}offsets = array<i64: 64>
  %2 = deploy.region "c" on "cpu" (%x = %0, %y = %1) : (tensor<64xi8>, tensor<64xi8>) -> tensor<64xi8> {
    deploy.yield %x : tensor<64xi8>
  }
  return %1, %2 : tensor<64xi8>, tensor<64xi8>
}

// -----

func.func @stray(%a: tensor<4xi8>) -> tensor<4xi8> {
  // expected-error @+1 {{is not in a region; run the partition pass first}}
  %0 = tosa.abs %a : (tensor<4xi8>) -> tensor<4xi8>
  return %0 : tensor<4xi8>
}

// -----

// expected-error @+1 {{has an argument of type 'index'; only tensors of static shape have a place in the arena}}
func.func @index(%a: index) {
  return
}
