// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-lower-copies | FileCheck %s

// CHECK-LABEL: func.func @copies(
// CHECK: memref.copy
// CHECK: linalg.copy
// CHECK-NOT: memref.copy
func.func @copies(%x: memref<4x4xi8>, %y: memref<4x4xi8>,
                  %z: memref<4x4xi8, strided<[8, 1], offset: 3>>) {
  memref.copy %x, %y : memref<4x4xi8> to memref<4x4xi8>
  memref.copy %x, %z : memref<4x4xi8> to memref<4x4xi8, strided<[8, 1], offset: 3>>
  return
}
