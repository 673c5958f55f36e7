// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt "--partition=target=cpu" -split-input-file -verify-diagnostics %s

// expected-error @+1 {{output 'y' is the same whatever the input; leave it out of the model}}
func.func @constant(%x: tensor<2xf32>) -> (tensor<2xf32> {onnx.name = "y"}) {
  %0 = "tosa.const"() <{values = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// expected-error @+1 {{outputs 'y' and 'z' are one tensor; leave one of them out of the model}}
func.func @twice(%x: tensor<2xf32>) -> (tensor<2xf32> {onnx.name = "y"}, tensor<2xf32> {onnx.name = "z"}) {
  %0 = tosa.exp %x : (tensor<2xf32>) -> tensor<2xf32>
  return %0, %0 : tensor<2xf32>, tensor<2xf32>
}
