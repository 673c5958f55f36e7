// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-fuse-activations %s | FileCheck %s

// CHECK-LABEL: func.func @silu
// CHECK-NEXT: %[[Y:.*]] = onnx.Swish %arg0
// CHECK-NEXT: return %[[Y]]
func.func @silu(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.Sigmoid %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Mul %0, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// In a QDQ model the factor's own rounding goes, too.
// CHECK-LABEL: func.func @rounded
// CHECK: %[[X:.*]] = onnx.DequantizeLinear %arg0
// CHECK: onnx.Swish %[[X]]
// CHECK-NOT: onnx.Sigmoid
func.func @rounded(%x: tensor<2xi8>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %1 = onnx.Sigmoid %0 : (tensor<2xf32>) -> tensor<2xf32>
  %2 = onnx.QuantizeLinear %1, %s : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  %3 = onnx.DequantizeLinear %2, %s : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  %4 = onnx.Mul %0, %3 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %4 : tensor<2xf32>
}

// CHECK-LABEL: func.func @hard_swish
// CHECK-NEXT: onnx.HardSwish %arg0
func.func @hard_swish(%x: tensor<2xf32>) -> tensor<2xf32> {
  %0 = onnx.HardSigmoid %x {alpha = 0.166666672 : f32, beta = 0.5 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Mul %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// CHECK-LABEL: func.func @gelu
// CHECK: onnx.Gelu %arg0
// CHECK-NOT: onnx.Erf
func.func @gelu(%x: tensor<2xf32>) -> tensor<2xf32> {
  %root = onnx.Constant dense<1.41421354> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.Div %x, %root : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %1 = onnx.Erf %0 : (tensor<2xf32>) -> tensor<2xf32>
  %2 = onnx.Add %1, %one : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %3 = onnx.Mul %x, %2 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %4 = onnx.Mul %3, %half : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %4 : tensor<2xf32>
}

// Products with another tensor, or with another slope, stay.
// CHECK-LABEL: func.func @others
// CHECK: onnx.Sigmoid
// CHECK: onnx.Mul
// CHECK: onnx.HardSigmoid
// CHECK: onnx.Mul
func.func @others(%x: tensor<2xf32>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = onnx.Sigmoid %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Mul %0, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = onnx.HardSigmoid %x {alpha = 0.2 : f32, beta = 0.5 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  %3 = onnx.Mul %2, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1, %3 : tensor<2xf32>, tensor<2xf32>
}
