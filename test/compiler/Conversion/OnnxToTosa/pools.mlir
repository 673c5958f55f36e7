// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// ceil_mode's last window hangs over the edge: a pad that does not count.
// CHECK-LABEL: func.func @max_ceil(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x5x4x1xf32>
// CHECK: %[[MAX_POOL:.*]] = tosa.max_pool2d %[[RESHAPE]] {kernel = array<i64: 2, 2>, pad = array<i64: 0, 1, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x3x2x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[MAX_POOL]], %{{.*}} : {{.*}}-> tensor<1x1x3x2xf32>
// CHECK: return %[[RESHAPE2]]
func.func @max_ceil(%x: tensor<1x1x5x4xf32>) -> tensor<1x1x3x2xf32> {
  %0 = onnx.MaxPool %x {ceil_mode = true, kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x5x4xf32>) -> tensor<1x1x3x2xf32>
  return %0 : tensor<1x1x3x2xf32>
}

// Without it the rest of the input is never read.
// CHECK-LABEL: func.func @max_floor(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x5x4x1xi8>
// CHECK: %[[SLICE:.*]] = tosa.slice %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x4x4x1xi8>
// CHECK: %[[MAX_POOL:.*]] = tosa.max_pool2d %[[SLICE]] {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[MAX_POOL]], %{{.*}} : {{.*}}-> tensor<1x1x2x2xi8>
// CHECK: return %[[RESHAPE2]]
func.func @max_floor(%x: tensor<1x1x5x4xi8>) -> tensor<1x1x2x2xi8> {
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x5x4xi8>) -> tensor<1x1x2x2xi8>
  return %0 : tensor<1x1x2x2xi8>
}

