// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// A product is a convolution on as many rows of one column; B, K x N, becomes
// N x 1 x 1 x K.
// CHECK-LABEL: func.func @gemm(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x3x1x2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1.000000e+00, 3.000000e+00]]], {{\[\[}}[2.000000e+00, 4.000000e+00]]]]> : tensor<2x1x1x2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<[5.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[RESHAPE]], %[[C]], %[[C2]], %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x3x1x2xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<3x2xf32>
// CHECK: return %[[RESHAPE2]]
func.func @gemm(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %c = onnx.Constant dense<[5.0, 6.0]> : tensor<2xf32>
  %0 = onnx.Gemm %x, %w, %c : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// One value of C for all outputs.
// CHECK-LABEL: func.func @gemm_transposed(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x3x1x2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1.000000e+00, 2.000000e+00]]], {{\[\[}}[3.000000e+00, 4.000000e+00]]]]> : tensor<2x1x1x2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<5.000000e+00> : tensor<2xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[RESHAPE]], %[[C]], %[[C2]], %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x3x1x2xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<3x2xf32>
// CHECK: return %[[RESHAPE2]]
func.func @gemm_transposed(%x: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %c = onnx.Constant dense<5.0> : tensor<1xf32>
  %0 = onnx.Gemm %x, %w, %c {transB = true} : (tensor<3x2xf32>, tensor<2x2xf32>, tensor<1xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// C that varies along the rows, constant or not, is added behind: M = N, so that
// its count says nothing.
// CHECK-LABEL: func.func @gemm_plus_column(
// CHECK: %[[CONV:.*]] = tosa.conv2d
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<2x2xf32>
// CHECK: %[[ADD:.*]] = tosa.add %[[RESHAPE]], %{{.*}} {onnx.output = "y"} : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
// CHECK: %[[CONV2:.*]] = tosa.conv2d
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV2]], %{{.*}} : {{.*}}-> tensor<2x2xf32>
// CHECK: %[[ADD2:.*]] = tosa.add %[[RESHAPE2]], %arg0 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
// CHECK: return %[[ADD]], %[[ADD2]]
func.func @gemm_plus_column(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %c = onnx.Constant dense<[[5.0], [6.0]]> : tensor<2x1xf32>
  %0 = onnx.Gemm %x, %w, %c : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> loc("gemm"("y"))
  %1 = onnx.Gemm %x, %w, %x : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// Rows of any rank.
// CHECK-LABEL: func.func @matmul(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x6x1x4xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]]]]> : tensor<1x1x1x4xf32>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[RESHAPE]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x6x1x1xf32>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[CONV]], %{{.*}} : {{.*}}-> tensor<2x3x1xf32>
// CHECK: return %[[RESHAPE2]]
func.func @matmul(%x: tensor<2x3x4xf32>) -> tensor<2x3x1xf32> {
  %w = onnx.Constant dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x3x4xf32>, tensor<4x1xf32>) -> tensor<2x3x1xf32>
  return %0 : tensor<2x3x1xf32>
}

// CHECK-LABEL: func.func @matmul_of_activations(
// CHECK: %[[MATMUL:.*]] = tosa.matmul %arg0, %arg1, %{{.*}}, %{{.*}} : {{.*}}-> tensor<2x3x5xf32>
// CHECK: return %[[MATMUL]]
func.func @matmul_of_activations(%x: tensor<2x3x4xf32>, %y: tensor<2x4x5xf32>) -> tensor<2x3x5xf32> {
  %0 = onnx.MatMul %x, %y : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// A flattened image is not moved: the kernel is as large as the image, its
// weights in the image's order. Weight 2 belongs to channel 1, column 0.
// CHECK-LABEL: func.func @flattened(
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %arg0 {perms = array<i32: 0, 2, 3, 1>} : {{.*}}-> tensor<1x1x2x2xi8>
// CHECK: %[[MAX_POOL:.*]] = tosa.max_pool2d %[[TRANSPOSE]] {kernel = array<i64: 1, 1>, onnx.output = "p", onnx.perm = array<i64: 0, 3, 1, 2>, onnx.reshaped = {f = array<i64: 1, 4>}, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x2x2xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<{{\[\[}}{{\[\[}}0, 2], [1, 3]]]]> : tensor<1x1x2x2xi8>
// CHECK: %[[CONV:.*]] = tosa.conv2d %[[MAX_POOL]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x1x1x1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<16> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[CONV]], %[[C2]], %[[C3]], %{{.*}}, %{{.*}} {input_unsigned = false, onnx.output = "y", output_unsigned = false, per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x1x1x1xi8>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[RESCALE]], %{{.*}} : {{.*}}-> tensor<1x1xi8>
// CHECK: return %[[RESHAPE]]
func.func @flattened(%x: tensor<1x2x1x2xi8>) -> tensor<1x1xi8> {
  %q = quant.scast %x : tensor<1x2x1x2xi8> to tensor<1x2x1x2x!quant.uniform<i8:f32, 1.0>>
  %p = onnx.MaxPool %q {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x2x1x2x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x2x1x2x!quant.uniform<i8:f32, 1.0>> loc("pool"("p"))
  %f = onnx.Flatten %p : (tensor<1x2x1x2x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x4x!quant.uniform<i8:f32, 1.0>> loc("flatten"("f"))
  %w = onnx.Constant dense<[[0, 1, 2, 3]]> : tensor<1x4xi8>
  %wq = quant.scast %w : tensor<1x4xi8> to tensor<1x4x!quant.uniform<i8:f32, 0.5>>
  %0 = onnx.Gemm %f, %wq {transB = true} : (tensor<1x4x!quant.uniform<i8:f32, 1.0>>, tensor<1x4x!quant.uniform<i8:f32, 0.5>>) -> tensor<1x1x!quant.uniform<i8:f32, 2.0>> loc("fc"("y"))
  %1 = quant.scast %0 : tensor<1x1x!quant.uniform<i8:f32, 2.0>> to tensor<1x1xi8>
  return %1 : tensor<1x1xi8>
}

// Along the last dimension, or another.
// CHECK-LABEL: func.func @softmax(
// CHECK: %[[REDUCE_MAX:.*]] = tosa.reduce_max %arg0 {axis = 1 : i32} : {{.*}}-> tensor<2x1xf32>
// CHECK: %[[SUB:.*]] = tosa.sub %arg0, %[[REDUCE_MAX]] : {{.*}}-> tensor<2x3xf32>
// CHECK: %[[EXP:.*]] = tosa.exp %[[SUB]] : {{.*}}-> tensor<2x3xf32>
// CHECK: %[[REDUCE_SUM:.*]] = tosa.reduce_sum %[[EXP]] {axis = 1 : i32} : {{.*}}-> tensor<2x1xf32>
// CHECK: %[[RECIPROCAL:.*]] = tosa.reciprocal %[[REDUCE_SUM]] : {{.*}}-> tensor<2x1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %[[EXP]], %[[RECIPROCAL]], %{{.*}} : {{.*}}-> tensor<2x3xf32>
// CHECK: return %[[MUL]]
func.func @softmax(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = onnx.Softmax %x {axis = -1 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// CHECK-LABEL: func.func @softmax_of_columns(
// CHECK: %[[REDUCE_MAX:.*]] = tosa.reduce_max %arg0 {axis = 0 : i32} : {{.*}}-> tensor<1x3xf32>
// CHECK: %[[SUB:.*]] = tosa.sub %arg0, %[[REDUCE_MAX]] : {{.*}}-> tensor<2x3xf32>
// CHECK: %[[EXP:.*]] = tosa.exp %[[SUB]] : {{.*}}-> tensor<2x3xf32>
// CHECK: %[[REDUCE_SUM:.*]] = tosa.reduce_sum %[[EXP]] {axis = 0 : i32} : {{.*}}-> tensor<1x3xf32>
// CHECK: %[[RECIPROCAL:.*]] = tosa.reciprocal %[[REDUCE_SUM]] : {{.*}}-> tensor<1x3xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %[[EXP]], %[[RECIPROCAL]], %{{.*}} : {{.*}}-> tensor<2x3xf32>
// CHECK: return %[[MUL]]
func.func @softmax_of_columns(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = onnx.Softmax %x {axis = 0 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
