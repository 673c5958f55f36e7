// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/EngineTarget.h"
#include "compiler/Support/Layer.h"
#include "targets/engine/Legality.h"
#include "llvm/Support/MathExtras.h"

using namespace sluice;
using namespace sluice::engine;
using llvm::divideCeil;

std::string EngineTarget::description() const {
  return "engine:" + configuration.description();
}

std::optional<DeviceConfiguration> EngineTarget::device() const {
  DeviceConfiguration device;
  device.board = configuration.board().name;
  device.clockMhz = configuration.board().clockMhz;
  device.isa = 1;
  device.hash = configuration.hash();
  for (const ParameterInfo &info : parameterTable())
    device.parameters.emplace_back(info.name.str(),
                                   configuration.parameters().*info.member);
  return device;
}

Judgement EngineTarget::judge(const Layer &layer) const {
  return {findBrokenLimit(layer, configuration.parameters())};
}

/// Steps of the compute unit for one chunk of output.
static int64_t stepsPerChunk(const Layer &layer, const Parameters &parameters) {
  const Extent &kernel = layer.kernel;
  switch (layer.kind) {
  case LayerKind::Convolution: {
    // Channels that do not fill a word share it with horizontal taps.
    int64_t channels = layer.inputShape[3];
    int64_t apart = kernel.x * divideCeil(channels, parameters.PC);
    int64_t folded = divideCeil(kernel.x * channels, parameters.PC);
    return kernel.y * std::min(apart, folded);
  }
  case LayerKind::Add:
    return 2;
  default:
    return kernel.area();
  }
}

Cost EngineTarget::estimate(const Layer &layer) const {
  const Parameters &parameters = configuration.parameters();
  auto bytes = [](const std::array<int64_t, 4> &shape) {
    return shape[0] * shape[1] * shape[2] * shape[3];
  };
  int64_t groups = divideCeil(layer.outputShape[3], parameters.PK);
  int64_t pixels = bytes(layer.outputShape) / layer.outputShape[3];
  Cost cost;
  cost.bytesRead = bytes(layer.inputShape) * layer.inputs.size();
  if (layer.kind == LayerKind::Convolution)
    cost.bytesRead += layer.macs / pixels;
  cost.bytesWritten = bytes(layer.outputShape);
  int64_t compute = groups * pixels * stepsPerChunk(layer, parameters);
  int64_t memory = (cost.bytesRead + cost.bytesWritten) / parameters.AXI_BYTES;
  cost.cycles = std::max(compute, memory);
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