// CHECK-LABEL: func.func @global_max(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<2x4x5x3xf32>
// CHECK: %[[MAX_POOL:.*]] = tosa.max_pool2d %[[TRANSPOSE]] {kernel = array<i64: 4, 5>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<2x1x1x3xf32>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[MAX_POOL]], %{{.*}} : {{.*}}-> tensor<2x3x1x1xf32>
// CHECK: return %[[RESHAPE]]
func.func @global_max(%x: tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32> {
  %0 = onnx.GlobalMaxPool %x : (tensor<2x3x4x5xf32>) -> tensor<2x3x1x1xf32>
  return %0 : tensor<2x3x1x1xf32>
}

// A float average over what lies inside.
// CHECK-LABEL: func.func @average(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x4x4x1xf32>
// CHECK: %[[AVG_POOL:.*]] = tosa.avg_pool2d %[[RESHAPE]], %{{.*}}, %{{.*}} {acc_type = f32, kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x4x4x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[AVG_POOL]], %{{.*}} : {{.*}}-> tensor<1x1x4x4xf32>
// CHECK: return %[[RESHAPE2]]
func.func @average(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %0 = onnx.AveragePool %x {kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// With the padding counted: zeros are put around first.
// CHECK-LABEL: func.func @average_counts_padding(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x4x4x1xf32>
// CHECK: %[[PAD:.*]] = tosa.pad %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x6x6x1xf32>
// CHECK: %[[AVG_POOL:.*]] = tosa.avg_pool2d %[[PAD]], %{{.*}}, %{{.*}} {acc_type = f32, kernel = array<i64: 3, 3>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x4x4x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[AVG_POOL]], %{{.*}} : {{.*}}-> tensor<1x1x4x4xf32>
// CHECK: return %[[RESHAPE2]]
func.func @average_counts_padding(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32> {
  %0 = onnx.AveragePool %x {count_include_pad = true, kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// In int8 a sum, and one factor: 1 / (2 · 4) is 16384 · 2^-17.
// CHECK-LABEL: func.func @int8_average(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x4x4x1xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<2x2x1x1xi8>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<7> : tensor<1xi8>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[RESHAPE]], %[[C]], %{{.*}}, %[[C2]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x2x2x1xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<17> : tensor<1xi8>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<-1> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[DEPTHWISE]], %[[C3]], %[[C4]], %{{.*}}, %[[C5]] {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[RESCALE]], %{{.*}} : {{.*}}-> tensor<1x1x2x2xi8>
// CHECK: return %[[RESHAPE2]]
func.func @int8_average(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x2x2xi8> {
  %q = quant.scast %x : tensor<1x1x4x4xi8> to tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0:7>>
  %0 = onnx.AveragePool %q {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0:7>>) -> tensor<1x1x2x2x!quant.uniform<i8:f32, 2.0:-1>>
  %1 = quant.scast %0 : tensor<1x1x2x2x!quant.uniform<i8:f32, 2.0:-1>> to tensor<1x1x2x2xi8>
  return %1 : tensor<1x1x2x2xi8>
}

// With padding the output falls into rectangles of equal count, each with its
// own factor: here the first and last rows have 2 taps, the middle has 4.
// CHECK-LABEL: func.func @int8_average_padded(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x4x4x1xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<2x2x1x1xi8>
// CHECK: %[[SLICE1:.*]] = tosa.slice %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x1x4x1xi8>
// CHECK: %[[SUM1:.*]] = tosa.depthwise_conv2d %[[SLICE1]], %[[C]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 0, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x1x2x1xi32>
// CHECK: %[[M1:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[S1:.*]] = "tosa.const"() <{values = dense<15> : tensor<1xi8>
// CHECK: %[[RESCALE1:.*]] = tosa.rescale %[[SUM1]], %[[M1]], %[[S1]], {{.*}}-> tensor<1x1x2x1xi8>
// CHECK: %[[SLICE2:.*]] = tosa.slice %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x2x4x1xi8>
// CHECK: %[[SUM2:.*]] = tosa.depthwise_conv2d %[[SLICE2]], %[[C]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x1x2x1xi32>
// CHECK: %[[M2:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[S2:.*]] = "tosa.const"() <{values = dense<16> : tensor<1xi8>
// CHECK: %[[RESCALE2:.*]] = tosa.rescale %[[SUM2]], %[[M2]], %[[S2]], {{.*}}-> tensor<1x1x2x1xi8>
// CHECK: %[[SLICE3:.*]] = tosa.slice %[[RESHAPE]], %{{.*}}, %{{.*}} : {{.*}}-> tensor<1x1x4x1xi8>
// CHECK: %[[SUM3:.*]] = tosa.depthwise_conv2d %[[SLICE3]], %[[C]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 1, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x1x2x1xi32>
// CHECK: %[[M3:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[S3:.*]] = "tosa.const"() <{values = dense<15> : tensor<1xi8>
// CHECK: %[[RESCALE3:.*]] = tosa.rescale %[[SUM3]], %[[M3]], %[[S3]], {{.*}}-> tensor<1x1x2x1xi8>
// CHECK: %[[CONCAT:.*]] = tosa.concat %[[RESCALE1]], %[[RESCALE2]], %[[RESCALE3]] {axis = 1 : i32} : {{.*}}-> tensor<1x3x2x1xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONCAT]], %{{.*}} : {{.*}}-> tensor<1x1x3x2xi8>
// CHECK: return %[[RESHAPE2]]
func.func @int8_average_padded(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x3x2xi8> {
  %q = quant.scast %x : tensor<1x1x4x4xi8> to tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0>>
  %0 = onnx.AveragePool %q {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 0, 1, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x1x3x2x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x1x3x2x!quant.uniform<i8:f32, 1.0>> to tensor<1x1x3x2xi8>
  return %1 : tensor<1x1x3x2xi8>
}

// Counted padding has one factor again.
// CHECK-LABEL: func.func @int8_average_counts_padding(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x4x4x1xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<2x2x1x1xi8>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[RESHAPE]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 1, 0, 0>, stride = array<i64: 2, 2>} : {{.*}}-> tensor<1x3x2x1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<16> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[DEPTHWISE]], %[[C2]], %[[C3]], %{{.*}}, %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x3x2x1xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[RESCALE]], %{{.*}} : {{.*}}-> tensor<1x1x3x2xi8>
// CHECK: return %[[RESHAPE2]]
func.func @int8_average_counts_padding(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x3x2xi8> {
  %q = quant.scast %x : tensor<1x1x4x4xi8> to tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0>>
  %0 = onnx.AveragePool %q {count_include_pad = true, kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 1, 0, 1, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x1x3x2x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x1x3x2x!quant.uniform<i8:f32, 1.0>> to tensor<1x1x3x2xi8>
  return %1 : tensor<1x1x3x2xi8>
}

// CHECK-LABEL: func.func @global_average(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x2x3x2xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<2x3x2x1xi8>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<0> : tensor<2xi32>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[TRANSPOSE]], %[[C]], %[[C2]], %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x1x2xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<21845> : tensor<1xi16>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<17> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[DEPTHWISE]], %[[C3]], %[[C4]], %{{.*}}, %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x1x1x2xi8>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[RESCALE]], %{{.*}} : {{.*}}-> tensor<1x2x1x1xi8>
// CHECK: return %[[RESHAPE]]
func.func @global_average(%x: tensor<1x2x2x3xi8>) -> tensor<1x2x1x1xi8> {
  %q = quant.scast %x : tensor<1x2x2x3xi8> to tensor<1x2x2x3x!quant.uniform<i8:f32, 1.0>>
  %0 = onnx.GlobalAveragePool %q : (tensor<1x2x2x3x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x2x1x1x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x2x1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x2x1x1xi8>
  return %1 : tensor<1x2x1x1xi8>
}

// CHECK-LABEL: func.func @reduce_mean(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x2x3x2xf32>
// CHECK: %[[AVG_POOL:.*]] = tosa.avg_pool2d %[[TRANSPOSE]], %{{.*}}, %{{.*}} {acc_type = f32, kernel = array<i64: 2, 3>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x1x2xf32>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[AVG_POOL]], %{{.*}} : {{.*}}-> tensor<1x2xf32>
// CHECK: return %[[RESHAPE]]
func.func @reduce_mean(%x: tensor<1x2x2x3xf32>) -> tensor<1x2xf32> {
  %axes = onnx.Constant dense<[2, -1]> : tensor<2xi64>
  %0 = onnx.ReduceMean %x, %axes {keepdims = false} : (tensor<1x2x2x3xf32>, tensor<2xi64>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}
