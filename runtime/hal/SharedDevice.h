// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A device as sessions share it: one turn at a time, in order, and none while
// it is not well.

#ifndef SLUICE_RUNTIME_HAL_SHAREDDEVICE_H
#define SLUICE_RUNTIME_HAL_SHAREDDEVICE_H

#include "runtime/base/Thread.h"
#include "runtime/hal/DeviceQueue.h"

#include <condition_variable>
#include <mutex>

namespace sluice {

/// A device's state at a fault, kept for the session whose run met it.
struct FaultRecord {
  char text[4096] = "";
  char json[6144] = "";
};

/// After a fault the device is in quarantine: nobody's run gets to it. A thread
/// opens it anew, with its programs, after a wait that doubles from the first
/// failure to the next; then it is well again.
class SharedDevice {
public:
  static constexpr uint64_t kFirstWait = 100'000'000; ///< ns
  static constexpr uint64_t kLongestWait = 60'000'000'000;

  /// The device of this device string: the one that is open already, if it is
  /// one that sessions share.
  static Status open(Driver &driver, const DeviceSpec &spec,
                     std::shared_ptr<SharedDevice> &out);
  ~SharedDevice();

  /// One variant of a package on this device. Leaves it when it dies.
  class Placement {
  public:
    ~Placement();
    /// Whether `run` takes the region: never before the program has been on
    /// the device.
    bool accepts(uint32_t region) const {
      return isKnown.load(std::memory_order_acquire) && accepted[region];
    }

  private:
    friend SharedDevice;
    Placement(std::shared_ptr<SharedDevice> device, const Package &package,
              uint32_t variant);
    Status load();

    const std::shared_ptr<SharedDevice> device;
    const Package &package;
    const uint32_t variant;
    std::unique_ptr<Executable> executable; // null in quarantine
    std::vector<bool> accepted; // one a region; fixed once it is known
    std::atomic<bool> isKnown = false;
  };

  /// Places a program. In quarantine it is placed later.
  static Status place(const std::shared_ptr<SharedDevice> &device,
                      const Package &package, uint32_t variant,
                      std::unique_ptr<Placement> &out);

  /// Runs a region in its turn. DEVICE_FAULT: the device is in quarantine, now
  /// or since before; `record` has its state if this run put it there. `time`
  /// is what a run is known to take, in nanoseconds, and grows with each that
  /// takes longer; one that misses its deadline although it had twice that is a
  /// fault too.
  Status run(Placement &placement, uint32_t region, void *const *tensors,
             const RunControl &control, uint64_t &time, RegionFigures &figures,
             FaultRecord &record);

  bool isWell() const { return isWell_.load(std::memory_order_acquire); }
  sluice_device_health_t health() const;
  const char *name() const { return driver.name(); }

private:
  SharedDevice(Driver &driver, const DeviceSpec &spec)
      : driver(driver), spec(spec), text(spec.text()) {}
  void quarantine(Placement &placement, FaultRecord &record);
  void startProbing();
  void probeUntilWell();
  Status reopen();

  Driver &driver;
  const DeviceSpec spec;
  const std::string text;

  DeviceQueue queue; // over all below
  std::unique_ptr<Device> device;
  std::vector<Placement *> placements;
  uint64_t wait = kFirstWait; // before the next probe
  bool hasRunSinceProbe = false;

  std::atomic<bool> isWell_ = true;
  std::atomic<uint64_t> faults = 0;
  std::atomic<uint64_t> probes = 0;
  std::atomic<uint64_t> nextProbe = 0; // of monotonicNow()

  std::mutex mutex; // over isClosing
  std::condition_variable closing;
  bool isClosing = false;
  Thread prober;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_SHAREDDEVICE_H
