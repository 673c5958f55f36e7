// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Deploy/Deploy.h"
#include "targets/engine/Codegen.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"

namespace sluice::engine {
#define GEN_PASS_DEF_ENGINECODEGEN
#include "targets/engine/Passes.h.inc"
} // namespace sluice::engine

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

struct EngineCodegen final : engine::impl::EngineCodegenBase<EngineCodegen> {
  using EngineCodegenBase::EngineCodegenBase;

  void runOnOperation() override;

private:
  LogicalResult run(deploy::RegionOp region, const Parameters &parameters,
                    SymbolTable &symbols);
};

} // namespace

/// The constants as a resource, which prints apart from the program.
static ElementsAttr makeConstants(StringRef name, ArrayRef<uint8_t> bytes,
                                  Builder &builder) {
  auto type = RankedTensorType::get(int64_t(bytes.size()), builder.getI8Type());
  ArrayRef<char> chars(reinterpret_cast<const char *>(bytes.data()),
                       bytes.size());
  return DenseResourceElementsAttr::get(
      type, (name + "_constants").str(),
      HeapAsmResourceBlob::allocateAndCopyWithAlign(chars, /*align=*/64));
}

/// What the program is made of, layer by layer.
static ArrayAttr describeLayers(const TileProgram &program,
                                ArrayRef<Step> steps, Builder &builder) {
  struct Summary {
    const Layer *layer = nullptr;
    StringRef output;
    int64_t macs = 0, first = -1, last = 0;
  };
  std::vector<Summary> summaries(program.groups);
  for (const Tile &tile : program.tiles) {
    Summary &summary = summaries[tile.group];
    summary.layer = &tile.layer;
    if (!tile.outputName.empty())
      summary.output = tile.outputName;
    summary.macs += tile.layer.macs;
  }
  for (auto [index, step] : llvm::enumerate(steps)) {
    Summary &summary = summaries[step.layer];
    if (step.unit() != Unit::Compute)
      continue;
    if (summary.first < 0)
      summary.first = index;
    summary.last = index + 1;
  }
  SmallVector<Attribute> layers;
  for (const Summary &summary : summaries) {
    NamedAttrList layer;
    layer.set("name", builder.getStringAttr(summary.layer->name));
    layer.set("kind", builder.getStringAttr(stringify(summary.layer->kind)));
    layer.set("output", builder.getStringAttr(summary.output));
    layer.set("macs", builder.getI64IntegerAttr(summary.macs));
    layer.set("first", builder.getI64IntegerAttr(summary.first));
    layer.set("last", builder.getI64IntegerAttr(summary.last));
    layers.push_back(layer.getDictionary(builder.getContext()));
  }
  return builder.getArrayAttr(layers);
}

LogicalResult EngineCodegen::run(deploy::RegionOp region,
                                 const Parameters &parameters,
                                 SymbolTable &symbols) {
  FailureOr<TileProgram> tiles = readTileProgram(region, /*planned=*/true);
  if (failed(tiles))
    return failure();
  if (failed(tiles->allocate(parameters)))
    return region.emitError("needs more than the ")
           << parameters.ACT_BYTES
           << " bytes of activations that the engine holds; tile it first";
  FailureOr<Code> code = generateCode(*tiles, parameters);
  if (failed(code))
    return failure();

  OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
  auto program =
      ProgramOp::create(builder, region.getLoc(), region.getName(), parameters);
  if (!code->constants.empty())
    program.setConstantsAttr(
        makeConstants(region.getName(), code->constants, builder));
  auto func = region->getParentOfType<func::FuncOp>();
  if (auto size = func->getAttrOfType<IntegerAttr>(deploy::arenaSizeAttrName))
    program.setArenaBytesAttr(size);
  program->setAttr(layersAttrName,
                   describeLayers(*tiles, code->steps, builder));
  StringAttr symbol = symbols.insert(program);
  region->setAttr(programAttrName, FlatSymbolRefAttr::get(symbol));

  std::vector<Location> locations(tiles->groups, region.getLoc());
  for (const Tile &tile : tiles->tiles)
    locations[tile.group] = tile.layer.getRoot()->getLoc();
  builder.setInsertionPointToEnd(&program.getBody().front());
  for (const Step &step : code->steps)
    createInstruction(builder, locations[step.layer], step.instruction);
  createInstruction(builder, region.getLoc(), Instruction());
  return success();
}

void EngineCodegen::runOnOperation() {
  llvm::Expected<Configuration> configuration = Configuration::parse(board);
  if (!configuration) {
    getOperation().emitError(llvm::toString(configuration.takeError()));
    return signalPassFailure();
  }
  SymbolTable symbols(getOperation());
  SmallVector<deploy::RegionOp> regions;
  getOperation().walk([&](deploy::RegionOp region) {
    if (region.getTarget() == "engine")
      regions.push_back(region);
  });
  for (deploy::RegionOp region : regions)
    if (failed(run(region, configuration->parameters(), symbols)))
      return signalPassFailure();
}
