// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-export-library="level=x86-64-v2" | FileCheck %s

// CHECK: llvm.func internal @region_0(
llvm.func @region_0(%x: !llvm.ptr, %y: !llvm.ptr, %scratch: !llvm.ptr, %i: i64, %n: i64, %b: !llvm.ptr, %c: !llvm.ptr)
    attributes {cpu.region = 0 : i32, cpu.name = "stem", cpu.inputs = 1 : i32, cpu.outputs = 1 : i32, cpu.scratch = 640 : i64} {
  llvm.return
}

// CHECK-LABEL: llvm.func internal @region_0_entry(
// CHECK-SAME: %[[CALL:.*]]: !llvm.ptr) -> i32
// CHECK: llvm.getelementptr %[[CALL]][0, 5]
// CHECK: llvm.call @region_0(
// CHECK: llvm.return %{{.*}} : i32
// CHECK: @region_0_name("stem\00")
// CHECK: @sluice_cpu_regions()
// CHECK: llvm.mlir.constant(640 : i64)
// CHECK: @sluice_cpu_level("x86-64-v2\00")
// CHECK: @sluice_cpu_library()
// CHECK-LABEL: llvm.func hidden @sluice_cpu_query(
// CHECK-SAME: %[[VERSION:.*]]: i32) -> !llvm.ptr
// CHECK: %[[SAME:.*]] = llvm.icmp "eq" %[[VERSION]]
// CHECK: llvm.select %[[SAME]]
