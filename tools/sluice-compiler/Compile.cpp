// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice compile`: a model to a package.

#include "tools/sluice-compiler/Model.h"
#include "tools/sluice-compiler/Report.h"
#include "tools/sluice-compiler/Verbs.h"

#include "compiler/Package/Package.h"
#include "compiler/Support/Files.h"
#include "dialects/Deploy/Deploy.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace sluice {

namespace json = llvm::json;

namespace {
/// One compilation from its options to its package.
class Compilation {
public:
  Compilation(const CompileOptions &options, MLIRContext &context)
      : options(options), context(context), printer(&context, options.model) {}

  std::optional<Stop> run();

private:
  std::optional<Stop> legalizeModel();
  std::optional<Stop> readLegalized();
  std::optional<Stop> runPhases();
  /// Runs the passes that `build` adds and dumps what the phase leaves.
  std::optional<Stop> runPhase(Phase phase,
                               function_ref<void(OpPassManager &)> build);
  std::optional<Stop> dump(Phase phase);
  std::optional<Stop> finishPhase(Phase phase);
  bool isLast(Phase phase) const { return options.stopAfter == phase; }
  std::optional<Stop> makeHosts();
  std::optional<Stop> emitParts();
  std::optional<Stop> write();
  void printJson(ArrayRef<PackageFile> files, StringRef report);
  void nameQuantizations();

  const CompileOptions &options;
  MLIRContext &context;
  DiagnosticPrinter printer;
  std::unique_ptr<Target> target;
  std::vector<std::unique_ptr<Target>> hosts; // best last
  OwningOpRef<ModuleOp> module, floatModule, legalized, partitioned;
  std::vector<SmallVector<reference::Tensor>> samples;
  PackageParts parts;
  SignalToNoise noise;
};
} // namespace

/// Writes the IR to the folder of dumps.
std::optional<Stop> Compilation::dump(Phase phase) {
  if (std::error_code code =
          llvm::sys::fs::create_directories(options.dumpFolder))
    return Stop{kFileSystem, options.dumpFolder + ": " + code.message()};
  SmallString<128> path(options.dumpFolder);
  llvm::sys::path::append(path, std::to_string(static_cast<int>(phase)) + "-" +
                                    stringify(phase) + ".mlir");
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os, OpPrintingFlags().enableDebugInfo());
  if (llvm::Error error = replaceFile(path, llvm::arrayRefFromStringRef(text)))
    return Stop{kFileSystem, llvm::toString(std::move(error))};
  return std::nullopt;
}

std::optional<Stop> Compilation::finishPhase(Phase phase) {
  if (!options.dumpFolder.empty())
    if (auto stop = dump(phase))
      return stop;
  if (isLast(phase))
    module->print(llvm::outs());
  return std::nullopt;
}

std::optional<Stop>
Compilation::runPhase(Phase phase, function_ref<void(OpPassManager &)> build) {
  if (auto stop = runPasses(*module, options.model, phase, build))
    return stop;
  return finishPhase(phase);
}

/// Puts the scales of int8 inputs and results on the function, where they
/// outlive the quantized types.
void Compilation::nameQuantizations() {
  func::FuncOp main = getMain(*module);
  auto getScale = [](Value quantized) {
    return dyn_cast<quant::UniformQuantizedType>(
        getElementTypeOrSelf(quantized));
  };
  Builder builder(&context);
  auto describe = [&](quant::UniformQuantizedType type, auto set) {
    set("quant.scale",
        builder.getF32FloatAttr(static_cast<float>(type.getScale())));
    set("quant.zero_point",
        builder.getI32IntegerAttr(static_cast<int32_t>(type.getZeroPoint())));
  };
  for (BlockArgument argument : main.getArguments())
    for (Operation *user : argument.getUsers())
      if (auto scast = dyn_cast<quant::StorageCastOp>(user))
        if (auto type = getScale(scast.getResult()))
          describe(type, [&](StringRef name, Attribute value) {
            main.setArgAttr(argument.getArgNumber(), name, value);
          });
  for (OpOperand &result :
       main.getBody().front().getTerminator()->getOpOperands())
    if (auto scast = result.get().getDefiningOp<quant::StorageCastOp>())
      if (auto type = getScale(scast.getInput()))
        describe(type, [&](StringRef name, Attribute value) {
          main.setResultAttr(result.getOperandNumber(), name, value);
        });
}

/// From the model to what `model.mlirbc` holds.
std::optional<Stop> Compilation::legalizeModel() {
  if (auto stop = importModel(options, context, printer, module))
    return stop;
  if (auto stop = finishPhase(Phase::Import); stop || isLast(Phase::Import))
    return stop;
  OwningOpRef<ModuleOp> original = module->clone();
  if (auto stop =
          quantize(*module, options, *target, Calibration::DataSet, samples))
    return stop;
  nameQuantizations();
  noise = SignalToNoise(*module);
  if (auto stop = finishPhase(Phase::Quantize); stop || isLast(Phase::Quantize))
    return stop;
  if (auto stop = runPhase(Phase::Legalize, buildLegalizePipeline);
      stop || isLast(Phase::Legalize))
    return stop;
  legalized = module->clone();
  if (failed(noise.measure(*original, *legalized, samples)))
    return Stop{kBadInput, ""};
  return std::nullopt;
}

