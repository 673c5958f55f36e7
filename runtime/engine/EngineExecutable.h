// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A package's program in an engine's memory, driven over a link: what all
// drivers of engines do alike (docs/spec/engine-isa.md, Registers).

#ifndef SLUICE_RUNTIME_ENGINE_ENGINEEXECUTABLE_H
#define SLUICE_RUNTIME_ENGINE_ENGINEEXECUTABLE_H

#include "runtime/engine/EngineReport.h"
#include "runtime/hal/Driver.h"

#include <map>
#include <tuple>

namespace sluice {

struct EngineLimits {
  /// The engine's own watchdog: cycles without progress; 0 for none.
  uint32_t watchdog = 100'000;
  /// A region is taken to hang after `perEstimate` times its estimated cycles,
  /// and `least` at least.
  uint64_t perEstimate = 20;
  uint64_t least = 100'000'000;
  /// Nanoseconds after a run's deadline in which the engine is to be stopped.
  uint64_t stopTime = RunControl::kStopTime;
};

class EngineExecutable : public Executable {
public:
  /// Every offset that it gives is a multiple of this.
  static constexpr uint64_t kAlignment = 4096;

  EngineExecutable(const Package &package, const program::Variant &variant,
                   const EngineLimits &limits)
      : package(package), variant(variant), limits(limits) {}

  /// UNSUPPORTED when the package has no commands for an engine.
  static Status checkHasEngine(const Package &package);

  /// Gives the program a place in the engine's memory from `begin` on, and
  /// returns where it ends.
  uint64_t place(uint64_t begin);

  /// Compares the engine with the package's, and writes commands and constants
  /// to their places. The link may be shared with other executables.
  Status load(std::shared_ptr<EngineLink> link);

  bool accepts(uint32_t region) const override {
    return variant.regions()->Get(region)->engine() != nullptr;
  }
  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override;
  const char *fault() const override { return report.text(); }
  const char *faultJson() const override { return report.json(); }

private:
  using RangeKey = std::tuple<uint32_t, uint64_t, uint64_t>;
  /// Bytes of the package and their place in the engine's memory.
  struct Placed {
    uint64_t address;
    std::span<const uint8_t> bytes;
  };

  void place(const program::Range &range, uint64_t &end);
  uint64_t addressOf(const program::Range &range) const;
  Status acknowledge();
  Status move(const program::Region &region, void *const *tensors, bool isInput,
              const RunControl &control);
  Status start(const program::Region &region);
  Status wait(const program::Region &region, const RunControl &control);
  Status stop(const program::Region &region, Status reason);
  Status runEngine(const program::Region &region, const RunControl &control,
                   RegionFigures &figures);
  Status runLinked(const program::Region &region, void *const *tensors,
                   const RunControl &control, RegionFigures &figures);

  const Package &package;
  const program::Variant &variant;
  const EngineLimits limits;
  std::shared_ptr<EngineLink> link;
  std::map<RangeKey, Placed> places;
  uint64_t arenaAddress = 0;
  EngineCounters counters = {};
  EngineReport report;
  bool hasReport = false; // of this run's fault
  bool isStopped = false; // this run, before its end
};

} // namespace sluice

#endif // SLUICE_RUNTIME_ENGINE_ENGINEEXECUTABLE_H
