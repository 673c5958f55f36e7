// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --split-input-file --verify-diagnostics

func.func @f(%a: tensor<2x3xf32>) {
  %pads = onnx.Constant dense<[1, 1]> : tensor<2xi64>
  // expected-error @below {{'onnx.Pad' op pads has 2 entries, expected 4}}
  %0 = onnx.Pad %a, %pads : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %pads = onnx.Constant dense<[1, 1]> : tensor<2xi64>
  %axes = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error @below {{'onnx.Pad' op axes 2 is out of range for rank 2}}
  %0 = onnx.Pad %a, %pads axes(%axes) : (tensor<2x3xf32>, tensor<2xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %pads = onnx.Constant dense<0> : tensor<4xi64>
  %axes = onnx.Constant dense<0> : tensor<2xi64>
  // expected-error @below {{'onnx.Pad' op axes names dimension 0 more than once}}
  %0 = onnx.Pad %a, %pads axes(%axes) : (tensor<2x3xf32>, tensor<4xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %pads = onnx.Constant dense<[-2, 0, -1, 0]> : tensor<4xi64>
  // expected-error @below {{'onnx.Pad' op pads -2 and -1 do not fit dimension 0 of size 2}}
  %0 = onnx.Pad %a, %pads : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %pads: tensor<4xi64>) {
  // expected-error @below {{'onnx.Pad' op mode 'mirror' is not one of constant, reflect, edge, wrap}}
  %0 = onnx.Pad %a, %pads {mode = "mirror"} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Flatten' op axis 3 is out of range for rank 2}}
  %0 = onnx.Flatten %a {axis = 3 : i64} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %shape = onnx.Constant dense<[4, -1]> : tensor<2xi64>
  // expected-error @below {{'onnx.Reshape' op input of shape 2x3 can not take the shape 4x-1}}
  %0 = onnx.Reshape %a, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %shape = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  // expected-error @below {{'onnx.Reshape' op input of shape 2x3 can not take the shape 0x-1}}
  %0 = onnx.Reshape %a, %shape {allowzero = true} : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %shape = onnx.Constant dense<[-2, -3]> : tensor<2xi64>
  // expected-error @below {{'onnx.Reshape' op input of shape 2x3 can not take the shape -2x-3}}
  %0 = onnx.Reshape %a, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %shape = onnx.Constant dense<[-1, -1]> : tensor<2xi64>
  // expected-error @below {{'onnx.Reshape' op shape has more than one -1}}
  %0 = onnx.Reshape %a, %shape : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %shape = onnx.Constant dense<[2, 3, 0]> : tensor<3xi64>
  // expected-error @below {{'onnx.Reshape' op shape has a 0 at 2, but the input has rank 2}}
  %0 = onnx.Reshape %a, %shape : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<i64>) {
  // expected-error @below {{'onnx.Reshape' op shape must be a vector}}
  %0 = onnx.Reshape %a, %s : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Transpose' op perm is not a permutation of the 2 dimensions}}
  %0 = onnx.Transpose %a {perm = array<i64: 1, 1>} : (tensor<2x3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %axes = onnx.Constant dense<0> : tensor<1xi64>
  // expected-error @below {{'onnx.Squeeze' op dimension 0 has the size 2 and can not be taken out}}
  %0 = onnx.Squeeze %a, %axes : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %axes = onnx.Constant dense<3> : tensor<1xi64>
  // expected-error @below {{'onnx.Unsqueeze' op axes 3 is out of range for rank 3}}
  %0 = onnx.Unsqueeze %a, %axes : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f() {
  // expected-error @below {{'onnx.Concat' op has no inputs}}
  %0 = onnx.Concat {axis = 0 : i64} : () -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @below {{'onnx.Concat' op input of shape 2x4 does not join one of shape 2x3 along dimension 0}}
  %0 = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'onnx.Concat' op input of shape 3 does not join one of shape 2x3 along dimension 0}}
  %0 = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Split' op can not cut 2 into 4 parts}}
  %0:4 = onnx.Split %a : (tensor<2x3xf32>) -> (tensor<*xf32>, tensor<*xf32>, tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  // expected-error @below {{'onnx.Split' op has no results}}
  onnx.Split %a : (tensor<2x3xf32>) -> ()
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>) {
  %split = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  // expected-error @below {{'onnx.Split' op split into 1x2 does not cut 2 into 2 parts}}
  %0:2 = onnx.Split %a, %split : (tensor<2x3xf32>, tensor<2xi64>) -> (tensor<*xf32>, tensor<*xf32>)
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<1xi64>, %e: tensor<2xi64>) {
  // expected-error @below {{'onnx.Slice' op starts, ends, axes and steps must be vectors of one size}}
  %0 = onnx.Slice %a, %s, %e : (tensor<2x3xf32>, tensor<1xi64>, tensor<2xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<3xi64>) {
  // expected-error @below {{'onnx.Slice' op starts has 3 entries, but the input has rank 2}}
  %0 = onnx.Slice %a, %s, %s : (tensor<2x3xf32>, tensor<3xi64>, tensor<3xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %s: tensor<1xi64>) {
  %step = onnx.Constant dense<0> : tensor<1xi64>
  // expected-error @below {{'onnx.Slice' op steps has an entry 0}}
  %0 = onnx.Slice %a, %s, %s steps(%step) : (tensor<2x3xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*xf32>
  return
}

// -----

func.func @f(%a: tensor<2x3xf32>, %i: tensor<i64>) {
  // expected-error @below {{'onnx.Gather' op axis 2 is out of range for rank 2}}
  %0 = onnx.Gather %a, %i {axis = 2 : i64} : (tensor<2x3xf32>, tensor<i64>) -> tensor<*xf32>
  return
}
