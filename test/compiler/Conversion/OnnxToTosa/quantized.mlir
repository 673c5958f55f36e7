// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa %s | FileCheck %s

// Bounded before the zero point is added, so that nothing wraps.
// CHECK-LABEL: func.func @quantize(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<2.000000e+00> : tensor<1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %arg0, %[[C]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: %[[CAST:.*]] = tosa.cast %[[MUL]] : {{.*}}-> tensor<2xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<-100> : tensor<1xi32>
// CHECK: %[[MAXIMUM:.*]] = tosa.maximum %[[CAST]], %[[C2]] : {{.*}}-> tensor<2xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<155> : tensor<1xi32>
// CHECK: %[[MINIMUM:.*]] = tosa.minimum %[[MAXIMUM]], %[[C3]] : {{.*}}-> tensor<2xi32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<-28> : tensor<1xi32>
// CHECK: %[[ADD:.*]] = tosa.add %[[MINIMUM]], %[[C4]] : {{.*}}-> tensor<2xi32>
// CHECK: %[[CAST2:.*]] = tosa.cast %[[ADD]] : {{.*}}-> tensor<2xi8>
// CHECK: return %[[CAST2]]
func.func @quantize(%x: tensor<2xf32>) -> tensor<2xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<-28> : tensor<i8>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<2xf32>, tensor<f32>, tensor<i8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// CHECK-LABEL: func.func @dequantize(
// CHECK: %[[CAST:.*]] = tosa.cast %arg0 : {{.*}}-> tensor<2xi32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<-28> : tensor<1xi32>
// CHECK: %[[SUB:.*]] = tosa.sub %[[CAST]], %[[C]] : {{.*}}-> tensor<2xi32>
// CHECK: %[[CAST2:.*]] = tosa.cast %[[SUB]] : {{.*}}-> tensor<2xf32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<5.000000e-01> : tensor<1xf32>
// CHECK: %[[MUL:.*]] = tosa.mul %[[CAST2]], %[[C2]], %{{.*}} : {{.*}}-> tensor<2xf32>
// CHECK: return %[[MUL]]
func.func @dequantize(%x: tensor<2xi8>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<-28> : tensor<i8>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<2xi8>, tensor<f32>, tensor<i8>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// A Relu between layers changes the scale with a sum of one tap, and clamps.
// CHECK-LABEL: func.func @relu(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x1x3x1xi8>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x2x1x3xi8>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<0> : tensor<3xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[RESHAPE]], %[[C]], %[[C2]], %[[C3]], %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x1x3xi32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<13> : tensor<1xi8>
// CHECK: %[[C6:.*]] = "tosa.const"() <{values = dense<-128> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[DEPTHWISE]], %[[C4]], %[[C5]], %{{.*}}, %[[C6]] {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x2x1x3xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %[[RESCALE]], %{{.*}} : {{.*}}-> tensor<2x3xi8>
// CHECK: return %[[RESHAPE2]]
func.func @relu(%x: tensor<2x3xi8>) -> tensor<2x3xi8> {
  %q = quant.scast %x : tensor<2x3xi8> to tensor<2x3x!quant.uniform<i8:f32, 1.0:3>>
  %0 = onnx.Relu %q {onnx.clamp = array<i64: -128, 127>} : (tensor<2x3x!quant.uniform<i8:f32, 1.0:3>>) -> tensor<2x3x!quant.uniform<i8:f32, 0.5:-128>>
  %1 = quant.scast %0 : tensor<2x3x!quant.uniform<i8:f32, 0.5:-128>> to tensor<2x3xi8>
  return %1 : tensor<2x3xi8>
}

// With the scale unchanged the clamp is all.
// CHECK-LABEL: func.func @clip(
// CHECK: %[[CLAMP:.*]] = tosa.clamp %arg0 {max_val = 9 : i8, min_val = 3 : i8} : {{.*}}-> tensor<2x3xi8>
// CHECK: return %[[CLAMP]]
func.func @clip(%x: tensor<2x3xi8>) -> tensor<2x3xi8> {
  %q = quant.scast %x : tensor<2x3xi8> to tensor<2x3x!quant.uniform<i8:f32, 1.0:3>>
  %0 = onnx.Clip %q {onnx.clamp = array<i64: 3, 9>} : (tensor<2x3x!quant.uniform<i8:f32, 1.0:3>>) -> tensor<2x3x!quant.uniform<i8:f32, 1.0:3>>
  %1 = quant.scast %0 : tensor<2x3x!quant.uniform<i8:f32, 1.0:3>> to tensor<2x3xi8>
  return %1 : tensor<2x3xi8>
}

// Joined tensors take the result's scale first; the second has it already.
// CHECK-LABEL: func.func @concat(
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<1> : tensor<1x1x1x1xi8>
// CHECK: %[[DEPTHWISE:.*]] = tosa.depthwise_conv2d %[[RESHAPE]], %[[C]], %{{.*}}, %{{.*}}, %{{.*}} {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : {{.*}}-> tensor<1x2x2x1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1xi16>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<16> : tensor<1xi8>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>
// CHECK: %[[RESCALE:.*]] = tosa.rescale %[[DEPTHWISE]], %[[C2]], %[[C3]], %{{.*}}, %[[C4]] {{{.*}}per_channel = false{{.*}}, scale32 = false} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: %[[RESHAPE2:.*]] = tosa.reshape %arg1, %{{.*}} : {{.*}}-> tensor<1x2x2x1xi8>
// CHECK: %[[CONCAT:.*]] = tosa.concat %[[RESCALE]], %[[RESHAPE2]] {axis = 3 : i32} : {{.*}}-> tensor<1x2x2x2xi8>
// CHECK: %[[TRANSPOSE:.*]] = tosa.transpose %[[CONCAT]] {perms = array<i32: 0, 3, 1, 2>} : {{.*}}-> tensor<1x2x2x2xi8>
// CHECK: return %[[TRANSPOSE]]
func.func @concat(%x: tensor<1x1x2x2xi8>, %y: tensor<1x1x2x2xi8>) -> tensor<1x2x2x2xi8> {
  %a = quant.scast %x : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!quant.uniform<i8:f32, 0.25>>
  %b = quant.scast %y : tensor<1x1x2x2xi8> to tensor<1x1x2x2x!quant.uniform<i8:f32, 1.0:3>>
  %0 = onnx.Concat %a, %b {axis = 1 : i64} : (tensor<1x1x2x2x!quant.uniform<i8:f32, 0.25>>, tensor<1x1x2x2x!quant.uniform<i8:f32, 1.0:3>>) -> tensor<1x2x2x2x!quant.uniform<i8:f32, 1.0:3>>
  %1 = quant.scast %0 : tensor<1x2x2x2x!quant.uniform<i8:f32, 1.0:3>> to tensor<1x2x2x2xi8>
  return %1 : tensor<1x2x2x2xi8>
}

// Padding is zero: the zero point.
// CHECK-LABEL: func.func @pad(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<3> : tensor<1xi8>
// CHECK: %[[PAD:.*]] = tosa.pad %arg0, %{{.*}}, %[[C]] : {{.*}}-> tensor<3xi8>
// CHECK: return %[[PAD]]
func.func @pad(%x: tensor<1xi8>) -> tensor<3xi8> {
  %q = quant.scast %x : tensor<1xi8> to tensor<1x!quant.uniform<i8:f32, 1.0:3>>
  %p = onnx.Constant dense<1> : tensor<2xi64>
  %0 = onnx.Pad %q, %p {mode = "constant"} : (tensor<1x!quant.uniform<i8:f32, 1.0:3>>, tensor<2xi64>) -> tensor<3x!quant.uniform<i8:f32, 1.0:3>>
  %1 = quant.scast %0 : tensor<3x!quant.uniform<i8:f32, 1.0:3>> to tensor<3xi8>
  return %1 : tensor<3xi8>
}

// Softmax, docs/spec/integers.md section 4: Q = 64 · 256 for the scale 1/256.
// CHECK-LABEL: func.func @softmax(
// CHECK: %[[CAST:.*]] = tosa.cast %arg0 : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[REDUCE_MAX:.*]] = tosa.reduce_max %[[CAST]] {axis = 1 : i32} : {{.*}}-> tensor<1x1xi32>
// CHECK: %[[SUB:.*]] = tosa.sub %[[REDUCE_MAX]], %[[CAST]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<"0x00800000172F0000531100005F06000058020000DD000000{{[0-9A-F]*}}"> : tensor<1x256x1xi32>
// CHECK: %[[GATHER:.*]] = tosa.gather %[[C]], %[[SUB]] : {{.*}}-> tensor<1x3x1xi32>
// CHECK: %[[RESHAPE:.*]] = tosa.reshape %[[GATHER]], %{{.*}} : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[REDUCE_SUM:.*]] = tosa.reduce_sum %[[RESHAPE]] {axis = 1 : i32} : {{.*}}-> tensor<1x1xi32>
// CHECK: %[[C2:.*]] = "tosa.const"() <{values = dense<16384> : tensor<1x1xi32>
// CHECK: %[[MUL:.*]] = tosa.mul %[[RESHAPE]], %[[C2]], %{{.*}} : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C3:.*]] = "tosa.const"() <{values = dense<32> : tensor<1x1xi32>
// CHECK: %[[MUL2:.*]] = tosa.mul %[[REDUCE_SUM]], %[[C3]], %{{.*}} : {{.*}}-> tensor<1x1xi32>
// CHECK: %[[ADD:.*]] = tosa.add %[[MUL]], %[[MUL2]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C4:.*]] = "tosa.const"() <{values = dense<64> : tensor<1x1xi32>
// CHECK: %[[MUL3:.*]] = tosa.mul %[[REDUCE_SUM]], %[[C4]], %{{.*}} : {{.*}}-> tensor<1x1xi32>
// CHECK: %[[INTDIV:.*]] = tosa.intdiv %[[ADD]], %[[MUL3]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C5:.*]] = "tosa.const"() <{values = dense<-128> : tensor<1x1xi32>
// CHECK: %[[ADD2:.*]] = tosa.add %[[INTDIV]], %[[C5]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C6:.*]] = "tosa.const"() <{values = dense<-128> : tensor<1x1xi32>
// CHECK: %[[MAXIMUM:.*]] = tosa.maximum %[[ADD2]], %[[C6]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[C7:.*]] = "tosa.const"() <{values = dense<127> : tensor<1x1xi32>
// CHECK: %[[MINIMUM:.*]] = tosa.minimum %[[MAXIMUM]], %[[C7]] : {{.*}}-> tensor<1x3xi32>
// CHECK: %[[CAST2:.*]] = tosa.cast %[[MINIMUM]] : {{.*}}-> tensor<1x3xi8>
// CHECK: return %[[CAST2]]
func.func @softmax(%x: tensor<1x3xi8>) -> tensor<1x3xi8> {
  %q = quant.scast %x : tensor<1x3xi8> to tensor<1x3x!quant.uniform<i8:f32, 1.0>>
  %0 = onnx.Softmax %q {axis = -1 : i64} : (tensor<1x3x!quant.uniform<i8:f32, 1.0>>) -> tensor<1x3x!quant.uniform<i8:f32, 3.90625e-3:-128>>
  %1 = quant.scast %0 : tensor<1x3x!quant.uniform<i8:f32, 3.90625e-3:-128>> to tensor<1x3xi8>
  return %1 : tensor<1x3xi8>
}

// Other activations are tables: LeakyRelu of -128 · 0.5 with slope 0.5 is -32,
// 3 less.
// CHECK-LABEL: func.func @table(
// CHECK: %[[C:.*]] = "tosa.const"() <{values = dense<"0xDDDDDDDEDEDEDFDFDFDFDFE0E0E0E1E1E1E1E1E2E2E2E3E3{{[0-9A-F]*}}"> : tensor<256xi8>
// CHECK: %[[TABLE:.*]] = tosa.table %arg0, %[[C]] : {{.*}}-> tensor<2xi8>
// CHECK: return %[[TABLE]]
func.func @table(%x: tensor<2xi8>) -> tensor<2xi8> {
  %q = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 0.5>>
  %0 = onnx.LeakyRelu %q {alpha = 0.5 : f32} : (tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:-3>>
  %1 = quant.scast %0 : tensor<2x!quant.uniform<i8:f32, 1.0:-3>> to tensor<2xi8>
  return %1 : tensor<2xi8>
}

// A bound holds for the entries of the table: none is below -34.
// CHECK-LABEL: func.func @bounded_table(
// CHECK: "tosa.const"() <{values = dense<"0xDEDEDEDEDEDEDFDF{{[0-9A-F]*}}"> : tensor<256xi8>
// CHECK-NOT: tosa.clamp
func.func @bounded_table(%x: tensor<2xi8>) -> tensor<2xi8> {
  %q = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 0.5>>
  %0 = onnx.LeakyRelu %q {alpha = 0.5 : f32, onnx.clamp = array<i64: -34, 127>} : (tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2x!quant.uniform<i8:f32, 1.0:-3>>
  %1 = quant.scast %0 : tensor<2x!quant.uniform<i8:f32, 1.0:-3>> to tensor<2xi8>
  return %1 : tensor<2xi8>
}

// int16 sums up in 48 bits; its bias may be larger than int32.
// CHECK-LABEL: func.func @int16_product(
// CHECK: %[[X:.*]] = tosa.reshape %arg0, %{{.*}} : {{.*}}-> tensor<1x1x1x2xi16>
// CHECK: %[[W:.*]] = "tosa.const"() <{values = dense<{{.*}}> : tensor<2x1x1x2xi8>
// CHECK: %[[B:.*]] = "tosa.const"() <{values = dense<[4000000000, -3]> : tensor<2xi48>
// CHECK: %[[Z:.*]] = "tosa.const"() <{values = dense<0> : tensor<1xi16>
// CHECK: %[[ACC:.*]] = tosa.conv2d %[[X]], %[[W]], %[[B]], %[[Z]], %{{.*}} {acc_type = i48, {{.*}}-> tensor<1x1x1x2xi48>
// CHECK: %[[ZERO:.*]] = "tosa.const"() <{values = dense<0> : tensor<1xi48>
// CHECK: %[[Y:.*]] = tosa.rescale %[[ACC]], %{{.*}}, %{{.*}}, %[[ZERO]], %{{.*}} {{{.*}}scale32 = false} : {{.*}}-> tensor<1x1x1x2xi16>
// CHECK: tosa.clamp %[[Y]] {max_val = 3000 : i16, min_val = 0 : i16}
func.func @int16_product(%x: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %q = quant.scast %x : tensor<1x2xi16> to tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  %w = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %wq = quant.scast %w : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32, 0.25>>
  %b = onnx.Constant dense<[5.0e8, -0.375]> : tensor<2xf32>
  %0 = onnx.Gemm %q, %wq, %b {onnx.clamp = array<i64: 0, 3000>} : (tensor<1x2x!quant.uniform<i16:f32, 0.5>>, tensor<2x2x!quant.uniform<i8:f32, 0.25>>, tensor<2xf32>) -> tensor<1x2x!quant.uniform<i16:f32, 2.0>>
  %1 = quant.scast %0 : tensor<1x2x!quant.uniform<i16:f32, 2.0>> to tensor<1x2xi16>
  return %1 : tensor<1x2xi16>
}

// A change of type alone is a sum of one tap; the ends of int16 bound it.
// CHECK-LABEL: func.func @int8_to_int16(
// CHECK: tosa.depthwise_conv2d {{.*}}acc_type = i32
// CHECK: tosa.rescale {{.*}}-> tensor<1x1x1x2xi16>
// CHECK-NOT: tosa.clamp
func.func @int8_to_int16(%x: tensor<1x2xi8>) -> tensor<1x2xi16> {
  %q = quant.scast %x : tensor<1x2xi8> to tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>
  %0 = onnx.Relu %q {onnx.clamp = array<i64: -32768, 32767>} : (tensor<1x2x!quant.uniform<i8:f32, 0.5:3>>) -> tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  %1 = quant.scast %0 : tensor<1x2x!quant.uniform<i16:f32, 0.5>> to tensor<1x2xi16>
  return %1 : tensor<1x2xi16>
}

// The fraction of an int16 sum is a bit finer: 0.5 is 2^14 of 2^15.
// CHECK-LABEL: func.func @int16_add(
// CHECK: %[[M:.*]] = "tosa.const"() <{values = dense<65536> : tensor<1xi32>
// CHECK: %[[A:.*]] = tosa.rescale %arg0, %[[M]], {{.*}}scale32 = true} : (tensor<1x2xi16>, {{.*}}-> tensor<1x2xi32>
// CHECK: %[[B:.*]] = tosa.rescale %arg1, {{.*}}scale32 = true}
// CHECK: %[[SUM:.*]] = tosa.add %[[A]], %[[B]]
// CHECK: %[[S:.*]] = "tosa.const"() <{values = dense<29> : tensor<1xi8>
// CHECK: tosa.rescale %[[SUM]], %{{.*}}, %[[S]], {{.*}}-> tensor<1x2xi16>
func.func @int16_add(%x: tensor<1x2xi16>, %y: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %a = quant.scast %x : tensor<1x2xi16> to tensor<1x2x!quant.uniform<i16:f32, 0.5>>
  %b = quant.scast %y : tensor<1x2xi16> to tensor<1x2x!quant.uniform<i16:f32, 0.25>>
  %0 = onnx.Add %a, %b : (tensor<1x2x!quant.uniform<i16:f32, 0.5>>, tensor<1x2x!quant.uniform<i16:f32, 0.25>>) -> tensor<1x2x!quant.uniform<i16:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x2x!quant.uniform<i16:f32, 1.0>> to tensor<1x2xi16>
  return %1 : tensor<1x2xi16>
}

// CHECK-LABEL: func.func @int16_quantize(
// CHECK: "tosa.const"() <{values = dense<-32768> : tensor<1xi32>
// CHECK: tosa.maximum
// CHECK: "tosa.const"() <{values = dense<32767> : tensor<1xi32>
// CHECK: tosa.minimum
// CHECK: %[[Q:.*]] = tosa.cast %{{.*}} : (tensor<2xi32>) -> tensor<2xi16>
// CHECK: tosa.cast %[[Q]] : (tensor<2xi16>) -> tensor<2xi32>
func.func @int16_quantize(%x: tensor<2xf32>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i16>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<2xf32>, tensor<f32>, tensor<i16>) -> tensor<2xi16>
  %1 = onnx.DequantizeLinear %0, %s, %z : (tensor<2xi16>, tensor<f32>, tensor<i16>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
