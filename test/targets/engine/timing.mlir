// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --engine-timing %s | FileCheck %s

// CHECK: cycles 1185, read 8448, written 8
// CHECK-NEXT: load_busy 1065
// CHECK-NEXT: load_token 0
// CHECK-NEXT: load_memory 24
// CHECK-NEXT: compute_busy 28
// CHECK-NEXT: compute_token {{[0-9]+}}
// CHECK-NEXT: compute_port 0
// CHECK-NEXT: compute_requant 0
// CHECK-NEXT: store_busy 43
// CHECK-NEXT: store_token {{[0-9]+}}
// CHECK-NEXT: store_memory 23
// CHECK-NEXT: fetch_stall {{[0-9]+}}
// CHECK-NEXT: mac_cycles 1
// CHECK-NEXT: 0 load_act {{[0-9]+}}..[[#LOAD:]]
// CHECK-NEXT: 1 maxpool [[#LOAD + 2]]..
// CHECK-NEXT: 2 store
// CHECK-NOT: end
engine.program @p <PC = 8, PK = 8, ACT_BYTES = 131072, ACT_BANKS = 8, WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8> {
  engine.load_act signal(compute) {base = 1, ny = 32, len = 256, row_len = 256, stride_y = 256, dst_step_y = 32}
  engine.maxpool wait(load) signal(store) {o = 4096, ih = 1, iw = 1}
  engine.store wait(compute) {src = 4096, len = 8}
  engine.end
}
