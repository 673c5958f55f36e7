// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Processor levels: what code may assume of the machine, and which instructions
// the kernels use on it. All that depends on a processor stands in this table.

#ifndef SLUICE_TARGETS_CPU_LEVEL_H
#define SLUICE_TARGETS_CPU_LEVEL_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace sluice::cpu {

/// How int8 products are summed. Lane i of an int32 accumulator gains the sum
/// of `quantum` products of adjacent elements.
struct DotProduct {
  /// The LLVM intrinsic; empty for multiplications in 32 bits, quantum 1.
  llvm::StringRef intrinsic;
  /// Products a lane: elements that are adjacent along the sum.
  unsigned quantum;
  /// Bits of one element as the kernel reads it: 8 or 16.
  unsigned elementBits;
  /// The intrinsic takes the accumulator as its first operand.
  bool accumulates;
  /// The activations are stored as x + 128, unsigned.
  bool offsetInput;
};

/// A processor level.
struct Level {
  llvm::StringRef name;     // as users write it, and as packages carry it
  llvm::StringRef triple;   // of LLVM
  llvm::StringRef cpu;      // of LLVM
  llvm::StringRef features; // of LLVM, beyond those of `cpu`
  llvm::StringRef needs;    // LLVM's names of all features that tell it apart
  unsigned lanes;           // 32-bit lanes of a vector register
  unsigned accumulators;    // registers to sum in; the rest hold operands
  bool fma;                 // float multiplication and addition in one
  DotProduct dot;           // of dense layers
  DotProduct pair;          // of int16 pairs, for depthwise layers
};

/// All levels. Within one architecture a later one needs all that an earlier
/// does.
llvm::ArrayRef<Level> getLevels();

/// The level called `name`; "native" is the highest level of this machine.
/// Fails with the list of levels if there is none of that name.
llvm::Expected<const Level *> findLevel(llvm::StringRef name);

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_LEVEL_H
