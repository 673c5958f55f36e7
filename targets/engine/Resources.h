// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a configuration takes of an FPGA, without synthesizing it.
// docs/targets/engine.md says how it is fitted to synthesis.

#ifndef SLUICE_TARGETS_ENGINE_RESOURCES_H
#define SLUICE_TARGETS_ENGINE_RESOURCES_H

#include "dialects/Engine/Isa.h"

namespace sluice::engine {

/// The words of a memory block where it is widest, and so the bits of the least
/// block.
inline constexpr uint64_t kBlockWords = 512;

/// What an FPGA's blocks hold.
struct BlockSizes {
  /// A memory, which is at most 1/512 of that wide, each halving of which
  /// doubles its depth.
  uint64_t memoryBits = 18432;
  /// The wider operand of a multiplier. From 27 bits on it makes two products
  /// of one operand.
  uint64_t multiplierBits = 18;
};

struct Resources {
  /// One a MAC, or one for two lanes where they share it; two a lane to
  /// requantize; a residual add borrows the lane's own.
  uint64_t multipliers = 0;
  /// Block memories of the scratchpads and of the units' queues.
  uint64_t memoryBlocks = 0;
  /// Look-up tables of four inputs, those of carry chains and small memories
  /// included; an estimate.
  uint64_t luts = 0;
};

Resources countResources(const Parameters &parameters,
                         const BlockSizes &blocks = {});

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_RESOURCES_H
