// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One variant of a package, ready to run on a device, with the CPU at hand.

#ifndef SLUICE_RUNTIME_SESSION_SESSION_H
#define SLUICE_RUNTIME_SESSION_SESSION_H

#include "runtime/hal/SharedDevice.h"
#include "runtime/session/AsyncRunner.h"

#include <string>

namespace sluice {

/// What the C API says of a buffer.
sluice_tensor_info_t describe(const program::Buffer &buffer);

class Session {
public:
  static Status create(Package &package,
                       const sluice_session_options_t &options, Session *&out);
  /// The last run is told to end; the runner, which dies first, waits for it.
  ~Session() { cancel(); }

  /// Runs until the moment `deadline`, 0 for none. BUSY while another run is
  /// under way.
  Status run(uint64_t deadline);
  Status runAsync(const AsyncRunner::Request &request);
  Status wait(uint64_t deadline, Status &result) {
    return runner.wait(deadline, result);
  }
  void cancel() { isCancelled = true; }
  bool isBusy() const { return isBusy_.load(std::memory_order_acquire); }

  const flatbuffers::Vector<uint32_t> &inputs() const {
    return *variant.inputs();
  }
  const flatbuffers::Vector<uint32_t> &outputs() const {
    return *variant.outputs();
  }
  const program::Buffer &buffer(uint32_t index) const {
    return *variant.buffers()->Get(index);
  }
  /// Where a buffer lies in this session's arena.
  void *ownData(uint32_t buffer) const;
  /// Where a buffer lies now.
  void *data(uint32_t buffer) const { return pointers[buffer]; }
  /// Puts a buffer at `data`; null puts it back in the arena.
  void bind(uint32_t buffer, void *data);

  void trace(sluice_trace_fn function, void *context) {
    tracer = function;
    tracerContext = context;
  }
  void observe(sluice_observer_fn function, void *context) {
    observer = function;
    observerContext = context;
  }

  const char *deviceName() const { return device->name(); }
  sluice_device_health_t health() const { return device->shared->health(); }
  const FaultRecord &fault() const { return record; }
  const sluice_profile_t &profile() const { return total; }
  std::span<const sluice_region_profile_t> regionProfiles() const {
    return profiles;
  }

private:
  /// The program on a device.
  struct Place {
    std::shared_ptr<SharedDevice> shared;
    std::unique_ptr<SharedDevice::Placement> placement;
    // ns, one a region: the longest of its runs; 0 before there was one
    std::vector<uint64_t> times;

    const char *name() const { return shared->name(); }
    bool isThere() const { return placement != nullptr; }
  };

  Session(Package &package, uint32_t variant);
  Status load(const sluice_session_options_t &options);
  Status findDevice(const char *text, DeviceSpec &spec, Driver *&out) const;
  Status loadAccelerator(const sluice_session_options_t &options,
                         const DeviceSpec &spec, Driver &driver);
  Status open(Driver &driver, const DeviceSpec &spec, uint32_t variantIndex,
              Place &place);
  Status openTwin(uint32_t variantIndex);
  void timeTwins();
  void layOut();

  Status begin();
  Status runRegions(uint64_t deadline);
  void planReserves(uint64_t time);
  Status runRegion(uint32_t region, const RunControl &control,
                   RegionFigures &figures);
  Status runOn(Place &place, uint32_t region, const RunControl &control,
               RegionFigures &figures);
  bool isForAccelerator(uint32_t region) const;
  bool isWorthTrying(uint32_t region, const RunControl &control) const;
  void addUp(uint32_t region, const RegionFigures &figures);
  void callTracer(uint32_t region, const RegionFigures &figures) const;
  void callObserver(uint32_t region) const;
  uint32_t countTransitions();

  Package &package;
  const PackageReference kept; // until all below has died
  const program::Variant &variant;
  Buffer arena;
  Place accelerator, cpu;
  Place *device = nullptr; // `accelerator`, or `cpu` where none is asked for
  bool hasFallback = false;
  std::vector<uint64_t> reserves;         // ns, one a region: see planReserves
  std::vector<void *> pointers;           // one a buffer
  std::vector<void *> tensors;            // of all regions, in order
  std::vector<uint32_t> tensorBuffers;    // which buffer each tensor is
  std::vector<uint32_t> firstTensors;     // one a region, into `tensors`
  std::vector<const char *> producers;    // one a buffer: what made it
  std::vector<sluice_counter_t> counters; // of all regions, in order
  std::vector<sluice_region_profile_t> profiles;
  sluice_profile_t total = {};
  uint64_t firstStart = 0, lastDone = 0; // of the device's clock, in this run
  sluice_observer_fn observer = nullptr;
  void *observerContext = nullptr;
  sluice_trace_fn tracer = nullptr;
  void *tracerContext = nullptr;
  FaultRecord record;
  std::atomic<bool> isBusy_ = false;
  std::atomic<bool> isCancelled = false;
  AsyncRunner runner; // ends first: its thread uses all of the above
};

} // namespace sluice

#endif // SLUICE_RUNTIME_SESSION_SESSION_H
