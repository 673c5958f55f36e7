// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/Passes.h"
#include "targets/engine/TilePlan.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

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
  LogicalResult run(deploy::RegionOp region,
                    const Configuration &configuration);
};

} // namespace

LogicalResult EngineTile::run(deploy::RegionOp region,
                              const Configuration &configuration) {
  FailureOr<TileProgram> program = readTileProgram(region, /*planned=*/false);
  if (failed(program))
    return failure();
  FailureOr<TilePlan> plan =
      planTiles(*program, configuration.parameters(), configuration.schedule());
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
    if (failed(run(region, *configuration)))
      return signalPassFailure();
}
