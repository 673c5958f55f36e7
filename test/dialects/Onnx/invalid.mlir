// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --split-input-file --verify-diagnostics

func.func @f() {
  // expected-error @below {{'onnx.Constant' op holds a value of type 'tensor<2xi32>', which does not fit its result's type 'tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>'}}
  %0 = onnx.Constant dense<1> : tensor<2xi32> as tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @f() {
  // expected-error @below {{'onnx.Node' op op_type is empty}}
  onnx.Node ""() : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @below {{'onnx.Node' op absent_inputs must ascend and stay below 1}}
  onnx.Node "A"() {absent_inputs = array<i64: 1>} : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @below {{'onnx.Node' op absent_outputs must ascend and stay below 2}}
  onnx.Node "A"() {absent_outputs = array<i64: 1, 0>} : () -> ()
  return
}

// -----

func.func @f() {
  // expected-error @below {{'onnx.Node' op has 0 graphs, but subgraph_names has 1 entries}}
  onnx.Node "A"() {subgraph_names = ["body"]} : () -> ()
  return
}
