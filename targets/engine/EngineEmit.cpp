// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A region's part of a package: its program in binary form, and what the report
// says of it.

#include "compiler/Support/Layer.h"
#include "dialects/Deploy/Deploy.h"
#include "dialects/Engine/Check.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/EngineTarget.h"
#include "targets/engine/Passes.h"
#include "targets/engine/TileProgram.h"
#include "targets/engine/Timing.h"

#include <map>

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

/// The program that phase codegen made for the region.
static ProgramOp findProgram(deploy::RegionOp region) {
  auto symbol = region->getAttrOfType<FlatSymbolRefAttr>(programAttrName);
  return symbol
             ? SymbolTable::lookupNearestSymbolFrom<ProgramOp>(region, symbol)
             : ProgramOp();
}

/// Fills in what the program says of its layers. A layer's time ends with its
/// last computation, the last one's with the program, and begins where the one
/// before it ended. Returns when each layer ends.
static SmallVector<uint64_t>
readLayers(ProgramOp program, const ProgramTime &time, RegionParts &parts) {
  auto layers = program->getAttrOfType<ArrayAttr>(layersAttrName);
  SmallVector<uint64_t> ends;
  uint64_t begin = 0;
  for (auto [index, attr] : llvm::enumerate(layers)) {
    auto dictionary = cast<DictionaryAttr>(attr);
    auto text = [&](StringRef key) {
      return dictionary.getAs<StringAttr>(key).str();
    };
    auto number = [&](StringRef key) {
      return dictionary.getAs<IntegerAttr>(key).getInt();
    };
    LayerParts layer;
    layer.name = text("name");
    layer.kind = text("kind");
    layer.output = text("output");
    layer.macs = number("macs");
    layer.firstCommand = number("first");
    layer.lastCommand = number("last");
    uint64_t end = index + 1 == layers.size()
                       ? time.cycles
                       : time.instructions[layer.lastCommand - 1].end;
    layer.estimatedCycles = end - begin;
    begin = end;
    parts.macs += layer.macs;
    parts.layers.push_back(std::move(layer));
    ends.push_back(end);
  }
  return ends;
}

/// What the units do in each layer's time, by the names of the hardware's
/// counters.
static llvm::json::Object makeCounters(const ActivityCycles &cycles) {
  llvm::json::Object counters;
  for (unsigned i = 0; i < kNumActivities; ++i)
    counters[stringifyActivity(Activity(i))] = int64_t(cycles[i]);
  return counters;
}

/// When each instruction runs.
static llvm::json::Array makeTimeline(ProgramOp program,
                                      const ProgramTime &time) {
  llvm::json::Array timeline;
  auto ops = program.getBody().getOps<InstructionOpInterface>();
  for (auto [op, times] : llvm::zip(ops, time.instructions)) {
    std::optional<Unit> unit = unitOf(op.getInstruction().opcode);
    if (unit)
      timeline.push_back(
          llvm::json::Object{{"unit", stringifyUnit(*unit)},
                             {"start", int64_t(times.begin)},
                             {"end", int64_t(times.end)},
                             {"layer", getLocationName(op->getLoc())}});
  }
  return timeline;
}

/// The bytes that each layer's instructions move and what the units do in each
/// layer's time, by layer name. `ends` is when each layer ends.
static llvm::json::Object makeLayers(ProgramOp program, const ProgramTime &time,
                                     ArrayRef<LayerParts> layerParts,
                                     ArrayRef<uint64_t> ends) {
  struct Bytes {
    int64_t loaded = 0, stored = 0;
  };
  std::map<std::string, Bytes> layers;
  auto ops = program.getBody().getOps<InstructionOpInterface>();
  for (auto [op, times] : llvm::zip(ops, time.instructions)) {
    Bytes &bytes = layers[getLocationName(op->getLoc())];
    bool stores = op.getInstruction().opcode == Opcode::Store;
    (stores ? bytes.stored : bytes.loaded) += times.bytes;
  }
  llvm::json::Object result;
  for (const auto &[layer, cycles] :
       llvm::zip_equal(layerParts, divideSpans(time.spans, ends))) {
    const Bytes &bytes = layers[layer.name];
    result[layer.name] = llvm::json::Object{{"bytes_loaded", bytes.loaded},
                                            {"bytes_stored", bytes.stored},
                                            {"counters", makeCounters(cycles)}};
  }
  return result;
}

/// Where tensors lie in ACT. `first` and `last` count the region's layers.
static llvm::json::Array makeMemoryMap(const TileProgram &tiles,
                                       const Parameters &parameters) {
  llvm::json::Array memory;
  auto add = [&](StringRef buffer, int64_t chunk, int64_t bytes, unsigned first,
                 unsigned last) {
    memory.push_back(llvm::json::Object{{"buffer", buffer.str()},
                                        {"space", "act"},
                                        {"offset", chunk * parameters.PK},
                                        {"size", bytes},
                                        {"first", first},
                                        {"last", last}});
  };
  for (const Tensor &tensor : tiles.tensors)
    if (tensor.near)
      add(tensor.name, tensor.address, tiles.layoutOf(tensor, parameters).bytes,
          tensor.first, tensor.last);
  for (const auto &[key, slots] : tiles.slots)
    for (int64_t address : slots.addresses)
      add("", address, slots.bytes, key.first, key.first);
  return memory;
}

LogicalResult EngineTarget::emit(deploy::RegionOp region,
                                 RegionParts &parts) const {
  const Parameters &parameters = configuration.parameters();
  ProgramOp program = findProgram(region);
  if (!program)
    return region.emitError("has no program yet; run engine-codegen first");
  if (!(program.getParameters() == parameters))
    return program.emitError("is made for an engine other than ")
           << description();
  for (const Instruction &instruction : getInstructions(program))
    parts.features |= featuresOf(instruction);
  FailureOr<TileProgram> tiles = readTileProgram(region, /*planned=*/true);
  FailureOr<std::vector<uint8_t>> constants = getConstantBytes(program);
  if (failed(tiles) || failed(tiles->allocate(parameters)) || failed(constants))
    return failure();
  parts.constants = std::move(*constants);
  parts.commands = assemble(program);
  parts.spillOffset = region.getScratchOffset().value_or(0);
  parts.spillSize = region.getScratchSize().value_or(0);
  std::vector<Instruction> instructions = getInstructions(program);
  parts.boardCycles =
      estimateTime(instructions, parameters, configuration.board().memory)
          .cycles;
  ProgramTime time = estimateTime(instructions, parameters);
  parts.estimatedCycles = time.cycles;
  SmallVector<uint64_t> ends = readLayers(program, time, parts);
  parts.report = llvm::json::Object{
      {"layers", makeLayers(program, time, parts.layers, ends)},
      {"timeline", makeTimeline(program, time)},
      {"memory", makeMemoryMap(*tiles, parameters)}};
  return success();
}

void EngineTarget::addTilePasses(OpPassManager &manager) const {
  manager.addPass(createEngineTurnOperands());
  EnginePlacePartsOptions parts;
  parts.board = configuration.description();
  manager.addPass(createEnginePlaceParts(parts));
  EngineTileOptions options;
  options.board = configuration.description();
  manager.addPass(createEngineTile(options));
}

void EngineTarget::addCodegenPasses(OpPassManager &manager) const {
  EngineCodegenOptions options;
  options.board = configuration.description();
  manager.addPass(createEngineCodegen(options));
}
