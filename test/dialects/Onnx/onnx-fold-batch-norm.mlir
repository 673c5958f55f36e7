// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-fold-batch-norm --mlir-print-debuginfo --mlir-print-local-scope %s | FileCheck %s

// slope = 2 / sqrt(3.99999 + 1e-5) = 1; offset = 3 - 0.5 * 1. The layer keeps the
// convolution's name and yields the normalization's tensor.
// CHECK-LABEL: func.func @conv
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{.*}}4.000000e+00{{.*}}> : tensor<1x1x1x2xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<2.500000e+00> : tensor<1xf32>
// CHECK: onnx.Conv %{{.*}}, %[[W]], %[[B]] {{.*}}onnx.output = "u"
// CHECK-SAME: loc(fused["norm"("u"), "conv"("t")])
// CHECK-NOT: onnx.BatchNormalization
func.func @conv(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x4x3xf32> {
  %w = onnx.Constant dense<4.0> : tensor<1x1x1x2xf32>
  %scale = onnx.Constant dense<2.0> : tensor<1xf32>
  %b = onnx.Constant dense<3.0> : tensor<1xf32>
  %mean = onnx.Constant dense<0.5> : tensor<1xf32>
  %var = onnx.Constant dense<3.99999> : tensor<1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<1x1x1x2xf32>) -> tensor<1x1x4x3xf32> loc("conv"("t"))
  %1 = onnx.BatchNormalization %0, %scale, %b, %mean, %var : (tensor<1x1x4x3xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x3xf32> loc("norm"("u"))
  return %1 : tensor<1x1x4x3xf32>
}

// As many values as outputs, but one a row.
// CHECK-LABEL: func.func @bias_of_rows
// CHECK: onnx.BatchNormalization
func.func @bias_of_rows(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
  %w = onnx.Constant dense<4.0> : tensor<2x2xf32>
  %c = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %one = onnx.Constant dense<1.0> : tensor<2xf32>
  %0 = onnx.Gemm %x, %w, %c : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %1 = onnx.BatchNormalization %0, %one, %one, %one, %one : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// The convolution's own result is read too.
// CHECK-LABEL: func.func @two_readers
// CHECK: onnx.BatchNormalization
func.func @two_readers(%x: tensor<1x1x4x4xf32>) -> (tensor<1x1x4x3xf32>, tensor<1x1x4x3xf32>) {
  %w = onnx.Constant dense<4.0> : tensor<1x1x1x2xf32>
  %one = onnx.Constant dense<1.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 1, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<1x1x1x2xf32>) -> tensor<1x1x4x3xf32>
  %1 = onnx.BatchNormalization %0, %one, %one, %one, %one : (tensor<1x1x4x3xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x4x3xf32>
  return %0, %1 : tensor<1x1x4x3xf32>, tensor<1x1x4x3xf32>
}
