// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --quantize-fuse-qdq %s | FileCheck %s

// Relu becomes a clamp at the zero point of the result.
// CHECK-LABEL: func.func @conv_relu
// CHECK: onnx.Conv {{.*}}onnx.clamp = array<i64: -28, 127>
// CHECK-SAME: (tensor<1x1x4x4x!quant.uniform<i8:f32, 5.000000e-01:3>>, tensor<2x1x1x1x!quant.uniform<i8:f32:0, {2.500000e-01,1.250000e-01}>>, tensor<2x!quant.uniform<i32:f32:0, {1.250000e-01,6.250000e-02}>>) -> tensor<1x2x4x4x!quant.uniform<i8:f32, 2.000000e+00:-28>>
// CHECK-NOT: onnx.Relu
func.func @conv_relu(%x: tensor<1x1x4x4xi8>) -> tensor<1x2x4x4xi8> {
  %xs = onnx.Constant dense<0.5> : tensor<f32>
  %xz = onnx.Constant dense<3> : tensor<i8>
  %ys = onnx.Constant dense<2.0> : tensor<f32>
  %yz = onnx.Constant dense<-28> : tensor<i8>
  %wq = onnx.Constant dense<1> : tensor<2x1x1x1xi8>
  %ws = onnx.Constant dense<[0.25, 0.125]> : tensor<2xf32>
  %bq = onnx.Constant dense<7> : tensor<2xi32>
  %bs = onnx.Constant dense<[0.125, 0.0625]> : tensor<2xf32>
  %0 = onnx.DequantizeLinear %x, %xs, %xz : (tensor<1x1x4x4xi8>, tensor<f32>, tensor<i8>) -> tensor<1x1x4x4xf32>
  %w = onnx.DequantizeLinear %wq, %ws {axis = 0 : i64} : (tensor<2x1x1x1xi8>, tensor<2xf32>) -> tensor<2x1x1x1xf32>
  %b = onnx.DequantizeLinear %bq, %bs {axis = 0 : i64} : (tensor<2xi32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = onnx.Conv %0, %w, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %2 = onnx.Relu %1 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %3 = onnx.QuantizeLinear %2, %ys, %yz : (tensor<1x2x4x4xf32>, tensor<f32>, tensor<i8>) -> tensor<1x2x4x4xi8>
  return %3 : tensor<1x2x4x4xi8>
}

// A maximum has the scale of its operand; another one keeps it in float.
// CHECK-LABEL: func.func @other_scale
// CHECK: onnx.GlobalMaxPool %{{.*}} : (tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32>
func.func @other_scale(%x: tensor<1x1x4x4xi8>) -> tensor<1x1x1x1xi8> {
  %s = onnx.Constant dense<1.0> : tensor<f32>
  %t = onnx.Constant dense<2.0> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<1x1x4x4xi8>, tensor<f32>) -> tensor<1x1x4x4xf32>
  %1 = onnx.GlobalMaxPool %0 : (tensor<1x1x4x4xf32>) -> tensor<1x1x1x1xf32>
  %2 = onnx.QuantizeLinear %1, %t : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xi8>
  return %2 : tensor<1x1x1x1xi8>
}

// int16 activations and int8 weights.
// CHECK-LABEL: func.func @int16
// CHECK: onnx.Gemm {{.*}}onnx.clamp = array<i64: 0, 3000>
// CHECK-SAME: (tensor<1x2x!quant.uniform<i16:f32, 5.000000e-01>>, tensor<2x2x!quant.uniform<i8:f32, 2.500000e-01>>) -> tensor<1x2x!quant.uniform<i16:f32, 2.000000e+00>>
func.func @int16(%x: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %xs = onnx.Constant dense<0.5> : tensor<f32>
  %ys = onnx.Constant dense<2.0> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i16>
  %wq = onnx.Constant dense<1> : tensor<2x2xi8>
  %ws = onnx.Constant dense<0.25> : tensor<f32>
  %least = onnx.Constant dense<0.0> : tensor<f32>
  %most = onnx.Constant dense<6000.0> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %xs, %z : (tensor<1x2xi16>, tensor<f32>, tensor<i16>) -> tensor<1x2xf32>
  %w = onnx.DequantizeLinear %wq, %ws : (tensor<2x2xi8>, tensor<f32>) -> tensor<2x2xf32>
  %1 = onnx.Gemm %0, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.Clip %1 min(%least) max(%most) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %3 = onnx.QuantizeLinear %2, %ys, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i16>) -> tensor<1x2xi16>
  return %3 : tensor<1x2xi16>
}

