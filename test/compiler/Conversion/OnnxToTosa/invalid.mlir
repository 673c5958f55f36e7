// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --convert-onnx-to-tosa -split-input-file -verify-diagnostics %s

// All nodes that can not be converted are reported; what only follows from one
// of them is not.
func.func @several(%x: tensor<2xi32>, %y: tensor<1x1x4xf32>) -> (tensor<2xi32>, tensor<1x1x3xf32>, tensor<2xf32>) {
  // expected-error @+1 {{computes in 'i32'; only float32 is supported}}
  %0 = onnx.Add %x, %x : (tensor<2xi32>, tensor<2xi32>) -> tensor<2xi32>
  %1 = onnx.Relu %0 : (tensor<2xi32>) -> tensor<2xi32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x2xf32>
  // expected-error @+1 {{works on 1 spatial dimensions; only 2 are supported}}
  %2 = onnx.Conv %y, %w {kernel_shape = array<i64: 2>, strides = array<i64: 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1>} : (tensor<1x1x4xf32>, tensor<1x1x2xf32>) -> tensor<1x1x3xf32>
  // expected-error @+1 {{operator 'Einsum' is not supported}}
  %3 = onnx.Node "Einsum"(%x) : (tensor<2xi32>) -> tensor<2xf32>
  // Behind an unknown operator even a known one is a Node.
  %4 = onnx.Node "Relu"(%3) : (tensor<2xf32>) -> tensor<2xf32>
  // expected-error @+1 {{operator 'Det' is not supported}}
  %5 = onnx.Node "Det"(%3) : (tensor<2xf32>) -> tensor<2xf32>
  return %1, %2, %3 : tensor<2xi32>, tensor<1x1x3xf32>, tensor<2xf32>
}

// -----

// expected-error @+1 {{input 'x' has no static shape}}
func.func @dynamic(%x: tensor<?x2xf32> {onnx.name = "x"}) -> tensor<?x2xf32> {
  return %x : tensor<?x2xf32>
}

// -----

// expected-error @+1 {{input 'x' is empty: its shape is 0x2}}
func.func @empty(%x: tensor<0x2xf32> {onnx.name = "x"}) -> tensor<0x2xf32> {
  return %x : tensor<0x2xf32>
}

// -----

func.func @empty_slice(%x: tensor<4xf32>) -> tensor<0xf32> {
  %two = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error @+1 {{has an empty result, which is not supported}}
  %0 = onnx.Slice %x, %two, %two : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<0xf32>
  return %0 : tensor<0xf32>
}

// -----

func.func @weights_not_constant(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32> {
  // expected-error @+1 {{has weights that are not constant, which is not supported}}
  %0 = onnx.Conv %x, %w {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x3x3xf32>
  return %0 : tensor<1x1x3x3xf32>
}

// -----

func.func @bias_not_constant(%x: tensor<1x1x1x1xf32>, %b: tensor<1xf32>) -> tensor<1x1x1x1xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  // expected-error @+1 {{has a bias that is not a constant of one value an output channel; add it with an Add}}
  %0 = onnx.Conv %x, %w, %b {kernel_shape = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>) -> tensor<1x1x1x1xf32>
  return %0 : tensor<1x1x1x1xf32>
}

// -----

// As many values as outputs, but one a row.
func.func @bias_of_rows(%x: tensor<2x1xi8>) -> tensor<2x2xi8> {
  %q = quant.scast %x : tensor<2x1xi8> to tensor<2x1x!quant.uniform<i8:f32, 1.0>>
  %w = onnx.Constant dense<1> : tensor<1x2xi8>
  %wq = quant.scast %w : tensor<1x2xi8> to tensor<1x2x!quant.uniform<i8:f32, 1.0>>
  %b = onnx.Constant dense<1.0> : tensor<2x1xf32>
  // expected-error @+1 {{has a bias that is not a constant of one value an output channel; add it with an Add}}
  %0 = onnx.Gemm %q, %wq, %b : (tensor<2x1x!quant.uniform<i8:f32, 1.0>>, tensor<1x2x!quant.uniform<i8:f32, 1.0>>, tensor<2x1xf32>) -> tensor<2x2x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<2x2x!quant.uniform<i8:f32, 1.0>> to tensor<2x2xi8>
  return %1 : tensor<2x2xi8>
}

// -----

func.func @mask(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi1>) {
  // expected-error @+1 {{asks for its mask, which is not supported}}
  %0, %mask = onnx.Dropout %x : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xi1>)
  return %0, %mask : tensor<2xf32>, tensor<2xi1>
}

