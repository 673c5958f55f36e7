// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/LayerCycles.h"
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

static int64_t countSteps(const Layer &layer, WeightForm form,
                          const Parameters &parameters) {
  switch (layer.kind) {
  case LayerKind::Convolution:
  case LayerKind::MatMul:
    return countWeightWords(layer, form, parameters);
  case LayerKind::Add:
    return 2;
  default:
    return layer.kernel.area();
  }
}

int64_t engine::countComputeCycles(const Layer &layer, Extent size,
                                   int64_t groups, WeightForm form,
                                   const Parameters &parameters) {
  // Requantize takes the results of all lanes in RQ_CYCLES, and int16 results
  // of a convolution are two chunks to write.
  int64_t spacing = parameters.RQ_CYCLES * (form.int4 ? 2 : 1);
  spacing = std::max(spacing, countChunks(layer, form));
  if (int64_t stride = getWindowStride(layer)) {
    constexpr int64_t column = WindowPath::kernel;
    WindowPath path(parameters);
    int64_t columns = WindowPath::countReads(size.x, stride) / column;
    return llvm::divideCeil(groups, path.span) * size.y * columns *
           std::max(column, spacing);
  }
  return countPasses(layer, groups, form) * size.area() *
         std::max(countSteps(layer, form, parameters), spacing);
}
