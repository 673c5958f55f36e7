// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice-compiler/Report.h"
#include "compiler/Support/Layer.h"
#include "dialects/Deploy/Deploy.h"

using namespace mlir;

namespace sluice {

namespace json = llvm::json;

namespace {
class ReportBuilder {
public:
  ReportBuilder(func::FuncOp partitioned, func::FuncOp planned,
                const Target &target, const PackageParts &parts,
                const SignalToNoise &noise)
      : partitioned(partitioned), planned(planned), target(target),
        parts(parts), noise(noise) {}

  json::Value build();

private:
  void addRegion(deploy::RegionOp region);
  void addLayer(deploy::RegionOp region, const Layer &layer,
                const RegionParts *device);
  void addEdges(deploy::RegionOp region, const Layer &layer);
  void addDeviceReport(const RegionParts &device, int64_t firstLayer);
  void addArena();
  json::Object makeEngine() const;
  double getUtilisation(int64_t macs, int64_t cycles) const;
  /// The layer that makes `value`, looking into the region that it comes from;
  /// "" for an input of the model.
  std::string getProducer(Value value) const;

  func::FuncOp partitioned, planned;
  const Target &target;
  const PackageParts &parts;
  const SignalToNoise &noise;
  json::Array layers, edges, timeline, memory;
  llvm::DenseMap<Value, std::string> producers;
  llvm::StringMap<int64_t> seen;
  /// Of the layers that made and last read a value between regions.
  llvm::DenseMap<Value, std::pair<int64_t, int64_t>> lives;
  int64_t macs = 0, deviceMacs = 0, cycles = 0, boardCycles = 0,
          transitions = 0, constantBytes = 0;
  int64_t bytesLoaded = 0, bytesStored = 0;
};
} // namespace

double ReportBuilder::getUtilisation(int64_t work, int64_t time) const {
  if (!parts.device || time == 0)
    return 0;
  double perCycle =
      parts.device->parameter("PC") * parts.device->parameter("PK");
  return static_cast<double>(work) / (static_cast<double>(time) * perCycle);
}

std::string ReportBuilder::getProducer(Value value) const {
  return producers.lookup(value);
}

void ReportBuilder::addEdges(deploy::RegionOp region, const Layer &layer) {
  for (Value input : layer.inputs) {
    Value source = input;
    if (auto argument = dyn_cast<BlockArgument>(input))
      source = region.getInputs()[argument.getArgNumber()];
    auto live = lives.find(source);
    if (live != lives.end())
      live->second.second = layers.size();
    Operation *made = source.getDefiningOp();
    auto name =
        made ? made->getAttrOfType<StringAttr>("onnx.output") : StringAttr();
    edges.push_back(
        json::Object{{"from", getProducer(source)},
                     {"to", layer.name},
                     {"tensor", name ? name.str() : ""},
                     {"bytes", deploy::getPackedBytes(source.getType())}});
  }
}

void ReportBuilder::addLayer(deploy::RegionOp region, const Layer &layer,
                             const RegionParts *device) {
  addEdges(region, layer);
  int64_t layerCycles = 0;
  json::Object entry{{"name", layer.name}, {"kind", stringify(layer.kind)}};
  if (device)
    for (const LayerParts &part : device->layers)
      if (part.name == layer.name)
        layerCycles += part.estimatedCycles;
  bool onHost = region.getTarget() != target.name();
  entry["place"] = region.getTarget();
  entry["reason"] = onHost ? target.judge(layer).reason : "";
  entry["region"] = region.getName();
  entry["output"] = layer.outputName;
  entry["shape"] = json::Array(
      cast<RankedTensorType>(layer.getOutput().getType()).getShape());
  entry["macs"] = layer.macs;
  entry["cycles"] = layerCycles;
  entry["utilisation"] = getUtilisation(layer.macs, layerCycles);
  entry["bytes_loaded"] = 0;
  entry["bytes_stored"] = 0;
  if (const json::Object *report =
          device ? device->report.getAsObject() : nullptr)
    if (const json::Object *bytes = report->getObject("layers"))
      if (const json::Object *own = bytes->getObject(layer.name)) {
        int64_t loaded = own->getInteger("bytes_loaded").value_or(0);
        int64_t stored = own->getInteger("bytes_stored").value_or(0);
        entry["bytes_loaded"] = loaded;
        entry["bytes_stored"] = stored;
        if (const json::Value *counters = own->get("counters"))
          entry["counters"] = *counters;
        bytesLoaded += loaded;
        bytesStored += stored;
      }
  std::optional<double> decibels = noise.get(layer.outputName);
  entry["snr_db"] = decibels ? json::Value(*decibels) : json::Value(nullptr);
  macs += layer.macs;
  if (device)
    deviceMacs += layer.macs;
  producers[layer.getOutput()] = layer.name;
  layers.push_back(std::move(entry));
}

/// Times of a region's own report start at its first cycle, layers at its first
/// one.
void ReportBuilder::addDeviceReport(const RegionParts &device,
                                    int64_t firstLayer) {
  const json::Object *report = device.report.getAsObject();
  if (!report)
    return;
  if (const json::Array *steps = report->getArray("timeline"))
    for (const json::Value &step : *steps) {
      json::Object moved = *step.getAsObject();
      moved["start"] = cycles + moved.getInteger("start").value_or(0);
      moved["end"] = cycles + moved.getInteger("end").value_or(0);
      timeline.push_back(std::move(moved));
    }
  if (const json::Array *buffers = report->getArray("memory"))
    for (const json::Value &buffer : *buffers) {
      json::Object moved = *buffer.getAsObject();
      moved["first"] = firstLayer + moved.getInteger("first").value_or(0);
      moved["last"] = firstLayer + moved.getInteger("last").value_or(0);
      memory.push_back(std::move(moved));
    }
}

void ReportBuilder::addRegion(deploy::RegionOp region) {
  auto it = parts.regions.find(region.getName());
  const RegionParts *device = it == parts.regions.end() ? nullptr : &it->second;
  auto firstLayer = static_cast<int64_t>(layers.size());
  for (Value input : region.getInputs())
    if (auto producer = input.getDefiningOp<deploy::RegionOp>())
      transitions += producer.getTarget() != region.getTarget();
  for (Layer &layer : matchLayers(region.getBodyBlock())) {
    // Names are keys of the report: one layer's are made unique here.
    if (int64_t again = seen[layer.name]++)
      layer.name += "#" + std::to_string(again + 1);
    addLayer(region, layer, device);
  }
  Operation *yield = region.getBodyBlock().getTerminator();
  for (auto [inner, outer] :
       llvm::zip_equal(yield->getOperands(), region.getOutputs())) {
    producers[outer] = producers.lookup(inner);
    lives[outer] = {layers.size() - 1, layers.size() - 1};
  }
  if (!device)
    return;
  addDeviceReport(*device, firstLayer);
  cycles += device->estimatedCycles;
  boardCycles += device->boardCycles;
  constantBytes += device->constants.size();
}

void ReportBuilder::addArena() {
  int64_t last = std::max<int64_t>(layers.size(), 1) - 1;
  auto add = [&](std::string name, int64_t offset, int64_t size, int64_t first,
                 int64_t end) {
    memory.push_back(json::Object{{"buffer", name},
                                  {"space", "arena"},
                                  {"offset", offset},
                                  {"size", size},
                                  {"first", first},
                                  {"last", end}});
  };
  for (BlockArgument argument : planned.getArguments()) {
    unsigned index = argument.getArgNumber();
    if (auto offset = planned.getArgAttrOfType<IntegerAttr>(
            index, deploy::offsetAttrName))
      add(getInputName(planned, index), offset.getInt(),
          deploy::getPackedBytes(argument.getType()), 0,
          lives.lookup(partitioned.getArgument(index)).second);
  }
  for (auto [before, after] : llvm::zip(partitioned.getOps<deploy::RegionOp>(),
                                        planned.getOps<deploy::RegionOp>())) {
    if (!after.getOffsets())
      continue;
    for (auto [i, offset] : llvm::enumerate(*after.getOffsets())) {
      Value value = before.getResult(i);
      bool returned = llvm::any_of(value.getUsers(), [](Operation *user) {
        return isa<func::ReturnOp>(user);
      });
      auto [first, end] = lives.lookup(value);
      add((after.getName() + ":" + Twine(i)).str(), offset,
          deploy::getPackedBytes(value.getType()), first,
          returned ? last : end);
    }
  }
}

json::Object ReportBuilder::makeEngine() const {
  return json::Object{{"board", parts.device->board},
                      {"pc", parts.device->parameter("PC")},
                      {"pk", parts.device->parameter("PK")},
                      {"clock_mhz", parts.device->clockMhz}};
}

json::Value ReportBuilder::build() {
  for (BlockArgument argument : partitioned.getArguments())
    lives[argument] = {0, 0};
  for (auto region : partitioned.getOps<deploy::RegionOp>())
    addRegion(region);
  for (Value result :
       partitioned.getBody().front().getTerminator()->getOperands())
    edges.push_back(
        json::Object{{"from", getProducer(result)},
                     {"to", ""},
                     {"tensor", ""},
                     {"bytes", deploy::getPackedBytes(result.getType())}});
  addArena();
  auto arena = planned->getAttrOfType<IntegerAttr>(deploy::arenaSizeAttrName);
  json::Object totals{{"macs", macs},
                      {"macs_on_device", deviceMacs},
                      {"cycles", cycles},
                      {"board_cycles", boardCycles},
                      {"mac_utilisation", getUtilisation(deviceMacs, cycles)},
                      {"bytes_loaded", bytesLoaded},
                      {"bytes_stored", bytesStored},
                      {"transitions", transitions},
                      {"arena_bytes", arena ? arena.getInt() : 0},
                      {"constant_bytes", constantBytes}};
  json::Object report{
      {"version", 1}, {"model", parts.model}, {"target", parts.target}};
  if (parts.device)
    report["engine"] = makeEngine();
  report["totals"] = std::move(totals);
  report["layers"] = std::move(layers);
  report["edges"] = std::move(edges);
  report["timeline"] = std::move(timeline);
  report["memory"] = std::move(memory);
  return json::Value(std::move(report));
}

std::string makeReport(func::FuncOp partitioned, func::FuncOp planned,
                       const Target &target, const PackageParts &parts,
                       const SignalToNoise &noise) {
  json::Value report =
      ReportBuilder(partitioned, planned, target, parts, noise).build();
  return llvm::formatv("{0:2}\n", report).str();
}

} // namespace sluice
