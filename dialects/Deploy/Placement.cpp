// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Placement.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

#include <limits>

using namespace llvm;
using namespace sluice::deploy;

/// Places one buffer; `placed` is in the order of offsets and stays so.
static void place(PlacedBuffer &buffer,
                  SmallVectorImpl<PlacedBuffer *> &placed) {
  int64_t best = -1, bestGap = std::numeric_limits<int64_t>::max(), end = 0;
  for (PlacedBuffer *other : placed) {
    if (!buffer.livesWith(*other))
      continue;
    int64_t gap = other->offset - end;
    if (gap >= buffer.size && gap < bestGap) {
      best = end;
      bestGap = gap;
    }
    end = std::max(end, other->offset + other->size);
  }
  buffer.offset = best >= 0 ? best : end;
  auto *at = llvm::upper_bound(placed, buffer.offset,
                               [](int64_t offset, PlacedBuffer *other) {
                                 return offset < other->offset;
                               });
  placed.insert(at, &buffer);
}

int64_t sluice::deploy::placeBuffers(MutableArrayRef<PlacedBuffer> buffers) {
  SmallVector<PlacedBuffer *> order;
  for (PlacedBuffer &buffer : buffers)
    order.push_back(&buffer);
  llvm::sort(order, [](PlacedBuffer *a, PlacedBuffer *b) {
    return std::pair(-a->size, a) < std::pair(-b->size, b);
  });
  SmallVector<PlacedBuffer *> placed;
  int64_t end = 0;
  for (PlacedBuffer *buffer : order) {
    place(*buffer, placed);
    end = std::max(end, buffer->offset + buffer->size);
  }
  return end;
}
