// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa --canonicalize --cse %s | FileCheck %s

// Heads are channels of one image; what is transposed last stands before the
// product. 0.5 · 0.5 / 2 = 2^14 · 2^-17.
// CHECK-LABEL: func.func @scores(
// CHECK-SAME: %[[X:.*]]: tensor<1x3x8xi8>
// CHECK: %[[HEAD1:.*]] = tosa.const_shape {values = dense<[0, 0, 0, 4]>
// CHECK-DAG: %[[ZO:.*]] = "tosa.const"() <{values = dense<-7> : tensor<1xi8>}>
// CHECK-DAG: %[[S:.*]] = "tosa.const"() <{values = dense<17> : tensor<1xi8>}>
// CHECK-DAG: %[[M:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}>
// CHECK-DAG: %[[ONE:.*]] = "tosa.const"() <{values = dense<1> : tensor<1xi8>}>
// CHECK: %[[IMAGE:.*]] = tosa.reshape %[[X]], {{.*}} -> tensor<1x1x3x8xi8>
// CHECK: %[[CUT:.*]] = tosa.slice %[[IMAGE]], {{.*}} -> tensor<1x1x3x4xi8>
// CHECK: %[[HEAD:.*]] = tosa.reshape %[[CUT]], {{.*}} -> tensor<1x3x4xi8>
// CHECK: %[[TURNED:.*]] = tosa.transpose %[[HEAD]] {perms = array<i32: 0, 2, 1>}
// CHECK: %[[ACC:.*]] = tosa.matmul %[[HEAD]], %[[TURNED]], %[[ONE]], %[[ONE]] : {{.*}} -> tensor<1x3x3xi32>
// CHECK: %[[ROW:.*]] = tosa.reshape %[[ACC]], {{.*}} -> tensor<1x1x3x3xi32>
// CHECK: %[[FIRST:.*]] = tosa.rescale %[[ROW]], %[[M]], %[[S]], %{{.*}}, %[[ZO]] {{.*}}per_channel = false
// CHECK: tosa.slice %[[IMAGE]], %[[HEAD1]]
// CHECK: %[[SECOND:.*]] = tosa.rescale
// CHECK: tosa.concat %[[FIRST]], %[[SECOND]] {axis = 1 : i32, onnx.output = "s"}
!q = !quant.uniform<i8:f32, 0.5:1>
!o = !quant.uniform<i8:f32, 2.0:-7>
func.func @scores(%x: tensor<1x3x8xi8>) -> tensor<1x2x3x3xi8> {
  %q = quant.scast %x : tensor<1x3x8xi8> to tensor<1x3x8x!q>
  %s = onnx.Constant dense<[1, 3, 2, 4]> : tensor<4xi64>
  %r = onnx.Reshape %q, %s : (tensor<1x3x8x!q>, tensor<4xi64>) -> tensor<1x3x2x4x!q>
  %h = onnx.Transpose %r {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4x!q>) -> tensor<1x2x3x4x!q>
  %t = onnx.Transpose %r {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x2x4x!q>) -> tensor<1x2x4x3x!q>
  %y = onnx.MatMul %h, %t : (tensor<1x2x3x4x!q>, tensor<1x2x4x3x!q>) -> tensor<1x2x3x3x!o> loc("scores"("s"))
  %o = quant.scast %y : tensor<1x2x3x3x!o> to tensor<1x2x3x3xi8>
  return %o : tensor<1x2x3x3xi8>
}

