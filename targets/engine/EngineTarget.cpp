// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/EngineTarget.h"
#include "compiler/Support/Layer.h"
#include "targets/engine/LayerCycles.h"
#include "targets/engine/Legality.h"

using namespace sluice;
using namespace sluice::engine;

static double getClockMhz(const Configuration &configuration) {
  return configuration.findClockMhz().value_or(configuration.board().clockMhz);
}

std::string EngineTarget::description() const {
  return "engine:" + configuration.description();
}

std::optional<DeviceConfiguration> EngineTarget::device() const {
  DeviceConfiguration device;
  device.board = configuration.board().name;
  device.clockMhz = getClockMhz(configuration);
  device.isa = 1;
  device.hash = configuration.hash();
  for (const ParameterInfo &info : parameterTable())
    device.parameters.emplace_back(info.name.str(),
                                   configuration.parameters().*info.member);
  return device;
}

std::vector<Resource> EngineTarget::resources() const {
  Resources needs = configuration.resources();
  const Board &board = configuration.board();
  return {{"multipliers", needs.multipliers, board.multipliers, true},
          {"memory_blocks", needs.memoryBlocks,
           board.memoryBits / board.blocks.memoryBits, true},
          {"luts", needs.luts, board.luts, false}};
}

Judgement EngineTarget::judge(const Layer &layer) const {
  return {findBrokenLimit(layer, configuration.parameters())};
}

int64_t EngineTarget::estimateOnHost(const Layer &layer) const {
  if (!layer.isInteger())
    return 0;
  // A gateway's processor takes about a nanosecond for a product, for a tap of
  // what multiplies nothing, or for a weight that it has to fetch.
  auto [n, h, w, c] = layer.outputShape;
  int64_t pixels = n * h * w;
  int64_t work = layer.macs ? layer.macs
                            : pixels * c * layer.kernel.area() *
                                  int64_t(layer.inputs.size());
  if (layer.mixesChannels())
    work += layer.macs / pixels;
  return int64_t(double(work) * getClockMhz(configuration) / 1000);
}

int64_t EngineTarget::estimateHandover(int64_t bytes) const {
  int64_t start = configuration.schedule().start;
  return start ? start + bytes / configuration.parameters().AXI_BYTES : 0;
}

Cost EngineTarget::estimate(const Layer &layer) const {
  if (!layer.isInteger())
    return {};
  const Parameters &parameters = configuration.parameters();
  auto elements = [](const std::array<int64_t, 4> &shape) {
    return shape[0] * shape[1] * shape[2] * shape[3];
  };
  int64_t groups = countGroups(layer, parameters);
  int64_t pixels = elements(layer.outputShape) / layer.outputShape[3];
  Cost cost;
  for (unsigned index = 0; index < layer.inputs.size(); ++index)
    cost.bytesRead += elements(layer.getInputShape(index)) * layer.inputBytes();
  auto formOf = [&](bool foldTaps) {
    return WeightForm{foldTaps, gainsByInt4(layer, foldTaps, parameters)};
  };
  cost.bytesWritten = elements(layer.outputShape) * layer.outputBytes();
  if (layer.kind == LayerKind::Convolution) {
    // A weight stands once for each byte of its channel.
    cost.bytesRead +=
        layer.macs / pixels * layer.inputBytes() / (formOf(false).int4 ? 2 : 1);
  } else if (layer.kind == LayerKind::MatMul) {
    // The second operand turns into weights by way of the arena.
    int64_t weights = countOperandBytes(layer, parameters);
    cost.bytesRead += weights;
    cost.bytesWritten += weights;
  }
  Extent size = {layer.outputShape[1], layer.outputShape[2]};
  // Channels that do not fill a word share it with horizontal taps.
  int64_t compute = std::min(
      countComputeCycles(layer, size, groups, formOf(false), parameters),
      countComputeCycles(layer, size, groups, formOf(true), parameters));
  int64_t memory = (cost.bytesRead + cost.bytesWritten) / parameters.AXI_BYTES;
  cost.cycles = std::max(compute, memory);
  if (std::optional<Layer> transposition = getTransposition(layer)) {
    Cost first = estimate(*transposition);
    cost.cycles += first.cycles;
    cost.bytesRead += first.bytesRead;
    cost.bytesWritten += first.bytesWritten;
  }
  return cost;
}

void sluice::engine::registerEngineTarget() {
  registerTarget(
      {"engine", "the tensor engine on a board: engine:BOARD[,NAME=VALUE...]",
       [](llvm::StringRef details) -> llvm::Expected<std::unique_ptr<Target>> {
         auto configuration = Configuration::parse(details);
         if (!configuration)
           return configuration.takeError();
         return std::make_unique<EngineTarget>(std::move(*configuration));
       }});
}
