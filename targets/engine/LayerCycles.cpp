// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/LayerCycles.h"
#include "targets/engine/CodegenConstants.h"
#include "targets/engine/WindowPath.h"

using namespace sluice;
using namespace sluice::engine;

/// Columns that a window moves on from one output to the next; 0 if none
/// slides over the layer's input.
static int64_t getWindowStride(const Layer &layer) {
  constexpr int64_t kernel = WindowPath::kernel;
  if (layer.kind != LayerKind::Depthwise ||
      layer.kernel != Extent{kernel, kernel} ||
      layer.stride.x % layer.dilation.x != 0)
    return 0;
  int64_t stride = layer.stride.x / layer.dilation.x;
  return stride < kernel ? stride : 0;
}

static int64_t countSteps(const Layer &layer, bool foldTaps,
                          const Parameters &parameters) {
  switch (layer.kind) {
  case LayerKind::Convolution:
    return countWeightWords(layer, foldTaps, parameters);
  case LayerKind::Add:
    return 2;
  default:
    return layer.kernel.area();
  }
}

int64_t engine::countComputeCycles(const Layer &layer, Extent size,
                                   int64_t groups, bool foldTaps,
                                   const Parameters &parameters) {
  if (int64_t stride = getWindowStride(layer)) {
    WindowPath path(parameters);
    return llvm::divideCeil(groups, path.span) * size.y *
           WindowPath::countReads(size.x, stride);
  }
  return groups * size.area() * countSteps(layer, foldTaps, parameters);
}
