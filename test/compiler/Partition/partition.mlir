// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt --partition=target=engine:ulx3s-85f,start=0 %s | FileCheck %s
// RUN: sluice-opt --partition=target=cpu %s | FileCheck %s --check-prefix=HOST
// RUN: sluice-opt --partition="target=engine:ulx3s-85f separate-layers" %s | FileCheck %s --check-prefix=SEPARATE
// RUN: not sluice-opt --partition=target=abacus %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: unknown target 'abacus'; known targets: cpu, engine

// The cast is the host's, both pools the device's; the reshape stays with the
// pool before it.
// CHECK-LABEL: func.func @main
// CHECK: %[[Q:.*]] = deploy.region "cpu_0" on "cpu" (%{{.*}} = %arg0) : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xi8>
// CHECK: tosa.cast
// CHECK: %[[P:.*]]:2 = deploy.region "engine_1" on "engine" (%{{.*}} = %[[Q]])
// CHECK-COUNT-2: tosa.max_pool2d
// CHECK: tosa.reshape
// CHECK: deploy.yield
// CHECK: deploy.region "cpu_2" on "cpu" (%{{.*}} = %[[P]]#1) : (tensor<1x8xi8>) -> tensor<1x8xi32>
// CHECK: return
// HOST: deploy.region "cpu_0" on "cpu"
// HOST-NOT: deploy.region

// One region a layer; the reshape still stays with its pool.
// SEPARATE: deploy.region "cpu_0" on "cpu"
// SEPARATE: deploy.region "engine_3" on "engine"
// SEPARATE: tosa.max_pool2d
// SEPARATE: deploy.region "engine_5" on "engine"
// SEPARATE: tosa.max_pool2d
// SEPARATE: tosa.reshape
// SEPARATE: deploy.region "cpu_8" on "cpu"
func.func @main(%x: tensor<1x4x4x8xf32>) -> (tensor<1x2x2x8xi8>, tensor<1x8xi32>) {
  %0 = tosa.cast %x : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xi8>
  %1 = tosa.max_pool2d %0 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x8xi8>) -> tensor<1x2x2x8xi8>
  %2 = tosa.max_pool2d %1 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x8xi8>) -> tensor<1x1x1x8xi8>
  %shape = tosa.const_shape {values = dense<[1, 8]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %3 = tosa.reshape %2, %shape : (tensor<1x1x1x8xi8>, !tosa.shape<2>) -> tensor<1x8xi8>
  %4 = tosa.cast %3 : (tensor<1x8xi8>) -> tensor<1x8xi32>
  return %1, %4 : tensor<1x2x2x8xi8>, tensor<1x8xi32>
}
