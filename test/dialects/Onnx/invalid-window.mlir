// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --split-input-file --verify-diagnostics

func.func @f(%x: tensor<1x4xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op input of shape 1x4 has no spatial dimension}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op kernel_shape has 1 entries, expected 2}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op strides has an entry 0, expected 1 to 2147483647}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 0, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op dilations has an entry -1, expected 1 to 2147483647}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, -1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op pads has an entry -1, expected 0 to 2147483647}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: -1, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op pads has 2 entries, expected 4}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3xf32>) {
  // expected-error @below {{'onnx.Conv' op weights of shape 8x4x3 must have the rank of the input, 4}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x2xf32>) {
  // expected-error @below {{'onnx.Conv' op kernel_shape 3x3 differs from the weights' 3x2}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{'onnx.Conv' op bias of shape 4, expected 8}}
  %0 = onnx.Conv %x, %w, %b {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf16>) {
  // expected-error @below {{'onnx.Conv' op operands have different element types, 'f32' and 'f16'}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf16>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op group 3 does not divide 4 input and 8 output channels}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 3 : i64
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op weights have 4 input channels, expected 2 (4 channels in 2 groups)}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, group = 2 : i64
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op window of 9 exceeds the padded size 8 of spatial dimension 1}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 4>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op result #0 has the type 'tensor<1x8x6x5xf32>', but the operands give the shape 1x8x6x6}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>, tensor<8x4x3x3xf32>) -> tensor<1x8x6x5xf32>
  return
}

// -----

func.func @f(%x: tensor<65536x65536x1x1xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @below {{'onnx.Conv' op operand of shape 65536x65536x1x1 is too large}}
  %0 = onnx.Conv %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<65536x65536x1x1xf32>, tensor<8x4x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x3x3xf32>) {
  // expected-error @below {{'onnx.ConvTranspose' op output_padding has 1 entries, expected 2}}
  %0 = onnx.ConvTranspose %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 0>, group = 1 : i64
  } : (tensor<1x4x8x8xf32>, tensor<4x8x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x3x3xf32>) {
  // expected-error @below {{'onnx.ConvTranspose' op group 3 does not divide 4 input channels}}
  %0 = onnx.ConvTranspose %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 0, 0>, group = 3 : i64
  } : (tensor<1x4x8x8xf32>, tensor<4x8x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<2x8x3x3xf32>) {
  // expected-error @below {{'onnx.ConvTranspose' op weights have 2 input channels, expected 4}}
  %0 = onnx.ConvTranspose %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 0, 0>, group = 1 : i64
  } : (tensor<1x4x8x8xf32>, tensor<2x8x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %w: tensor<4x8x3x3xf32>) {
  // expected-error @below {{'onnx.ConvTranspose' op pads leave nothing of spatial dimension 0}}
  %0 = onnx.ConvTranspose %x, %w {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 9, 0, 9, 0>, dilations = array<i64: 1, 1>,
    output_padding = array<i64: 0, 0>, group = 1 : i64
  } : (tensor<1x4x8x8xf32>, tensor<4x8x3x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'onnx.MaxPool' op pads of spatial dimension 0 are not smaller than the window of 3}}
  %0 = onnx.MaxPool %x {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 3, 0, 0, 0>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>) {
  // expected-error @below {{'onnx.AveragePool' op pads of spatial dimension 1 are not smaller than the window of 3}}
  %0 = onnx.AveragePool %x {
    kernel_shape = array<i64: 3, 3>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 4>, dilations = array<i64: 1, 1>
  } : (tensor<1x4x8x8xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.GlobalAveragePool' op input of shape 2x3 has no spatial dimension}}
  %0 = onnx.GlobalAveragePool %x : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.GlobalMaxPool' op input of shape 2x3 has no spatial dimension}}
  %0 = onnx.GlobalMaxPool %x : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x4x8x8xf32>, %c: tensor<4xf32>, %d: tensor<3xf32>) {
  // expected-error @below {{'onnx.BatchNormalization' op input_var has the shape 3, expected 4}}
  %0 = onnx.BatchNormalization %x, %c, %c, %c, %d : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<3xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @f(%x: tensor<f32>, %c: tensor<1xf32>) {
  // expected-error @below {{'onnx.BatchNormalization' op input is a scalar}}
  %0 = onnx.BatchNormalization %x, %c, %c, %c, %c : (tensor<f32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<f32>
  return
}

// -----

func.func @f(%x: tensor<1x1x2x2xf32>, %s: tensor<4xf32>) {
  // expected-error @below {{'onnx.Resize' op mode 'best' is not one of nearest, linear, cubic}}
  %0 = onnx.Resize %x scales(%s) {mode = "best", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x2x2xf32>, tensor<4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x1x2x2xf32>) {
  // expected-error @below {{'onnx.Resize' op must have either scales or sizes}}
  %0 = onnx.Resize %x {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x2x2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x1x2x2xf32>) {
  %s = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  // expected-error @below {{'onnx.Resize' op scales has 2 entries, expected 4}}
  %0 = onnx.Resize %x scales(%s) {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x2x2xf32>, tensor<2xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%x: tensor<1x1x2x2xf32>) {
  %s = onnx.Constant dense<[1, 1, 0, 4]> : tensor<4xi64>
  // expected-error @below {{'onnx.Resize' op leaves nothing, or too much, of dimension 2}}
  %0 = onnx.Resize %x sizes(%s) {mode = "linear", coordinates = "half_pixel", nearest_mode = "floor"} : (tensor<1x1x2x2xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}
