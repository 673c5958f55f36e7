// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-insert-qdq -split-input-file -verify-diagnostics %s

// All of them are reported.
func.func @weights(%x: tensor<1x2xf32> {onnx.range = array<f32: -1.0, 4.0>}) -> (tensor<1x1xf32>, tensor<1x1xf32>) {
  %w = onnx.Constant dense<[[1.0], [0x7FC00000]]> : tensor<2x1xf32>
  %v = onnx.Constant dense<[[0x7F800000], [1.0]]> : tensor<2x1xf32>
  // expected-error @+1 {{has weights that are infinite or not a number, which int8 cannot hold}}
  %0 = onnx.MatMul %x, %w {onnx.range = array<f32: -1.0, 4.0>} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  // expected-error @+1 {{has weights that are infinite or not a number, which int8 cannot hold}}
  %1 = onnx.MatMul %x, %v {onnx.range = array<f32: -1.0, 4.0>} : (tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x1xf32>
  return %0, %1 : tensor<1x1xf32>, tensor<1x1xf32>
}

// -----

func.func @bias(%x: tensor<1x2xf32> {onnx.range = array<f32: -1.0, 4.0>}) -> tensor<1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<2x1xf32>
  %c = onnx.Constant dense<0xFF800000> : tensor<1xf32>
  // expected-error @+1 {{has a bias that is infinite or not a number, which int8 cannot hold}}
  %0 = onnx.Gemm %x, %w, %c {onnx.range = array<f32: -1.0, 4.0>} : (tensor<1x2xf32>, tensor<2x1xf32>, tensor<1xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
