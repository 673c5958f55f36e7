// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// RUN: sluice-opt %s --cpu-lower-layers="level=x86-64-v4+avx512vnni" | FileCheck %s --check-prefixes=CHECK,VNNI
// RUN: sluice-opt %s --cpu-lower-layers="level=x86-64-v3" | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: sluice-opt %s --cpu-lower-layers="level=aarch64" | FileCheck %s --check-prefixes=CHECK,PLAIN
// RUN: sluice-opt %s --cpu-lower-layers="level=x86-64-v3" --cse | FileCheck %s --check-prefix=READERS

// Weights are padded to the quantum and to a block of channels.
// VNNI: memref.global "private" constant @{{.*}} : memref<128xi8>
// AVX2: memref.global "private" constant @{{.*}} : memref<64xi16>
// PLAIN: memref.global "private" constant @{{.*}} : memref<24xi16>

// The input gets its padding and room for the last quantum; then one kernel does all.
// CHECK-LABEL: func.func @convolution(
// CHECK: %[[X:.*]] = bufferization.to_buffer %{{.*}} read_only
// CHECK: %[[FLAT:.*]] = memref.collapse_shape %[[X]]
// VNNI: %[[PACKED:.*]] = memref.alloc() : memref<18xi8>
// AVX2: %[[PACKED:.*]] = memref.alloc() : memref<16xi16>
// PLAIN: %[[PACKED:.*]] = memref.alloc() : memref<15xi16>
// CHECK: call @pack_{{.*}}(%[[FLAT]], %[[PACKED]], %{{.*}}, %{{.*}}) {cpu.units = 5 : i64}
// CHECK: %[[OUT:.*]] = memref.alloc() : memref<1x4x1x4xi8>
// CHECK: %[[OUTFLAT:.*]] = memref.collapse_shape %[[OUT]]
// CHECK: call @strip_{{[0-9_]*}}_high_8_m3_m3_100(%[[PACKED]], {{.*}}, %[[OUTFLAT]], %{{.*}}, %{{.*}}) {cpu.units = {{.*}} : i64}
// CHECK: %[[Y:.*]] = bufferization.to_tensor %[[OUT]] restrict writable
// CHECK-NOT: tosa.clamp
// CHECK: return %[[Y]]
func.func @convolution(%x: tensor<1x4x1x3xi8>) -> tensor<1x4x1x4xi8> {
  %w = "tosa.const"() {values = dense<[[[[1, 2, 3]], [[4, 5, 6]]], [[[1, 2, 3]], [[4, 5, 6]]], [[[1, 2, 3]], [[4, 5, 6]]], [[[1, 2, 3]], [[4, 5, 6]]]]> : tensor<4x2x1x3xi8>} : () -> tensor<4x2x1x3xi8>
  %b = "tosa.const"() {values = dense<7> : tensor<4xi32>} : () -> tensor<4xi32>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<20> : tensor<1xi8>} : () -> tensor<1xi8>
  %c = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i32, pad = array<i64: 1, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x1x3xi8>, tensor<4x2x1x3xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x1x4xi32>
  %r = tosa.rescale %c, %m, %s, %iz, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x4x1x4xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x4x1x4xi8>
  %o = tosa.clamp %r {min_val = -3 : i8, max_val = 100 : i8} : (tensor<1x4x1x4xi8>) -> tensor<1x4x1x4xi8>
  return %o : tensor<1x4x1x4xi8>
}

// Without padding floats are read where they are.
// CHECK-LABEL: func.func @matmul(
// CHECK-NOT: call @pack
// CHECK: call @strip_{{.*}}_f32_
// CHECK-NOT: tosa.matmul
func.func @matmul(%x: tensor<1x5x3xf32>) -> tensor<1x5x2xf32> {
  %w = "tosa.const"() {values = dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]]> : tensor<1x3x2xf32>} : () -> tensor<1x3x2xf32>
  %z = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %r = tosa.matmul %x, %w, %z, %z : (tensor<1x5x3xf32>, tensor<1x3x2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x5x2xf32>
  return %r : tensor<1x5x2xf32>
}

