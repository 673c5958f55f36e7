// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s --engine-codegen="board=ulx3s-25f" -verify-diagnostics -split-input-file

func.func @unplanned(%x: tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8> {
  // expected-error @+1 {{reads memory that is not planned; run deploy-plan-memory first}}
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8> {
    %0 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
    deploy.yield %0 : tensor<1x2x2x4xi8>
  }
  return %r : tensor<1x2x2x4xi8>
}

// -----

func.func @other(%x: tensor<4xi32> {deploy.offset = 0 : i64}) -> tensor<4xi32> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<4xi32>) -> tensor<4xi32> attributes {offsets = array<i64: 64>} {
    // expected-error @+1 {{is not in a layer that the engine runs}}
    %0 = tosa.abs %in : (tensor<4xi32>) -> tensor<4xi32>
    deploy.yield %0 : tensor<4xi32>
  }
  return %r : tensor<4xi32>
}

// -----

func.func @batch(%x: tensor<2x2x2x4xi8> {deploy.offset = 0 : i64}) -> tensor<2x2x2x4xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<2x2x2x4xi8>) -> tensor<2x2x2x4xi8> attributes {offsets = array<i64: 64>} {
    // expected-error @+1 {{has a batch of 2; the engine takes one image at a time}}
    %0 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<2x2x2x4xi8>) -> tensor<2x2x2x4xi8>
    deploy.yield %0 : tensor<2x2x2x4xi8>
  }
  return %r : tensor<2x2x2x4xi8>
}

// -----

func.func @input(%x: tensor<4xi8> {deploy.offset = 0 : i64}) -> tensor<4xi8> {
  // expected-error @+1 {{yields value 0, which is an input, yielded twice, or a part}}
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<4xi8>) -> tensor<4xi8> attributes {offsets = array<i64: 64>} {
    deploy.yield %in : tensor<4xi8>
  }
  return %r : tensor<4xi8>
}

// -----

func.func @reshape(%x: tensor<1x2x2x4xi8> {deploy.offset = 0 : i64}) -> tensor<1x1x1x16xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x2x2x4xi8>) -> tensor<1x1x1x16xi8> attributes {offsets = array<i64: 64>} {
    %shape = tosa.const_shape {values = dense<[1, 1, 1, 16]> : tensor<4xindex>} : () -> !tosa.shape<4>
    %0 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x4xi8>) -> tensor<1x2x2x4xi8>
    %1 = tosa.reshape %0, %shape : (tensor<1x2x2x4xi8>, !tosa.shape<4>) -> tensor<1x1x1x16xi8>
    // expected-error @+1 {{reads a reshape that moves data}}
    %2 = tosa.max_pool2d %1 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x16xi8>) -> tensor<1x1x1x16xi8>
    deploy.yield %2 : tensor<1x1x1x16xi8>
  }
  return %r : tensor<1x1x1x16xi8>
}

// -----

func.func @channel(%x: tensor<1x2x2x6xi8> {deploy.offset = 0 : i64}) -> tensor<1x2x2x3xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x2x2x6xi8>) -> tensor<1x2x2x3xi8> attributes {offsets = array<i64: 64>} {
    %0 = tensor.extract_slice %in[0, 0, 0, 3] [1, 2, 2, 3] [1, 1, 1, 1] : tensor<1x2x2x6xi8> to tensor<1x2x2x3xi8>
    // expected-error @+1 {{begins at a channel within a chunk of the engine's 4 bytes}}
    %1 = tosa.max_pool2d %0 {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x2x2x3xi8>) -> tensor<1x2x2x3xi8>
    deploy.yield %1 : tensor<1x2x2x3xi8>
  }
  return %r : tensor<1x2x2x3xi8>
}

// -----

func.func @branch(%x: tensor<1x1x1x4xi8> {deploy.offset = 0 : i64}) -> tensor<1x3x1x4xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x1x1x4xi8>) -> tensor<1x3x1x4xi8> attributes {offsets = array<i64: 64>} {
    %e = tensor.empty() : tensor<1x3x1x4xi8>
    %0 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xi8>) -> tensor<1x1x1x4xi8>
    %a = tensor.insert_slice %0 into %e[0, 0, 0, 0] [1, 1, 1, 4] [1, 1, 1, 1] : tensor<1x1x1x4xi8> into tensor<1x3x1x4xi8>
    %1 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xi8>) -> tensor<1x1x1x4xi8>
    // expected-error @+1 {{must continue the only chain of insertions into a tensor that begins empty}}
    %b = tensor.insert_slice %1 into %a[0, 1, 0, 0] [1, 1, 1, 4] [1, 1, 1, 1] : tensor<1x1x1x4xi8> into tensor<1x3x1x4xi8>
    %2 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xi8>) -> tensor<1x1x1x4xi8>
    %c = tensor.insert_slice %2 into %a[0, 2, 0, 0] [1, 1, 1, 4] [1, 1, 1, 1] : tensor<1x1x1x4xi8> into tensor<1x3x1x4xi8>
    deploy.yield %c : tensor<1x3x1x4xi8>
  }
  return %r : tensor<1x3x1x4xi8>
}

// -----

func.func @spill(%x: tensor<1x1x1x4xi8> {deploy.offset = 0 : i64}) -> tensor<1x1x1x4xi8> {
  %r = deploy.region "r" on "engine" (%in = %x) : (tensor<1x1x1x4xi8>) -> tensor<1x1x1x4xi8> attributes {offsets = array<i64: 64>} {
    // expected-error @+1 {{is spilled before the region's memory is planned; run deploy-plan-memory first}}
    %e = tensor.empty() {tile.spill = 0 : i64} : tensor<1x1x1x4xi8>
    %0 = tosa.max_pool2d %in {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x1x4xi8>) -> tensor<1x1x1x4xi8>
    %a = tensor.insert_slice %0 into %e[0, 0, 0, 0] [1, 1, 1, 4] [1, 1, 1, 1] {tile.store} : tensor<1x1x1x4xi8> into tensor<1x1x1x4xi8>
    deploy.yield %a : tensor<1x1x1x4xi8>
  }
  return %r : tensor<1x1x1x4xi8>
}
