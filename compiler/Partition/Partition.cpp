// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Partition/Passes.h"

#include "compiler/Partition/Placement.h"
#include "dialects/Deploy/Deploy.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace sluice {
#define GEN_PASS_DEF_PARTITION
#include "compiler/Partition/Passes.h.inc"
} // namespace sluice

using namespace sluice;

namespace {
class Partitioner {
public:
  Partitioner(Block &block, const Target &target, bool separate)
      : block(block), target(target), layers(matchLayers(block)),
        stages(
            (separate ? separateLayers : placeLayers)(layers, target).stages) {}

  void run();

private:
  bool runsIn(Operation *op, Stage stage) const;
  void emitRegion(OpBuilder &builder, Stage stage);
  void copyResults(OpBuilder &builder);

  Block &block;
  const Target &target;
  std::vector<Layer> layers;
  std::vector<Stage> stages; // of each layer
  llvm::DenseMap<Operation *, Stage> stageOf;
};

struct Partition : sluice::impl::PartitionBase<Partition> {
  using PartitionBase::PartitionBase;

  void runOnOperation() override {
    llvm::Expected<std::unique_ptr<Target>> made = createTarget(target);
    if (!made) {
      getOperation().emitError(llvm::toString(made.takeError()));
      return signalPassFailure();
    }
    if (failed(checkResults()))
      return signalPassFailure();
    Partitioner(getOperation().getBody().front(), **made, separateLayers).run();
  }

private:
  LogicalResult checkResults();
};
} // namespace

/// A region makes each result of the model, and constants are part of regions.
LogicalResult Partition::checkResults() {
  func::FuncOp function = getOperation();
  for (OpOperand &result :
       function.getBody().front().getTerminator()->getOpOperands()) {
    Operation *made = result.get().getDefiningOp();
    if (!made || !isConstant(made))
      continue;
    unsigned index = result.getOperandNumber();
    auto name = function.getResultAttrOfType<StringAttr>(index, "onnx.name");
    return function.emitError("output '")
           << (name ? name.str() : std::to_string(index))
           << "' is the same whatever the input; leave it out of the model";
  }
  return success();
}

bool Partitioner::runsIn(Operation *op, Stage stage) const {
  auto it = stageOf.find(op);
  return it != stageOf.end() && it->second == stage;
}

void Partitioner::emitRegion(OpBuilder &builder, Stage stage) {
  SmallVector<Operation *> ops;
  for (auto [layer, layerStage] : llvm::zip_equal(layers, stages))
    if (layerStage == stage)
      llvm::append_range(ops, layer.ops);
  if (ops.empty())
    return;
  llvm::sort(ops,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  SetVector<Value> inputs;
  SmallVector<Value> outputs;
  SmallVector<Location> locations;
  for (Operation *op : ops) {
    locations.push_back(op->getLoc());
    for (Value operand : op->getOperands()) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || !(isConstant(producer) || runsIn(producer, stage)))
        inputs.insert(operand);
    }
    for (Value result : op->getResults())
      if (llvm::any_of(result.getUsers(),
                       [&](Operation *user) { return !runsIn(user, stage); }))
        outputs.push_back(result);
  }
  StringRef place = isDevice(stage) ? target.name() : getHostTarget();
  std::string name = (place + "_" + Twine(stage)).str();
  SmallVector<Type> types(ValueRange(outputs).getTypes());
  auto region =
      deploy::RegionOp::create(builder, builder.getFusedLoc(locations), name,
                               place, inputs.getArrayRef(), types);
  OpBuilder inner = OpBuilder::atBlockBegin(&region.getBodyBlock());
  IRMapping mapping;
  mapping.map(inputs.getArrayRef(), region.getBodyBlock().getArguments());
  for (Operation *op : ops) {
    for (Value operand : op->getOperands())
      if (!mapping.contains(operand))
        inner.clone(*operand.getDefiningOp(), mapping);
    inner.clone(*op, mapping);
  }
  SmallVector<Value> yielded;
  for (Value output : outputs)
    yielded.push_back(mapping.lookup(output));
  deploy::YieldOp::create(inner, region.getLoc(), yielded);
  for (auto [output, result] : llvm::zip_equal(outputs, region.getOutputs()))
    output.replaceUsesWithIf(
        result, [&](OpOperand &use) { return !runsIn(use.getOwner(), stage); });
}

/// Gives each result of the model a place of its own: one that is an input or
/// another result is copied.
void Partitioner::copyResults(OpBuilder &builder) {
  llvm::DenseSet<Value> seen;
  for (OpOperand &result : block.getTerminator()->getOpOperands()) {
    Value value = result.get();
    if (value.getDefiningOp() && seen.insert(value).second)
      continue;
    std::string name = "copy_" + std::to_string(result.getOperandNumber());
    auto region =
        deploy::RegionOp::create(builder, value.getLoc(), name, getHostTarget(),
                                 ValueRange(value), TypeRange(value.getType()));
    OpBuilder inner = OpBuilder::atBlockBegin(&region.getBodyBlock());
    deploy::YieldOp::create(inner, region.getLoc(),
                            region.getBodyBlock().getArguments());
    result.set(region.getOutputs().front());
  }
}

void Partitioner::run() {
  for (auto [layer, stage] : llvm::zip_equal(layers, stages))
    for (Operation *op : layer.ops)
      stageOf[op] = stage;
  OpBuilder builder(block.getTerminator());
  SmallVector<Operation *> old;
  for (Operation &op : block.without_terminator())
    old.push_back(&op);
  Stage last = stages.empty() ? 0 : *llvm::max_element(stages);
  for (Stage stage = 0; stage <= last; ++stage)
    emitRegion(builder, stage);
  copyResults(builder);
  for (Operation *op : llvm::reverse(old))
    op->erase();
}