// A result with another user, and weights that are no constant, stay.
// CHECK-LABEL: func.func @others(
// CHECK: call @depthwise_{{[0-9_]*}}(
// CHECK: tosa.clamp
// CHECK: tosa.conv2d
func.func @others(%x: tensor<1x4x4x4xi8>, %w: tensor<4x1x1x4xi8>) -> (tensor<1x4x4x4xi32>, tensor<1x4x4x4xi32>, tensor<1x4x4x4xi32>) {
  %d = "tosa.const"() {values = dense<3> : tensor<1x1x4x1xi8>} : () -> tensor<1x1x4x1xi8>
  %b = "tosa.const"() {values = dense<7> : tensor<4xi32>} : () -> tensor<4xi32>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %c = tosa.depthwise_conv2d %x, %d, %b, %z, %z {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>, tensor<1x1x4x1xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x4xi32>
  %o = tosa.clamp %c {min_val = 0 : i32, max_val = 100 : i32} : (tensor<1x4x4x4xi32>) -> tensor<1x4x4x4xi32>
  %f = tosa.conv2d %x, %w, %b, %z, %z {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x4x4x4xi8>, tensor<4x1x1x4xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x4x4x4xi32>
  return %c, %o, %f : tensor<1x4x4x4xi32>, tensor<1x4x4x4xi32>, tensor<1x4x4x4xi32>
}

// Two layers that read one tensor do so each in its place, even after CSE: what
// stands between them may write to the tensor's buffer.
// READERS-LABEL: func.func @two_readers(
// READERS: bufferization.to_buffer %arg0
// READERS: call @depthwise_
// READERS: bufferization.to_buffer %arg0
// READERS: call @depthwise_
func.func @two_readers(%x: tensor<1x2x2x4xi8>) -> (tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>) {
  %w = "tosa.const"() {values = dense<3> : tensor<1x1x4x1xi8>} : () -> tensor<1x1x4x1xi8>
  %v = "tosa.const"() {values = dense<5> : tensor<1x1x4x1xi8>} : () -> tensor<1x1x4x1xi8>
  %b = "tosa.const"() {values = dense<7> : tensor<4xi32>} : () -> tensor<4xi32>
  %z = "tosa.const"() {values = dense<-3> : tensor<1xi8>} : () -> tensor<1xi8>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<20> : tensor<1xi8>} : () -> tensor<1xi8>
  %c = tosa.depthwise_conv2d %x, %w, %b, %z, %wz {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x2x2x4xi8>, tensor<1x1x4x1xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x4xi32>
  %r = tosa.rescale %c, %m, %s, %iz, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x2x2x4xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x4xi8>
  %d = tosa.depthwise_conv2d %x, %v, %b, %z, %wz {acc_type = i32, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x2x2x4xi8>, tensor<1x1x4x1xi8>, tensor<4xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x4xi32>
  %q = tosa.rescale %d, %m, %s, %iz, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x2x2x4xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x4xi8>
  return %r, %q : tensor<1x2x2x4xi8>, tensor<1x2x2x4xi8>
}

// int16 is summed by pairs in 32 bits where these hold all sums.
// CHECK-LABEL: func.func @int16(
// VNNI: call @pack_{{.*}}(%{{.*}}) {{.*}} : (memref<3xi16>, memref<4xi16>, index, index) -> ()
// PLAIN: call @pack_{{.*}}(%{{.*}}) {{.*}} : (memref<3xi16>, memref<3xi16>, index, index) -> ()
// CHECK: call @strip_{{[0-9_]*}}_high_16_0_m32768_32767(
func.func @int16(%x: tensor<1x1x1x3xi16>) -> tensor<1x1x1x2xi16> {
  %w = "tosa.const"() {values = dense<127> : tensor<2x1x1x3xi8>} : () -> tensor<2x1x1x3xi8>
  %b = "tosa.const"() {values = dense<7> : tensor<2xi48>} : () -> tensor<2xi48>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi48>} : () -> tensor<1xi48>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<24> : tensor<1xi8>} : () -> tensor<1xi8>
  %c = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i48, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x1x3xi16>, tensor<2x1x1x3xi8>, tensor<2xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x1x2xi48>
  %r = tosa.rescale %c, %m, %s, %iz, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x1x1x2xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x1x1x2xi16>
  return %r : tensor<1x1x1x2xi16>
}

// A bias of 2^31 - 3 · 32768 · 127 is one too much.
// CHECK-LABEL: func.func @int16_sums_of_48_bits(
// CHECK: tosa.conv2d
// CHECK: tosa.rescale
func.func @int16_sums_of_48_bits(%x: tensor<1x1x1x3xi16>) -> tensor<1x1x1x2xi16> {
  %w = "tosa.const"() {values = dense<127> : tensor<2x1x1x3xi8>} : () -> tensor<2x1x1x3xi8>
  %b = "tosa.const"() {values = dense<[7, 2134999040]> : tensor<2xi48>} : () -> tensor<2xi48>
  %z = "tosa.const"() {values = dense<0> : tensor<1xi16>} : () -> tensor<1xi16>
  %wz = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi48>} : () -> tensor<1xi48>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<24> : tensor<1xi8>} : () -> tensor<1xi8>
  %c = tosa.conv2d %x, %w, %b, %z, %wz {acc_type = i48, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>, dilation = array<i64: 1, 1>} : (tensor<1x1x1x3xi16>, tensor<2x1x1x3xi8>, tensor<2xi48>, tensor<1xi16>, tensor<1xi8>) -> tensor<1x1x1x2xi48>
  %r = tosa.rescale %c, %m, %s, %iz, %z {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x1x1x2xi48>, tensor<1xi16>, tensor<1xi8>, tensor<1xi48>, tensor<1xi16>) -> tensor<1x1x1x2xi16>
  return %r : tensor<1x1x1x2xi16>
}