// Another zero point than 0 keeps int16 in float, and so do int16 weights,
// tables and sums of two types.
// CHECK-LABEL: func.func @int16_zero_point
// CHECK: onnx.Relu {{.*}}{onnx.stays_float = "stays float: an int16 tensor has zero point 5, integers need 0; quantize symmetrically"} : (tensor<1x2xf32>)
func.func @int16_zero_point(%x: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<5> : tensor<i16>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<1x2xi16>, tensor<f32>, tensor<i16>) -> tensor<1x2xf32>
  %1 = onnx.Relu %0 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.QuantizeLinear %1, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i16>) -> tensor<1x2xi16>
  return %2 : tensor<1x2xi16>
}

// CHECK-LABEL: func.func @int16_weights
// CHECK: onnx.MatMul %{{.*}} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
func.func @int16_weights(%x: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i16>
  %wq = onnx.Constant dense<1> : tensor<2x2xi16>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<1x2xi16>, tensor<f32>, tensor<i16>) -> tensor<1x2xf32>
  %w = onnx.DequantizeLinear %wq, %s, %z : (tensor<2x2xi16>, tensor<f32>, tensor<i16>) -> tensor<2x2xf32>
  %1 = onnx.MatMul %0, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.QuantizeLinear %1, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i16>) -> tensor<1x2xi16>
  return %2 : tensor<1x2xi16>
}

// CHECK-LABEL: func.func @int16_table
// CHECK: onnx.Sigmoid {{.*}}{onnx.stays_float = "stays float: this operator has int8 arithmetic but not int16"}
func.func @int16_table(%x: tensor<1x2xi8>) -> tensor<1x2xi16> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i16>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<1x2xi8>, tensor<f32>) -> tensor<1x2xf32>
  %1 = onnx.Sigmoid %0 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.QuantizeLinear %1, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i16>) -> tensor<1x2xi16>
  return %2 : tensor<1x2xi16>
}

// CHECK-LABEL: func.func @int16_and_int8
// CHECK: onnx.Add {{.*}}{onnx.stays_float = "stays float: it adds int8 to int16"}
func.func @int16_and_int8(%x: tensor<1x2xi8>, %y: tensor<1x2xi16>) -> tensor<1x2xi16> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i16>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<1x2xi8>, tensor<f32>) -> tensor<1x2xf32>
  %1 = onnx.DequantizeLinear %y, %s, %z : (tensor<1x2xi16>, tensor<f32>, tensor<i16>) -> tensor<1x2xf32>
  %2 = onnx.Add %0, %1 : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = onnx.QuantizeLinear %2, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i16>) -> tensor<1x2xi16>
  return %3 : tensor<1x2xi16>
}

// A product of two activations may have zero points; what scales it is in its
// own scale: 4 / 0.5.
// CHECK-LABEL: func.func @product
// CHECK: onnx.MatMul {{.*}} : (tensor<2x3x!quant.uniform<i8:f32, 1.000000e+00:5>>, tensor<3x2x!quant.uniform<i8:f32, 2.000000e+00:-6>>) -> tensor<2x2x!quant.uniform<i8:f32, 8.000000e+00:1>>
// CHECK-NOT: onnx.Mul
func.func @product(%x: tensor<2x3xi8>, %y: tensor<3x2xi8>) -> tensor<2x2xi8> {
  %xs = onnx.Constant dense<1.0> : tensor<f32>
  %xz = onnx.Constant dense<5> : tensor<i8>
  %ys = onnx.Constant dense<2.0> : tensor<f32>
  %yz = onnx.Constant dense<-6> : tensor<i8>
  %zs = onnx.Constant dense<4.0> : tensor<f32>
  %zz = onnx.Constant dense<1> : tensor<i8>
  %c = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %xs, %xz : (tensor<2x3xi8>, tensor<f32>, tensor<i8>) -> tensor<2x3xf32>
  %1 = onnx.DequantizeLinear %y, %ys, %yz : (tensor<3x2xi8>, tensor<f32>, tensor<i8>) -> tensor<3x2xf32>
  %2 = onnx.MatMul %0, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %3 = onnx.Mul %2, %c : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %4 = onnx.QuantizeLinear %3, %zs, %zz : (tensor<2x2xf32>, tensor<f32>, tensor<i8>) -> tensor<2x2xi8>
  return %4 : tensor<2x2xi8>
}

// A bound after a bound bounds its ends too: [-1, 3], then [0, inf).
// CHECK-LABEL: func.func @two_bounds
// CHECK: onnx.Clip {{.*}}onnx.clamp = array<i64: 0, 6>
// CHECK-NOT: onnx.Relu
func.func @two_bounds(%x: tensor<1x2xi8>) -> tensor<1x2xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i8>
  %least = onnx.Constant dense<-1.0> : tensor<f32>
  %most = onnx.Constant dense<3.0> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<1x2xi8>, tensor<f32>, tensor<i8>) -> tensor<1x2xf32>
  %1 = onnx.Clip %0 min(%least) max(%most) : (tensor<1x2xf32>, tensor<f32>, tensor<f32>) -> tensor<1x2xf32>
  %2 = onnx.Relu %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = onnx.QuantizeLinear %2, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i8>) -> tensor<1x2xi8>
  return %3 : tensor<1x2xi8>
}

