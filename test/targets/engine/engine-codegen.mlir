// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --engine-codegen="board=ulx3s-85f" | FileCheck %s
// RUN: not sluice-opt %s --engine-codegen="board=ulx3s-85f,ACT_BYTES=64,ACT_BANKS=2" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SMALL

// SMALL: error: needs more than the 64 bytes of activations that the engine holds; tile it first

// The bias of the first channel: 1 + 5 * 12 taps = 61 = 0x3d; its multiplier is
// 0x4000 and its shift 20 = 0x14.
// CHECK: deploy.region "r" on "engine"
// CHECK-SAME: engine.program = @r
// CHECK: engine.program @r
// CHECK-SAME: arena 128
// CHECK-SAME: layers = [{first = 3 : i64, kind = "convolution", last = 4 : i64, macs = 144 : i64, name = "conv1", output = "y"}]
// CHECK-NEXT: engine.load_act {base = 1, ny = 4, nx = 4, len = 2,
// CHECK-NEXT: engine.load_wgt {count = 6}
// CHECK-NEXT: engine.load_prm signal(compute) {offset = 384}
// CHECK-NEXT: engine.conv wait(load) signal(store) {x = 4294967292, o = 2048,
// CHECK-SAME: pad_y = 1,
// CHECK-SAME: pad = -5, zo = 7, lo = 7, hi = 100}
// CHECK-NEXT: engine.store wait(compute) {src = 2048, offset = 64, ny = 2, nx = 2, len = 3,
// CHECK-NEXT: engine.end
// CHECK: r_constants: "0x40000000{{0101[0-9A-F]+}}3D00000000401400
func.func @main(%x: tensor<1x4x4x2xi8> {deploy.offset = 0 : i64}) -> tensor<1x2x2x3xi8> attributes {deploy.arena_size = 128 : i64} {
 %0 = deploy.region "r" on "engine" (%a = %x) : (tensor<1x4x4x2xi8>) -> tensor<1x2x2x3xi8> attributes {offsets = array<i64: 64>} {
  %w = "tosa.const"() <{values = dense<1> : tensor<3x3x2x2xi8>}> : () -> tensor<3x3x2x2xi8>
  %b = "tosa.const"() <{values = dense<[1, 2, 3]> : tensor<3xi32>}> : () -> tensor<3xi32>
  %zx = "tosa.const"() <{values = dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = "tosa.const"() <{values = dense<[16384, 20000, 30000]> : tensor<3xi16>}> : () -> tensor<3xi16>
  %s = "tosa.const"() <{values = dense<[20, 21, 22]> : tensor<3xi8>}> : () -> tensor<3xi8>
  %acc = tosa.conv2d %a, %w, %b, %zx, %z0 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xi8>, tensor<3x3x2x2xi8>, tensor<3xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x3xi32>
  %r = tosa.rescale %acc, %m, %s, %z32, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x2x2x3xi32>, tensor<3xi16>, tensor<3xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x3xi8>
  %c = tosa.clamp %r {min_val = 7 : i8, max_val = 100 : i8, onnx.output = "y"} : (tensor<1x2x2x3xi8>) -> tensor<1x2x2x3xi8> loc("conv1")
  deploy.yield %c : tensor<1x2x2x3xi8>
 }
 return %0 : tensor<1x2x2x3xi8>
}
