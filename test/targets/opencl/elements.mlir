// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Elements by themselves: vectors where neighbours stay neighbours, else one at a
// time; data movement is an index; nothing reads outside its buffer.

// RUN: sluice-translate %s --regions-to-opencl | FileCheck %s

// CHECK: // Region flat
// CHECK: static inline char16 k0_finish(const int at, const int c
// CHECK: const float16 {{.*}} = *(global const float16 *)(e0 + at);
// CHECK: convert_char16_sat(round_int16(

// A row of 3 has no vectors.
// CHECK: // Region rows
// CHECK: static inline float k0_finish(
// CHECK: e0[at]
// CHECK: ((global const float *)(constants + 0))[c]

// CHECK: // Region moves
// CHECK: static inline float k0_finish(
// CHECK: clamp({{.*}}, 0, 3)
// CHECK: >= 0 && {{.*}} < 4 && {{.*}} ? 
// CHECK: < 5 ? v{{[0-9]+}} : v{{[0-9]+}};
// CHECK: // k0 [1, 1, 1] x 40

// CHECK: // Region lookup
// CHECK: clamp({{.*}}, 0, 255)
// CHECK: == 0 ? 0 :

func.func @main(%x: tensor<1x4x4x3xf32>, %i: tensor<1x12xi32>) -> (tensor<1x4x4x3xi8>, tensor<1x4x4x3xf32>, tensor<10x4xf32>, tensor<1x12xi32>) {
  %q = deploy.region "flat" on "opencl" (%a = %x) : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xi8> {
    %shift = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %f = "tosa.const"() {values = dense<2.5> : tensor<1x1x1x1xf32>} : () -> tensor<1x1x1x1xf32>
    %m = tosa.mul %a, %f, %shift : (tensor<1x4x4x3xf32>, tensor<1x1x1x1xf32>, tensor<1xi8>) -> tensor<1x4x4x3xf32>
    %c = tosa.cast %m : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xi8>
    deploy.yield %c : tensor<1x4x4x3xi8>
  }
  %r = deploy.region "rows" on "opencl" (%a = %x) : (tensor<1x4x4x3xf32>) -> tensor<1x4x4x3xf32> {
    %b = "tosa.const"() {values = dense<[[[[1.0, 2.0, 3.0]]]]> : tensor<1x1x1x3xf32>} : () -> tensor<1x1x1x3xf32>
    %s = tosa.add %a, %b : (tensor<1x4x4x3xf32>, tensor<1x1x1x3xf32>) -> tensor<1x4x4x3xf32>
    deploy.yield %s : tensor<1x4x4x3xf32>
  }
  %p = deploy.region "moves" on "opencl" (%a = %x) : (tensor<1x4x4x3xf32>) -> tensor<10x4xf32> {
    %start = tosa.const_shape {values = dense<[0, 1, 0, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %size = tosa.const_shape {values = dense<[1, 2, 4, 1]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %cut = tosa.slice %a, %start, %size : (tensor<1x4x4x3xf32>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x2x4x1xf32>
    %two = tosa.const_shape {values = dense<[2, 4]> : tensor<2xindex>} : () -> !tosa.shape<2>
    %flat = tosa.reshape %cut, %two : (tensor<1x2x4x1xf32>, !tosa.shape<2>) -> tensor<2x4xf32>
    %turned = tosa.transpose %flat {perms = array<i32: 1, 0>} : (tensor<2x4xf32>) -> tensor<4x2xf32>
    %edges = tosa.const_shape {values = dense<[1, 0, 0, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %value = "tosa.const"() {values = dense<7.0> : tensor<1xf32>} : () -> tensor<1xf32>
    %wide = tosa.pad %turned, %edges, %value : (tensor<4x2xf32>, !tosa.shape<4>, tensor<1xf32>) -> tensor<5x4xf32>
    %both = tosa.concat %wide, %wide {axis = 0 : i32} : (tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<10x4xf32>
    deploy.yield %both : tensor<10x4xf32>
  }
  %l = deploy.region "lookup" on "opencl" (%a = %i) : (tensor<1x12xi32>) -> tensor<1x12xi32> {
    %table = "tosa.const"() {values = dense<3> : tensor<1x256x1xi32>} : () -> tensor<1x256x1xi32>
    %t = tosa.gather %table, %a : (tensor<1x256x1xi32>, tensor<1x12xi32>) -> tensor<1x12x1xi32>
    %two = tosa.const_shape {values = dense<[1, 12]> : tensor<2xindex>} : () -> !tosa.shape<2>
    %flat = tosa.reshape %t, %two : (tensor<1x12x1xi32>, !tosa.shape<2>) -> tensor<1x12xi32>
    %d = tosa.intdiv %flat, %a : (tensor<1x12xi32>, tensor<1x12xi32>) -> tensor<1x12xi32>
    deploy.yield %d : tensor<1x12xi32>
  }
  return %q, %r, %p, %l : tensor<1x4x4x3xi8>, tensor<1x4x4x3xf32>, tensor<10x4xf32>, tensor<1x12xi32>
}
