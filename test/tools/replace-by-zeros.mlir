// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A function's body shrinks to the operation that is asked for: zeros stand for
// what led up to it.

// RUN: printf '#!/bin/sh\n! grep -q tosa.abs "$1"' > %t.sh && chmod +x %t.sh
// RUN: sluice-reduce %s --replace-by-zeros="test=%t.sh" | FileCheck %s

// CHECK-LABEL: func.func @chain
// CHECK-NEXT: %[[ZEROS:.*]] = "tosa.const"() <{values = dense<0.000000e+00> : tensor<4xf32>}>
// CHECK-NEXT: %[[ABS:.*]] = tosa.abs %[[ZEROS]]
// CHECK-NEXT: return %[[ABS]]
func.func @chain(%a: tensor<4xf32>) -> tensor<4xf32> {
  %e = tosa.exp %a : (tensor<4xf32>) -> tensor<4xf32>
  %t = tosa.tanh %e : (tensor<4xf32>) -> tensor<4xf32>
  %r = tosa.abs %t : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
