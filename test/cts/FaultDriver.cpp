// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `fault`: stands in front of another device and makes it fail, so that
// what the runtime does then can be tested on any device. A plug-in, for tests.

#include "runtime/hal/Plugin.h"

#include <cstring>
#include <map>
#include <mutex>
#include <thread>

namespace sluice {
namespace {

enum class Kind { error, hang, late, gone, corrupt, any };

constexpr std::string_view kKinds[] = {"error", "hang",    "late",
                                       "gone",  "corrupt", "any"};

struct FaultOptions {
  Kind kind = Kind::error; ///< any: each in its turn
  uint64_t at = 1;         ///< the first run of a region that fails
  uint64_t every = 0;      ///< and every so many after it; 0 for none
  uint64_t ms = 50;        ///< how long a hang, a delay or an absence takes
};

/// What outlives a device that is opened again: one a device string.
struct History {
  std::atomic<uint64_t> runs = 0;
  std::atomic<uint64_t> faults = 0;
  std::atomic<uint64_t> goneUntil = 0; ///< of monotonicNow()
};

class FaultExecutable final : public Executable {
public:
  FaultExecutable(std::unique_ptr<Executable> inner,
                  const FaultOptions &options, History &history,
                  const program::Variant &variant)
      : inner(std::move(inner)), options(options), history(history),
        variant(variant) {}

  bool accepts(uint32_t region) const override {
    return inner->accepts(region);
  }
  Status run(uint32_t region, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override;
  const char *fault() const override {
    return isInjected ? "fault: injected\n" : inner->fault();
  }

private:
  bool isDue() {
    uint64_t run = ++history.runs;
    return run == options.at || (options.every && run > options.at &&
                                 (run - options.at) % options.every == 0);
  }
  /// Waits as long as the fault takes, or less when the run is to end.
  Status wait(const RunControl &control, const char *name) const {
    uint64_t end = monotonicNow() + options.ms * 1'000'000;
    while (monotonicNow() < end) {
      SLUICE_RETURN_IF_ERROR(control.check(name));
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return SLUICE_STATUS_OK;
  }
  void spoil(const program::Region &region, void *const *tensors) const;

  const std::unique_ptr<Executable> inner;
  const FaultOptions options;
  History &history;
  const program::Variant &variant;
  bool isInjected = false;
};

/// What is left of outputs after a fault is undefined, so it is made wrong.
void FaultExecutable::spoil(const program::Region &region,
                            void *const *tensors) const {
  void *const *outputs = tensors + region.inputs()->size();
  for (uint32_t i = 0; i < region.outputs()->size(); ++i)
    memset(outputs[i], 0xa5,
           variant.buffers()->Get(region.outputs()->Get(i))->size());
}

Status FaultExecutable::run(uint32_t index, void *const *tensors,
                            const RunControl &control, RegionFigures &figures) {
  isInjected = isDue();
  if (!isInjected)
    return inner->run(index, tensors, control, figures);
  Kind kind = options.kind;
  if (kind == Kind::any)
    kind = Kind(history.faults++ % uint64_t(Kind::any));
  const program::Region &region = *variant.regions()->Get(index);
  const char *name = region.name()->c_str();
  if (kind == Kind::late) {
    SLUICE_RETURN_IF_ERROR(inner->run(index, tensors, control, figures));
    Status status = wait(control, name);
    if (status != SLUICE_STATUS_OK)
      spoil(region, tensors);
    return status;
  }
  spoil(region, tensors);
  switch (kind) {
  case Kind::hang:
    SLUICE_RETURN_IF_ERROR(wait(control, name));
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "region '%s': device does not answer", name);
  case Kind::gone:
    history.goneUntil = monotonicNow() + options.ms * 1'000'000;
    return fail(SLUICE_STATUS_DEVICE_FAULT, "region '%s': device is gone",
                name);
  case Kind::corrupt:
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "region '%s': what the link brought does not match its CRC",
                name);
  default:
    return fail(SLUICE_STATUS_DEVICE_FAULT, "region '%s': device errs", name);
  }
}

class FaultDevice final : public Device {
public:
  FaultDevice(std::unique_ptr<Device> inner, const FaultOptions &options,
              History &history)
      : inner(std::move(inner)), options(options), history(history) {}

  Status describe(DeviceDescription &out) override {
    return inner->describe(out);
  }
  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    std::unique_ptr<Executable> executable;
    SLUICE_RETURN_IF_ERROR(inner->load(package, variant, executable));
    out = std::make_unique<FaultExecutable>(
        std::move(executable), options, history,
        *package.program().variants()->Get(variant));
    return SLUICE_STATUS_OK;
  }

private:
  const std::unique_ptr<Device> inner;
  const FaultOptions options;
  History &history;
};

class FaultDriver final : public Driver {
public:
  const char *name() const override { return "fault"; }
  const char *description() const override {
    return "DRIVER,... stands in front of that device, for tests; "
           "kind=error|hang|late|gone|corrupt|any, at=N: the N-th region run "
           "fails, every=N: and each N-th after it, ms=N: how long it takes";
  }
  Status list(std::vector<DeviceListing> &out) const override {
    return fail(SLUICE_STATUS_NOT_FOUND, "stands in front of other devices");
  }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override;

private:
  History &historyOf(const DeviceSpec &spec);

  std::mutex mutex;
  std::map<std::string, History> histories;
};

History &FaultDriver::historyOf(const DeviceSpec &spec) {
  std::lock_guard lock(mutex);
  return histories[spec.text()];
}

Status FaultDriver::open(const DeviceSpec &spec, std::unique_ptr<Device> &out) {
  DeviceSpec own = spec, innerSpec;
  SLUICE_RETURN_IF_ERROR(
      own.takeInner({"kind", "at", "every", "ms"}, innerSpec));
  FaultOptions options;
  std::string kind = "error";
  const DeviceOption known[] = {{.key = "kind", .text = &kind},
                                {"at", &options.at, 1, UINT64_MAX},
                                {"every", &options.every, 1, UINT64_MAX},
                                {"ms", &options.ms, 0, 1'000'000}};
  SLUICE_RETURN_IF_ERROR(own.read(known));
  const auto *found = std::find(std::begin(kKinds), std::end(kKinds), kind);
  if (found == std::end(kKinds))
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device 'fault': option 'kind' is '%s', not error, hang, late, "
                "gone, corrupt or any",
                kind.c_str());
  options.kind = Kind(found - kKinds);
  History &history = historyOf(spec);
  if (monotonicNow() < history.goneUntil)
    return fail(SLUICE_STATUS_NOT_FOUND, "device 'fault': is gone");
  std::unique_ptr<Device> inner;
  SLUICE_RETURN_IF_ERROR(pluginHost->openDevice(innerSpec, inner));
  out = std::make_unique<FaultDevice>(std::move(inner), options, history);
  return SLUICE_STATUS_OK;
}

} // namespace
} // namespace sluice

SLUICE_DRIVER_PLUGIN(sluice::FaultDriver)
