// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s | sluice-opt | FileCheck %s
// RUN: sluice-opt %s --mlir-print-op-generic | sluice-opt | FileCheck %s
// RUN: sluice-opt %s --emit-bytecode | sluice-opt | FileCheck %s

// Fields at their default are left out; all others keep the ISA page's names.

// CHECK-LABEL: engine.program @conv
// CHECK-SAME: <PC = 8, PK = 8, ACT_BYTES = 131072, ACT_BANKS = 4, WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8>
// CHECK-SAME: arena 8192 constants dense<0> : tensor<1024xi8>
engine.program @conv <PC = 8, PK = 8, ACT_BYTES = 131072, ACT_BANKS = 4, WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8>
    arena 8192 constants dense<0> : tensor<1024xi8> {
  // CHECK-NEXT: engine.load_act {fill = -128, offset = 64, base = 1, ny = 4, nx = 4, len = 3, stride_y = 12, stride_x = 3, row_len = 12, dst_step_y = 4, dst_step_x = 1}
  engine.load_act {fill = -128, dst = 0, offset = 64, base = 1, ny = 4, nx = 4, len = 3, stride_y = 12, stride_x = 3, row_len = 12, dst_step_y = 4, dst_step_x = 1}
  // CHECK-NEXT: engine.load_wgt {dst = 2, offset = 64, count = 9}
  engine.load_wgt {dst = 2, offset = 64, count = 9}
  // CHECK-NEXT: engine.load_lut {dst = 3, count = 4}
  engine.load_lut {dst = 3, count = 4}
  // CHECK-NEXT: engine.load_prm signal(compute) {}
  engine.load_prm signal(compute) {count = 1}
  // CHECK-NEXT: engine.conv wait(load) {x = 4294967291, o = 16, w = 2, oh = 4, ow = 4, ih = 4, iw = 4, kh = 3, kw = 3, pad_y = 1, pad_x = 1, x_step_oy = 4, x_step_ox = 1, x_step_ky = 4, x_step_kx = 1, o_step_oy = 4, o_step_ox = 1, pad = 7, zo = -1, lo = -1}
  engine.conv wait(load) {x = 4294967291, o = 16, w = 2, oh = 4, ow = 4, ih = 4, iw = 4, kh = 3, kw = 3, pad_y = 1, pad_x = 1, x_step_oy = 4, x_step_ox = 1, x_step_ky = 4, x_step_kx = 1, o_step_oy = 4, o_step_ox = 1, pad = 7, zo = -1, lo = -1, hi = 127}
  // CHECK-NEXT: engine.depthwise {flags = 1, x = 16, o = 32,
  engine.depthwise {flags = 1, x = 16, o = 32, ih = 4, iw = 4, kh = 4, kw = 4, x_step_ky = 4, x_step_kx = 1}
  // CHECK-NEXT: engine.add signal(store) {x = 32, o = 40, b = 32, ih = 1, iw = 1, b_step_oy = 5, b_step_ox = 6, ma = 1000, mb = 32767}
  engine.add signal(store) {x = 32, o = 40, b = 32, ih = 1, iw = 1, b_step_oy = 5, b_step_ox = 6, ma = 1000, mb = 32767}
  // CHECK-NEXT: engine.maxpool signal(load, store) {x = 40, o = 41, ih = 1, iw = 1}
  engine.maxpool signal(load, store) {x = 40, o = 41, ih = 1, iw = 1}
  // CHECK-NEXT: engine.store wait(compute) {src = 40, offset = 128, nx = 2, len = 8, stride_y = -4, stride_x = 8, src_step_x = 1}
  engine.store wait(compute) {src = 40, offset = 128, base = 1, nx = 2, len = 8, stride_y = -4, stride_x = 8, src_step_x = 1}
  // CHECK-NEXT: engine.load_act wait(compute) signal(store)
  engine.load_act wait(compute) signal(store) {base = 1, row_len = 1}
  // CHECK-NEXT: engine.store wait(load, compute)
  engine.store wait(load, compute) {}
  // CHECK-NEXT: engine.end
  engine.end
}

// CHECK-LABEL: engine.program @empty
// CHECK-NEXT: engine.end
engine.program @empty <PC = 4, PK = 4, ACT_BYTES = 32768, ACT_BANKS = 4, WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8> {
  engine.end
}