// -----

func.func @no_channels(%x: tensor<1xf32>) -> tensor<1xf32> {
  %one = onnx.Constant dense<1.0> : tensor<1xf32>
  // expected-error @+1 {{stands alone on 'tensor<1xf32>'; only float32 of 2 or more dimensions is supported}}
  %0 = onnx.BatchNormalization %x, %one, %one, %one, %one : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

// -----

// 2^14 of the result's units for one of the sum's.
func.func @factor_too_large(%x: tensor<1x1xi8>) -> tensor<1x1xi8> {
  %q = quant.scast %x : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 128.0>>
  %w = onnx.Constant dense<1> : tensor<1x1xi8>
  %wq = quant.scast %w : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 128.0>>
  // expected-error @+1 {{needs a scale factor of 1.638400e+04 for output channel 0, which is not in (0, 2^13); calibrate again}}
  %0 = onnx.MatMul %q, %wq : (tensor<1x1x!quant.uniform<i8:f32, 128.0>>, tensor<1x1x!quant.uniform<i8:f32, 128.0>>) -> tensor<1x1x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x1xi8>
  return %1 : tensor<1x1xi8>
}

// -----

// A bias of 2^21 times 2^12 does not fit 32 bits.
func.func @leaves_32_bits(%x: tensor<1x1xi8>) -> tensor<1x1xi8> {
  %q = quant.scast %x : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 64.0>>
  %w = onnx.Constant dense<1> : tensor<1x1xi8>
  %wq = quant.scast %w : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 64.0>>
  %b = onnx.Constant dense<2097152> : tensor<1xi32>
  %bq = quant.scast %b : tensor<1xi32> to tensor<1x!quant.uniform<i32:f32, 4096.0>>
  // expected-error @+1 {{can leave 32 bits when output channel 0 is scaled by 4.096000e+03; calibrate again}}
  %0 = onnx.Gemm %q, %wq, %bq : (tensor<1x1x!quant.uniform<i8:f32, 64.0>>, tensor<1x1x!quant.uniform<i8:f32, 64.0>>, tensor<1x!quant.uniform<i32:f32, 4096.0>>) -> tensor<1x1x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x1xi8>
  return %1 : tensor<1x1xi8>
}

// -----

func.func @bias_too_large(%x: tensor<1x1xi8>) -> tensor<1x1xi8> {
  %q = quant.scast %x : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 0.5>>
  %w = onnx.Constant dense<1> : tensor<1x1xi8>
  %wq = quant.scast %w : tensor<1x1xi8> to tensor<1x1x!quant.uniform<i8:f32, 0.5>>
  %b = onnx.Constant dense<1.0e+9> : tensor<1xf32>
  // expected-error @+1 {{has a bias of 1.000000e+09, too large for int32 in units of 2.500000e-01}}
  %0 = onnx.Gemm %q, %wq, %b : (tensor<1x1x!quant.uniform<i8:f32, 0.5>>, tensor<1x1x!quant.uniform<i8:f32, 0.5>>, tensor<1xf32>) -> tensor<1x1x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<1x1x!quant.uniform<i8:f32, 1.0>> to tensor<1x1xi8>
  return %1 : tensor<1x1xi8>
}

// -----

func.func @scales_too_far_apart(%x: tensor<2xi8>) -> tensor<2xi8> {
  %a = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 1.0e+20>>
  %b = quant.scast %x : tensor<2xi8> to tensor<2x!quant.uniform<i8:f32, 1.0>>
  // expected-error @+1 {{adds integer tensors of scales 1.000000e+20 and 1.000000e+00 to one of 1.000000e+00, too far apart; calibrate again}}
  %0 = onnx.Add %a, %b : (tensor<2x!quant.uniform<i8:f32, 1.0e+20>>, tensor<2x!quant.uniform<i8:f32, 1.0>>) -> tensor<2x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<2x!quant.uniform<i8:f32, 1.0>> to tensor<2xi8>
  return %1 : tensor<2xi8>
}

// -----

func.func @scale_not_a_number(%x: tensor<2xf32>) -> tensor<2xi8> {
  %s = onnx.Constant dense<0x7FC00000> : tensor<f32>
  // expected-error @+1 {{has a scale of nan; it must be positive and finite}}
  %0 = onnx.QuantizeLinear %x, %s : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// -----

func.func @scale_zero(%x: tensor<2xi8>) -> tensor<2xf32> {
  %s = onnx.Constant dense<0.0> : tensor<f32>
  // expected-error @+1 {{has a scale of 0.000000e+00; it must be positive and finite}}
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2xi8>, tensor<f32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

func.func @scale_not_constant(%x: tensor<2xf32>, %s: tensor<f32>) -> tensor<2xi8> {
  // expected-error @+1 {{must have one constant scale and make int8 or int16}}
  %0 = onnx.QuantizeLinear %x, %s : (tensor<2xf32>, tensor<f32>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// -----

// The model's own uint8 input and output.
func.func @unsigned_boundary(%x: tensor<2xui8>, %y: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xui8>) {
  %s = onnx.Constant dense<1.0> : tensor<f32>
  // expected-error @+1 {{works on uint8, which is supported inside a model only; make its inputs and outputs int8 or float32}}
  %0 = onnx.DequantizeLinear %x, %s : (tensor<2xui8>, tensor<f32>) -> tensor<2xf32>
  %zero = onnx.Constant dense<0> : tensor<ui8>
  // expected-error @+1 {{works on uint8, which is supported inside a model only; make its inputs and outputs int8 or float32}}
  %1 = onnx.QuantizeLinear %y, %s, %zero : (tensor<2xf32>, tensor<f32>, tensor<ui8>) -> tensor<2xui8>
  return %0, %1 : tensor<2xf32>, tensor<2xui8>
}

// -----

func.func @gemm(%x: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = onnx.Constant dense<1.0> : tensor<2x2xf32>
  // expected-error @+1 {{has transA, which is not supported}}
  %0 = onnx.Gemm %x, %w {transA = true} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  // expected-error @+1 {{has alpha or beta other than 1, which is not supported}}
  %1 = onnx.Gemm %x, %w {alpha = 0.5 : f32} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

func.func @pools(%x: tensor<1x1x5x5xf32>) -> (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) {
  // expected-error @+1 {{is dilated, which is not supported}}
  %0 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 2, 2>} : (tensor<1x1x5x5xf32>) -> tensor<1x1x3x3xf32>
  // expected-error @+1 {{has ceil_mode and count_include_pad at once, which is not supported}}
  %1 = onnx.AveragePool %x {ceil_mode = true, count_include_pad = true, kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>} : (tensor<1x1x5x5xf32>) -> tensor<1x1x3x3xf32>
  return %0, %1 : tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>
}

// -----

func.func @moves(%x: tensor<4xf32>) -> (tensor<2xf32>, tensor<3xf32>, tensor<6xf32>) {
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %two = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error @+1 {{has a step other than 1, which is not supported}}
  %0 = onnx.Slice %x, %zero, %four steps(%two) : (tensor<4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xf32>
  %crop = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  // expected-error @+1 {{has pads that are negative or not constant}}
  %1 = onnx.Pad %x, %crop {mode = "constant"} : (tensor<4xf32>, tensor<2xi64>) -> tensor<3xf32>
  %one = onnx.Constant dense<1> : tensor<2xi64>
  // expected-error @+1 {{has mode 'reflect'; only 'constant' is supported}}
  %2 = onnx.Pad %x, %one {mode = "reflect"} : (tensor<4xf32>, tensor<2xi64>) -> tensor<6xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<3xf32>, tensor<6xf32>
}

// -----

func.func @reduce(%x: tensor<1x2x3x4xf32>) -> tensor<1x1x3x4xf32> {
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  // expected-error @+1 {{averages over other dimensions than the rows and columns of an image, which is not supported}}
  %0 = onnx.ReduceMean %x, %axis : (tensor<1x2x3x4xf32>, tensor<1xi64>) -> tensor<1x1x3x4xf32>
  return %0 : tensor<1x1x3x4xf32>
}

// -----

func.func @softmax(%x: tensor<2x2xi8>) -> tensor<2x2xi8> {
  %q = quant.scast %x : tensor<2x2xi8> to tensor<2x2x!quant.uniform<i8:f32, 1.0>>
  // expected-error @+1 {{in int8 works on the last dimension only, not on axis 0}}
  %0 = onnx.Softmax %q {axis = 0 : i64} : (tensor<2x2x!quant.uniform<i8:f32, 1.0>>) -> tensor<2x2x!quant.uniform<i8:f32, 1.0>>
  %1 = quant.scast %0 : tensor<2x2x!quant.uniform<i8:f32, 1.0>> to tensor<2x2xi8>
  return %1 : tensor<2x2xi8>
}

// -----

func.func @matmul(%x: tensor<2x3x4xf32>, %y: tensor<4x5xf32>) -> tensor<2x3x5xf32> {
  // expected-error @+1 {{broadcasts its operands, which is not supported}}
  %0 = onnx.MatMul %x, %y : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
  return %0 : tensor<2x3x5xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32> {
  %s = onnx.Constant dense<[1.0, 1.0, 1.5, 1.5]> : tensor<4xf32>
  // expected-error @below {{resizes 4 to 6 by mode 'linear' and 'half_pixel'; only whole factors that treat all pixels alike are supported}}
  %0 = onnx.Resize %x scales(%s) {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x4x4xf32>, tensor<4xf32>) -> tensor<1x1x6x6xf32>
  return %0 : tensor<1x1x6x6xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x8x8xf32> {
  %s = onnx.Constant dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>
  // expected-error @below {{resizes 4 to 8 by mode 'linear' and 'align_corners'}}
  %0 = onnx.Resize %x scales(%s) {mode = "linear", coordinates = "align_corners", nearest_mode = "floor"} : (tensor<1x1x4x4xf32>, tensor<4xf32>) -> tensor<1x1x8x8xf32>
  return %0 : tensor<1x1x8x8xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %s = onnx.Constant dense<[1.0, 2.0, 1.0, 1.0]> : tensor<4xf32>
  // expected-error @below {{resizes other than the rows and columns of an image}}
  %0 = onnx.Resize %x scales(%s) {mode = "nearest", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x4x4xf32>, tensor<4xf32>) -> tensor<1x2x4x4xf32>
  return %0 : tensor<1x2x4x4xf32>
}

// -----

func.func @f(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x6x6xf32> {
  %w = onnx.Constant dense<1.0> : tensor<1x1x2x2xf32>
  // expected-error @below {{'onnx.ConvTranspose' op is dilated, which is not supported}}
  %0 = onnx.ConvTranspose %x, %w {kernel_shape = array<i64: 2, 2>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 2, 2>, output_padding = array<i64: 0, 0>} : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x6x6xf32>
  return %0 : tensor<1x1x6x6xf32>
}