/// What `model.mlirbc` of a package holds.
std::optional<Stop> Compilation::readLegalized() {
  if (auto stop = readPackageModel(options.model, context, module))
    return stop;
  legalized = module->clone();
  return finishPhase(Phase::Legalize);
}

std::optional<Stop> Compilation::runPhases() {
  auto stop = llvm::sys::fs::is_directory(options.model) ? readLegalized()
                                                         : legalizeModel();
  if (stop || (options.stopAfter && *options.stopAfter <= Phase::Legalize))
    return stop;
  auto partition = [&](OpPassManager &manager) {
    buildPartitionPipeline(manager, *target, options.separateLayers);
  };
  if (auto stop = runPhase(Phase::Partition, partition);
      stop || isLast(Phase::Partition))
    return stop;
  partitioned = module->clone();
  auto tile = [&](OpPassManager &manager) {
    buildTilePipeline(manager, *target);
  };
  if (auto stop = runPhase(Phase::Tile, tile); stop || isLast(Phase::Tile))
    return stop;
  return runPhase(Phase::Codegen, [&](OpPassManager &manager) {
    buildCodegenPipeline(manager, *target);
  });
}

/// The processors that the package is to run on, whatever its device is.
std::optional<Stop> Compilation::makeHosts() {
  SmallVector<std::string> specs;
  if (target->name() == getHostTarget())
    specs.push_back(target->description());
  else
    for (const std::string &level : options.hosts)
      specs.push_back((getHostTarget() + ":" + level).str());
  StringSet<> seen;
  for (const std::string &spec : specs) {
    std::unique_ptr<Target> host;
    if (auto stop = makeTarget(spec, host))
      return stop;
    if (seen.insert(host->description()).second) // `native` is another's too
      hosts.push_back(std::move(host));
  }
  return std::nullopt;
}

std::optional<Stop> Compilation::emitParts() {
  parts.model = llvm::sys::path::filename(options.model).str();
  parts.target = target->description();
  parts.device = target->device();
  for (const std::unique_ptr<Target> &host : hosts) {
    LibraryParts library;
    if (failed(host->emitLibrary(*partitioned, library)))
      return printer.stop();
    parts.libraries.push_back(std::move(library));
  }
  for (auto region : getMain(*module).getOps<deploy::RegionOp>())
    if (region.getTarget() == target->name() &&
        target->name() != getHostTarget())
      if (failed(target->emit(region, parts.regions[region.getName()])))
        return Stop{kBadInput, ""};
  return std::nullopt;
}

std::optional<Stop> Compilation::write() {
  std::string bytecode;
  llvm::raw_string_ostream os(bytecode);
  if (failed(writeBytecodeToFile(*legalized, os)))
    return Stop{kBug, "cannot write the model's bytecode"};
  std::string report = makeReport(getMain(*partitioned), getMain(*module),
                                  *target, parts, noise);
  std::vector<PackageFile> extra{
      {"model.mlirbc", {bytecode.begin(), bytecode.end()}},
      {"report.json", {report.begin(), report.end()}}};
  FailureOr<std::vector<PackageFile>> files =
      makePackage(getMain(*module), parts, std::move(extra));
  if (failed(files))
    return Stop{kBadInput, ""};
  if (llvm::Error error = writePackage(options.output, *files)) {
    auto [code, message] = splitError(std::move(error));
    return Stop{code == std::errc::file_exists ? kBadUsage : kFileSystem,
                message};
  }
  if (options.json)
    printJson(*files, report);
  return std::nullopt;
}

/// What was made: docs/spec/command.md.
void Compilation::printJson(ArrayRef<PackageFile> files, StringRef report) {
  json::Array list;
  for (const PackageFile &file : files)
    list.push_back(
        json::Object{{"path", file.path}, {"size", file.bytes.size()}});
  json::Value read = llvm::cantFail(json::parse(report));
  const json::Object &totals = *read.getAsObject()->getObject("totals");
  json::Value made = json::Object{
      {"package", options.output},
      {"model", parts.model},
      {"target", parts.target},
      {"device", parts.device ? json::Value(parts.device->board) : nullptr},
      {"macs", *totals.get("macs")},
      {"macs_on_device", *totals.get("macs_on_device")},
      {"files", std::move(list)}};
  llvm::outs() << llvm::formatv("{0:2}\n", made);
}

std::optional<Stop> Compilation::run() {
  if (auto stop = makeTarget(options.target, target))
    return stop;
  if (auto stop = makeHosts())
    return stop;
  if (auto stop = runPhases(); stop || options.stopAfter)
    return stop;
  if (auto stop = emitParts())
    return stop;
  return write();
}

std::optional<Stop> compileModel(const CompileOptions &options,
                                 MLIRContext &context) {
  return Compilation(options, context).run();
}

} // namespace sluice
