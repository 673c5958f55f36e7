// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-insert-qdq %s | FileCheck %s

// The range [-1, 4] spans 255 steps of 5/255; 0 is step 51 from the bottom.
// Weights are symmetric by channel: 1/127 and 2/127. The Relu takes the
// convolution's place.
// CHECK-LABEL: func.func @conv_relu
// CHECK: %[[XS:.*]] = onnx.Constant dense<0.0196078438> : tensor<f32>
// CHECK: %[[XZ:.*]] = onnx.Constant dense<-77> : tensor<i8>
// CHECK: onnx.QuantizeLinear %arg0, %[[XS]], %[[XZ]]
// CHECK: onnx.Constant dense<{{\[\[\[\[}}127]]], {{\[\[\[}}-127]]]]> : tensor<2x1x1x1xi8>
// CHECK: onnx.Constant dense<[0.00787401571, 0.0157480314]> : tensor<2xf32>
// CHECK: onnx.Constant dense<[6477, 3238]> : tensor<2xi32>
// CHECK: onnx.Conv
// CHECK-NEXT: onnx.Relu
// CHECK-NEXT: onnx.Constant
// CHECK-NEXT: onnx.Constant dense<-128>
// CHECK-NEXT: onnx.QuantizeLinear
// CHECK-NEXT: %[[OUT:.*]] = onnx.DequantizeLinear
// CHECK-NEXT: return %[[OUT]]
func.func @conv_relu(%x: tensor<1x1x4x4xf32> {onnx.name = "x", onnx.range = array<f32: -1.0, 4.0>}) -> tensor<1x2x4x4xf32> {
  %w = onnx.Constant dense<[[[[1.0]]], [[[-2.0]]]]> : tensor<2x1x1x1xf32>
  %b = onnx.Constant dense<1.0> : tensor<2xf32>
  %0 = onnx.Conv %x, %w, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, onnx.range = array<f32: -8.0, 4.0>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %1 = onnx.Relu %0 {onnx.range = array<f32: 0.0, 4.0>} : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// Nothing in int8 reads this input.
// CHECK-LABEL: func.func @float_only
// CHECK-NOT: onnx.QuantizeLinear
func.func @float_only(%x: tensor<1x4xf32> {onnx.range = array<f32: -1.0, 4.0>}) -> tensor<1x4xf32> {
  %0 = onnx.Softmax %x {onnx.range = array<f32: 0.0, 1.0>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// A softmax of int8 values over the last dimension has the scale 1/256 and the
// zero point -128, whatever its range.
// CHECK-LABEL: func.func @softmax
// CHECK: onnx.QuantizeLinear
// CHECK: %[[SOFTMAX:.*]] = onnx.Softmax
// CHECK-NEXT: %[[S:.*]] = onnx.Constant dense<3.906250e-03> : tensor<f32>
// CHECK-NEXT: %[[Z:.*]] = onnx.Constant dense<-128> : tensor<i8>
// CHECK-NEXT: onnx.QuantizeLinear %[[SOFTMAX]], %[[S]], %[[Z]]
func.func @softmax(%x: tensor<1x4xf32>, %y: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %0 = onnx.Add %x, %y {onnx.range = array<f32: -1.0, 4.0>} : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32>
  %1 = onnx.Softmax %0 {axis = -1 : i64, onnx.range = array<f32: 0.1, 0.9>} : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// Over another dimension it stays float.
// CHECK-LABEL: func.func @softmax_of_columns
// CHECK: onnx.QuantizeLinear
// CHECK: onnx.Softmax
// CHECK-NOT: onnx.QuantizeLinear
func.func @softmax_of_columns(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %0 = onnx.Add %x, %y {onnx.range = array<f32: -1.0, 4.0>} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = onnx.Softmax %0 {axis = 0 : i64, onnx.range = array<f32: 0.1, 0.9>} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// A constant among the activations gets a scale of its own: 0 to 2.55 is 0.01 a step.
// CHECK-LABEL: func.func @add_constant
// CHECK: %[[C:.*]] = onnx.Constant dense<[-128, 127]> : tensor<2xi8>
// CHECK: %[[S:.*]] = onnx.Constant dense<0.00999999977> : tensor<f32>
// CHECK: %[[Z:.*]] = onnx.Constant dense<-128> : tensor<i8>
// CHECK: %[[DQ:.*]] = onnx.DequantizeLinear %[[C]], %[[S]], %[[Z]]
// CHECK: onnx.Add %{{.*}}, %[[DQ]]
func.func @add_constant(%x: tensor<2xf32> {onnx.range = array<f32: -1.0, 4.0>}) -> tensor<2xf32> {
  %c = onnx.Constant dense<[0.0, 2.55]> : tensor<2xf32>
  %0 = onnx.Add %x, %c {onnx.range = array<f32: -1.0, 4.0>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Joined tensors keep their own scales before and have one behind.
// CHECK-LABEL: func.func @concat
// CHECK-COUNT-2: onnx.DequantizeLinear
// CHECK: onnx.Concat
// CHECK: onnx.QuantizeLinear
func.func @concat(%x: tensor<2xf32> {onnx.range = array<f32: -1.0, 4.0>}, %y: tensor<2xf32> {onnx.range = array<f32: -1.0, 1.0>}) -> tensor<4xf32> {
  %0 = onnx.Concat %x, %y {axis = 0 : i64, onnx.range = array<f32: -1.0, 4.0>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// What has no int8 form is quantized where int8 goes on.
// CHECK-LABEL: func.func @float_between
// CHECK: %[[MUL:.*]] = onnx.Mul %arg0, %arg0
// CHECK: onnx.QuantizeLinear %[[MUL]]
// CHECK: onnx.Relu
func.func @float_between(%x: tensor<2xf32> {onnx.range = array<f32: -1.0, 4.0>}) -> tensor<2xf32> {
  %0 = onnx.Mul %x, %x {onnx.range = array<f32: 0.0, 16.0>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Relu %0 {onnx.range = array<f32: 0.0, 16.0>} : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// What a product of two activations reads is symmetric where that costs little:
// [-1, 0.9] is, [-0.1, 0.9] is not. Nothing is quantized between the product and
// what scales it.
// CHECK-LABEL: func.func @product
// CHECK-DAG: %[[XS:.*]] = onnx.Constant dense<0.00787401571> : tensor<f32>
// CHECK-DAG: %[[XZ:.*]] = onnx.Constant dense<0> : tensor<i8>
// CHECK-DAG: onnx.QuantizeLinear %arg0, %[[XS]], %[[XZ]]
// CHECK-DAG: %[[YZ:.*]] = onnx.Constant dense<-102> : tensor<i8>
// CHECK-DAG: onnx.QuantizeLinear %arg1, %{{.*}}, %[[YZ]]
// CHECK: %[[PRODUCT:.*]] = onnx.MatMul
// CHECK-NEXT: %[[SCALED:.*]] = onnx.Div %[[PRODUCT]]
// CHECK: onnx.QuantizeLinear %[[SCALED]]
func.func @product(%x: tensor<2x3xf32> {onnx.name = "x", onnx.range = array<f32: -1.0, 0.9>}, %y: tensor<2x3xf32> {onnx.name = "y", onnx.range = array<f32: -0.1, 0.9>}) -> tensor<2x2xf32> {
  %c = onnx.Constant dense<2.0> : tensor<f32>
  %t = onnx.Transpose %y {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %0 = onnx.MatMul %x, %t {onnx.range = array<f32: -2.0, 2.0>} : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %1 = onnx.Div %0, %c {onnx.range = array<f32: -1.0, 1.0>} : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// Weights that are dequantized already stay as they are.
// CHECK-LABEL: func.func @dequantized_weights
// CHECK: onnx.MatMul
// CHECK-NOT: onnx.QuantizeLinear
func.func @dequantized_weights(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %q = onnx.Constant dense<1> : tensor<3x2xi8>
  %w = onnx.DequantizeLinear %q, %s : (tensor<3x2xi8>, tensor<f32>) -> tensor<3x2xf32>
  %0 = onnx.MatMul %x, %w : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// A C that varies along the rows is no bias of an output channel.
// CHECK-LABEL: func.func @column
// CHECK-NOT: onnx.QuantizeLinear
func.func @column(%x: tensor<2x3xf32> {onnx.range = array<f32: -1.0, 1.0>}) -> tensor<2x3xf32> {
  %w = onnx.Constant dense<1.0> : tensor<3x3xf32>
  %c = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %0 = onnx.Gemm %x, %w, %c {onnx.range = array<f32: -2.0, 5.0>} : (tensor<2x3xf32>, tensor<3x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}
