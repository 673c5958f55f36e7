// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// A library needs nothing and hides nothing: cpu_abi.h. Copies and fills, which
// LLVM turns into calls, and float functions are inside.

// RUN: sluice-translate %s --regions-to-cpu-library --cpu-level=x86-64-v3 -o %t.so
// RUN: llvm-readelf -hldrsW %t.so | FileCheck %s --implicit-check-not=NEEDED
// RUN: sluice-translate %s --regions-to-cpu-library --cpu-level=x86-64-v3 -o %t.again.so
// RUN: cmp %t.so %t.again.so
// RUN: sluice-translate %s --regions-to-cpu-library --cpu-level=aarch64 -o %t.arm.so
// RUN: llvm-readelf -hldrsW %t.arm.so | FileCheck %s --check-prefix=ARM --implicit-check-not=NEEDED
// RUN: sluice-opt %s --cpu-pipeline=level=aarch64 | FileCheck %s --check-prefix=LLVM
// RUN: not sluice-opt %s --cpu-pipeline=level=z80 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not sluice-translate %s --regions-to-cpu-library --cpu-level=z80 -o %t.z80.so 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: no CPU level 'z80'
// LLVM: llvm.func hidden @sluice_cpu_query

// CHECK: Type: {{.*}}DYN
// CHECK: Machine: {{.*}}X86-64
// CHECK-NOT: {{TLS|RWE|INIT|FINI}}
// CHECK: Relocation section
// CHECK-COUNT-4: R_X86_64_RELATIVE
// CHECK-NOT: R_X86_64
// CHECK: Symbol table '.dynsym' contains 1 entries

// ARM: Machine: {{.*}}AArch64
// ARM-NOT: {{TLS|RWE|INIT|FINI}}
// ARM: Relocation section
// ARM-COUNT-4: R_AARCH64_RELATIVE
// ARM-NOT: R_AARCH64
// ARM: Symbol table '.dynsym' contains 1 entries

func.func @main(%x: tensor<1x64x64x64xf32>) -> (tensor<1x66x66x64xf32>, tensor<1x64x64x64xf32>) {
  %y:2 = deploy.region "float" on "cpu" (%a = %x)
      : (tensor<1x64x64x64xf32>) -> (tensor<1x66x66x64xf32>, tensor<1x64x64x64xf32>) {
    %exp = tosa.exp %a : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32>
    %tanh = tosa.tanh %exp : (tensor<1x64x64x64xf32>) -> tensor<1x64x64x64xf32>
    %sizes = tosa.const_shape {values = dense<[0, 0, 1, 1, 1, 1, 0, 0]> : tensor<8xindex>} : () -> !tosa.shape<8>
    %zero = "tosa.const"() {values = dense<0.0> : tensor<1xf32>} : () -> tensor<1xf32>
    %pad = tosa.pad %tanh, %sizes, %zero : (tensor<1x64x64x64xf32>, !tosa.shape<8>, tensor<1xf32>) -> tensor<1x66x66x64xf32>
    deploy.yield %pad, %a : tensor<1x66x66x64xf32>, tensor<1x64x64x64xf32>
  }
  return %y#0, %y#1 : tensor<1x66x66x64xf32>, tensor<1x64x64x64xf32>
}
