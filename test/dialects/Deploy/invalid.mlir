// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// RUN: sluice-opt %s -verify-diagnostics -split-input-file

func.func @dynamic(%a: tensor<?xi8>) {
  // expected-error @+1 {{has 'tensor<?xi8>' at its boundary; the shape must be static}}
  deploy.region "r" on "cpu" (%x = %a) : (tensor<?xi8>) -> () {
  }
  return
}

// -----

func.func @nameless() {
  // expected-error @+1 {{needs a name and a target}}
  deploy.region "" on "cpu" () : () -> () {
  }
  return
}

// -----

func.func @twice() {
  deploy.region "r" on "cpu" () : () -> () {
  }
  // expected-error @+1 {{has the name of an earlier region, "r"}}
  deploy.region "r" on "cpu" () : () -> () {
  }
  return
}

// -----

func.func @captures(%a: tensor<4xi8>) -> tensor<4xi8> {
  // expected-note @+1 {{required by region isolation constraints}}
  %r = deploy.region "r" on "cpu" () : () -> tensor<4xi8> {
    // expected-error @+1 {{using value defined outside the region}}
    deploy.yield %a : tensor<4xi8>
  }
  return %r : tensor<4xi8>
}

// -----

func.func @yield(%a: tensor<4xi8>) -> tensor<4xi16> {
  // expected-error @+1 {{yields 'tensor<4xi8>' but its results are 'tensor<4xi16>'}}
  %r = deploy.region "r" on "cpu" (%x = %a) : (tensor<4xi8>) -> tensor<4xi16> {
    deploy.yield %x : tensor<4xi8>
  }
  return %r : tensor<4xi16>
}

// -----

func.func @arguments(%a: tensor<4xi8>) {
  // expected-error @+1 {{has a body whose arguments do not have the types of its operands}}
  "deploy.region"(%a) <{name = "r", target = "cpu"}> ({
    "deploy.yield"() : () -> ()
  }) : (tensor<4xi8>) -> ()
  return
}

// -----

func.func @offset_count(%a: tensor<4xi8>) {
  // expected-error @+1 {{has 1 offsets for 0 results}}
  deploy.region "r" on "cpu" () : () -> () attributes {offsets = array<i64: 0>} {
  }
  return
}

// -----

func.func @offset_alignment(%a: tensor<4xi8>) -> tensor<4xi8> {
  // expected-error @+1 {{has offset 60; it must be a multiple of 64}}
  %r = deploy.region "r" on "cpu" (%x = %a) : (tensor<4xi8>) -> tensor<4xi8> attributes {offsets = array<i64: 60>} {
    deploy.yield %x : tensor<4xi8>
  }
  return %r : tensor<4xi8>
}

// -----

func.func @scratch() {
  // expected-error @+1 {{has a scratch_offset but no scratch_size}}
  deploy.region "r" on "cpu" () : () -> () attributes {scratch_offset = 0 : i64} {
  }
  return
}

// -----

func.func @scratch_alignment() {
  // expected-error @+1 {{has scratch_offset 8; it must be a multiple of 64}}
  deploy.region "r" on "cpu" () : () -> () attributes {scratch_offset = 8 : i64, scratch_size = 8 : i64} {
  }
  return
}

// -----

func.func @scratch_size() {
  // expected-error @+1 {{attribute 'scratch_size' failed to satisfy constraint: 64-bit signless integer attribute whose value is non-negative}}
  deploy.region "r" on "cpu" () : () -> () attributes {scratch_size = -1 : i64} {
  }
  return
}
