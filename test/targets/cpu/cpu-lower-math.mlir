// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-lower-math="level=x86-64-v3" | FileCheck %s --check-prefixes=CHECK,FMA
// RUN: sluice-opt %s --cpu-lower-math="level=x86-64-v2" | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: not sluice-opt %s --cpu-lower-math="level=x86-64-v9" 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: no CPU level 'x86-64-v9'; there are: native, x86-64-v2, x86-64-v3

// CHECK-LABEL: func.func @exp(
// FMA: math.fma
// PLAIN-NOT: math.fma
// CHECK-NOT: math.exp
func.func @exp(%x: f32) -> f32 {
  %r = math.exp %x : f32
  return %r : f32
}

// CHECK-LABEL: func.func @fma(
// FMA: math.fma
// PLAIN: %[[P:.*]] = arith.mulf
// PLAIN: arith.addf %[[P]]
func.func @fma(%x: vector<4xf32>) -> vector<4xf32> {
  %r = math.fma %x, %x, %x : vector<4xf32>
  return %r : vector<4xf32>
}
