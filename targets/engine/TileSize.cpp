// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/TileSize.h"

#include "targets/engine/LayerCycles.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace llvm;
using namespace sluice;
using namespace sluice::engine;
using tile::Shape;

namespace {

/// Cycles of an instruction beside its work: to fill and drain the pipeline,
/// and for memory to answer.
constexpr int64_t instructionCycles = 32;
/// Bytes from which on it pays to cut a layer at the region's edge into bands.
constexpr int64_t edgeBytes = 2048;

class Chooser {
public:
  Chooser(const Layer &layer, const TileUse &use, int64_t bytes,
          const Parameters &parameters, const TileSchedule &schedule)
      : layer(layer), use(use), bytes(bytes), parameters(parameters),
        schedule(schedule), output(tile::toShape(layer.outputShape)),
        input(tile::toShape(layer.inputShape)) {}

  std::optional<TileChoice> run();

private:
  int64_t countMostChannels() const;
  int64_t getPassChannels() const {
    return getChunkChannels(layer, parameters) * countChunks(layer, use.form);
  }
  /// Whole words and passes.
  int64_t getChannelUnit() const {
    return std::max<int64_t>(parameters.PC / layer.outputBytes(),
                             getPassChannels());
  }
  void tryRows(int64_t channels, bool single);
  void consider(const TileChoice &choice);
  Shape getInputBox(Shape size) const;
  int64_t getInputBytes(Shape size) const;
  int64_t getMatrixBytes(Shape size) const;
  bool loadsMatrix() const {
    return layer.kind == LayerKind::MatMul && use.loads[1];
  }
  /// Inputs whose boxes follow the output's.
  int64_t countBoxes() const {
    return llvm::count(use.loads, true) - loadsMatrix();
  }
  int64_t countOutputBytes() const {
    return output.elements() * layer.outputBytes();
  }
  int64_t countBytes(const TileChoice &choice) const;
  int64_t estimateCompute(Shape size) const;
  int64_t estimate(const TileChoice &choice) const;
  bool moves() const {
    return use.stores || llvm::is_contained(use.loads, true);
  }

  const Layer &layer;
  const TileUse &use;
  int64_t bytes;
  const Parameters &parameters;
  const TileSchedule &schedule;
  Shape output, input;
  std::optional<TileChoice> best;
  int64_t bestCost = std::numeric_limits<int64_t>::max();
};

} // namespace

/// Output channels whose constants are one chunk: the schedule's share of the
/// scratchpads if that holds a pass, else all that fits.
int64_t Chooser::countMostChannels() const {
  int64_t each = getPassChannels();
  int64_t words = countWeightWords(layer, use.form, parameters);
  auto fit = [&](int64_t size, int64_t each) {
    if (!each)
      return std::numeric_limits<int64_t>::max() / 2;
    int64_t share = size / schedule.chunks;
    return share >= each ? share / each : size / each;
  };
  int64_t passes = std::min(
      fit(parameters.WGT_WORDS, words),
      fit(parameters.PRM_WORDS, countParameterWords(layer, each, parameters)));
  if (passes >= int64_t(divideCeil(output.c, each)))
    return output.c;
  int64_t channels = passes * each, unit = getChannelUnit();
  if (channels > unit)
    channels -= channels % unit;
  return channels;
}

Shape Chooser::getInputBox(Shape size) const {
  auto reach = [](int64_t count, int64_t kernel, int64_t stride,
                  int64_t dilation, int64_t limit) {
    return std::min(limit, (count - 1) * stride + (kernel - 1) * dilation + 1);
  };
  bool all = layer.mixesChannels();
  return {
      reach(size.h, layer.kernel.y, layer.stride.y, layer.dilation.y, input.h),
      reach(size.w, layer.kernel.x, layer.stride.x, layer.dilation.x, input.w),
      all ? input.c : size.c};
}

/// Bytes of ACT of a pixel that has `bytes`.
static int64_t wordBytes(int64_t bytes, const Parameters &parameters) {
  return alignTo(bytes, parameters.PC);
}

/// Bytes of ACT of the box that one input's tile reads.
int64_t Chooser::getInputBytes(Shape size) const {
  Shape box = getInputBox(size);
  int64_t pixel = box.c * layer.inputBytes();
  if (use.form.foldTaps)
    return box.h * size.w * wordBytes(layer.kernel.x * pixel, parameters);
  return box.h * box.w * wordBytes(pixel, parameters);
}

/// Bytes of ACT of the rows of a product's second matrix for a tile's channels.
int64_t Chooser::getMatrixBytes(Shape size) const {
  return size.c * wordBytes(input.c, parameters);
}

