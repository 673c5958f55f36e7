// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --onnx-split-to-slices --mlir-print-debuginfo %s | FileCheck %s

// Each part goes by its own name; sizes that are left out are equal.
// CHECK-LABEL: func.func @parts
// CHECK-NOT: onnx.Split
// CHECK: %[[A0:.*]] = onnx.Constant dense<0> : tensor<1xi64>
// CHECK: %[[A1:.*]] = onnx.Constant dense<2> : tensor<1xi64>
// CHECK: %[[AXIS:.*]] = onnx.Constant dense<1> : tensor<1xi64>
// CHECK: %[[A:.*]] = onnx.Slice %arg0, %[[A0]], %[[A1]] axes(%[[AXIS]]) : {{.*}} -> tensor<1x2x4xf32>
// CHECK: %[[B0:.*]] = onnx.Constant dense<2> : tensor<1xi64>
// CHECK: %[[B1:.*]] = onnx.Constant dense<5> : tensor<1xi64>
// CHECK: %[[B:.*]] = onnx.Slice %arg0, %[[B0]], %[[B1]] {{.*}} -> tensor<1x3x4xf32>
// CHECK: return %[[A]], %[[B]]
func.func @parts(%x: tensor<1x5x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x3x4xf32>) {
  %sizes = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0:2 = onnx.Split %x, %sizes {axis = -2 : i64} : (tensor<1x5x4xf32>, tensor<2xi64>) -> (tensor<1x2x4xf32>, tensor<1x3x4xf32>) loc("split"(fused["a", "b"]))
  return %0#0, %0#1 : tensor<1x2x4xf32>, tensor<1x3x4xf32>
}
