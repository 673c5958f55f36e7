// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/Passes.h"
#include "targets/engine/TilePlan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "llvm/ADT/SmallPtrSet.h"

namespace sluice::engine {
#define GEN_PASS_DEF_ENGINETILE
#include "targets/engine/Passes.h.inc"
} // namespace sluice::engine

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

struct EngineTile final : engine::impl::EngineTileBase<EngineTile> {
  using EngineTileBase::EngineTileBase;

  void runOnOperation() override;

private:
  LogicalResult run(deploy::RegionOp region, const Parameters &parameters);
};

} // namespace

/// The value that `value` shows in another shape, if any.
static Value skipReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    value = reshape.getInput1();
  return value;
}

/// Has each result of the region made by a layer, and no two by one: what is
/// yielded again, or not computed at all, is copied by a pool over single
/// pixels. The engine writes a layer's result to one place.
static void copySharedResults(deploy::RegionOp region) {
  llvm::SmallPtrSet<Value, 4> seen;
  OpBuilder builder(region.getYield());
  for (OpOperand &yielded : region.getYield()->getOpOperands()) {
    Value source = skipReshapes(yielded.get());
    auto image = getImageShape(source);
    if (!image || (seen.insert(source).second && source.getDefiningOp()))
      continue;
    std::string name = getLocationName(yielded.get().getLoc());
    Location loc = NameLoc::get(
        builder.getStringAttr((name.empty() ? "result" : name) + "_copy" +
                              Twine(yielded.getOperandNumber())));
    Value value = tile::reshape(builder, loc, source, *image);
    value =
        tosa::MaxPool2dOp::create(builder, loc, value.getType(), value,
                                  builder.getDenseI64ArrayAttr({1, 1}),
                                  builder.getDenseI64ArrayAttr({1, 1}),
                                  builder.getDenseI64ArrayAttr({0, 0, 0, 0}));
    auto type = cast<RankedTensorType>(yielded.get().getType());
    yielded.set(tile::reshape(builder, loc, value, type.getShape()));
  }
}

LogicalResult EngineTile::run(deploy::RegionOp region,
                              const Parameters &parameters) {
  copySharedResults(region);
  FailureOr<TileProgram> program = readTileProgram(region, /*planned=*/false);
  if (failed(program))
    return failure();
  FailureOr<TilePlan> plan = planTiles(*program, parameters);
  if (failed(plan))
    return failure();
  // From the last layer to the first: a layer's inputs are then still those
  // that were matched.
  for (size_t number = plan->layers.size(); number-- > 0;)
    tile::tileLayer(program->tiles[number].layer, number, plan->layers[number]);
  if (plan->scratchBytes)
    region.setScratchSize(plan->scratchBytes);
  return success();
}

void EngineTile::runOnOperation() {
  llvm::Expected<Configuration> configuration = Configuration::parse(board);
  if (!configuration) {
    getOperation().emitError(llvm::toString(configuration.takeError()));
    return signalPassFailure();
  }
  SmallVector<deploy::RegionOp> regions;
  getOperation().walk([&](deploy::RegionOp region) {
    if (region.getTarget() == "engine")
      regions.push_back(region);
  });
  for (deploy::RegionOp region : regions)
    if (failed(run(region, configuration->parameters())))
      return signalPassFailure();
}