int64_t Chooser::countBytes(const TileChoice &choice) const {
  const Shape &size = choice.size;
  int64_t spatial = divideCeil(output.h, size.h) * divideCeil(output.w, size.w);
  int64_t tiles = spatial * divideCeil(output.c, size.c);
  auto buffers = [&](int64_t boxes) {
    return boxes > 1 && !choice.singleBuffer ? 2 : 1;
  };
  int64_t total = 0;
  total += countBoxes() * buffers(tiles) * getInputBytes(size);
  if (loadsMatrix())
    total += buffers(divideCeil(output.c, size.c)) * getMatrixBytes(size);
  if (use.stores)
    total += buffers(tiles) * size.h * size.w *
             wordBytes(size.c * layer.outputBytes(), parameters);
  return total;
}

/// Cycles of COMPUTE for all tiles of `size`.
int64_t Chooser::estimateCompute(Shape size) const {
  auto count = [&](int64_t columns, int64_t channels) {
    return countComputeCycles(
        layer, {output.h, columns},
        divideCeil(channels, getChunkChannels(layer, parameters)), use.form,
        parameters);
  };
  auto countAll = [&](int64_t columns) {
    int64_t rest = output.c % size.c;
    return output.c / size.c * count(columns, size.c) +
           (rest ? count(columns, rest) : 0);
  };
  int64_t rest = output.w % size.w;
  return output.w / size.w * countAll(size.w) + (rest ? countAll(rest) : 0);
}

int64_t Chooser::estimate(const TileChoice &choice) const {
  const Shape &size = choice.size;
  int64_t spatial = divideCeil(output.h, size.h) * divideCeil(output.w, size.w);
  int64_t chunks = divideCeil(output.c, size.c);
  bool perChannel = !layer.mixesChannels();
  int64_t words = countPasses(layer, countGroups(layer, parameters), use.form) *
                  countWeightWords(layer, use.form, parameters);
  int64_t compute =
      estimateCompute(size) + spatial * chunks * instructionCycles;
  // Boxes are loaded again for each chunk if chunks come first, weights for
  // each box if they do not fit together.
  int64_t loads = spatial * (perChannel || choice.channelsOuter ? chunks : 1);
  int64_t inputs = countBoxes();
  int64_t boxBytes = inputs * getInputBox(size).elements() * layer.inputBytes();
  bool stay = words <= parameters.WGT_WORDS;
  int64_t weightLoads = stay || choice.channelsOuter ? 1 : spatial;
  int64_t weightBytes = words * parameters.PK * parameters.PC;
  int64_t moved = loads * boxBytes + weightLoads * weightBytes;
  if (loadsMatrix())
    moved += countOperandBytes(layer, parameters);
  int64_t instructions = loads * inputs + weightLoads * chunks;
  int64_t memory =
      moved / parameters.AXI_BYTES + instructions * instructionCycles;
  int64_t store = use.stores ? countOutputBytes() / parameters.AXI_BYTES : 0;
  if (choice.singleBuffer)
    return compute + memory + store;
  // Nothing overlaps with the first load and the last store.
  int64_t first = (boxBytes + weightBytes / chunks) / parameters.AXI_BYTES;
  int64_t last = store / (spatial * chunks);
  return std::max({compute, memory, store}) + first + last;
}

void Chooser::consider(const TileChoice &choice) {
  if (countBytes(choice) > bytes)
    return;
  int64_t cost = estimate(choice);
  if (cost < bestCost) {
    bestCost = cost;
    best = choice;
  }
}

/// Calls fn with `most` and its halves, down to 1.
template <typename F> static void forEachSize(int64_t most, F fn) {
  for (int64_t parts = 1, last = 0; parts <= 2 * most; parts *= 2)
    if (int64_t size = divideCeil(most, parts); size != last) {
      fn(size);
      last = size;
    }
}

void Chooser::tryRows(int64_t channels, bool single) {
  forEachSize(output.w, [&](int64_t columns) {
    forEachSize(output.h, [&](int64_t rows) {
      for (bool outer : {false, true})
        consider({{rows, columns, channels}, outer, single});
    });
  });
}

std::optional<TileChoice> Chooser::run() {
  int64_t most = countMostChannels();
  if (most == 0 || bytes < 0)
    return std::nullopt;
  if (!moves()) {
    TileChoice choice{{output.h, output.w, most}};
    bool loads =
        use.fromArena && input.elements() * layer.inputBytes() >= edgeBytes;
    bool stores = use.toArena && countOutputBytes() >= edgeBytes;
    if (loads || stores)
      choice.size.h = divideCeil(output.h, schedule.bands);
    return choice;
  }
  for (bool single : {false, true}) {
    // Fewer channels only where they make the boxes smaller.
    forEachSize(divideCeil(most, getChannelUnit()), [&](int64_t units) {
      tryRows(std::min(most, units * getChannelUnit()), single);
    });
    if (best)
      return best;
  }
  return std::nullopt;
}

std::optional<TileChoice> engine::chooseTile(const Layer &layer,
                                             const TileUse &use, int64_t bytes,
                                             const Parameters &parameters,
                                             const TileSchedule &schedule) {
  return Chooser(layer, use, bytes, parameters, schedule).run();
}
