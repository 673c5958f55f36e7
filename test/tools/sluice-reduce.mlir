// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The reducer keeps only what the interestingness test asks for (by exit code 1).

// RUN: printf '#!/bin/sh\n! grep -q tosa.abs "$1"' > %t.sh && chmod +x %t.sh
// RUN: %t.sh %S/sluice-opt.mlir
// RUN: sluice-reduce %s --reduction-tree="traversal-mode=0 test=%t.sh" | FileCheck %s

// CHECK: func.func @kept
// CHECK: tosa.abs
// CHECK-NOT: @dropped
func.func @dropped(%a: tensor<4xf32>) -> tensor<4xf32> {
  %r = tosa.exp %a : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

func.func @kept(%a: tensor<4xf32>) -> tensor<4xf32> {
  %r = tosa.abs %a : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
