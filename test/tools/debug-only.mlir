// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// --debug-only prints the debug output of the passes it names and of no other.

// REQUIRES: assertions
// RUN: sluice-opt %s --deploy-plan-memory --debug-only=canonicalize,deploy-plan-memory \
// RUN:   -o %t 2>&1 | FileCheck %s
// RUN: sluice-opt %s --deploy-plan-memory --debug-only=canonicalize -o %t 2>&1 | count 0

// CHECK: steps 0 to 0: 64 bytes at 0
// CHECK-NEXT: steps 0 to 1: 64 bytes at 64
func.func @main(%a: tensor<8xi8>) -> tensor<8xi8> {
  %0 = deploy.region "r" on "any" (%x = %a) : (tensor<8xi8>) -> tensor<8xi8> {
    deploy.yield %x : tensor<8xi8>
  }
  return %0 : tensor<8xi8>
}
