// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --engine-turn-operands | FileCheck %s
// RUN: sluice-opt %s --engine-turn-operands --engine-place-parts --engine-tile --deploy-plan-memory --engine-codegen \
// RUN:   | FileCheck %s --check-prefix=CODE

// The second operand's columns become rows by a product with an identity; of
// what is transposed already they are.
// CHECK: %[[ONES:.*]] = "tosa.const"() <{values = dense<{{\[\[}}[1, 0, 0], [0, 1, 0], [0, 0, 1]]]> : tensor<1x3x3xi8>}>
// CHECK: %[[TURNED:.*]] = tosa.transpose %[[Y:.*]] {perms = array<i32: 0, 2, 1>} : (tensor<1x5x3xi8>) -> tensor<1x3x5xi8>
// CHECK: %[[SUM:.*]] = tosa.matmul %[[ONES]], %[[TURNED]], {{.*}} -> tensor<1x3x5xi32>
// CHECK: tosa.rescale
// CHECK: %[[ROWS:.*]] = tosa.reshape {{.*}} -> tensor<1x3x5xi8>
// CHECK: %[[BACK:.*]] = tosa.transpose %[[ROWS]]
// CHECK: tosa.matmul %[[X:.*]], %[[BACK]], {{.*}} -> tensor<1x4x3xi32>
// CHECK-NOT: tosa.matmul
// CHECK: tosa.transpose %[[Z:.*]] {perms
// CHECK-NEXT: tosa.matmul
// CHECK-NOT: tosa.matmul

// The identity is a constant that is loaded like an input; the operand's five
// rows are stored as a group of lanes and loaded as weights. The model's MACs
// are 4 * 3 * 5 and 4 * 2 * 3.
// CODE: engine.program @r
// CODE-SAME: kind = "matmul", {{[^}]*}}macs = 0 : i64, name = "product_transpose"
// CODE-SAME: kind = "matmul", {{[^}]*}}macs = 60 : i64, name = "product"
// CODE-SAME: kind = "matmul", {{[^}]*}}macs = 24 : i64, name = "scores"
// CODE-NEXT: engine.load_act {nx = 3, len = 3,
// CODE-NEXT: engine.load_act {{.*}}offset = [[V:[0-9]+]], base = 1, nx = 5, len = 3,
// CODE-NEXT: engine.store wait(load) {{.*}}offset = [[ROWS:[0-9]+]], ny = 5, len = 8, stride_y = 8, src_step_y = 1}
// CODE-NEXT: engine.load_wgt wait(store) {offset = [[ROWS]], base = 1}
// CODE: engine.conv {{.*}}ow = 3, ih = 1, iw = 3, x_step_ox = 1, o_step_ox = 1}
// x - (-128) is x and two taps of 64, with the same weights.
// CODE: engine.store wait(load) {{.*}}offset = [[TURNED:[0-9]+]], ny = 3, len = 8, stride_y = 8, src_step_y = 1}
// CODE-NEXT: engine.load_wgt wait(store) {dst = 1, offset = [[TURNED]], base = 1}
// CODE-NEXT: engine.load_wgt {dst = 2, offset = [[TURNED]], base = 1}
// CODE-NEXT: engine.load_wgt {dst = 3, offset = [[TURNED]], base = 1}
// CODE: engine.conv {{.*}}w = 1, {{.*}}ow = 4, ih = 1, iw = 4, kh = 3, {{.*}}pad = 64}
func.func @main(%x: tensor<1x4x5xi8>, %y: tensor<1x5x3xi8>, %z: tensor<1x2x3xi8>) -> tensor<1x4x2xi8> {
 %0 = deploy.region "r" on "engine" (%a = %x, %b = %y, %c = %z) : (tensor<1x4x5xi8>, tensor<1x5x3xi8>, tensor<1x2x3xi8>) -> tensor<1x4x2xi8> {
  %zx = "tosa.const"() <{values = dense<-128> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %m = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<20> : tensor<1xi8>}> : () -> tensor<1xi8>
  %acc = tosa.matmul %a, %b, %zx, %z0 : (tensor<1x4x5xi8>, tensor<1x5x3xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x3xi32> loc("product")
  %p = tosa.rescale %acc, %m, %s, %z32, %z0 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x4x3xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x3xi8> loc("product")
  %t = tosa.transpose %c {perms = array<i32: 0, 2, 1>} : (tensor<1x2x3xi8>) -> tensor<1x3x2xi8> loc("scores")
  %sum = tosa.matmul %p, %t, %z0, %z0 : (tensor<1x4x3xi8>, tensor<1x3x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x2xi32> loc("scores")
  %r = tosa.rescale %sum, %m, %s, %z32, %z0 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x4x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x2xi8> loc("scores")
  deploy.yield %r : tensor<1x4x2xi8>
 }
 return %0 : tensor<1x4x2xi8>
}
