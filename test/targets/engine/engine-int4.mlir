// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Weights that four bits hold, two a byte: one pass makes two chunks of outputs.
// RUN: sluice-opt %s --engine-tile="board=ulx3s-85f" --engine-codegen="board=ulx3s-85f" | FileCheck %s
// CHECK: engine.int4
// CHECK: engine.load_wgt {}
// CHECK: engine.load_prm {{.*}}count = 2
// CHECK: engine.conv {{.*}}{types = 4, {{.*}}groups = 2,
// CHECK: r_constants: "0x40000000{{(DD)+}}89FFFFFF

// An engine without them, and weights of which one does not fit.
// RUN: sluice-opt %s --engine-tile="board=ulx3s-85f,INT4=0" --engine-codegen="board=ulx3s-85f,INT4=0" | FileCheck %s --check-prefix=INT8
// RUN: sed 's/dense<-3>/dense<8>/' %s > %t.mlir
// RUN: sluice-opt %t.mlir --engine-tile="board=ulx3s-85f" --engine-codegen="board=ulx3s-85f" | FileCheck %s --check-prefix=INT8
// INT8-NOT: engine.int4
// INT8: engine.load_wgt {count = 2}
// INT8: engine.conv
// INT8-NOT: types

// The plan is held to what it says.
// RUN: sluice-opt %s --engine-tile="board=ulx3s-85f" | sed 's/dense<-3>/dense<-9>/' > %t.wrong.mlir
// RUN: not sluice-opt %t.wrong.mlir --engine-codegen="board=ulx3s-85f" 2>&1 | FileCheck %s --check-prefix=WRONG
// WRONG: error: has weights that are not in -8..7
// RUN: sluice-opt %s --engine-tile="board=ulx3s-85f" > %t.tiled.mlir
// RUN: not sluice-opt %t.tiled.mlir --engine-codegen="board=ulx3s-85f,INT4=0" 2>&1 | FileCheck %s --check-prefix=NONE
// NONE: error: does not fit the engine: types = 4 on an engine without weights of four bits
func.func @main(%x: tensor<1x4x4x8xi8> {deploy.offset = 0 : i64}) -> tensor<1x4x4x16xi8> attributes {deploy.arena_size = 384 : i64} {
 %0 = deploy.region "r" on "engine" (%a = %x) : (tensor<1x4x4x8xi8>) -> tensor<1x4x4x16xi8> attributes {offsets = array<i64: 128>} {
  %w = "tosa.const"() <{values = dense<-3> : tensor<16x1x1x8xi8>}> : () -> tensor<16x1x1x8xi8>
  %b = "tosa.const"() <{values = dense<1> : tensor<16xi32>}> : () -> tensor<16xi32>
  %zx = "tosa.const"() <{values = dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = "tosa.const"() <{values = dense<16384> : tensor<16xi16>}> : () -> tensor<16xi16>
  %s = "tosa.const"() <{values = dense<20> : tensor<16xi8>}> : () -> tensor<16xi8>
  %acc = tosa.conv2d %a, %w, %b, %zx, %z0 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x8xi8>, tensor<16x1x1x8xi8>, tensor<16xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x16xi32>
  %r = tosa.rescale %acc, %m, %s, %z32, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = SINGLE_ROUND, scale32 = false, onnx.output = "y"} : (tensor<1x4x4x16xi32>, tensor<16xi16>, tensor<16xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x4x16xi8> loc("conv1")
  deploy.yield %r : tensor<1x4x4x16xi8>
 }
 return %0 : tensor<1x4x4x16xi8>
}