// The second operand of a product is packed by a kernel, less its zero point:
// which a byte may not hold.
// CHECK-LABEL: func.func @product(
// VNNI: tosa.matmul
// AVX2: call @matrix_2_3_1_m4_
// AVX2: call @strip_{{.*}}_high_
// AVX2-NOT: tosa.matmul
// CHECK-LABEL: func.func @symmetric(
// CHECK: call @matrix_2_3_0_0_
// CHECK: call @strip_{{.*}}_high_
// CHECK-NOT: tosa.matmul
func.func @product(%x: tensor<1x5x3xi8>, %y: tensor<1x2x3xi8>) -> tensor<1x1x5x2xi8> {
  %zx = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %zy = "tosa.const"() {values = dense<-4> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<20> : tensor<1xi8>} : () -> tensor<1xi8>
  %n = tosa.const_shape {values = dense<[1, 1, 5, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %t = tosa.transpose %y {perms = array<i32: 0, 2, 1>} : (tensor<1x2x3xi8>) -> tensor<1x3x2xi8>
  %p = tosa.matmul %x, %t, %zx, %zy : (tensor<1x5x3xi8>, tensor<1x3x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x2xi32>
  %q = tosa.reshape %p, %n : (tensor<1x5x2xi32>, !tosa.shape<4>) -> tensor<1x1x5x2xi32>
  %r = tosa.rescale %q, %m, %s, %iz, %zx {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x1x5x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x1x5x2xi8>
  return %r : tensor<1x1x5x2xi8>
}
func.func @symmetric(%x: tensor<1x5x3xi8>, %y: tensor<1x3x2xi8>) -> tensor<1x5x2xi8> {
  %zx = "tosa.const"() {values = dense<7> : tensor<1xi8>} : () -> tensor<1xi8>
  %zy = "tosa.const"() {values = dense<0> : tensor<1xi8>} : () -> tensor<1xi8>
  %iz = "tosa.const"() {values = dense<0> : tensor<1xi32>} : () -> tensor<1xi32>
  %m = "tosa.const"() {values = dense<20000> : tensor<1xi16>} : () -> tensor<1xi16>
  %s = "tosa.const"() {values = dense<20> : tensor<1xi8>} : () -> tensor<1xi8>
  %p = tosa.matmul %x, %y, %zx, %zy : (tensor<1x5x3xi8>, tensor<1x3x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x2xi32>
  %r = tosa.rescale %p, %m, %s, %iz, %zx {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x5x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x5x2xi8>
  return %r : tensor<1x5x2xi8>
}
