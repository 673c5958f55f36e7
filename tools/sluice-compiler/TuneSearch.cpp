// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice-compiler/TuneSearch.h"

#include "compiler/Pipelines/Phases.h"
#include "compiler/Pipelines/RegisterAll.h"
#include "compiler/Support/ParseModule.h"
#include "dialects/Deploy/Deploy.h"
#include "tools/sluice-compiler/Model.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <mutex>
#include <thread>
#include <unistd.h>

using namespace mlir;

namespace sluice {

namespace json = llvm::json;

//===----------------------------------------------------------------------===//
// Points
//===----------------------------------------------------------------------===//

bool TunePoint::dominates(const TunePoint &other) const {
  if (getMilliseconds() > other.getMilliseconds())
    return false;
  for (auto [own, theirs] : llvm::zip_equal(resources, other.resources))
    if (own.isCost && own.used > theirs.used)
      return false;
  return true;
}

std::vector<const TunePoint *> findFront(ArrayRef<TunePoint> points) {
  std::vector<const TunePoint *> front;
  for (auto [index, point] : llvm::enumerate(points)) {
    auto beats = [&, &point = point, index = index](auto other) {
      return other.value().error.empty() && other.value().dominates(point) &&
             (other.index() < index || !point.dominates(other.value()));
    };
    if (point.error.empty() && llvm::none_of(llvm::enumerate(points), beats))
      front.push_back(&point);
  }
  llvm::sort(front, [](const TunePoint *a, const TunePoint *b) {
    return std::pair(a->getMilliseconds(), a) <
           std::pair(b->getMilliseconds(), b);
  });
  return front;
}

//===----------------------------------------------------------------------===//
// The log
//===----------------------------------------------------------------------===//

/// The point that a line holds, if it is one that an estimate may give.
static std::optional<TunePoint> parsePoint(StringRef line) {
  llvm::Expected<json::Value> value = json::parse(line);
  if (!value) {
    llvm::consumeError(value.takeError());
    return std::nullopt;
  }
  const json::Object *object = value->getAsObject();
  if (!object)
    return std::nullopt;
  auto target = object->getString("target"), error = object->getString("error");
  auto cycles = object->getInteger("cycles"), macs = object->getInteger("macs");
  if (!target || !error || !cycles || !macs || *cycles < 0 || *macs < 0 ||
      (*macs > 0 && *cycles == 0))
    return std::nullopt;
  TunePoint point;
  point.target = target->str();
  point.error = error->str();
  point.cycles = *cycles;
  point.macs = *macs;
  return point;
}

llvm::Error TuneLog::open(StringRef place) {
  path = place.str();
  if (auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true))
    for (StringRef line : llvm::split((*buffer)->getBuffer(), '\n'))
      if (std::optional<TunePoint> point = parsePoint(line))
        points[point->target] = *point;
  if (std::error_code code =
          llvm::sys::fs::create_directories(llvm::sys::path::parent_path(path)))
    return llvm::createFileError(path, code);
  if (std::error_code code = llvm::sys::fs::openFileForWrite(
          path, file, llvm::sys::fs::CD_OpenAlways, llvm::sys::fs::OF_Append))
    return llvm::createFileError(path, code);
  return llvm::Error::success();
}

TuneLog::~TuneLog() {
  if (file >= 0)
    close(file);
}

const TunePoint *TuneLog::find(StringRef target) const {
  auto it = points.find(target);
  return it == points.end() ? nullptr : &it->second;
}

void TuneLog::add(const TunePoint &point) {
  if (error)
    return;
  json::Value value = json::Object{{"target", point.target},
                                   {"error", point.error},
                                   {"cycles", point.cycles},
                                   {"macs", point.macs}};
  // The line break in front ends a line that was cut short.
  std::string line = llvm::formatv("\n{0}\n", value);
  for (StringRef rest = line; !rest.empty() && !error;) {
    ssize_t count = write(file, rest.data(), rest.size());
    if (count < 0 && errno != EINTR)
      error = std::error_code(errno, std::generic_category());
    rest = rest.drop_front(std::max<ssize_t>(count, 0));
  }
}

//===----------------------------------------------------------------------===//
// Estimates
//===----------------------------------------------------------------------===//

namespace {

/// A thread's own copy of the model.
class Estimator {
public:
  explicit Estimator(StringRef legalized) {
    DialectRegistry registry;
    registerAllSluiceDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    module = parseModule(legalized, context);
  }

  void estimate(const Target &target, TunePoint &point);

private:
  LogicalResult run(const Target &target, TunePoint &point);

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
};

/// A line on a terminal's standard error, from two seconds on.
class Progress {
public:
  explicit Progress(size_t total)
      : total(total), isTerminal(isatty(STDERR_FILENO)) {}
  ~Progress() {
    if (isShown)
      llvm::errs() << "\r\033[K";
  }

  void update(size_t done) {
    using namespace std::chrono_literals;
    auto now = std::chrono::steady_clock::now();
    if (!isTerminal || now - begin < 2s || now - last < 100ms)
      return;
    last = now;
    isShown = true;
    llvm::errs() << "\r\033[Kestimates " << done << "/" << total;
  }

private:
  size_t total;
  bool isTerminal, isShown = false;
  std::chrono::steady_clock::time_point begin =
                                            std::chrono::steady_clock::now(),
                                        last = begin;
};

} // namespace

LogicalResult Estimator::run(const Target &target, TunePoint &point) {
  OwningOpRef<ModuleOp> copy = module->clone();
  PassManager manager(&context);
  buildPartitionPipeline(manager, target);
  buildTilePipeline(manager, target);
  buildCodegenPipeline(manager, target);
  if (failed(manager.run(*copy)))
    return failure();
  for (auto region : getMain(*copy).getOps<deploy::RegionOp>()) {
    if (region.getTarget() != target.name())
      continue;
    RegionParts parts;
    if (failed(target.emit(region, parts)))
      return failure();
    point.cycles += static_cast<int64_t>(parts.boardCycles);
    point.macs += static_cast<int64_t>(parts.macs);
  }
  return success();
}

void Estimator::estimate(const Target &target, TunePoint &point) {
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    if (point.error.empty())
      point.error = diagnostic.str();
    return success();
  });
  if (!module || failed(run(target, point))) {
    if (point.error.empty())
      point.error = "the model can not be compiled for it";
    return;
  }
  point.error.clear();
}

std::vector<TunePoint>
estimateAll(StringRef legalized, ArrayRef<std::string> targets, TuneLog &log) {
  std::vector<TunePoint> points(targets.size());
  std::atomic<size_t> next = 0, done = 0;
  std::mutex mutex;
  Progress progress(targets.size());
  auto work = [&] {
    std::optional<Estimator> estimator;
    for (size_t i = next++; i < targets.size(); i = next++) {
      TunePoint &point = points[i];
      auto target = createTarget(targets[i]);
      if (!target) {
        point = {targets[i], llvm::toString(target.takeError())};
        continue;
      }
      const TunePoint *known = log.find(targets[i]);
      if (known) {
        point = *known;
      } else {
        if (!estimator)
          estimator.emplace(legalized);
        point.target = targets[i];
        estimator->estimate(**target, point);
      }
      point.resources = (*target)->resources();
      point.clockMhz = (*target)->device()->clockMhz;
      std::lock_guard lock(mutex);
      if (!known)
        log.add(point);
      if (log.getError())
        next = targets.size(); // for all threads
      progress.update(++done);
    }
  };
  unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < std::min<size_t>(cores, targets.size()); ++i)
    threads.emplace_back(work);
  for (std::thread &thread : threads)
    thread.join();
  return points;
}

} // namespace sluice
