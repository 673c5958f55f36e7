// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// Weights O,I,H,W become O,H,W,I; pads top, left, bottom, right become top,
// bottom, left, right.
// CHECK-LABEL: func.func @asymmetric(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x4x4x2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<5.000000e+00> : tensor<1xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}0.000000e+00, 2.000000e+00], [1.000000e+00, 3.000000e+00]]]]> : tensor<1x1x2x2xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[TRANSPOSE]], %[[C2]], %[[C]], %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 2, 2, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x4x3x1xf32>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<1x1x4x3xf32>
// CHECK: return %[[RESHAPE]]
func.func @asymmetric(%x: tensor<1x2x4x4xf32>) -> tensor<1x1x4x3xf32> {
  %w = onnx.Constant dense<[[[[0.0, 1.0]], [[2.0, 3.0]]]]> : tensor<1x2x1x2xf32>
  %b = onnx.Constant dense<5.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w, %b {kernel_shape = array<i64: 1, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 2, 2, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x4x4xf32>, tensor<1x2x1x2xf32>, tensor<1xf32>) -> tensor<1x1x4x3xf32>
  return %0 : tensor<1x1x4x3xf32>
}

// A stride that does not divide: what no window reads goes off the trailing
// pad first, then off the input.
// CHECK-LABEL: func.func @stride(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x6x6x1xf32>
// CHECK: %[[SLICE:.*]] = tosa.slice %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x5x6x1xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1.000000e+00> : tensor<1x2x2x1xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[SLICE]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 3, 2>} : {{.*}}-> tensor<1x2x3x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<1x1x2x3xf32>
// CHECK: return %[[RESHAPE2]]
func.func @stride(%x: tensor<1x1x6x6xf32>) -> tensor<1x1x2x3xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x2x2xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 2, 2>, strides = array<i64: 3, 2>, pads = array<i64: 0, 0, 0, 1>, dilations = array<i64: 1, 1>} : (tensor<1x1x6x6xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x3xf32>
  return %0 : tensor<1x1x2x3xf32>
}

// The only window lies in the leading padding, which becomes part of the input.
// CHECK-LABEL: func.func @padding_alone(
// CHECK: %[[PAD:.*]] = tosa.pad %{{.*}} : {{.*}}-> tensor<1x2x2x1xf32>
// CHECK: %[[SLICE:.*]] = tosa.slice %[[PAD]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x1x1x1xf32>
// CHECK: tosa.conv2d %[[SLICE]], {{.*}} pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x1x1x1xf32>
func.func @padding_alone(%x: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 1>, strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// CHECK-LABEL: func.func @dilated(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x5x5x1xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1.000000e+00> : tensor<1x2x2x1xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[RESHAPE]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x3x3x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<1x1x3x3xf32>
// CHECK: return %[[RESHAPE2]]
func.func @dilated(%x: tensor<1x1x5x5xf32>) -> tensor<1x1x3x3xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x2x2xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 2, 2>} : (tensor<1x1x5x5xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  return %0 : tensor<1x1x3x3xf32>
}

// As many groups as channels: a depthwise convolution, here with two outputs a
// channel. Output o is channel o / 2, multiplier o % 2.
// CHECK-LABEL: func.func @depthwise(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<0.000000e+00> : tensor<4xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00]]]]> : tensor<1x1x2x2xf32>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[TRANSPOSE]], %[[C2]], %[[C]], %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x2x4xf32>
// CHECK: %[[TRANSPOSE2:.*]] = tosa.transpose %[[DEPTHWISE]] {perms = array<i32: 0, 3, 1, 2>} : {{.*}}-> tensor<1x4x2x2xf32>
// CHECK: return %[[TRANSPOSE2]]
func.func @depthwise(%x: tensor<1x2x2x2xf32>) -> tensor<1x4x2x2xf32> {
  %w = onnx.Constant dense<[[[[1.0]]], [[[2.0]]], [[[3.0]]], [[[4.0]]]]> : tensor<4x1x1x1xf32>
  %0 = onnx.Conv %x, %w {group = 2 : i64, kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x2xf32>, tensor<4x1x1x1xf32>) -> tensor<1x4x2x2xf32>
  return %0 : tensor<1x4x2x2xf32>
}

// Other groups: one convolution each, on its slice of the channels.
// CHECK-LABEL: func.func @groups(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x2x2x4xf32>
// CHECK: %[[SLICE:.*]] = tosa.slice %[[TRANSPOSE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1.000000e+00, 2.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[SLICE]], %[[C]], %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x2x1xf32>
// CHECK: %[[SLICE2:.*]] = tosa.slice %[[TRANSPOSE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}3.000000e+00, 4.000000e+00]]]]> : tensor<1x1x1x2xf32>
// CHECK: %[[CONV2:.*]] = tosa.conv2d %[[SLICE2]], %[[C2]], %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x2x1xf32>
// CHECK: %[[CONCAT:.*]] = tosa.concat %[[CONV]], %[[CONV2]] {axis = 3 : i32} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[TRANSPOSE2:.*]] = tosa.transpose %[[CONCAT]] {perms = array<i32: 0, 3, 1, 2>} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: return %[[TRANSPOSE2]]
func.func @groups(%x: tensor<1x4x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %w = onnx.Constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]]]> : tensor<2x2x1x1xf32>
  %0 = onnx.Conv %x, %w {group = 2 : i64, kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x4x2x2xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x2x2xf32>
  return %0 : tensor<1x2x2x2xf32>
}

