// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --engine-place-parts="board=ulx3s-25f" | FileCheck %s
// RUN: sluice-opt %s --engine-place-parts="board=ulx3s-25f" --engine-tile="board=ulx3s-25f" | FileCheck %s --check-prefix=TILED
// RUN: not sluice-opt %s --engine-place-parts="board=none" 2>&1 | FileCheck %s --check-prefix=BOARD

// BOARD: error: {{.*}}none

// Layers write into the joined tensor in their own order, which is not that of
// the parts; another reader of a part reads it there.
// CHECK-LABEL: func.func @joined
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x4x4x12xi8>
// CHECK: %[[SECOND:.*]] = tosa.max_pool2d
// CHECK: %[[ONE:.*]] = tensor.insert_slice %[[SECOND]] into %[[EMPTY]][0, 0, 0, 4] [1, 4, 4, 8] [1, 1, 1, 1]
// CHECK: %[[VIEW:.*]] = tensor.extract_slice %[[ONE]][0, 0, 0, 4] [1, 4, 4, 8] [1, 1, 1, 1]
// CHECK: %[[FIRST:.*]] = tosa.max_pool2d %{{.*}}tensor<1x4x4x4xi8>) -> tensor<1x4x4x4xi8>
// CHECK: %[[BOTH:.*]] = tensor.insert_slice %[[FIRST]] into %[[ONE]][0, 0, 0, 0] [1, 4, 4, 4] [1, 1, 1, 1]
// CHECK: %[[OTHER:.*]] = tosa.max_pool2d %[[VIEW]]
// CHECK: deploy.yield %[[BOTH]], %[[OTHER]]
// TILED-LABEL: func.func @joined
// TILED: tensor.insert_slice {{.*}} into %{{.*}}[0, 0, 0, 4] [1, 4, 4, 8]
// TILED: tensor.insert_slice {{.*}} into %{{.*}}[0, 0, 0, 0] [1, 4, 4, 4]
func.func @joined(%x: tensor<1x4x4x8xi8>, %y: tensor<1x4x4x4xi8>) -> (tensor<1x4x4x12xi8>, tensor<1x4x4x8xi8>) {
  %r:2 = deploy.region "r" on "engine" (%a = %x, %b = %y) : (tensor<1x4x4x8xi8>, tensor<1x4x4x4xi8>) -> (tensor<1x4x4x12xi8>, tensor<1x4x4x8xi8>) {
    %0 = tosa.max_pool2d %a {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x8xi8>) -> tensor<1x4x4x8xi8>
    %1 = tosa.max_pool2d %b {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>) -> tensor<1x4x4x4xi8>
    %2 = tosa.concat %1, %0 {axis = 3 : i32} : (tensor<1x4x4x4xi8>, tensor<1x4x4x8xi8>) -> tensor<1x4x4x12xi8>
    %3 = tosa.max_pool2d %0 {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x4x4x8xi8>) -> tensor<1x4x4x8xi8>
    deploy.yield %2, %3 : tensor<1x4x4x12xi8>, tensor<1x4x4x8xi8>
  }
  return %r#0, %r#1 : tensor<1x4x4x12xi8>, tensor<1x4x4x8xi8>
}