// What only moves elements leaves the bound to a Clip; a table ends with it.
// CHECK-LABEL: func.func @bound_of_move
// CHECK: %[[T:.*]] = onnx.Transpose
// CHECK-NOT: onnx.clamp
// CHECK: onnx.Clip %[[T]] {{.*}}onnx.clamp = array<i64: 3, 127>
// CHECK-NOT: onnx.Relu
func.func @bound_of_move(%x: tensor<1x2xi8>) -> tensor<2x1xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<3> : tensor<i8>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<1x2xi8>, tensor<f32>, tensor<i8>) -> tensor<1x2xf32>
  %1 = onnx.Transpose %0 {perm = array<i64: 1, 0>} : (tensor<1x2xf32>) -> tensor<2x1xf32>
  %2 = onnx.Relu %1 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %3 = onnx.QuantizeLinear %2, %s, %z : (tensor<2x1xf32>, tensor<f32>, tensor<i8>) -> tensor<2x1xi8>
  return %3 : tensor<2x1xi8>
}

// CHECK-LABEL: func.func @bound_of_table
// CHECK: onnx.Tanh {{.*}}onnx.clamp = array<i64: 0, 127>
// CHECK-NOT: onnx.Relu
func.func @bound_of_table(%x: tensor<1x2xi8>) -> tensor<1x2xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %z = onnx.Constant dense<0> : tensor<i8>
  %0 = onnx.DequantizeLinear %x, %s, %z : (tensor<1x2xi8>, tensor<f32>, tensor<i8>) -> tensor<1x2xf32>
  %1 = onnx.Tanh %0 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %2 = onnx.Relu %1 : (tensor<1x2xf32>) -> tensor<1x2xf32>
  %3 = onnx.QuantizeLinear %2, %s, %z : (tensor<1x2xf32>, tensor<f32>, tensor<i8>) -> tensor<1x2xi8>
  return %3 : tensor<1x2xi8>
}

// Ends that the model computes are no clamp.
// CHECK-LABEL: func.func @computed_end
// CHECK: onnx.Clip %{{.*}} min(%arg1) : (tensor<1x2xf32>, tensor<f32>)
func.func @computed_end(%x: tensor<1x2xi8>, %least: tensor<f32>) -> tensor<1x2xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<1x2xi8>, tensor<f32>) -> tensor<1x2xf32>
  %1 = onnx.Clip %0 min(%least) : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xf32>
  %2 = onnx.QuantizeLinear %1, %s : (tensor<1x2xf32>, tensor<f32>) -> tensor<1x2xi8>
  return %2 : tensor<1x2xi8>
}

// Weights with a scale an input channel stay float.
// CHECK-LABEL: func.func @scales_of_inputs
// CHECK: onnx.Gemm {{.*}} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
// CHECK: onnx.Gemm {{.*}} : (tensor<2x2x!quant.uniform<i8:f32, 5.000000e-01>>, tensor<2x2x!quant.uniform<i8:f32:0,
func.func @scales_of_inputs(%x: tensor<2x2xi8>) -> (tensor<2x2xi8>, tensor<2x2xi8>) {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %ws = onnx.Constant dense<[0.25, 0.125]> : tensor<2xf32>
  %wq = onnx.Constant dense<1> : tensor<2x2xi8>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2x2xi8>, tensor<f32>) -> tensor<2x2xf32>
  %w = onnx.DequantizeLinear %wq, %ws {axis = 0 : i64} : (tensor<2x2xi8>, tensor<2xf32>) -> tensor<2x2xf32>
  %1 = onnx.Gemm %0, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = onnx.QuantizeLinear %1, %s : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xi8>
  %3 = onnx.Gemm %0, %w {transB = true} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %4 = onnx.QuantizeLinear %3, %s : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xi8>
  return %2, %4 : tensor<2x2xi8>, tensor<2x2xi8>
}

// A C that varies along the rows is no bias of an output channel.
// CHECK-LABEL: func.func @column
// CHECK: onnx.Gemm {{.*}} : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
func.func @column(%x: tensor<2x2xi8>) -> tensor<2x2xi8> {
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %wq = onnx.Constant dense<1> : tensor<2x2xi8>
  %c = onnx.Constant dense<1.0> : tensor<2x1xf32>
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2x2xi8>, tensor<f32>) -> tensor<2x2xf32>
  %w = onnx.DequantizeLinear %wq, %s : (tensor<2x2xi8>, tensor<f32>) -> tensor<2x2xf32>
  %1 = onnx.Gemm %0, %w, %c : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %2 = onnx.QuantizeLinear %1, %s : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xi8>
  return %2 : tensor<2x2xi8>
}
