// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-plan-scratch --allow-unregistered-dialect --split-input-file --verify-diagnostics | FileCheck %s

// The first and the third buffer share a place; the last copy's source is the
// output itself.
// CHECK-LABEL: func.func @region_0(
// CHECK-SAME: %[[Y:[a-z0-9]*]]: memref<100xi8>, %[[S:[a-z0-9]*]]: memref<256xi8>
// CHECK-SAME: cpu.scratch = 256 : i64
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[S]][%[[C0]]][] : memref<256xi8> to memref<100xi8>
// CHECK: %[[C128:.*]] = arith.constant 128 : index
// CHECK: memref.view %[[S]][%[[C128]]][] : memref<256xi8> to memref<25xi32>
// CHECK: %[[THIRD:.*]] = arith.constant 0 : index
// CHECK: memref.view %[[S]][%[[THIRD]]][] : memref<256xi8> to memref<100xi8>
// CHECK: "test.use"(%{{.*}}, %[[Y]])
// CHECK-NOT: memref.copy
func.func @region_0(%x: memref<100xi8>, %y: memref<100xi8>) attributes {cpu.region = 0 : i32} {
  %a = memref.alloc() : memref<100xi8>
  "test.use"(%x, %a) : (memref<100xi8>, memref<100xi8>) -> ()
  %b = memref.alloc() : memref<25xi32>
  "test.use"(%a, %b) : (memref<100xi8>, memref<25xi32>) -> ()
  %c = memref.alloc() : memref<100xi8>
  "test.use"(%b, %c) : (memref<25xi32>, memref<100xi8>) -> ()
  %d = memref.alloc() : memref<100xi8>
  "test.use"(%c, %d) : (memref<100xi8>, memref<100xi8>) -> ()
  memref.copy %d, %y : memref<100xi8> to memref<100xi8>
  return
}

// -----

func.func @region_0(%n: index) attributes {cpu.region = 0 : i32} {
  // expected-error@+1 {{has no static size; CPU code needs it}}
  %a = memref.alloc(%n) : memref<?xi8>
  "test.use"(%a) : (memref<?xi8>) -> ()
  return
}
