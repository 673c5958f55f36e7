// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The path of 3 x 3 depthwise convolutions through COMPUTE: a window slides
// over the input, so that each row of outputs reads each of its columns once.
// docs/targets/engine.md explains it; window_plan.sv is its hardware.

#ifndef SLUICE_TARGETS_ENGINE_WINDOWPATH_H
#define SLUICE_TARGETS_ENGINE_WINDOWPATH_H

#include "dialects/Engine/Isa.h"
#include "llvm/Support/MathExtras.h"

namespace sluice::engine {

struct WindowPath {
  static constexpr uint64_t kernel = 3;
  /// Weight words of a chunk's taps.
  uint64_t parts;
  /// Chunks of a word that one pass over the input serves.
  uint64_t span;

  explicit WindowPath(const Parameters &parameters)
      : parts(llvm::divideCeil(kernel * kernel, parameters.PC)),
        span(parts == 1 && parameters.wordChunks() >= 2 &&
                     parameters.RQ_CYCLES == 1
                 ? 2
                 : 1) {}

  /// Reads of a row of `outputs`, one a cycle; `stride` is in columns of the
  /// window, 1 or 2.
  static uint64_t countReads(uint64_t outputs, uint64_t stride) {
    return kernel * (kernel + (outputs - 1) * stride);
  }
};

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_WINDOWPATH_H
