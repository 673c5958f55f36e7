// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa --canonicalize --cse %s | FileCheck %s

// A row kernel a b c at stride 2: the even outputs see b, and the odd ones c of
// the pixel before and a of the pixel after.
// CHECK-LABEL: func.func @transposed
// CHECK-DAG: %[[ODD:.*]] = "tosa.const"() <{values = dense<{{\[\[\[\[}}3.000000e+00], [1.000000e+00]]]]> : tensor<1x1x2x1xf32>
// CHECK-DAG: %[[EVEN:.*]] = "tosa.const"() <{values = dense<2.000000e+00> : tensor<1x1x1x1xf32>
// CHECK: %[[E:.*]] = tosa.conv2d %{{.*}}, %[[EVEN]], {{.*}}pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}} -> tensor<1x1x3x1xf32>
// CHECK: %[[O:.*]] = tosa.conv2d %{{.*}}, %[[ODD]], {{.*}}pad = array<i64: 0, 0, 0, 1>, stride = array<i64: 1, 1>} : {{.*}} -> tensor<1x1x3x1xf32>
// CHECK: %[[E6:.*]] = tosa.reshape %[[E]], {{.*}} -> tensor<1x1x1x3x1x1xf32>
// CHECK: %[[O6:.*]] = tosa.reshape %[[O]], {{.*}} -> tensor<1x1x1x3x1x1xf32>
// CHECK: tosa.concat %[[E6]], %[[O6]] {axis = 4 : i32} : {{.*}} -> tensor<1x1x1x3x2x1xf32>
func.func @transposed(%x: tensor<1x1x1x3xf32>) -> tensor<1x1x1x6xf32> {
  %w = onnx.Constant dense<[[[[1.0, 2.0, 3.0]]]]> : tensor<1x1x1x3xf32>
  %0 = onnx.ConvTranspose %x, %w {kernel_shape = array<i64: 1, 3>, strides = array<i64: 1, 2>, pads = array<i64: 0, 1, 0, 1>, dilations = array<i64: 1, 1>, output_padding = array<i64: 0, 1>} : (tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x1x1x6xf32>
  return %0 : tensor<1x1x1x6xf32>
}

// Each row twice: the image beside itself, along the rows' phase.
// CHECK-LABEL: func.func @nearest
// CHECK: %[[X:.*]] = tosa.reshape {{.*}} -> tensor<1x2x1x3x1x1xf32>
// CHECK: tosa.concat %[[X]], %[[X]] {axis = 2 : i32} : {{.*}} -> tensor<1x2x2x3x1x1xf32>
func.func @nearest(%x: tensor<1x1x2x3xf32>) -> tensor<1x1x4x3xf32> {
  %s = onnx.Constant dense<[1.0, 1.0, 2.0, 1.0]> : tensor<4xf32>
  %0 = onnx.Resize %x scales(%s) {mode = "nearest", coordinates = "half_pixel", nearest_mode = "round_prefer_floor"} : (tensor<1x1x2x3xf32>, tensor<4xf32>) -> tensor<1x1x4x3xf32>
  return %0 : tensor<1x1x4x3xf32>
}

// Linear by two, centres aligned: quarters of the pixel before and three
// quarters of its own, and the other way round; edges are repeated.
// CHECK-LABEL: func.func @linear
// CHECK-DAG: %[[LATE:.*]] = "tosa.const"() <{values = dense<{{.*}}[1{{.*}}[3]{{.*}}> : tensor<1x2x1x1xi8>
// CHECK-DAG: %[[EARLY:.*]] = "tosa.const"() <{values = dense<{{.*}}[3{{.*}}[1]{{.*}}> : tensor<1x2x1x1xi8>
// CHECK: %[[WIDE:.*]] = tosa.concat %{{.*}}, %{{.*}}, %{{.*}} {axis = 2 : i32} : {{.*}} -> tensor<1x1x5x1xi8>
// CHECK: %[[A:.*]] = tosa.slice %[[WIDE]], {{.*}} -> tensor<1x1x4x1xi8>
// CHECK: tosa.depthwise_conv2d %[[A]], %[[LATE]]
// CHECK: %[[B:.*]] = tosa.slice %[[WIDE]], {{.*}} -> tensor<1x1x4x1xi8>
// CHECK: tosa.depthwise_conv2d %[[B]], %[[EARLY]]
func.func @linear(%x: tensor<1x1x1x3xi8>) -> tensor<1x1x1x6xi8> {
  %s = onnx.Constant dense<[1.0, 1.0, 1.0, 2.0]> : tensor<4xf32>
  %q = quant.scast %x : tensor<1x1x1x3xi8> to tensor<1x1x1x3x!quant.uniform<i8:f32, 0.5:3>>
  %0 = onnx.Resize %q scales(%s) {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x1x3x!quant.uniform<i8:f32, 0.5:3>>, tensor<4xf32>) -> tensor<1x1x1x6x!quant.uniform<i8:f32, 0.5:3>>
  %1 = quant.scast %0 : tensor<1x1x1x6x!quant.uniform<i8:f32, 0.5:3>> to tensor<1x1x1x6xi8>
  return %1 : tensor<1x1x1x6xi8>
}
