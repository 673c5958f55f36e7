// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-make-signed -split-input-file %s | FileCheck %s

// Zero point 3 of uint8 is -125 of int8; none is -128. A pool in between follows.
// CHECK-LABEL: func.func @activations
// CHECK-DAG: %[[QZ:.*]] = onnx.Constant dense<-125> : tensor<i8>
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear %arg0, %{{.*}}, %[[QZ]] : {{.*}} -> tensor<1x1x4x4xi8>
// CHECK: %[[POOL:.*]] = onnx.GlobalMaxPool %[[Q]] : (tensor<1x1x4x4xi8>) -> tensor<1x1x1x1xi8>
// CHECK: %[[NONE:.*]] = onnx.Constant dense<-128> : tensor<i8>
// CHECK: onnx.DequantizeLinear %[[POOL]], %{{.*}}, %[[NONE]]
func.func @activations(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<ui8>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<1x1x4x4xf32>, tensor<f32>, tensor<ui8>) -> tensor<1x1x4x4xui8>
  %1 = onnx.GlobalMaxPool %0 : (tensor<1x1x4x4xui8>) -> tensor<1x1x1x1xui8>
  %2 = onnx.DequantizeLinear %1, %s : (tensor<1x1x1x1xui8>, tensor<f32>) -> tensor<1x1x1x1xf32>
  return %2 : tensor<1x1x1x1xf32>
}

// -----

// A constant, with a zero point for each of its two columns.
// CHECK-LABEL: func.func @constant
// CHECK-DAG: %[[ZERO:.*]] = onnx.Constant dense<[0, -128]> : tensor<2xi8>
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<[{{\[}}-128, 127]]> : tensor<1x2xi8>
// CHECK: onnx.DequantizeLinear %[[W]], %{{.*}}, %[[ZERO]]
func.func @constant() -> tensor<1x2xf32> {
  %w = onnx.Constant dense<[[0, 255]]> : tensor<1x2xui8>
  %s = onnx.Constant dense<[0.5, 2.0]> : tensor<2xf32>
  %z = onnx.Constant dense<[128, 0]> : tensor<2xui8>
  %0 = onnx.DequantizeLinear %w, %s, %z : (tensor<1x2xui8>, tensor<2xf32>, tensor<2xui8>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// The model's input and result are uint8 and stay so, and with the result what
// is joined to it.
// CHECK-LABEL: func.func @boundary
// CHECK: onnx.DequantizeLinear %arg0, {{.*}} : (tensor<4xui8>
// CHECK: onnx.QuantizeLinear {{.*}} -> tensor<4xui8>
// CHECK: onnx.QuantizeLinear {{.*}} -> tensor<4xui8>
// CHECK: onnx.Concat {{.*}} -> tensor<8xui8>
func.func @boundary(%x: tensor<4xui8>) -> tensor<8xui8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<ui8>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<4xui8>, tensor<f32>, tensor<ui8>) -> tensor<4xf32>
  %1 = onnx.QuantizeLinear %0, %s, %z : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %2 = onnx.QuantizeLinear %0, %s, %z : (tensor<4xf32>, tensor<f32>, tensor<ui8>) -> tensor<4xui8>
  %3 = onnx.Concat %1, %2 {axis = 0 : i64} : (tensor<4xui8>, tensor<4xui8>) -> tensor<8xui8>
  return %3 : tensor<8xui8>
}

// -----

// uint16 is shifted by 32768.
// CHECK-LABEL: func.func @uint16
// CHECK: %[[Z:.*]] = onnx.Constant dense<2> : tensor<i16>
// CHECK: %[[Q:.*]] = onnx.QuantizeLinear %arg0, %{{.*}}, %[[Z]] : {{.*}} -> tensor<2xi16>
// CHECK: %[[AGAIN:.*]] = onnx.Constant dense<2> : tensor<i16>
// CHECK: onnx.DequantizeLinear %[[Q]], %{{.*}}, %[[AGAIN]] : (tensor<2xi16>
// CHECK: %[[C:.*]] = onnx.Constant dense<[-32768, 32767]> : tensor<2xi16>
// CHECK: %[[NONE:.*]] = onnx.Constant dense<-32768> : tensor<i16>
// CHECK: onnx.DequantizeLinear %[[C]], %{{.*}}, %[[NONE]] : (tensor<2xi16>
func.func @uint16(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<32770> : tensor<ui16>
  %c = onnx.Constant dense<[0, 65535]> : tensor<2xui16>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<2xf32>, tensor<f32>, tensor<ui16>) -> tensor<2xui16>
  %1 = onnx.DequantizeLinear %0, %s, %z : (tensor<2xui16>, tensor<f32>, tensor<ui16>) -> tensor<2xf32>
  %2 = onnx.DequantizeLinear %c, %s : (tensor<2xui16>, tensor<f32>) -> tensor<2xf32>
  return %1, %2 : tensor<2xf32>, tensor<2xf32>
}
