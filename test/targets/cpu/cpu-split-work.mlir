// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-split-work | FileCheck %s

func.func private @kernel(memref<8xi8>, memref<8xi8>, index, index)

// CHECK-LABEL: func.func @region_0(
// CHECK-SAME: %[[X:[a-z0-9]*]]: memref<8xi8>, %[[Y:[a-z0-9]*]]: memref<8xi8>,
// CHECK-SAME: %[[I:[a-z0-9]*]]: index, %[[N:[a-z0-9]*]]: index, %[[B:[a-z0-9]*]]: !llvm.ptr, %[[C:[a-z0-9]*]]: !llvm.ptr)
// CHECK-DAG: %[[FIRST:.*]] = arith.cmpi eq, %[[I]]
// CHECK-DAG: %[[SEVERAL:.*]] = arith.cmpi ugt, %[[N]]

// Each worker has its part of the units.
// CHECK: %c5 = arith.constant 5
// CHECK: %[[C5:.*]] = arith.constant 5 : index
// CHECK: %[[F:.*]] = arith.muli %[[C5]], %[[I]]
// CHECK: %[[FROM:.*]] = arith.divui %[[F]], %[[N]]
// CHECK: %[[T:.*]] = arith.muli %[[C5]]
// CHECK: %[[TO:.*]] = arith.divui %[[T]], %[[N]]
// CHECK: call @kernel(%[[X]], %[[Y]], %[[FROM]], %[[TO]])

// The rest is worker 0's, after a barrier.
// CHECK: scf.if %[[SEVERAL]] {
// CHECK-NEXT: llvm.call %[[B]](%[[C]])
// CHECK: scf.if %[[FIRST]] {
// CHECK-NEXT: memref.copy
func.func @region_0(%x: memref<8xi8>, %y: memref<8xi8>) attributes {cpu.region = 0 : i32} {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  call @kernel(%x, %y, %c0, %c5) {cpu.units = 5 : i64} : (memref<8xi8>, memref<8xi8>, index, index) -> ()
  memref.copy %y, %x : memref<8xi8> to memref<8xi8>
  return
}

// What only one worker can know keeps all with worker 0.
// CHECK-LABEL: func.func @region_1(
// CHECK: %[[FIRST:.*]] = arith.cmpi eq
// CHECK: scf.if %[[FIRST]] {
// CHECK: memref.load
// CHECK: memref.store
// CHECK: call @kernel
// CHECK-NOT: llvm.call
func.func @region_1(%x: memref<8xi8>, %y: memref<8xi8>) attributes {cpu.region = 1 : i32} {
  %c0 = arith.constant 0 : index
  %c5 = arith.constant 5 : index
  %v = memref.load %x[%c0] : memref<8xi8>
  memref.store %v, %y[%c5] : memref<8xi8>
  call @kernel(%x, %y, %c0, %c5) {cpu.units = 5 : i64} : (memref<8xi8>, memref<8xi8>, index, index) -> ()
  return
}
