// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Partition/Placement.h"

#include "dialects/Deploy/Deploy.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/FormatVariadic.h"

#include <map>

using namespace mlir;
using namespace sluice;

namespace {

class Placer {
public:
  Placer(ArrayRef<Layer> layers, const Target &target);

  void assignStages();
  void separateStages();
  /// Sends one stage back to the host that costs more than it saves; false if
  /// there is none.
  bool sendBack();

  Placement placement;

private:
  bool isLegal(const Layer &layer) const {
    return target.name() != getHostTarget() &&
           placement.judgements[&layer - layers.data()].isLegal();
  }
  bool reshapesForDevice(const Layer &reshape, Stage before) const;
  Stage stageAfter(Stage before, const Layer &layer) const;
  template <typename F> void assign(F getStage);

  ArrayRef<Layer> layers;
  const Target &target;
  llvm::DenseMap<Operation *, Stage> stageOf;
};

/// What a stage of the device takes and saves, in cycles.
struct Weight {
  bool hasWork = false;
  int64_t macs = 0, saved = 0;
  /// What it reads and yields.
  llvm::SetVector<Value> boundary;

  int64_t getBytes() const {
    int64_t bytes = 0;
    for (Value value : boundary)
      bytes += deploy::getPackedBytes(value.getType());
    return bytes;
  }
};

} // namespace

Placer::Placer(ArrayRef<Layer> layers, const Target &target)
    : layers(layers), target(target) {
  for (const Layer &layer : layers)
    placement.judgements.push_back(target.judge(layer));
}

/// A reshape stays with what it reads; one of the model's inputs goes with the
/// layers that read it.
bool Placer::reshapesForDevice(const Layer &reshape, Stage before) const {
  if (llvm::any_of(reshape.inputs,
                   [](Value input) { return input.getDefiningOp(); }))
    return isDevice(before);
  return llvm::any_of(layers, [&](const Layer &layer) {
    return llvm::is_contained(layer.inputs, reshape.getOutput()) &&
           isLegal(layer);
  });
}

/// The stage of a layer whose inputs are there after `before`.
Stage Placer::stageAfter(Stage before, const Layer &layer) const {
  bool device = layer.kind == LayerKind::Reshape
                    ? reshapesForDevice(layer, before)
                    : isLegal(layer);
  return before + (isDevice(before) != device);
}

/// Sets all stages to getStage(stage before, layer).
template <typename F> void Placer::assign(F getStage) {
  placement.stages.clear();
  for (const Layer &layer : layers) {
    Stage before = 0;
    for (Value input : layer.inputs)
      if (Operation *producer = input.getDefiningOp())
        before = std::max(before, stageOf.lookup(producer));
    Stage stage = getStage(before, layer);
    placement.stages.push_back(stage);
    for (Operation *op : layer.ops)
      stageOf[op] = stage;
  }
}

void Placer::assignStages() {
  assign([this](Stage before, const Layer &layer) {
    return stageAfter(before, layer);
  });
}

/// A stage for each layer, in their order; reshapes as ever.
void Placer::separateStages() {
  assign([this](Stage before, const Layer &layer) -> Stage {
    bool isReshape = layer.kind == LayerKind::Reshape;
    bool readsLayer = llvm::any_of(
        layer.inputs, [](Value input) { return input.getDefiningOp(); });
    if (isReshape && readsLayer)
      return before;
    return 2 * (&layer - layers.data()) + (!isReshape && isLegal(layer));
  });
}

bool Placer::sendBack() {
  std::map<Stage, Weight> weights;
  for (auto [layer, stage] : llvm::zip_equal(layers, placement.stages)) {
    if (!isDevice(stage))
      continue;
    Weight &weight = weights[stage];
    weight.hasWork |= layer.kind != LayerKind::Reshape;
    weight.macs += layer.macs;
    weight.saved +=
        target.estimateOnHost(layer) - target.estimate(layer).cycles;
    for (Value input : layer.inputs) {
      Operation *producer = input.getDefiningOp();
      if (!producer || stageOf.lookup(producer) != stage)
        weight.boundary.insert(input);
    }
    if (llvm::any_of(layer.getOutput().getUsers(), [&](Operation *user) {
          return !stageOf.contains(user) || stageOf.lookup(user) != stage;
        }))
      weight.boundary.insert(layer.getOutput());
  }
  int64_t most = 0;
  for (auto &[stage, weight] : weights)
    most = std::max(most, weight.macs);
  for (auto &[stage, weight] : weights) {
    int64_t handover = target.estimateHandover(weight.getBytes());
    if (!handover || !weight.hasWork || weight.saved >= handover ||
        (most && weight.macs == most))
      continue;
    std::string reason = llvm::formatv(
        "costs more to hand over than it saves: {0} cycles against {1}",
        handover, std::max<int64_t>(weight.saved, 0));
    for (auto [index, other] : llvm::enumerate(placement.stages))
      if (other == stage)
        placement.judgements[index] = Judgement::illegal(reason);
    return true;
  }
  return false;
}

Placement sluice::placeLayers(ArrayRef<Layer> layers, const Target &target) {
  Placer placer(layers, target);
  do
    placer.assignStages();
  while (placer.sendBack());
  return std::move(placer.placement);
}

Placement sluice::separateLayers(ArrayRef<Layer> layers, const Target &target) {
  Placer placer(layers, target);
  placer.separateStages();
  return std::move(placer.placement);
}
