// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-bind-buffers --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func.func @region_0(
// CHECK-SAME: %[[X:.*]]: memref<4xi8> {llvm.noalias}, %[[Y:.*]]: memref<4xi8> {llvm.noalias})
// CHECK-SAME: cpu.inputs = 1 : i32, cpu.outputs = 1 : i32
// CHECK: %[[T:.*]] = bufferization.to_tensor %[[X]] restrict
// CHECK: %[[R:.*]] = tosa.add %[[T]], %[[T]]
// CHECK: bufferization.materialize_in_destination %[[R]] in restrict writable %[[Y]]
// CHECK: return{{$}}
func.func @region_0(%x: tensor<4xi8>) -> tensor<4xi8> attributes {cpu.region = 0 : i32} {
  %r = tosa.add %x, %x : (tensor<4xi8>, tensor<4xi8>) -> tensor<4xi8>
  return %r : tensor<4xi8>
}

// -----

// expected-error@+1 {{has an input or output that is not a tensor of static shape; CPU code needs its sizes}}
func.func @region_0(%x: tensor<?xi8>) -> tensor<?xi8> attributes {cpu.region = 0 : i32} {
  return %x : tensor<?xi8>
}
