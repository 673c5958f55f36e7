// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --engine-run %s | od -An -v -tx1 | FileCheck %s
// RUN: %python -c "open('%t.arena', 'wb').write(bytes(range(32)))"
// RUN: sluice-translate --engine-run --engine-arena=%t.arena %s | od -An -v -tx1 | FileCheck %s --check-prefix=FILE
// RUN: not sluice-translate --engine-run --engine-arena=%t.none %s 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: sed 's/wait(load) signal(store)/signal(store)/; s/signal(compute) {base/{base/' %s > %t.race
// RUN: not sluice-translate --engine-run %t.race 2>&1 | FileCheck %s --check-prefix=RACE

// NONE: error: cannot read arena '{{.*}}none': No such file or directory

// RACE: error: instruction 2 (maxpool): reads ACT chunk 0, which instruction 1 (load_act) writes, and no token orders them

// The maximum of each byte of constants and arena, at 16.
// CHECK: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
// CHECK-NEXT: 01 02 03 04 05 06 07 08 00 00 00 00 00 00 00 00
// FILE: 00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f
// FILE-NEXT: 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f
engine.program @p <PC = 8, PK = 8, ACT_BYTES = 1024, ACT_BANKS = 2, WGT_WORDS = 16, PRM_WORDS = 4, AXI_BYTES = 8>
    arena 32 constants dense<[1, 2, 3, 4, 5, 6, 7, 8]> : tensor<8xi8> {
  engine.load_act {dst = 1, len = 8, row_len = 8}
  engine.load_act signal(compute) {base = 1, offset = 16, len = 8, row_len = 8}
  engine.maxpool wait(load) signal(store) {o = 2, ih = 1, iw = 2, kw = 2, x_step_kx = 1}
  engine.store wait(compute) {src = 2, offset = 16, len = 8}
  engine.end
}
