// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Static placement of buffers in one memory by lifetime.

#ifndef SLUICE_DIALECTS_DEPLOY_PLACEMENT_H
#define SLUICE_DIALECTS_DEPLOY_PLACEMENT_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"

#include <cstdint>

namespace sluice::deploy {

/// A piece of memory that is in use while steps first...last run.
struct PlacedBuffer {
  int64_t size = 0;
  int64_t first = 0;
  int64_t last = 0;
  /// Set by placeBuffers.
  int64_t offset = -1;

  bool livesWith(const PlacedBuffer &other) const {
    return first <= other.last && other.first <= last;
  }
};

/// Places `buffers` so that those that live at the same time do not overlap:
/// larger ones first, each in the smallest gap that holds it, the lowest of
/// equal ones. Returns the end of the memory used.
int64_t placeBuffers(llvm::MutableArrayRef<PlacedBuffer> buffers);

} // namespace sluice::deploy

#endif // SLUICE_DIALECTS_DEPLOY_PLACEMENT_H
