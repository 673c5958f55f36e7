// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// int16: two bytes a channel, low one first, on words, in weights and in memory.
// RUN: sluice-opt %s --engine-tile="board=ulx3s-25f,INT16=1" --engine-codegen="board=ulx3s-25f,INT16=1" | FileCheck %s
// CHECK: engine.load_act {base = 1, ny = 4, nx = 4, len = 6, stride_y = 24, stride_x = 6, row_len = 24, dst_step_y = 8, dst_step_x = 2}
// A word of weights has two channels; a pass makes four outputs, which are two chunks.
// CHECK: engine.load_wgt {count = 4}
// CHECK-NEXT: engine.load_prm {{.*}}count = 2}
// A channel that is summed alone has two lanes.
// CHECK-NEXT: engine.load_wgt {{.*}}count = 3}
// CHECK-NEXT: engine.load_prm {{.*}}count = 3}
// CHECK: engine.conv {{.*}}types = 17, {{.*}}groups = 3, ci = 2, {{.*}}lo = 0, hi = 3, hi_high = 2}
// CHECK: engine.depthwise {{.*}}types = 17, {{.*}}groups = 3, {{.*}}hi = -1, lo_high = -128, hi_high = 127}
// CHECK: engine.conv {{.*}}types = 1, {{.*}}groups = 2, ci = 3
// CHECK: engine.store {{.*}}len = 5, stride_y = 20, stride_x = 5, src_step_y = 8, src_step_x = 2}
// CHECK: r_constants: "0x40000000
// CHECK-SAME: 0101020204040505070708080A0A0B0B0303000006060000090900000C0C0000
// CHECK-SAME: 2F000000000000002F0001000000010000000200000002000000030000000300000004000000040000000500000005000000

// An engine without it.
// RUN: sluice-opt %s --engine-tile="board=ulx3s-25f,INT16=1" > %t.tiled.mlir
// RUN: not sluice-opt %t.tiled.mlir --engine-codegen="board=ulx3s-25f" 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: does not fit the engine: types = 17 on an engine without activations of 16 bits
func.func @main(%x: tensor<1x4x4x3xi16> {deploy.offset = 0 : i64}) -> tensor<1x4x4x5xi8> attributes {deploy.arena_size = 384 : i64} {
 %0 = deploy.region "r" on "engine" (%a = %x) : (tensor<1x4x4x3xi16>) -> tensor<1x4x4x5xi8> attributes {offsets = array<i64: 128>} {
  %z16 = "tosa.const"() <{values = dense<0> : tensor<1xi16>}> : () -> tensor<1xi16>
  %z8 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z48 = "tosa.const"() <{values = dense<0> : tensor<1xi48>}> : () -> tensor<1xi48>
  %m = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<20> : tensor<1xi8>}> : () -> tensor<1xi8>
  %w1 = "tosa.const"() <{values = dense<[[[[1, 2, 3]]], [[[4, 5, 6]]], [[[7, 8, 9]]], [[[10, 11, 12]]], [[[13, 14, 15]]]]> : tensor<5x1x1x3xi8>}> : () -> tensor<5x1x1x3xi8>
  %b1 = "tosa.const"() <{values = dense<258> : tensor<5xi48>}> : () -> tensor<5xi48>
  %acc1 = tosa.conv2d %a, %w1, %b1, %z16, %z8 {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x3xi16>, tensor<5x1x1x3xi8>, tensor<5xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x4x4x5xi48>
  %r1 = tosa.rescale %acc1, %m, %s, %z48, %z16 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x4x4x5xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x4x4x5xi16>
  %c1 = tosa.clamp %r1 {min_val = 0 : i16, max_val = 515 : i16} : (tensor<1x4x4x5xi16>) -> tensor<1x4x4x5xi16> loc("conv")
  %w2 = "tosa.const"() <{values = dense<[[[[1], [2], [3], [4], [5]]]]> : tensor<1x1x5x1xi8>}> : () -> tensor<1x1x5x1xi8>
  %acc2 = tosa.depthwise_conv2d %c1, %w2, %b1, %z16, %z8 {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x5xi16>, tensor<1x1x5x1xi8>, tensor<5xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x4x4x5xi48>
  %r2 = tosa.rescale %acc2, %m, %s, %z48, %z16 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x4x4x5xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x4x4x5xi16> loc("depthwise")
  %w3 = "tosa.const"() <{values = dense<3> : tensor<5x1x1x5xi8>}> : () -> tensor<5x1x1x5xi8>
  %acc3 = tosa.conv2d %r2, %w3, %b1, %z16, %z8 {acc_type = i48, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x5xi16>, tensor<5x1x1x5xi8>, tensor<5xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x4x4x5xi48>
  %r3 = tosa.rescale %acc3, %m, %s, %z48, %z8 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false, onnx.output = "y"} : (tensor<1x4x4x5xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi8>) -> tensor<1x4x4x5xi8> loc("narrow")
  deploy.yield %r3 : tensor<1x4x4x5xi8>
 }
 return %0 : tensor<1x4x4x5xi8>
}
