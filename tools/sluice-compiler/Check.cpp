// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice check`: where each node of a model would run, and why not on the
// device. Nothing is built.

#include "compiler/Conversion/OnnxToTosa/OnnxToTosa.h"
#include "compiler/Partition/Placement.h"
#include "compiler/Support/Diagnostics.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"
#include "tools/sluice-compiler/Verbs.h"

#include "mlir/Dialect/Quant/IR/Quant.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;

namespace sluice {

namespace json = llvm::json;

namespace {
struct Node {
  std::string name, op, place, reason;
  std::string whyFloat; // of an operator of a quantized model, or empty
  int64_t macs = 0, cycles = 0;
};

/// The nodes of a model, in its order, and what becomes of each.
class NodeTable {
public:
  explicit NodeTable(func::FuncOp imported);

  /// Notes an error that was emitted at a node.
  void addProblem(StringRef name, StringRef message);
  /// Notes why operators of a quantized model stay float.
  void addFloats(func::FuncOp quantized);
  void addLayer(const Layer &layer, const Judgement &judgement,
                const Target &target);
  /// Nodes without a place have left no work or hang on one that is not
  /// supported.
  void finish();

  bool hasProblems() const;
  double getMacsOnDevice(const Target &target) const;
  const std::vector<Node> &getNodes() const { return nodes; }

private:
  std::vector<Node> nodes;
  llvm::StringMap<size_t> indices;
};
} // namespace

NodeTable::NodeTable(func::FuncOp imported) {
  for (Operation &op : imported.getBody().front().without_terminator()) {
    if (isa<onnx::ConstantOp>(op))
      continue;
    Node node;
    node.name = onnx::getNodeName(&op).str();
    auto unknown = dyn_cast<onnx::NodeOp>(op);
    node.op =
        unknown ? unknown.getOpType().str() : op.getName().stripDialect().str();
    indices.try_emplace(node.name, nodes.size());
    nodes.push_back(std::move(node));
  }
}

void NodeTable::addProblem(StringRef name, StringRef message) {
  auto it = indices.find(name);
  if (it == indices.end())
    return;
  Node &node = nodes[it->second];
  node.place = "unsupported";
  node.reason = message.str();
}

void NodeTable::addFloats(func::FuncOp quantized) {
  for (Operation &op : quantized.getBody().front())
    if (auto why = op.getAttrOfType<StringAttr>(onnx::staysFloatAttr))
      if (auto it = indices.find(onnx::getNodeName(&op)); it != indices.end())
        nodes[it->second].whyFloat = why.str();
}

/// All node names that a location goes back to.
static void collectNames(Location location, SmallVectorImpl<StringRef> &names) {
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      collectNames(part, names);
  else if (StringRef name = onnx::getNodeName(location); !name.empty())
    names.push_back(name);
}

void NodeTable::addLayer(const Layer &layer, const Judgement &judgement,
                         const Target &target) {
  if (layer.kind == LayerKind::Reshape)
    return; // no work: it goes with its neighbours
  bool onDevice = judgement.isLegal();
  int64_t cycles =
      onDevice && target.device() ? target.estimate(layer).cycles : 0;
  SmallVector<StringRef> names;
  for (Operation *op : layer.ops)
    collectNames(op->getLoc(), names);
  for (StringRef name : names) {
    auto it = indices.find(name);
    if (it == indices.end() || nodes[it->second].place == "unsupported")
      continue;
    Node &node = nodes[it->second];
    // A node of several layers is on the device only if all of them are.
    if (node.place.empty() || !onDevice) {
      node.place = onDevice ? target.name().str() : getHostTarget().str();
      bool isFloat = !onDevice && !node.whyFloat.empty();
      node.reason = isFloat ? node.whyFloat : judgement.reason;
    }
  }
  if (auto it = indices.find(layer.name); it != indices.end()) {
    nodes[it->second].macs += layer.macs;
    nodes[it->second].cycles += cycles;
  }
}

void NodeTable::finish() {
  bool problems = hasProblems();
  for (Node &node : nodes)
    if (node.place.empty()) {
      node.place = "folded";
      node.reason =
          problems ? "part of another node, or behind one that is not supported"
                   : "part of another node";
    }
}

bool NodeTable::hasProblems() const {
  return llvm::any_of(
      nodes, [](const Node &node) { return node.place == "unsupported"; });
}

double NodeTable::getMacsOnDevice(const Target &target) const {
  int64_t all = 0, device = 0;
  for (const Node &node : nodes) {
    all += node.macs;
    if (node.place == target.name())
      device += node.macs;
  }
  return all && target.name() != getHostTarget()
             ? static_cast<double>(device) / static_cast<double>(all)
             : 0;
}

static void printJson(const NodeTable &table, const Target &target) {
  json::Array nodes;
  for (const Node &node : table.getNodes())
    nodes.push_back(json::Object{{"name", node.name},
                                 {"op", node.op},
                                 {"place", node.place},
                                 {"reason", node.reason},
                                 {"macs", node.macs},
                                 {"cycles", node.cycles}});
  json::Value report =
      json::Object{{"target", target.description()},
                   {"nodes", std::move(nodes)},
                   {"macs_on_device", table.getMacsOnDevice(target)}};
  llvm::outs() << llvm::formatv("{0:2}\n", report);
}

static void printTable(const NodeTable &table, const Target &target) {
  size_t width = StringRef("total").size();
  for (const Node &node : table.getNodes())
    width =
        std::min<size_t>(std::max(width, escapeControls(node.name).size()), 48);
  auto row = [&](StringRef name, StringRef op, StringRef place,
                 const std::string &macs, const std::string &cycles,
                 StringRef reason) {
    llvm::outs() << llvm::left_justify(name.substr(0, width), width) << ' '
                 << llvm::left_justify(op, 18) << ' '
                 << llvm::left_justify(place, 11) << ' '
                 << llvm::right_justify(macs, 11) << ' '
                 << llvm::right_justify(cycles, 9);
    if (!reason.empty())
      llvm::outs() << "  " << reason;
    llvm::outs() << "\n";
  };
  row("node", "op", "place", "MACs", "cycles", "why");
  int64_t macs = 0, cycles = 0;
  for (const Node &node : table.getNodes()) {
    row(escapeControls(node.name), escapeControls(node.op), node.place,
        std::to_string(node.macs), std::to_string(node.cycles), node.reason);
    macs += node.macs;
    cycles += node.cycles;
  }
  row("total", "", "", std::to_string(macs), std::to_string(cycles), "");
  if (target.name() != getHostTarget())
    llvm::outs() << llvm::formatv("{0:P1} of the MACs run on {1}\n",
                                  table.getMacsOnDevice(target),
                                  target.description());
}

std::optional<Stop> checkModel(const CheckOptions &options,
                               MLIRContext &context) {
  std::unique_ptr<Target> target;
  if (auto stop = makeTarget(options.target, target))
    return stop;
  OwningOpRef<ModuleOp> module;
  std::optional<NodeTable> table;
  {
    DiagnosticPrinter printer(&context, options.model);
    if (auto stop = importModel(options, context, printer, module))
      return stop;
    table.emplace(getMain(*module));
    std::vector<SmallVector<reference::Tensor>> samples;
    Calibration calibration =
        target->device() ? Calibration::Assumed : Calibration::DataSet;
    if (auto stop = quantize(*module, options, *target, calibration, samples))
      return stop;
  }
  func::FuncOp main = getMain(*module);
  table->addFloats(main);
  {
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      std::string text = diagnostic.str();
      // The op's own name says nothing that the table does not.
      StringRef message(text);
      consumeOpName(message);
      table->addProblem(onnx::getNodeName(diagnostic.getLocation()), message);
      return success();
    });
    previewTosa(main);
  }
  std::vector<Layer> layers = matchLayers(main.getBody().front());
  Placement placement = placeLayers(layers, *target);
  for (auto [layer, judgement] : llvm::zip_equal(layers, placement.judgements))
    if (!isa<tensor::EmptyOp, quant::StorageCastOp>(layer.getRoot()) &&
        layer.getRoot()->getDialect()->getNamespace() != "onnx")
      table->addLayer(layer, judgement, *target);
  table->finish();
  if (options.json)
    printJson(*table, *target);
  else
    printTable(*table, *target);
  if (!table->hasProblems())
    return std::nullopt;
  size_t count = llvm::count_if(table->getNodes(), [](const Node &node) {
    return node.place == "unsupported";
  });
  return Stop{kCheckFailed, options.model + ": " + std::to_string(count) +
                                (count == 1 ? " node is" : " nodes are") +
                                " not supported; " + kReplaceRemedy};
}

} // namespace sluice
