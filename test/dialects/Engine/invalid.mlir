// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s -verify-diagnostics -split-input-file

// A word of activations is two chunks; ACT has 1024 chunks.

// The configuration.

// expected-error @below {{PC is 12, not a power of two}}
#c = #engine.config<PC = 12, PK = 4, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8>

// -----

// expected-error @below {{PC is 2, less than 4}}
#c = #engine.config<PC = 2, PK = 2, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8>

// -----

// expected-error @below {{AXI_BYTES is 4, and engines have 8}}
#c = #engine.config<PC = 4, PK = 4, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 4>

// -----

// expected-error @below {{PC = 4 is not a multiple of PK = 8}}
#c = #engine.config<PC = 4, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8>

// -----

// expected-error @below {{ACT_BYTES = 64 in ACT_BANKS = 8 banks leaves less than two words of PC = 16 bytes a bank}}
#c = #engine.config<PC = 16, PK = 8, ACT_BYTES = 64, ACT_BANKS = 8, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8>

// -----

// expected-error @below {{WGT_WORDS = 131072 or PRM_WORDS = 16 is more than 16 address bits reach}}
#c = #engine.config<PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 131072, PRM_WORDS = 16, AXI_BYTES = 8>

// -----

// Text.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{no field is named 'weights'}}
  engine.conv {weights = 3}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'ow' is not in 1..65535}}
  engine.conv {ow = 65536}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'base' is not in 1..1}}
  engine.store {base = 0}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'ma' is not in 0..32767}}
  engine.add {ma = 40000}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'oh' is given twice}}
  engine.conv {oh = 1, oh = 2}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{expected load, compute or store}}
  engine.conv wait(fetch) {}
  engine.end
}

// -----

// Tokens.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'engine.conv' op wait names its own unit, compute}}
  engine.conv wait(compute) {}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'engine.store' op signal names its own unit, store}}
  engine.store signal(store) {}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'engine.conv' op waits for tok[load][compute], which nothing before it signals}}
  engine.conv wait(load) {}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  engine.load_prm signal(compute) {}
  // expected-error @below {{'engine.end' op leaves tok[load][compute] at 1}}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  engine.load_prm signal(store) {}
  // expected-error @below {{'engine.load_prm' op raises tok[load][store] past 15}}
  engine.load_prm signal(store) {}
  engine.end
}

// -----

// Alignment and range of addresses.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{dst = 3 is not a whole word of 2 chunks}}
  engine.load_act {dst = 3, row_len = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{dst_step_x = 1 is not a whole word of 2 chunks}}
  engine.load_act {nx = 2, dst_step_x = 1, row_len = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{dst_step_y = 1 is not a whole word of 2 chunks}}
  engine.load_act {ny = 2, dst_step_y = 1, row_len = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{writes chunks 1022..1025 outside the ACT chunks of 1024}}
  engine.load_act {dst = 1022, len = 17, row_len = 17}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{src = 1 is not a whole word of 2 chunks}}
  engine.store {src = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{src_step_x = 1 is not a whole word of 2 chunks}}
  engine.store {nx = 2, src_step_x = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{src_step_y = 1 is not a whole word of 2 chunks}}
  engine.store {ny = 2, src_step_y = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 0..1024 outside the ACT chunks of 1024}}
  engine.store {ny = 3, src_step_y = 512}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{offset = 4 is not a multiple of 8}}
  engine.load_wgt {offset = 4}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{writes words 60..64 outside the WGT words of 64}}
  engine.load_wgt {dst = 60, count = 5}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{writes words 0..16 outside the PRM words of 16}}
  engine.load_prm {count = 17}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{x = 1 is not a whole word of 2 chunks}}
  engine.conv {x = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{x_step_ox = 1 is not a whole word of 2 chunks}}
  engine.conv {ow = 2, x_step_ox = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{x_step_oy = 1 is not a whole word of 2 chunks}}
  engine.conv {oh = 2, x_step_oy = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{x_step_kx = 1 is not a whole word of 2 chunks}}
  engine.conv {kw = 2, x_step_kx = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{x_step_ky = 1 is not a whole word of 2 chunks}}
  engine.conv {kh = 2, x_step_ky = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 1020..1025 outside the ACT chunks of 1024}}
  engine.conv {x = 1020, ci = 3, ih = 1, iw = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads words 60..67 outside the WGT words of 64}}
  engine.conv {w = 60, groups = 4, ci = 2}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads words 10..17 outside the PRM words of 16}}
  engine.conv {p = 10, groups = 8}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{writes chunks 1000..1100 outside the ACT chunks of 1024}}
  engine.conv {o = 1000, ow = 2, o_step_ox = 100}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads words 63..64 outside the WGT words of 64}}
  engine.depthwise {w = 63, kh = 5, kw = 4}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 1023..1024 outside the ACT chunks of 1024}}
  engine.maxpool {x = 1023, groups = 2, ih = 1, iw = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 0..1025 outside the ACT chunks of 1024}}
  engine.add {groups = 2, oh = 2, x_step_oy = 1024}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 4..1025 outside the ACT chunks of 1024}}
  engine.add {b = 4, groups = 2, oh = 2, b_step_oy = 1020}
  engine.end
}