// int8: factors 0.5 · 0.25 / 2 = 1/16 and 1/32 are 16384 · 2^-18 and 16384 ·
// 2^-19; a sum in int32, then the clamp that the layer asks for.
// CHECK-LABEL: func.func @quantized(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x2x1x2xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<[7, 8]> : tensor<2xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1, 2]]], {{\[\[}}[3, 4]]]]> : tensor<2x1x1x2xi8>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[TRANSPOSE]], %[[C2]], %[[C]], %[[C3]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x1x2xi32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<16384> : tensor<2xi16>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<[18, 19]> : tensor<2xi8>
// CHECK: %[[C6:.*]] = "tosa.const"() <{values = dense<-5> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[CONV]], %[[C4]], %[[C5]], %{{.*}}, %[[C6]] {{{.*}}per_channel = true{{.*}}, scale32 = false} : {{.*}}-> tensor<1x2x1x2xi8>
// CHECK: %[[CLAMP:.*]] = tosa.clamp %[[RESCALE]] {max_val = 127 : i8, min_val = -5 : i8, onnx.output = "y", onnx.perm = array<i64: 0, 3, 1, 2>} : {{.*}}-> tensor<1x2x1x2xi8>
// CHECK: %[[TRANSPOSE2:.*]] = tosa.transpose %[[CLAMP]] {perms = array<i32: 0, 3, 1, 2>} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: return %[[TRANSPOSE2]]
func.func @quantized(%x: tensor<1x2x2x1xi8>) -> tensor<1x2x2x1xi8> {
  %xq = quant.scast %x : tensor<1x2x2x1xi8> to tensor<1x2x2x1x!quant.uniform<i8:f32, 0.5:3>>
  %w = onnx.Constant dense<[[[[1]], [[2]]], [[[3]], [[4]]]]> : tensor<2x2x1x1xi8>
  %wq = quant.scast %w : tensor<2x2x1x1xi8> to tensor<2x2x1x1x!quant.uniform<i8:f32:0, {0.25, 0.125}>>
  %b = onnx.Constant dense<[7, 8]> : tensor<2xi32>
  %bq = quant.scast %b : tensor<2xi32> to tensor<2x!quant.uniform<i32:f32:0, {0.125, 0.0625}>>
  %0 = onnx.Conv %xq, %wq, %bq {onnx.clamp = array<i64: -5, 127>, kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x2x1x!quant.uniform<i8:f32, 0.5:3>>, tensor<2x2x1x1x!quant.uniform<i8:f32:0, {0.25, 0.125}>>, tensor<2x!quant.uniform<i32:f32:0, {0.125, 0.0625}>>) -> tensor<1x2x2x1x!quant.uniform<i8:f32, 2.0:-5>> loc("conv"("y"))
  %1 = quant.scast %0 : tensor<1x2x2x1x!quant.uniform<i8:f32, 2.0:-5>> to tensor<1x2x2x1xi8>
  return %1 : tensor<1x2x2x1xi8>
}

// A float bias, and one of another scale, are brought to the sum's units: 3.0
// and 12 · 0.25 are 24 and 48 eighths.
// CHECK-LABEL: func.func @biases(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<24> : tensor<1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x1x1x1xi8>
// CHECK: %[[CONV:.*]] = tosa.conv2d %arg0, %[[C2]], %[[C]], %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x1x1xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<17> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[CONV]], %[[C3]], %[[C4]], %{{.*}}, %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x1x1x1xi8>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<48> : tensor<1xi32>
// CHECK: %[[C6:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x1x1x1xi8>
// CHECK: %[[CONV2:.*]] = tosa.conv2d %arg0, %[[C6]], %[[C5]], %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x1x1xi32>
// CHECK: %[[C7:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C8:.*]] = "tosa.const"() <{values = dense<17> : tensor<1xi8>
// CHECK: %[[RESCALE2:.*]] = tosa.rescale %[[CONV2]], %[[C7]], %[[C8]], %{{.*}}, %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x1x1x1xi8>
// CHECK: return %[[RESCALE]], %[[RESCALE2]]
func.func @biases(%x: tensor<1x1x1x1xi8>) -> (tensor<1x1x1x1xi8>, tensor<1x1x1x1xi8>) {
  %xq = quant.scast %x : tensor<1x1x1x1xi8> to tensor<1x1x1x1x!quant.uniform<i8:f32, 0.5>>
  %w = onnx.Constant dense<1> : tensor<1x1x1x1xi8>
  %wq = quant.scast %w : tensor<1x1x1x1xi8> to tensor<1x1x1x1x!quant.uniform<i8:f32, 0.25>>
  %f = onnx.Constant dense<3.0> : tensor<1xf32>
  %b = onnx.Constant dense<24> : tensor<1xi32>
  %bq = quant.scast %b : tensor<1xi32> to tensor<1x!quant.uniform<i32:f32, 0.25>>
  %0 = onnx.Conv %xq, %wq, %f {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x1x1x!quant.uniform<i8:f32, 0.5>>, tensor<1x1x1x1x!quant.uniform<i8:f32, 0.25>>, tensor<1xf32>) -> tensor<1x1x1x1x!quant.uniform<i8:f32, 1.0>>
  %1 = onnx.Conv %xq, %wq, %bq {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x1x1x!quant.uniform<i8:f32, 0.5>>, tensor<1x1x1x1x!quant.uniform<i8:f32, 0.25>>, tensor<1x!quant.uniform<i32:f32, 0.25>>) -> tensor<1x1x1x1x!quant.uniform<i8:f32, 1.0>>
  %2 = quant.scast %0 : tensor<1x1x1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x1x1x1xi8>
  %3 = quant.scast %1 : tensor<1x1x1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x1x1x1xi8>
  return %2, %3 : tensor<1x1x1x1xi8>, tensor<1x1x1x1xi8>
}
