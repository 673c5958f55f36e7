// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice tune`: which device, of those that a board has room for, and which
// way of compiling for it suits a model.

#include "runtime/base/Cache.h"
#include "tools/sluice-compiler/TuneSearch.h"
#include "tools/sluice-compiler/Verbs.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;

namespace sluice {

namespace json = llvm::json;

namespace {
class Tuner {
public:
  Tuner(const TuneOptions &options, MLIRContext &context)
      : options(options), context(context) {}

  std::optional<Stop> run();

private:
  std::optional<Stop> legalize();
  std::optional<Stop> openLog();
  std::optional<Stop> search();
  const TunePoint *choose() const;
  json::Value toJson() const;
  void printTable() const;

  const TuneOptions &options;
  MLIRContext &context;
  std::unique_ptr<Target> target;
  TuneSpace space;
  std::string legalized; // bytecode
  TuneLog log;
  size_t resumed = 0;
  /// The target as it is comes first.
  std::vector<TunePoint> points;
  std::vector<const TunePoint *> front;
  const TunePoint *chosen = nullptr;
};
} // namespace

std::optional<Stop> Tuner::legalize() {
  DiagnosticPrinter printer(&context, options.model);
  OwningOpRef<ModuleOp> module;
  if (auto stop = importModel(options, context, printer, module))
    return stop;
  std::vector<SmallVector<reference::Tensor>> samples;
  if (auto stop =
          quantize(*module, options, *target, Calibration::DataSet, samples))
    return stop;
  if (auto stop = runPasses(*module, options.model, Phase::Legalize,
                            buildLegalizePipeline))
    return stop;
  llvm::raw_string_ostream os(legalized);
  if (failed(writeBytecodeToFile(*module, os)))
    return Stop{kBug, "cannot write the model's bytecode"};
  return std::nullopt;
}

/// The file's name says what its estimates depend on: the legalized model, the
/// board and this executable.
std::optional<Stop> Tuner::openLog() {
  llvm::SHA256 hash;
  std::string self = llvm::sys::fs::getMainExecutable(nullptr, nullptr);
  if (auto tool = llvm::MemoryBuffer::getFile(self))
    hash.update((*tool)->getBuffer());
  hash.update(legalized);
  hash.update(target->description());
  hash.update(space.board);
  std::string cache = userCacheFolder();
  SmallString<128> path(options.stateFolder);
  if (path.empty() && !cache.empty())
    llvm::sys::path::append(path, cache, "tune");
  if (path.empty())
    return Stop{kFileSystem, "tune has no place for its estimates: neither "
                             "XDG_CACHE_HOME nor HOME names a folder; set "
                             "XDG_CACHE_HOME or give --state DIR"};
  llvm::sys::path::append(
      path,
      llvm::toHex(hash.final(), /*LowerCase=*/true).substr(0, 32) + ".jsonl");
  if (llvm::Error error = log.open(path))
    return Stop{kFileSystem, llvm::toString(std::move(error))};
  return std::nullopt;
}

std::optional<Stop> Tuner::search() {
  std::vector<std::string> targets;
  for (const std::string &schedule : space.schedules)
    for (const std::string &device : space.devices)
      targets.push_back(device + schedule);
  for (const std::string &each : targets)
    resumed += log.find(each) != nullptr;
  points = estimateAll(legalized, targets, log);
  if (std::error_code code = log.getError())
    return Stop{kFileSystem, log.getPath() + ": " + code.message()};
  const TunePoint &usual = points.front();
  if (!usual.error.empty())
    return Stop{kBadInput, usual.target + ": " + usual.error};
  // What gives work back to the processor is no faster for it.
  for (TunePoint &point : points)
    if (point.error.empty() && point.macs < usual.macs)
      point.error = "leaves more of the model to the processor";
  front = findFront(points);
  chosen = choose();
  return std::nullopt;
}

/// The cheapest that is fast enough; the fastest if there is no limit.
const TunePoint *Tuner::choose() const {
  if (!options.maxMilliseconds)
    return front.front();
  const TunePoint *best = nullptr;
  auto costs = [](const TunePoint *point) {
    SmallVector<uint64_t> costs;
    for (const Resource &resource : point->resources)
      if (resource.isCost)
        costs.push_back(resource.used);
    return costs;
  };
  for (const TunePoint *point : front)
    if (point->getMilliseconds() <= *options.maxMilliseconds &&
        (!best || costs(point) < costs(best)))
      best = point;
  return best;
}

static json::Value toJson(const TunePoint &point) {
  json::Object resources;
  for (const Resource &resource : point.resources)
    resources[resource.name] = json::Object{{"used", resource.used},
                                            {"available", resource.available}};
  return json::Object{{"target", point.target},
                      {"latency_ms", point.getMilliseconds()},
                      {"cycles", point.cycles},
                      {"clock_mhz", point.clockMhz},
                      {"resources", std::move(resources)}};
}

json::Value Tuner::toJson() const {
  json::Array list;
  for (const TunePoint *point : front)
    list.push_back(sluice::toJson(*point));
  size_t failed = llvm::count_if(
      points, [](const TunePoint &point) { return !point.error.empty(); });
  return json::Object{
      {"model", llvm::sys::path::filename(options.model)},
      {"target", target->description()},
      {"points", points.size()},
      {"refused", failed},
      {"resumed", resumed},
      {"default", sluice::toJson(points.front())},
      {"front", std::move(list)},
      {"chosen", chosen ? sluice::toJson(*chosen) : json::Value(nullptr)}};
}

void Tuner::printTable() const {
  llvm::raw_ostream &os = llvm::outs();
  os << llvm::formatv("{0,10} {1,10} {2,7}", "latency ms", "cycles", "MHz");
  for (const Resource &resource : points.front().resources)
    os << llvm::formatv(" {0,14}", resource.name);
  os << "  target\n";
  auto row = [&](const TunePoint &point, StringRef note) {
    os << llvm::formatv("{0,10:F3} {1,10} {2,7:F0}", point.getMilliseconds(),
                        point.cycles, point.clockMhz);
    for (const Resource &resource : point.resources)
      os << llvm::formatv(
          " {0,14}",
          llvm::formatv("{0}/{1}", resource.used, resource.available).str());
    os << "  " << point.target << note << "\n";
  };
  for (const TunePoint *point : front)
    row(*point, point == chosen ? "  <- chosen" : "");
  if (!llvm::is_contained(front, &points.front()))
    row(points.front(), "  (as it is)");
  os << llvm::formatv("{0} estimates, {1} of them made before\n", points.size(),
                      resumed);
}

std::optional<Stop> Tuner::run() {
  if (auto stop = makeTarget(options.target, target))
    return stop;
  space = target->getTuneSpace();
  if (space.devices.empty())
    return Stop{kBadUsage, "target '" + options.target +
                               "' has nothing to tune; tune is for devices "
                               "that are built for a board"};
  if (auto stop = legalize())
    return stop;
  if (auto stop = openLog())
    return stop;
  if (auto stop = search())
    return stop;
  if (options.json)
    llvm::outs() << llvm::formatv("{0:2}\n", toJson());
  else
    printTable();
  if (!chosen)
    return Stop{kCheckFailed,
                llvm::formatv("{0}: nothing that fits the board takes at most "
                              "{1:F3} ms; the fastest, {2}, takes {3:F3} ms",
                              options.model, *options.maxMilliseconds,
                              front.front()->target,
                              front.front()->getMilliseconds())};
  if (options.output.empty())
    return std::nullopt;
  CompileOptions compile;
  static_cast<ModelOptions &>(compile) = options;
  compile.target = chosen->target;
  compile.output = options.output;
  return compileModel(compile, context);
}

std::optional<Stop> tuneModel(const TuneOptions &options,
                              MLIRContext &context) {
  return Tuner(options, context).run();
}

} // namespace sluice
