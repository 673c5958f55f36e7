// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_RUNTIME_DRIVERS_XRT_XRTEXECUTABLE_H
#define SLUICE_RUNTIME_DRIVERS_XRT_XRTEXECUTABLE_H

#include "runtime/drivers/xrt/XrtClient.h"
#include "runtime/engine/EngineExecutable.h"

#include <map>

namespace sluice {

/// A program on the engine of a card.
class XrtExecutable final : public Executable {
public:
  XrtExecutable(std::shared_ptr<XrtClient> client, const Package &package,
                const program::Variant &variant)
      : client(std::move(client)), package(package), variant(variant) {}
  ~XrtExecutable() override;

  Status load(const XrtOptions &options);

  bool accepts(uint32_t region) const override {
    return variant.regions()->Get(region)->engine() != nullptr;
  }
  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override;
  const char *fault() const override { return report.text(); }
  const char *faultJson() const override { return report.json(); }

private:
  using RangeKey = std::tuple<uint32_t, uint64_t, uint64_t>;
  static RangeKey keyOf(const program::Range &range) {
    return {range.file(), range.offset(), range.size()};
  }
  Status place(const program::Range &range);
  Status start(const program::Region &region);
  Status gather(const program::Region &region, void *const *tensors);
  Status gatherState();
  Status check(const program::Region &region, const char *reason);
  Status explainStop(const program::Region &region);

  const std::shared_ptr<XrtClient> client;
  const Package &package;
  const program::Variant &variant;
  std::map<RangeKey, uint32_t> places; // buffers of commands and constants
  uint32_t arena = 0;                  // buffer
  EngineLimits limits;
  uint64_t clock = 0; // cycles of all runs so far
  // What a run leaves in the registers.
  uint32_t state[EngineState::kWordCount] = {};
  uint32_t counterWords[2 * engine_register::kCounterCount] = {};
  uint32_t magic = 0;
  EngineCounters counters = {};
  EngineReport report;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_XRT_XRTEXECUTABLE_H
