// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A convolution with its epilogue is one kernel on a tile in local memory; the
// rows that a slice cuts off are not copied.

// RUN: sluice-translate %s --regions-to-opencl | FileCheck %s

// CHECK: // Region conv: 720 bytes of constants, 0 of scratch
// CHECK: #define NAME k0
// CHECK: static inline char4 k0_finish(const int4 sum, const int at, const int c, global const uchar *constants) {
// CHECK-NEXT: const int4 [[M:v[0-9]+]] = *(global const int4 *)((global const int *)(constants + 576) + c);
// CHECK: multiply_high_int4(sum, [[M]])
// CHECK: convert_char4(clamp(
// CHECK: < (char4)(-3) ? (char4)(-3)
// CHECK: #define ROWS 7
// CHECK: #define COLUMNS 9
// CHECK: #define CHANNELS 3
// CHECK: #define OUT_ROWS 4
// CHECK: #define OUT_COLUMNS 5
// CHECK: #define STRIDE_Y 2
// CHECK: #define PAD_Y 1
// CHECK: #define PITCH_ROWS 8
// CHECK: #define PITCH_COLUMNS 10
// CHECK: #define IN_ROWS 3
// CHECK: #define BLOCKS 1
// CHECK: #define CHUNK 3
// CHECK: #define ZERO_POINT -5
// CHECK: #define STEPS 5
// CHECK: #define STEP 2
// CHECK: #define OUT_CHANNELS 4
// CHECK: __attribute__((reqd_work_group_size(ITEMS, 1, 1)))
// CHECK: local T tile
// CHECK: sums[p] = DOT(weights, taps[p] + run + step * STEP, sums[p]);
// CHECK: #undef ROWS
// CHECK: // k0 [1, 4, 1] x 1: constants 0+720 tensor 0 tensor 1

func.func @main(%x: tensor<1x8x10x3xi8>) -> tensor<1x4x5x4xi8> {
  %y = deploy.region "conv" on "opencl" (%a = %x) : (tensor<1x8x10x3xi8>) -> tensor<1x4x5x4xi8> {
    %zero = tosa.const_shape {values = dense<0> : tensor<4xindex>} : () -> !tosa.shape<4>
    %size = tosa.const_shape {values = dense<[1, 7, 9, 3]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %cut = tosa.slice %a, %zero, %size : (tensor<1x8x10x3xi8>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x7x9x3xi8>
    %w = "tosa.const"() {values = dense<2> : tensor<4x3x3x3xi8>} : () -> tensor<4x3x3x3xi8>
    %b = "tosa.const"() {values = dense<[1, 2, 3, 4]> : tensor<4xi32>} : () -> tensor<4xi32>
    %zx = "tosa.const"() {values = dense<-5> : tensor<1xi8>} : () -> tensor<1xi8>
    %zw = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
    %zi = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
    %m = "tosa.const"() {values = dense<[20000, 20001, 20002, 20003]> : tensor<4xi16>} : () -> tensor<4xi16>
    %s = "tosa.const"() {values = dense<[20, 21, 22, 23]> : tensor<4xi8>} : () -> tensor<4xi8>
    %sum = tosa.conv2d %cut, %w, %b, %zx, %zw {acc_type = i32, pad = array<i64: 1, 1, 1, 1>, stride = array<i64: 2, 2>, dilation = array<i64: 1, 1>}
        : (tensor<1x7x9x3xi8>, tensor<4x3x3x3xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x5x4xi32>
    %q = tosa.rescale %sum, %m, %s, %zi, %zx {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = true, input_unsigned = false, output_unsigned = false}
        : (tensor<1x4x5x4xi32>, tensor<4xi16>, tensor<4xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x5x4xi8>
    %c = tosa.clamp %q {min_val = -3 : i8, max_val = 100 : i8} : (tensor<1x4x5x4xi8>) -> tensor<1x4x5x4xi8>
    deploy.yield %c : tensor<1x4x5x4xi8>
  }
  return %y : tensor<1x4x5x4xi8>
}