// A transpose that follows chooses how the heads lie: channels again.
// CHECK-LABEL: func.func @sums(
// CHECK: %[[ACC:.*]] = tosa.matmul {{.*}} : {{.*}} -> tensor<1x3x4xi32>
// CHECK: tosa.matmul
// CHECK: %[[JOINED:.*]] = tosa.concat {{.*}} {axis = 3 : i32, onnx.held = array<i64: 1, 3, 2, 4>, onnx.output = "p", onnx.perm = array<i64: 0, 2, 1, 3>} : {{.*}} -> tensor<1x1x3x8xi8>
// CHECK: %[[Z:.*]] = tosa.reshape %[[JOINED]], {{.*}} -> tensor<1x3x8xi8>
// CHECK: return %[[Z]]
!v = !quant.uniform<i8:f32, 0.5>
!p = !quant.uniform<i8:f32, 0.5:-128>
func.func @sums(%x: tensor<1x2x3x3xi8>, %v: tensor<1x3x8xi8>) -> tensor<1x3x8xi8> {
  %q = quant.scast %v : tensor<1x3x8xi8> to tensor<1x3x8x!v>
  %p = quant.scast %x : tensor<1x2x3x3xi8> to tensor<1x2x3x3x!p>
  %s = onnx.Constant dense<[1, 3, 2, 4]> : tensor<4xi64>
  %r = onnx.Reshape %q, %s : (tensor<1x3x8x!v>, tensor<4xi64>) -> tensor<1x3x2x4x!v>
  %h = onnx.Transpose %r {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x3x2x4x!v>) -> tensor<1x2x3x4x!v>
  %y = onnx.MatMul %p, %h : (tensor<1x2x3x3x!p>, tensor<1x2x3x4x!v>) -> tensor<1x2x3x4x!o> loc("sums"("p"))
  %t = onnx.Transpose %y {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x3x4x!o>) -> tensor<1x3x2x4x!o>
  %u = onnx.Constant dense<[1, 3, 8]> : tensor<3xi64>
  %z = onnx.Reshape %t, %u : (tensor<1x3x2x4x!o>, tensor<3xi64>) -> tensor<1x3x8x!o>
  %o = quant.scast %z : tensor<1x3x8x!o> to tensor<1x3x8xi8>
  return %o : tensor<1x3x8xi8>
}

// Of an image, too, nothing but the last matrix moves: C is split, H and W are
// joined where they lie.
// CHECK-LABEL: func.func @image(
// CHECK: %[[NHWC:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>}
// CHECK: %[[POOL:.*]] = tosa.max_pool2d %[[NHWC]]
// CHECK: %[[IMAGE:.*]] = tosa.reshape %[[POOL]], {{.*}} -> tensor<1x1x6x8xi8>
// CHECK: %[[CUT:.*]] = tosa.slice %[[IMAGE]], {{.*}} -> tensor<1x1x6x4xi8>
// CHECK: %[[HEAD:.*]] = tosa.reshape %[[CUT]]
// CHECK: %[[TURNED:.*]] = tosa.transpose %[[HEAD]] {perms = array<i32: 0, 2, 1>}
// CHECK: tosa.matmul %[[HEAD]], %[[TURNED]]
// CHECK: tosa.concat {{.*}} -> tensor<1x2x6x6xi8>
func.func @image(%x: tensor<1x8x2x3xi8>) -> tensor<1x2x6x6xi8> {
  %q = quant.scast %x : tensor<1x8x2x3xi8> to tensor<1x8x2x3x!v>
  %m = onnx.MaxPool %q {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x8x2x3x!v>) -> tensor<1x8x2x3x!v>
  %s = onnx.Constant dense<[1, 2, 4, 6]> : tensor<4xi64>
  %r = onnx.Reshape %m, %s : (tensor<1x8x2x3x!v>, tensor<4xi64>) -> tensor<1x2x4x6x!v>
  %t = onnx.Transpose %r {perm = array<i64: 0, 1, 3, 2>} : (tensor<1x2x4x6x!v>) -> tensor<1x2x6x4x!v>
  %y = onnx.MatMul %t, %r : (tensor<1x2x6x4x!v>, tensor<1x2x4x6x!v>) -> tensor<1x2x6x6x!o>
  %o = quant.scast %y : tensor<1x2x6x6x!o> to tensor<1x2x6x6xi8>
  return %o : tensor<1x2x6x6xi8>
}

// One matrix for all entries of the other.
// CHECK-LABEL: func.func @repeated(
// CHECK: %[[Y:.*]] = tosa.reshape %arg1, {{.*}} -> tensor<1x4x5xi8>
// CHECK: tosa.matmul %{{.*}}, %[[Y]]
// CHECK: tosa.matmul %{{.*}}, %[[Y]]
// CHECK: tosa.concat {{.*}} {axis = 1 : i32{{.*}}} : {{.*}} -> tensor<1x2x3x5xi8>
func.func @repeated(%x: tensor<2x3x4xi8>, %y: tensor<4x5xi8>) -> tensor<2x3x5xi8> {
  %q = quant.scast %x : tensor<2x3x4xi8> to tensor<2x3x4x!v>
  %r = quant.scast %y : tensor<4x5xi8> to tensor<4x5x!q>
  %p = onnx.MatMul %q, %r : (tensor<2x3x4x!v>, tensor<4x5x!q>) -> tensor<2x3x5x!o>
  %o = quant.scast %p : tensor<2x3x5x!o> to tensor<2x3x5xi8>
  return %o : tensor<2x3x5xi8>
}