// A slice is read where it lies. What is yielded twice, or no layer makes, is
// copied.
// CHECK-LABEL: func.func @cut
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[IN:.*]][0, 1, 0, 4] [1, 2, 4, 4] [1, 1, 1, 1]
// CHECK: %[[MADE:.*]] = tosa.max_pool2d %[[PART]] {kernel = array<i64: 2, 2>
// CHECK: %[[SLICE:.*]] = tosa.max_pool2d %[[PART]] {kernel = array<i64: 1, 1>
// CHECK: %[[AGAIN:.*]] = tosa.max_pool2d %[[MADE]] {kernel = array<i64: 1, 1>
// CHECK: deploy.yield %[[MADE]], %[[SLICE]], %[[AGAIN]]
func.func @cut(%x: tensor<1x4x4x8xi8>) -> (tensor<1x1x2x4xi8>, tensor<1x2x4x4xi8>, tensor<1x1x2x4xi8>) {
  %r:3 = deploy.region "r" on "engine" (%a = %x) : (tensor<1x4x4x8xi8>) -> (tensor<1x1x2x4xi8>, tensor<1x2x4x4xi8>, tensor<1x1x2x4xi8>) {
    %start = tosa.const_shape {values = dense<[0, 1, 0, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %size = tosa.const_shape {values = dense<[1, 2, 4, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.slice %a, %start, %size : (tensor<1x4x4x8xi8>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x2x4x4xi8>
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x2x4x4xi8>) -> tensor<1x1x2x4xi8>
    deploy.yield %1, %0, %1 : tensor<1x1x2x4xi8>, tensor<1x2x4x4xi8>, tensor<1x1x2x4xi8>
  }
  return %r#0, %r#1, %r#2 : tensor<1x1x2x4xi8>, tensor<1x2x4x4xi8>, tensor<1x1x2x4xi8>
}

// Columns that alternate are written two pixels apart: by the layer that makes
// them, and again by a copy.
// CHECK-LABEL: func.func @alternating
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x2x4x4xi8>
// CHECK: %[[MADE:.*]] = tosa.max_pool2d
// CHECK: %[[EVEN:.*]] = tensor.insert_slice %[[MADE]] into %[[EMPTY]][0, 0, 0, 0] [1, 2, 2, 4] [1, 1, 2, 1]
// CHECK: %[[VIEW:.*]] = tensor.extract_slice %[[EVEN]][0, 0, 0, 0] [1, 2, 2, 4] [1, 1, 2, 1]
// CHECK: %[[COPY:.*]] = tosa.max_pool2d %[[VIEW]] {kernel = array<i64: 1, 1>
// CHECK: %[[BOTH:.*]] = tensor.insert_slice %[[COPY]] into %[[EVEN]][0, 0, 1, 0] [1, 2, 2, 4] [1, 1, 2, 1]
// CHECK: deploy.yield %[[BOTH]]
func.func @alternating(%x: tensor<1x4x4x4xi8>) -> tensor<1x2x4x4xi8> {
  %r = deploy.region "r" on "engine" (%a = %x) : (tensor<1x4x4x4xi8>) -> tensor<1x2x4x4xi8> {
    %wide = tosa.const_shape {values = dense<[1, 2, 1, 2, 1, 4]> : tensor<6xindex>} : () -> !tosa.shape<6>
    %image = tosa.const_shape {values = dense<[1, 2, 4, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.max_pool2d %a {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x4xi8>) -> tensor<1x2x2x4xi8>
    %1 = tosa.reshape %0, %wide : (tensor<1x2x2x4xi8>, !tosa.shape<6>) -> tensor<1x2x1x2x1x4xi8>
    %2 = tosa.concat %1, %1 {axis = 4 : i32} : (tensor<1x2x1x2x1x4xi8>, tensor<1x2x1x2x1x4xi8>) -> tensor<1x2x1x2x2x4xi8>
    %3 = tosa.reshape %2, %image : (tensor<1x2x1x2x2x4xi8>, !tosa.shape<4>) -> tensor<1x2x4x4xi8>
    deploy.yield %3 : tensor<1x2x4x4xi8>
  }
  return %r : tensor<1x2x4x4xi8>
}

// A joined tensor that others read, too, lies in the larger one.
// CHECK-LABEL: func.func @nested
// CHECK: %[[EMPTY:.*]] = tensor.empty() : tensor<1x3x4x4xi8>
// CHECK-NOT: tensor.empty
// CHECK: tensor.insert_slice %{{.*}} into %[[EMPTY]][0, 0, 0, 0] [1, 1, 4, 4]
// CHECK: %[[TWO:.*]] = tensor.insert_slice %{{.*}} into %{{.*}}[0, 1, 0, 0] [1, 1, 4, 4]
// CHECK: %[[INNER:.*]] = tensor.extract_slice %[[TWO]][0, 0, 0, 0] [1, 2, 4, 4]
// CHECK: tosa.max_pool2d %[[INNER]]
// CHECK: tensor.insert_slice %{{.*}} into %[[TWO]][0, 2, 0, 0] [1, 1, 4, 4]
func.func @nested(%x: tensor<1x1x4x4xi8>) -> (tensor<1x3x4x4xi8>, tensor<1x1x2x4xi8>) {
  %r:2 = deploy.region "r" on "engine" (%a = %x) : (tensor<1x1x4x4xi8>) -> (tensor<1x3x4x4xi8>, tensor<1x1x2x4xi8>) {
    %0 = tosa.concat %a, %a {axis = 1 : i32} : (tensor<1x1x4x4xi8>, tensor<1x1x4x4xi8>) -> tensor<1x2x4x4xi8>
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x2x4x4xi8>) -> tensor<1x1x2x4xi8>
    %2 = tosa.concat %0, %a {axis = 1 : i32} : (tensor<1x2x4x4xi8>, tensor<1x1x4x4xi8>) -> tensor<1x3x4x4xi8>
    deploy.yield %2, %1 : tensor<1x3x4x4xi8>, tensor<1x1x2x4xi8>
  }
  return %r#0, %r#1 : tensor<1x3x4x4xi8>, tensor<1x1x2x4xi8>
}

// What a layer sees as another image is a copy of the part, also where the
// slice has fewer dimensions.
// CHECK-LABEL: func.func @rows
// CHECK: %[[PART:.*]] = tensor.extract_slice %{{.*}}[0, 0, 2, 0] [1, 1, 3, 8] [1, 1, 1, 1]
// CHECK: %[[COPY:.*]] = tosa.max_pool2d %[[PART]] {kernel = array<i64: 1, 1>
// CHECK: %[[SEEN:.*]] = tosa.reshape %[[COPY]]
// CHECK: tosa.max_pool2d %[[SEEN]] {{.*}} : (tensor<1x3x1x8xi8>)
func.func @rows(%x: tensor<1x5x8xi8>) -> tensor<1x2x1x8xi8> {
  %r = deploy.region "r" on "engine" (%a = %x) : (tensor<1x5x8xi8>) -> tensor<1x2x1x8xi8> {
    %start = tosa.const_shape {values = dense<[0, 2, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
    %size = tosa.const_shape {values = dense<[1, 3, 8]> : tensor<3xindex>} : () -> !tosa.shape<3>
    %image = tosa.const_shape {values = dense<[1, 3, 1, 8]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.slice %a, %start, %size : (tensor<1x5x8xi8>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x3x8xi8>
    %1 = tosa.reshape %0, %image : (tensor<1x3x8xi8>, !tosa.shape<4>) -> tensor<1x3x1x8xi8>
    %2 = tosa.max_pool2d %1 {kernel = array<i64: 2, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x3x1x8xi8>) -> tensor<1x2x1x8xi8>
    deploy.yield %2 : tensor<1x2x1x8xi8>
  }
  return %r : tensor<1x2x1x8xi8>
}

// Six dimensions that no concatenations make are no alternating rows.
// CHECK-LABEL: func.func @six
// CHECK-NOT: tensor.insert_slice
// CHECK: return
func.func @six(%x: tensor<1x2x2x2x2x4xi8>) -> tensor<1x4x4x4xi8> {
  %r = deploy.region "r" on "engine" (%a = %x) : (tensor<1x2x2x2x2x4xi8>) -> tensor<1x4x4x4xi8> {
    %image = tosa.const_shape {values = dense<[1, 4, 4, 4]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.reshape %a, %image : (tensor<1x2x2x2x2x4xi8>, !tosa.shape<4>) -> tensor<1x4x4x4xi8>
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>) -> tensor<1x4x4x4xi8>
    deploy.yield %1 : tensor<1x4x4x4xi8>
  }
  return %r : tensor<1x4x4x4xi8>
}
