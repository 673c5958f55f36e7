// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt "--partition=target=cpu" -split-input-file -verify-diagnostics %s

// expected-error @+1 {{output 'y' is the same whatever the input; leave it out of the model}}
func.func @constant(%x: tensor<2xf32>) -> (tensor<2xf32> {onnx.name = "y"}) {
  %0 = "tosa.const"() <{values = dense<1.0> : tensor<2xf32>}> : () -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
