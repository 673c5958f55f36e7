// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Text to binary and back is the same program, under any name.
// RUN: sluice-translate --engine-to-binary %s -o %t.bin
// RUN: sluice-translate --binary-to-engine %t.bin | FileCheck %s
// RUN: sluice-translate --binary-to-engine %t.bin | sluice-translate --engine-to-binary -o %t.again
// RUN: cmp %t.bin %t.again

// The program does not fit the scratchpads of a smaller engine.
// RUN: not sluice-translate --binary-to-engine --engine-board=ulx3s-25f %t.bin 2>&1 | FileCheck %s --check-prefix=SMALL
// SMALL: 'engine.conv' op reads chunks 15000..15005 outside the ACT chunks of 8192

// RUN: not sluice-translate --binary-to-engine --engine-board=nexys %t.bin 2>&1 | FileCheck %s --check-prefix=BOARD
// BOARD: unknown engine board 'nexys'; known boards: kv260

// RUN: %python -c "import sys; sys.stdout.buffer.write(open('%t.bin', 'rb').read()[:100])" > %t.short
// RUN: not sluice-translate --binary-to-engine %t.short 2>&1 | FileCheck %s --check-prefix=SHORT
// SHORT: translate.mlir.tmp.short:{{.*}}error: a program of 100 bytes is no whole number of instructions of 64 bytes

// RUN: echo | not sluice-translate --engine-to-binary 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: holds 0 engine.programs where one is wanted

// CHECK: engine.program @program
// CHECK-NEXT: engine.load_act {fill = -1, dst = 8, offset = 16, base = 1, ny = 2, len = 5, row_len = 5, dst_step_y = 1}
// CHECK-NEXT: engine.load_wgt {count = 9}
// CHECK-NEXT: engine.load_prm signal(compute) {offset = 4096}
// CHECK-NEXT: engine.conv wait(load) {x = 15000, o = 16, oh = 2, ow = 2, ih = 2, iw = 3, kh = 3, kw = 3, x_step_oy = 3, x_step_ox = 1, x_step_ky = 3, x_step_kx = 1, o_step_oy = 2, o_step_ox = 1, zo = -7}
// CHECK-NEXT: engine.depthwise {flags = 1}
// CHECK-NEXT: engine.add {ma = 1, mb = 2}
// CHECK-NEXT: engine.maxpool signal(store) {lo = 3}
// CHECK-NEXT: engine.store wait(compute) {src = 16, nx = 4, len = 8, stride_x = 8, src_step_x = 1}
// CHECK-NEXT: engine.end
engine.program @p <PC = 8, PK = 8, ACT_BYTES = 131072, ACT_BANKS = 8, WGT_WORDS = 1024, PRM_WORDS = 256, AXI_BYTES = 8> {
  engine.load_act {fill = -1, dst = 8, offset = 16, base = 1, ny = 2, len = 5, row_len = 5, dst_step_y = 1}
  engine.load_wgt {count = 9}
  engine.load_prm signal(compute) {offset = 4096}
  engine.conv wait(load) {x = 15000, o = 16, oh = 2, ow = 2, ih = 2, iw = 3, kh = 3, kw = 3, x_step_oy = 3, x_step_ox = 1, x_step_ky = 3, x_step_kx = 1, o_step_oy = 2, o_step_ox = 1, zo = -7}
  engine.depthwise {flags = 1}
  engine.add {ma = 1, mb = 2}
  engine.maxpool signal(store) {lo = 3}
  engine.store wait(compute) {src = 16, nx = 4, len = 8, stride_x = 8, src_step_x = 1}
  engine.end
}
