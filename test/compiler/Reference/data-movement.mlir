// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-translate --interpret %s | FileCheck %s

// CHECK-LABEL: @identity
// CHECK: dense<[1, 2]> : tensor<2xi8>
func.func @identity() -> tensor<2xi8> {
  %a = "tosa.const"() {values = dense<[1, 2]> : tensor<2xi8>} : () -> tensor<2xi8>
  %0 = tosa.identity %a : (tensor<2xi8>) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// CHECK-LABEL: @reshape
// CHECK: dense<{{\[\[}}1, 2], [3, 4], [5, 6]]> : tensor<3x2xi8>
func.func @reshape() -> tensor<3x2xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %s = tosa.const_shape {values = dense<[3, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.reshape %a, %s : (tensor<2x3xi8>, !tosa.shape<2>) -> tensor<3x2xi8>
  return %0 : tensor<3x2xi8>
}

// Dimension i of the result is dimension perms[i].
// CHECK-LABEL: @transpose
// CHECK: dense<{{\[\[}}[1, 4]], {{\[\[}}2, 5]], {{\[\[}}3, 6]]]> : tensor<3x1x2xi8>
func.func @transpose() -> tensor<3x1x2xi8> {
  %a = "tosa.const"() {values = dense<[[[1, 2, 3], [4, 5, 6]]]> : tensor<1x2x3xi8>} : () -> tensor<1x2x3xi8>
  %0 = tosa.transpose %a {perms = array<i32: 2, 0, 1>} : (tensor<1x2x3xi8>) -> tensor<3x1x2xi8>
  return %0 : tensor<3x1x2xi8>
}

// One row above, two columns behind.
// CHECK-LABEL: @pad
// CHECK: dense<{{\[\[}}-7, -7, -7, -7], [1, 2, -7, -7]]> : tensor<2x4xi8>
func.func @pad() -> tensor<2x4xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2]]> : tensor<1x2xi8>} : () -> tensor<1x2xi8>
  %v = "tosa.const"() {values = dense<-7> : tensor<1xi8>} : () -> tensor<1xi8>
  %s = tosa.const_shape {values = dense<[1, 0, 0, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %0 = tosa.pad %a, %s, %v : (tensor<1x2xi8>, !tosa.shape<4>, tensor<1xi8>) -> tensor<2x4xi8>
  return %0 : tensor<2x4xi8>
}

// CHECK-LABEL: @slice
// CHECK: dense<{{\[\[}}5, 6]]> : tensor<1x2xi8>
func.func @slice() -> tensor<1x2xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %s = tosa.const_shape {values = dense<[1, 1]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %t = tosa.const_shape {values = dense<[1, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.slice %a, %s, %t : (tensor<2x3xi8>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<1x2xi8>
  return %0 : tensor<1x2xi8>
}

// CHECK-LABEL: @concat
// CHECK: dense<{{\[\[}}1, 3, 4], [2, 5, 6]]> : tensor<2x3xi8>
func.func @concat() -> tensor<2x3xi8> {
  %a = "tosa.const"() {values = dense<[[1], [2]]> : tensor<2x1xi8>} : () -> tensor<2x1xi8>
  %b = "tosa.const"() {values = dense<[[3, 4], [5, 6]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %0 = tosa.concat %a, %b {axis = 1 : i32} : (tensor<2x1xi8>, tensor<2x2xi8>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
}

// CHECK-LABEL: @reverse
// CHECK: dense<{{\[\[}}3, 2, 1], [6, 5, 4]]> : tensor<2x3xi8>
func.func @reverse() -> tensor<2x3xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %0 = tosa.reverse %a {axis = 1 : i32} : (tensor<2x3xi8>) -> tensor<2x3xi8>
  return %0 : tensor<2x3xi8>
}

// CHECK-LABEL: @tile
// CHECK: dense<{{\[\[}}1, 2, 1, 2], [1, 2, 1, 2]]> : tensor<2x4xi8>
func.func @tile() -> tensor<2x4xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2]]> : tensor<1x2xi8>} : () -> tensor<1x2xi8>
  %s = tosa.const_shape {values = dense<[2, 2]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %0 = tosa.tile %a, %s : (tensor<1x2xi8>, !tosa.shape<2>) -> tensor<2x4xi8>
  return %0 : tensor<2x4xi8>
}

// CHECK-LABEL: @gather
// CHECK: dense<{{\[\[}}[5, 6], [1, 2]]]> : tensor<1x2x2xi32>
func.func @gather() -> tensor<1x2x2xi32> {
  %a = "tosa.const"() {values = dense<[[[1, 2], [3, 4], [5, 6]]]> : tensor<1x3x2xi32>} : () -> tensor<1x3x2xi32>
  %i = "tosa.const"() {values = dense<[[2, 0]]> : tensor<1x2xi32>} : () -> tensor<1x2xi32>
  %0 = tosa.gather %a, %i : (tensor<1x3x2xi32>, tensor<1x2xi32>) -> tensor<1x2x2xi32>
  return %0 : tensor<1x2x2xi32>
}

// An empty tensor is all zero here; steps are honoured.
// CHECK-LABEL: @insert
// CHECK: dense<{{\[\[}}0, 0, 0], [1, 0, 2]]> : tensor<2x3xi8>
func.func @insert() -> tensor<2x3xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2]]> : tensor<1x2xi8>} : () -> tensor<1x2xi8>
  %0 = tensor.empty() : tensor<2x3xi8>
  %1 = tensor.insert_slice %a into %0[1, 0] [1, 2] [1, 2] : tensor<1x2xi8> into tensor<2x3xi8>
  return %1 : tensor<2x3xi8>
}

// CHECK-LABEL: @extract
// CHECK: dense<{{\[\[}}1, 3], [4, 6]]> : tensor<2x2xi8>
func.func @extract() -> tensor<2x2xi8> {
  %a = "tosa.const"() {values = dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>} : () -> tensor<2x3xi8>
  %0 = tensor.extract_slice %a[0, 0] [2, 2] [1, 2] : tensor<2x3xi8> to tensor<2x2xi8>
  return %0 : tensor<2x2xi8>
}

// A region means its body.
// CHECK-LABEL: @region
// CHECK: dense<[2, 4]> : tensor<2xi8>
func.func @region() -> tensor<2xi8> {
  %a = "tosa.const"() {values = dense<[1, 2]> : tensor<2xi8>} : () -> tensor<2xi8>
  %0 = deploy.region "r" on "cpu" (%arg = %a) : (tensor<2xi8>) -> tensor<2xi8> {
    %1 = tosa.add %arg, %arg : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
    deploy.yield %1 : tensor<2xi8>
  }
  return %0 : tensor<2xi8>
}
