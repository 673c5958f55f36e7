// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// A transpose costs nothing where the consumer wants what it undoes.
// CHECK-LABEL: func.func @vanishes(
// CHECK-NOT: tosa.transpose
// CHECK: tosa.max_pool2d %arg0
// CHECK-NOT: tosa.transpose
func.func @vanishes(%x: tensor<1x4x5x3xf32>) -> tensor<1x4x5x3xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.MaxPool %0 {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %2 = onnx.Relu %1 : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %3 : tensor<1x4x5x3xf32>
}

// Both operands of an Add lie alike: only one of them moves.
// CHECK-LABEL: func.func @aligned(
// CHECK: %[[POOL:.*]] = tosa.max_pool2d %arg0
// CHECK: %[[OTHER:.*]] = tosa.transpose %arg1 {perms = array<i32: 0, 2, 3, 1>}
// CHECK: tosa.add %[[POOL]], %[[OTHER]]
// CHECK-NOT: tosa.transpose
func.func @aligned(%x: tensor<1x4x5x3xf32>, %y: tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x5x3xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.MaxPool %0 {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %2 = onnx.Add %1, %y : (tensor<1x3x4x5xf32>, tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x4x5x3xf32>
  return %3 : tensor<1x4x5x3xf32>
}

// One value a channel, C x 1 x 1, lies along the last dimension.
// CHECK-LABEL: func.func @broadcast(
// CHECK: %[[POOL:.*]] = tosa.max_pool2d
// CHECK: %[[ROW:.*]] = tosa.reshape %{{.*}} -> tensor<1x1x1x3xf32>
// CHECK: tosa.mul %[[POOL]], %[[ROW]]
func.func @broadcast(%x: tensor<1x3x4x5xf32>, %c: tensor<3x1x1xf32>) -> tensor<1x3x4x5xf32> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.Mul %0, %c : (tensor<1x3x4x5xf32>, tensor<3x1x1xf32>) -> tensor<1x3x4x5xf32>
  return %1 : tensor<1x3x4x5xf32>
}

// An image of one pixel flattens where it lies; its tensor keeps its name.
// CHECK-LABEL: func.func @pixel(
// CHECK: tosa.max_pool2d {{.*}} onnx.output = "p", onnx.perm = array<i64: 0, 3, 1, 2>, onnx.reshaped = {f = array<i64: 1, 3>}
// CHECK-NEXT: tosa.const_shape
// CHECK-NEXT: tosa.reshape {{.*}} -> tensor<1x3xf32>
// CHECK-NEXT: return
func.func @pixel(%x: tensor<1x3x4x5xf32>) -> tensor<1x3xf32> {
  %0 = onnx.GlobalMaxPool %x : (tensor<1x3x4x5xf32>) -> tensor<1x3x1x1xf32> loc("pool"("p"))
  %1 = onnx.Flatten %0 : (tensor<1x3x1x1xf32>) -> tensor<1x3xf32> loc("flatten"("f"))
  return %1 : tensor<1x3xf32>
}

// A larger one is put in the model's order where something reads it so.
// CHECK-LABEL: func.func @flatten(
// CHECK: %[[POOL:.*]] = tosa.max_pool2d
// CHECK: %[[MOVED:.*]] = tosa.transpose %[[POOL]] {perms = array<i32: 0, 3, 1, 2>}
// CHECK: %[[FLAT:.*]] = tosa.reshape %[[MOVED]], {{.*}} -> tensor<1x60xf32>
// CHECK: return %[[FLAT]]
func.func @flatten(%x: tensor<1x3x4x5xf32>) -> tensor<1x60xf32> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.Flatten %0 : (tensor<1x3x4x5xf32>) -> tensor<1x60xf32>
  return %1 : tensor<1x60xf32>
}

// CHECK-LABEL: func.func @reshapes(
// CHECK: %[[TWO:.*]] = tosa.reshape %arg0, {{.*}} -> tensor<2x3xf32>
// CHECK: %[[FOUR:.*]] = tosa.reshape %[[TWO]], {{.*}} -> tensor<1x2x1x3xf32>
// CHECK: return %[[FOUR]]
func.func @reshapes(%x: tensor<6xf32>) -> tensor<1x2x1x3xf32> {
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %axes = onnx.Constant dense<[0, 2]> : tensor<2xi64>
  %0 = onnx.Reshape %x, %shape : (tensor<6xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %1 = onnx.Unsqueeze %0, %axes : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<1x2x1x3xf32>
  return %1 : tensor<1x2x1x3xf32>
}

// Images are joined as they lie: axis 1 of NCHW is the last of NHWC.
// CHECK-LABEL: func.func @concat(
// CHECK: tosa.concat {{.*}} {axis = 3 : i32} : {{.*}} -> tensor<1x4x5x6xf32>
func.func @concat(%x: tensor<1x3x4x5xf32>) -> tensor<1x6x4x5xf32> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.Concat %0, %0 {axis = 1 : i64} : (tensor<1x3x4x5xf32>, tensor<1x3x4x5xf32>) -> tensor<1x6x4x5xf32>
  return %1 : tensor<1x6x4x5xf32>
}

// CHECK-LABEL: func.func @slice(
// CHECK-DAG: %[[START:.*]] = tosa.const_shape {{.*}}{values = dense<[0, 1]>
// CHECK-DAG: %[[SIZE:.*]] = tosa.const_shape {{.*}}{values = dense<[2, 3]>
// CHECK: tosa.slice %arg0, %[[START]], %[[SIZE]]
func.func @slice(%x: tensor<2x5xf32>) -> tensor<2x3xf32> {
  %start = onnx.Constant dense<1> : tensor<1xi64>
  %end = onnx.Constant dense<-1> : tensor<1xi64>
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Slice %x, %start, %end axes(%axis) : (tensor<2x5xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Pads {before, after} of each dimension as it lies: row 1 above, channel 2
// behind.
// CHECK-LABEL: func.func @pad(
// CHECK: tosa.const_shape {{.*}}{values = dense<[0, 0, 1, 0, 0, 0, 0, 2]>
// CHECK: tosa.pad {{.*}} -> tensor<1x5x5x5xf32>
func.func @pad(%x: tensor<1x3x4x5xf32>) -> tensor<1x5x5x5xf32> {
  %pads = onnx.Constant dense<[0, 0, 1, 0, 0, 2, 0, 0]> : tensor<8xi64>
  %value = onnx.Constant dense<1.5> : tensor<f32>
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x3x4x5xf32>) -> tensor<1x3x4x5xf32>
  %1 = onnx.Pad %0, %pads value(%value) {mode = "constant"} : (tensor<1x3x4x5xf32>, tensor<8xi64>, tensor<f32>) -> tensor<1x5x5x5xf32>
  return %1 : tensor<1x5x5x5xf32>
}

// What does nothing leaves nothing.
// CHECK-LABEL: func.func @identity(
// CHECK-NEXT: return %arg0
func.func @identity(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.Identity %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Dropout %0 : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
