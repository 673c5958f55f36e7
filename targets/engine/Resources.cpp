// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Resources.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>

using namespace sluice::engine;
using llvm::divideCeil;

/// Blocks of a memory of `depth` words of `width` bits.
static uint64_t countBlocks(uint64_t width, uint64_t depth,
                            uint64_t blockBits) {
  uint64_t best = UINT64_MAX;
  for (uint64_t wide = blockBits / kBlockWords, deep = kBlockWords; wide;
       wide /= 2, deep *= 2)
    best = std::min(best, divideCeil(width, wide) * divideCeil(depth, deep));
  return best;
}

Resources sluice::engine::countResources(const Parameters &parameters,
                                         const BlockSizes &blocks) {
  uint64_t blockBits = blocks.memoryBits;
  uint64_t lanes = parameters.PK, macs = uint64_t(parameters.PC) * lanes;
  uint64_t requantize = lanes / parameters.RQ_CYCLES;
  // A memory of ACT for each chunk of a bank's word; one of WGT and PRM for
  // each beat of a word; tables for each lane of requantize.
  uint64_t bits = 8 * parameters.AXI_BYTES;
  uint64_t act =
      parameters.ACT_BANKS * parameters.wordChunks() *
      countBlocks(8 * lanes,
                  parameters.ACT_BYTES / parameters.PC / parameters.ACT_BANKS,
                  blockBits);
  uint64_t weights = divideCeil(8 * macs, bits) *
                     countBlocks(bits, parameters.WGT_WORDS, blockBits);
  uint64_t channels = divideCeil(64 * lanes, bits) *
                      countBlocks(bits, parameters.PRM_WORDS, blockBits);
  uint64_t tables =
      requantize * countBlocks(bits,
                               kTables * kTableBytes / parameters.AXI_BYTES,
                               blockBits);
  // Each unit queues eight instructions.
  uint64_t queues =
      kNumUnits * countBlocks(bits,
                              8 * kInstructionBytes / parameters.AXI_BYTES,
                              blockBits);
  // Two words a performance counter.
  uint64_t counters = countBlocks(32, 64, blockBits);
  Resources resources;
  // Lanes share multipliers from 8 on (shared_products.sv).
  uint64_t shared =
      blocks.multiplierBits >= 27 && parameters.PC > 8 && lanes > 1
          ? (parameters.PC - 8) * lanes
          : 0;
  resources.multipliers = macs - shared / 2 + 2 * requantize;
  resources.memoryBlocks =
      act + weights + channels + tables + queues + counters;
  // Fitted to synthesis: control and bus, a multiplier's share of the adder
  // trees, a lane's requantize and table, a byte's share of alignment and
  // banks; second products of int4; of int16 operands' signs, joined sums and
  // wider results.
  resources.luts = 8886 + 32 * macs + 472 * lanes + 185 * parameters.PC;
  if (parameters.INT4)
    resources.luts += 38 * macs;
  if (parameters.INT16)
    resources.luts += macs + 155 * lanes;
  return resources;
}
