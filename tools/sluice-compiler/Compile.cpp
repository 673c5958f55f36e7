// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice compile`: a model to a package.

#include "tools/sluice-compiler/Model.h"
#include "tools/sluice-compiler/Report.h"
#include "tools/sluice-compiler/Verbs.h"

#include "compiler/Package/Package.h"
#include "dialects/Deploy/Deploy.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace mlir;

namespace sluice {

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
  std::optional<Stop> finishPhase(Phase phase);
  bool isLast(Phase phase) const { return options.stopAfter == phase; }
  std::optional<Stop> makeHosts();
  std::optional<Stop> emitParts();
  std::optional<Stop> write();
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

std::optional<Stop> Compilation::finishPhase(Phase phase) {
  if (!options.dumpFolder.empty()) {
    if (std::error_code code =
            llvm::sys::fs::create_directories(options.dumpFolder))
      return Stop{kFileSystem, options.dumpFolder + ": " + code.message()};
    SmallString<128> path(options.dumpFolder);
    llvm::sys::path::append(path, std::to_string(static_cast<int>(phase)) +
                                      "-" + stringify(phase) + ".mlir");
    std::error_code code;
    llvm::raw_fd_ostream os(path, code);
    if (code)
      return Stop{kFileSystem, (path + ": " + code.message()).str()};
    module->print(os, OpPrintingFlags().enableDebugInfo());
  }
  if (isLast(phase))
    module->print(llvm::outs());
  return std::nullopt;
}

std::optional<Stop>
Compilation::runPhase(Phase phase, function_ref<void(OpPassManager &)> build) {
  PassManager manager(&context);
  build(manager);
  if (failed(manager.run(*module)))
    return Stop{printer.getErrorCount() ? kBadInput : kBug, ""};
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
  module = importOnnx(options.model, options.import, &context);
  if (!module)
    return Stop{kBadInput, ""};
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
  SmallString<128> path(options.model);
  llvm::sys::path::append(path, "model.mlirbc");
  if (!llvm::sys::fs::exists(path))
    return Stop{kBadInput, (path + ": no such file").str()};
  module = parseSourceFile<ModuleOp>(path, &context);
  if (!module || !getMain(*module))
    return Stop{kBadInput, (path + ": holds no model of the compiler's").str()};
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
    llvm::Expected<std::unique_ptr<Target>> host = createTarget(spec);
    if (!host)
      return Stop{kBadUsage, llvm::toString(host.takeError())};
    if (seen.insert((*host)->description()).second) // `native` is another's too
      hosts.push_back(std::move(*host));
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
      return Stop{kBadInput, ""};
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
    std::error_code code;
    std::string message;
    llvm::handleAllErrors(std::move(error),
                          [&](const llvm::ErrorInfoBase &info) {
                            code = info.convertToErrorCode();
                            message = info.message();
                          });
    return Stop{code == std::errc::file_exists ? kBadUsage : kFileSystem,
                message};
  }
  return std::nullopt;
}

std::optional<Stop> Compilation::run() {
  llvm::Expected<std::unique_ptr<Target>> made = createTarget(options.target);
  if (!made)
    return Stop{kBadUsage, llvm::toString(made.takeError())};
  target = std::move(*made);
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
