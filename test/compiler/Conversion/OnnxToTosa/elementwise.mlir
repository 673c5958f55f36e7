// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// CHECK-LABEL: func.func @binary(
// CHECK: %[[ADD:.*]] = tosa.add %arg0, %arg1 : {{.*}}-> tensor<1x2xf32>
// CHECK: %[[SUB:.*]] = tosa.sub %arg0, %arg1 : {{.*}}-> tensor<1x2xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %arg0, %arg1, %{{.*}} : {{.*}}-> tensor<1x2xf32>
// CHECK: %[[RECIPROCAL:.*]] = tosa.reciprocal %arg1 : {{.*}}-> tensor<1x2xf32>
// CHECK: %[[MUL2:.*]] = tosa.mul %arg0, %[[RECIPROCAL]], %{{.*}} : {{.*}}-> tensor<1x2xf32>
// CHECK: return %[[ADD]], %[[SUB]], %[[MUL]], %[[MUL2]]
func.func @binary(%x: tensor<1x2xf32>, %y: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>) {
  %0 = onnx.Add %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %1 = onnx.Sub %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.Mul %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = onnx.Div %x, %y : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %0, %1, %2, %3 : tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
}

// The order of operands stands when the first one is the constant.
// CHECK-LABEL: func.func @sub_from_constant(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf32>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[C]], %{{.*}} : {{.*}}-> tensor<1x3xf32>
// CHECK: %[[SUB:.*]] = tosa.sub %[[RESHAPE]], %arg0 : {{.*}}-> tensor<2x3xf32>
// CHECK: return %[[SUB]]
func.func @sub_from_constant(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %c = onnx.Constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %0 = onnx.Sub %c, %x : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Residual add. Factors 1/2 and 1/4 of the result share one fraction: 2^13 and
// 2^12 of 2^14, four times each at a shift of 2; the sum is scaled by 2^-14.
// CHECK-LABEL: func.func @residual(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<32768> : tensor<1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<2> : tensor<1xi8>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %arg0, %[[C]], %[[C2]], %[[C3]], %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = true} : {{.*}}-> tensor<1x2xi32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi32>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<2> : tensor<1xi8>
// CHECK: %[[C6:.*]] = "tosa.const"() <{values = dense<-4> : tensor<1xi8>
// CHECK: %[[RESCALE2:.*]] = tosa.rescale %arg1, %[[C4]], %[[C5]], %[[C6]], %{{.*}} {{{.*}}per_channel = false{{.*}}, scale32 = true} : {{.*}}-> tensor<1x2xi32>
// CHECK: %[[ADD:.*]] = tosa.add %[[RESCALE]], %[[RESCALE2]] : {{.*}}-> tensor<1x2xi32>
// CHECK: %[[C7:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C8:.*]] = "tosa.const"() <{values = dense<28> : tensor<1xi8>
// CHECK: %[[C9:.*]] = "tosa.const"() <{values = dense<5> : tensor<1xi8>
// CHECK: %[[RESCALE3:.*]] = tosa.rescale %[[ADD]], %[[C7]], %[[C8]], %{{.*}}, %[[C9]] {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x2xi8>
// CHECK: %[[CLAMP:.*]] = tosa.clamp %[[RESCALE3]] {max_val = 127 : i8, min_val = 5 : i8} : {{.*}}-> tensor<1x2xi8>
// CHECK: return %[[CLAMP]]
func.func @residual(%x: tensor<1x2xi8>, %y: tensor<1x2xi8>) -> tensor<1x2xi8> {
  %a = quant.scast %x : tensor<1x2xi8> to tensor<1x2x!quant.uniform<i8:f32, 1.0:3>>
  %b = quant.scast %y : tensor<1x2xi8> to tensor<1x2x!quant.uniform<i8:f32, 0.5:-4>>
  %0 = onnx.Add %a, %b {onnx.clamp = array<i64: 5, 127>} : (tensor<1x2x!quant.uniform<i8:f32, 1.0:3>>, tensor<1x2x!quant.uniform<i8:f32, 0.5:-4>>) -> tensor<1x2x!quant.uniform<i8:f32, 2.0:5>>
  %1 = quant.scast %0 : tensor<1x2x!quant.uniform<i8:f32, 2.0:5>> to tensor<1x2xi8>
  return %1 : tensor<1x2xi8>
}

// CHECK-LABEL: func.func @activations(
// CHECK: %[[CLAMP:.*]] = tosa.clamp %arg0 {max_val = 0x7F800000 : f32, min_val = 0.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[SIGMOID:.*]] = tosa.sigmoid %arg0 : {{.*}}-> tensor<2xf32>
// CHECK: %[[TANH:.*]] = tosa.tanh %arg0 : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP2:.*]] = tosa.clamp %arg0 {max_val = 0.000000e+00 : f32, min_val = 0xFF800000 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %[[CLAMP2]], %[[C]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP3:.*]] = tosa.clamp %arg0 {max_val = 0x7F800000 : f32, min_val = 0.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[ADD:.*]] = tosa.add %[[CLAMP3]], %[[MUL]] : {{.*}}-> tensor<2xf32>
// CHECK: return %[[CLAMP]], %[[SIGMOID]], %[[TANH]], %[[ADD]]
func.func @activations(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %0 = onnx.Relu %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Sigmoid %x : (tensor<2xf32>) -> tensor<2xf32>
  %2 = onnx.Tanh %x : (tensor<2xf32>) -> tensor<2xf32>
  %3 = onnx.LeakyRelu %x {alpha = 0.5 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @hard_activations(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<2.500000e-01> : tensor<1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %arg0, %[[C]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<7.500000e-01> : tensor<1xf32>
// CHECK: %[[ADD:.*]] = tosa.add %[[MUL]], %[[C2]] : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP:.*]] = tosa.clamp %[[ADD]] {max_val = 1.000000e+00 : f32, min_val = 0.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<0.166666672> : tensor<1xf32>
// CHECK: %[[MUL2:.*]] = tosa.mul %arg0, %[[C3]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1xf32>
// CHECK: %[[ADD2:.*]] = tosa.add %[[MUL2]], %[[C4]] : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP2:.*]] = tosa.clamp %[[ADD2]] {max_val = 1.000000e+00 : f32, min_val = 0.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[MUL3:.*]] = tosa.mul %arg0, %[[CLAMP2]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: return %[[CLAMP]], %[[MUL3]]
func.func @hard_activations(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %0 = onnx.HardSigmoid %x {alpha = 0.25 : f32, beta = 0.75 : f32} : (tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.HardSwish %x : (tensor<2xf32>) -> tensor<2xf32>
  return %0, %1 : tensor<2xf32>, tensor<2xf32>
}

// An absent bound is float32's largest number; of two that cross, the upper one
// wins.
// CHECK-LABEL: func.func @clip(
// CHECK: %[[CLAMP:.*]] = tosa.clamp %arg0 {max_val = 6.000000e+00 : f32, min_val = -1.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP2:.*]] = tosa.clamp %arg0 {max_val = 6.000000e+00 : f32, min_val = -3.40282347E+38 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: %[[CLAMP3:.*]] = tosa.clamp %arg0 {max_val = -1.000000e+00 : f32, min_val = -1.000000e+00 : f32} : {{.*}}-> tensor<2xf32>
// CHECK: return %[[CLAMP]], %[[CLAMP2]], %[[CLAMP3]]
func.func @clip(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %low = onnx.Constant dense<-1.0> : tensor<f32>
  %high = onnx.Constant dense<6.0> : tensor<f32>
  %0 = onnx.Clip %x min(%low) max(%high) : (tensor<2xf32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  %1 = onnx.Clip %x max(%high) : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = onnx.Clip %x min(%high) max(%low) : (tensor<2xf32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// Left alone, a normalization is a product and a sum along the channels, wherever
// they lie: 2 / sqrt(3 + 1) = 1, and 5 - 4 · 1 = 1.
// CHECK-LABEL: func.func @batch_norm(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1.000000e+00> : tensor<1x2x1x1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %arg0, %[[C]], %{{.*}} : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<1.000000e+00> : tensor<1x2x1x1xf32>
// CHECK: %[[ADD:.*]] = tosa.add %[[MUL]], %[[C2]] : {{.*}}-> tensor<1x2x2x2xf32>
// CHECK: %[[POOL:.*]] = tosa.max_pool2d
// CHECK: %[[MUL2:.*]] = tosa.mul %[[POOL]], %{{.*}}, %{{.*}} : (tensor<1x1x1x2xf32>, tensor<1x1x1x2xf32>, {{.*}}
// CHECK: %[[MUL3:.*]] = tosa.mul %arg1, %{{.*}}, %{{.*}} : (tensor<3x2xf32>, tensor<1x2xf32>, {{.*}}
func.func @batch_norm(%x: tensor<1x2x2x2xf32>, %row: tensor<3x2xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>, tensor<3x2xf32>) {
  %s = onnx.Constant dense<2.0> : tensor<2xf32>
  %b = onnx.Constant dense<5.0> : tensor<2xf32>
  %m = onnx.Constant dense<4.0> : tensor<2xf32>
  %v = onnx.Constant dense<3.0> : tensor<2xf32>
  %0 = onnx.BatchNormalization %x, %s, %b, %m, %v {epsilon = 1.0 : f32} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %1 = onnx.GlobalMaxPool %x : (tensor<1x2x2x2xf32>) -> tensor<1x2x1x1xf32>
  %2 = onnx.BatchNormalization %1, %s, %b, %m, %v {epsilon = 1.0 : f32} : (tensor<1x2x1x1xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x1x1xf32>
  %3 = onnx.BatchNormalization %row, %s, %b, %m, %v {epsilon = 1.0 : f32} : (tensor<3x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
  return %0, %2, %3 : tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>, tensor<3x2xf32>
}
