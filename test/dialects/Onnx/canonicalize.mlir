// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --canonicalize | FileCheck %s

// CHECK-LABEL: func.func @identity(
// CHECK-SAME: %[[X:.*]]: tensor<2x3xf32>
// CHECK-NEXT: return %[[X]]
func.func @identity(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %0 = onnx.Identity %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1, %mask = onnx.Dropout %0 : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xi1>)
  %2 = onnx.Transpose %1 {perm = array<i64: 0, 1>} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %shape = onnx.Constant dense<[2, -1]> : tensor<2xi64>
  %3 = onnx.Reshape %2, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %4 = onnx.Cast %3 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %4 : tensor<2x3xf32>
}

// A transpose that exchanges equal sizes does something.
// CHECK-LABEL: func.func @transpose(
// CHECK: onnx.Transpose
func.func @transpose(%x: tensor<3x3xf32>) -> tensor<3x3xf32> {
  %0 = onnx.Transpose %x {perm = array<i64: 1, 0>} : (tensor<3x3xf32>) -> tensor<3x3xf32>
  return %0 : tensor<3x3xf32>
}

// Dropout stays where its mask is used.
// CHECK-LABEL: func.func @mask(
// CHECK: onnx.Dropout
func.func @mask(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi1>) {
  %0, %mask = onnx.Dropout %x : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi1>)
  return %0, %mask : tensor<2xf32>, tensor<2xi1>
}

// A pair of quantization steps rounds; it is no identity.
// CHECK-LABEL: func.func @quantize(
// CHECK: onnx.QuantizeLinear
// CHECK: onnx.DequantizeLinear
func.func @quantize(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.QuantizeLinear %x, %s : (tensor<2xf32>, tensor<f32>) -> tensor<2xui8>
  %1 = onnx.DequantizeLinear %0, %s : (tensor<2xui8>, tensor<f32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// Between different quantized types Identity converts.
// CHECK-LABEL: func.func @requantize(
// CHECK: onnx.Identity
func.func @requantize(%x: tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>> {
  %0 = onnx.Identity %x : (tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>>
  return %0 : tensor<2x!quant.uniform<i8:f32, 0.25>>
}

// Shape arithmetic: flatten all but the first dimension of 2x3x4x5.
// CHECK-LABEL: func.func @shape_arithmetic(
// CHECK: %[[S:.*]] = onnx.Constant dense<[2, 60]> : tensor<2xi64>
// CHECK-NEXT: return %[[S]]
func.func @shape_arithmetic(%x: tensor<2x3x4x5xf32>) -> tensor<2xi64> {
  %zero = onnx.Constant dense<0> : tensor<i64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %end = onnx.Constant dense<9> : tensor<1xi64>
  %shape = onnx.Shape %x : (tensor<2x3x4x5xf32>) -> tensor<4xi64>
  %n = onnx.Gather %shape, %zero : (tensor<4xi64>, tensor<i64>) -> tensor<i64>
  %head = onnx.Unsqueeze %n, %axis : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %image = onnx.Slice %shape, %one, %end : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %c = onnx.Slice %image, %axis, %one : (tensor<3xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %h = onnx.Gather %image, %one : (tensor<3xi64>, tensor<1xi64>) -> tensor<1xi64>
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %w = onnx.Gather %image, %minus : (tensor<3xi64>, tensor<1xi64>) -> tensor<1xi64>
  %ch = onnx.Mul %c, %h : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %chw = onnx.Mul %ch, %w : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %narrow = onnx.Cast %chw : (tensor<1xi64>) -> tensor<1xi32>
  %wide = onnx.Cast %narrow : (tensor<1xi32>) -> tensor<1xi64>
  %tail = onnx.Squeeze %wide : (tensor<1xi64>) -> tensor<i64>
  %vector = onnx.Reshape %tail, %one : (tensor<i64>, tensor<1xi64>) -> tensor<1xi64>
  %target = onnx.Concat %head, %vector {axis = 0 : i64} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  return %target : tensor<2xi64>
}

// CHECK-LABEL: func.func @integers(
// CHECK-DAG: %[[SUM:.*]] = onnx.Constant dense<[8, 5]> : tensor<2xi64>
// CHECK-DAG: %[[DIFFERENCE:.*]] = onnx.Constant dense<[6, -9]> : tensor<2xi64>
// CHECK-DAG: %[[QUOTIENT:.*]] = onnx.Constant dense<[7, 0]> : tensor<2xi64>
// CHECK-DAG: %[[BACK:.*]] = onnx.Constant dense<[7, 1]> : tensor<2xi64>
// CHECK: return %[[SUM]], %[[DIFFERENCE]], %[[QUOTIENT]], %[[BACK]]
func.func @integers() -> (tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) {
  %a = onnx.Constant dense<[7, -2]> : tensor<2xi64>
  %b = onnx.Constant dense<[1, 7]> : tensor<2xi64>
  %sum = onnx.Add %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %difference = onnx.Sub %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %quotient = onnx.Div %a, %b : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  %joined = onnx.Concat %b, %a {axis = 0 : i64} : (tensor<2xi64>, tensor<2xi64>) -> tensor<4xi64>
  %start = onnx.Constant dense<-2> : tensor<1xi64>
  %end = onnx.Constant dense<-9> : tensor<1xi64>
  %axis = onnx.Constant dense<0> : tensor<1xi64>
  %step = onnx.Constant dense<-1> : tensor<1xi64>
  %back = onnx.Slice %joined, %start, %end axes(%axis) steps(%step) : (tensor<4xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ends = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %firstlast = onnx.Gather %back, %ends : (tensor<3xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %sum, %difference, %quotient, %firstlast : tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>
}

// What has no value, and what is large or no integer, is not computed.
// CHECK-LABEL: func.func @unfoldable(
// CHECK: onnx.Div
// CHECK: onnx.Gather
// CHECK: onnx.Cast
// CHECK: onnx.Add
// CHECK: onnx.Mul
func.func @unfoldable() -> (tensor<i64>, tensor<i64>, tensor<i32>, tensor<f32>, tensor<65xi64>) {
  %zero = onnx.Constant dense<0> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %large = onnx.Constant dense<4294967296> : tensor<i64>
  %float = onnx.Constant dense<1.0> : tensor<f32>
  %long = onnx.Constant dense<3> : tensor<65xi64>
  %0 = onnx.Div %large, %zero : (tensor<i64>, tensor<i64>) -> tensor<i64>
  %index = onnx.Constant dense<1> : tensor<i64>
  %1 = onnx.Gather %one, %index : (tensor<1xi64>, tensor<i64>) -> tensor<i64>
  %2 = onnx.Cast %large : (tensor<i64>) -> tensor<i32>
  %3 = onnx.Add %float, %float : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = onnx.Mul %long, %zero : (tensor<65xi64>, tensor<i64>) -> tensor<65xi64>
  return %0, %1, %2, %3, %4 : tensor<i64>, tensor<i64>, tensor<i32>, tensor<f32>, tensor<65xi64>
}