// -----

// Padding: taps outside the input are not read; the one at (-1, -1) is
// within it here.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks -2..-1 outside the ACT chunks of 1024}}
  engine.conv {x = 4294967294, ih = 1, iw = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{reads chunks 1020..1024 outside the ACT chunks of 1024}}
  engine.maxpool {x = 1018, oh = 3, ow = 1, ih = 3, iw = 1, kh = 3, pad_y = 1, x_step_oy = 2, x_step_ky = 2}
  engine.end
}

// -----

// Fields that belong to other instructions.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{lo = 5 is greater than hi = 4}}
  engine.maxpool {lo = 5, hi = 4}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{flags on an instruction other than DEPTHWISE}}
  engine.conv {flags = 1}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{ci = 2 on an instruction other than CONV}}
  engine.depthwise {ci = 2}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{an ADD has one tap and no padding}}
  engine.add {kw = 2}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{an ADD has one tap and no padding}}
  engine.add {pad_y = 1}
  engine.end
}

// -----

// DRAM.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> arena 12 {
  // expected-error @below {{touches bytes 8..15 of an arena of 12 bytes}}
  engine.load_act {offset = 4, base = 1, len = 8, pos0 = 4, row_len = 99}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> arena 12 {
  // expected-error @below {{touches bytes -4..7 of an arena of 12 bytes}}
  engine.store {offset = 4, len = 4, ny = 2, stride_y = -8}
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> constants dense<0> : tensor<128xi8> {
  // expected-error @below {{touches bytes 8..135 of constants of 128 bytes}}
  engine.load_wgt {offset = 8}
  engine.end
}

// -----

// expected-error @below {{constants are not bytes}}
engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> constants dense<0> : tensor<4xi32> {
  engine.end
}

// -----

// expected-error @below {{arena of 4294967296 bytes is more than 32 bits address}}
engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> arena 4294967296 {
  engine.end
}

// -----

// Structure.

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'builtin.module' op is no instruction of the engine}}
  builtin.module {}
  engine.end
}

// -----

// expected-error @below {{expects parent op 'engine.program'}}
engine.store {}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{block with no terminator}}
  engine.store {}
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{field 'oh' is not an i64 in 1..65535}}
  "engine.conv"() <{tokens = {}, fields = {oh = 0 : i64}}> : () -> ()
  engine.end
}

// -----

engine.program @p <PC = 16, PK = 8, ACT_BYTES = 8192, ACT_BANKS = 4, WGT_WORDS = 64, PRM_WORDS = 16, AXI_BYTES = 8> {
  // expected-error @below {{'engine.load_lut' op writes tables 4..8 outside the LUT tables of 8}}
  engine.load_lut {dst = 4, count = 5}
  engine.end
}
