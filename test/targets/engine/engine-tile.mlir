// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --engine-tile="board=ulx3s-25f" | FileCheck %s --check-prefix=WHOLE
// RUN: sluice-opt %s --engine-tile="board=ulx3s-25f,ACT_BYTES=256,ACT_BANKS=4" | FileCheck %s
// RUN: not sluice-opt %s --engine-tile="board=ulx3s-25f,ACT_BYTES=16,ACT_BANKS=2" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=SMALL

// SMALL: engine-tile.mlir:{{.*}} error: has no tile that fits the engine's scratchpads

// Where all fits, nothing is cut.
// WHOLE-LABEL: func.func @main
// WHOLE-NOT: tensor.
// WHOLE: tosa.max_pool2d {{.*}}tile.index = array<i64: 0, 0, 0>, tile.layer = 0
// WHOLE: tosa.max_pool2d {{.*}}tile.index = array<i64: 0, 0, 0>, tile.layer = 1

// Neither image fits: the first layer's input is loaded and its output stored
// box by box; neighbours read the rows that both need again. Padding is left
// only at the image's own edges.
// CHECK-LABEL: func.func @main
// CHECK: scratch_size = 256
func.func @main(%x: tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8> {
  // CHECK: %[[SPILL:.*]] = tensor.empty() {tile.spill = 0 : i64} : tensor<1x8x8x4xi8>
  // CHECK: %[[BOX:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 2, 8, 4] [1, 1, 1, 1] {tile.load}
  // CHECK: %[[TILE:.*]] = tosa.max_pool2d %[[BOX]] {{.*}}pad = array<i64: 1, 0, 1, 1>, {{.*}}tile.index = array<i64: 0, 0, 0>, tile.layer = 0 : i64}
  // CHECK: %[[ACC:.*]] = tensor.insert_slice %[[TILE]] into %[[SPILL]][0, 0, 0, 0] {{.*}} {tile.store}
  // CHECK: %[[NEXT:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 3, 8, 4] [1, 1, 1, 1] {tile.load}
  // CHECK: tosa.max_pool2d %[[NEXT]] {{.*}}pad = array<i64: 0, 0, 1, 1>, {{.*}}tile.index = array<i64: 1, 0, 0>, tile.layer = 0 : i64}
  // CHECK: tensor.insert_slice {{.*}} into %[[ACC]][0, 1, 0, 0] {{.*}} {tile.store}
  // CHECK: %[[OUT:.*]] = tensor.empty() : tensor<1x4x4x4xi8>
  // CHECK: tensor.extract_slice %{{.*}}[0, 0, 0, 0] [1, 2, 8, 4] [1, 1, 1, 1] {tile.load}
  // CHECK: tile.index = array<i64: 0, 0, 0>, tile.layer = 1
  // CHECK: tensor.insert_slice %{{.*}} into %[[OUT]][0, 0, 0, 0] [1, 1, 4, 4] [1, 1, 1, 1] : tensor
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8> {
    %0 = tosa.max_pool2d %in {kernel = array<i64: 3, 3>, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 1, 1>} : (tensor<1x8x8x4xi8>) -> tensor<1x8x8x4xi8>
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
    deploy.yield %1 : tensor<1x4x4x4xi8>
  }
  return %r : tensor<1x4x4x4xi8>
}

// What has five dimensions lies in memory as the image that it is reshaped to.
// CHECK-LABEL: func.func @five
// CHECK: tosa.reshape {{.*}}tensor<1x1x2x4x8xi8>
// CHECK: tosa.max_pool2d
// CHECK: tosa.reshape
// CHECK: deploy.yield {{.*}} : tensor<1x1x2x4x8xi8>
func.func @five(%x: tensor<1x1x2x4x8xi8>) -> tensor<1x1x2x4x8xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x1x2x4x8xi8>) -> tensor<1x1x2x4x8xi8> {
    %image = tosa.const_shape {values = dense<[1, 2, 4, 8]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %five = tosa.const_shape {values = dense<[1, 1, 2, 4, 8]> : tensor<5xindex>} : () -> !tosa.shape<5>
    %0 = tosa.reshape %in, %image : (tensor<1x1x2x4x8xi8>, !tosa.shape<4>) -> tensor<1x2x4x8xi8>
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x4x8xi8>) -> tensor<1x2x4x8xi8>
    %2 = tosa.reshape %1, %five : (tensor<1x2x4x8xi8>, !tosa.shape<5>) -> tensor<1x1x2x4x8xi8>
    deploy.yield %2 : tensor<1x1x2x4x8xi8>
  }
  return %r : tensor<1x1x2x4x8xi8>
}
