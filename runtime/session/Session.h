// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One variant of a package, ready to run on a device, with the CPU at hand.

#ifndef SLUICE_RUNTIME_SESSION_SESSION_H
#define SLUICE_RUNTIME_SESSION_SESSION_H

#include "runtime/hal/Driver.h"

#include <string>

namespace sluice {

/// What the C API says of a buffer.
sluice_tensor_info_t describe(const program::Buffer &buffer);

class Session {
public:
  static Status create(Package &package,
                       const sluice_session_options_t &options, Session *&out);
  ~Session() { package.release(); }

  Status run();

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

  void observe(sluice_observer_fn function, void *context) {
    observer = function;
    observerContext = context;
  }

  const char *deviceName() const { return device->name.c_str(); }
  const char *fault() const { return faultText; }
  const sluice_profile_t &profile() const { return total; }
  std::span<const sluice_region_profile_t> regionProfiles() const {
    return profiles;
  }

private:
  /// A program loaded on a device. Members die in reverse order.
  struct Place {
    std::string name;
    std::unique_ptr<Device> device;
    std::unique_ptr<Executable> executable;
  };

  Session(Package &package, uint32_t variant)
      : package(package), variant(*package.program().variants()->Get(variant)) {
    package.retain();
  }
  Status load(const sluice_session_options_t &options);
  Status open(Driver &driver, const DeviceSpec &spec, uint32_t variantIndex,
              Place &place);
  Status openTwin(uint32_t variantIndex);
  void layOut();
  const Place *placeOf(uint32_t region) const;
  Status runRegion(uint32_t region, RegionFigures &figures);
  void callObserver(uint32_t region) const;
  uint32_t countTransitions();

  Package &package;
  const program::Variant &variant;
  Buffer arena;
  Place accelerator, cpu;
  Place *device = nullptr; // `accelerator`, or `cpu` where none is asked for
  bool hasFallback = false;
  bool isQuarantined = false;
  std::vector<void *> pointers;           // one a buffer
  std::vector<void *> tensors;            // of all regions, in order
  std::vector<uint32_t> tensorBuffers;    // which buffer each tensor is
  std::vector<uint32_t> firstTensors;     // one a region, into `tensors`
  std::vector<const char *> producers;    // one a buffer: what made it
  std::vector<sluice_counter_t> counters; // of all regions, in order
  std::vector<sluice_region_profile_t> profiles;
  sluice_profile_t total = {};
  sluice_observer_fn observer = nullptr;
  void *observerContext = nullptr;
  char faultText[2048] = "";
};

} // namespace sluice

#endif // SLUICE_RUNTIME_SESSION_SESSION_H
