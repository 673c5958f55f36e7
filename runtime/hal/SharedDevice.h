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

/// After a fault the device is in quarantine: nobody's run gets to it. A
/// thread, the prober, opens it anew, with its programs, after a wait that
/// doubles from the first failure to the next; then it is well again.
///
/// Who may touch what: a session what lies in here, in its turn; the prober
/// what it has taken out of here in a turn, or has not put here yet. So nobody
/// holds the turn while the prober opens and loads, which may take a minute.
/// Locks: a slot's mutex is never taken in a turn, nor within an alarm's.
class SharedDevice : public std::enable_shared_from_this<SharedDevice> {
  struct Program;

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
    /// Whether the program has been on the device.
    bool isKnown() const {
      return program->isKnown.load(std::memory_order_acquire);
    }
    /// Whether `run` takes the region: never before the program is known.
    bool accepts(uint32_t region) const {
      return isKnown() && program->accepted[region];
    }

  private:
    friend SharedDevice;
    Placement(std::shared_ptr<SharedDevice> device,
              std::shared_ptr<Program> program)
        : device(std::move(device)), program(std::move(program)) {}

    const std::shared_ptr<SharedDevice> device;
    const std::shared_ptr<Program> program;
  };

  /// Places a program. In quarantine it is placed later, if it fits then; if
  /// not, that is logged, and it never gets known.
  static Status place(const std::shared_ptr<SharedDevice> &device,
                      Package &package, uint32_t variant,
                      std::unique_ptr<Placement> &out);

  /// Runs a region in its turn. DEVICE_FAULT: the device is in quarantine, now
  /// or since before; `record` has its state if this run put it there. `time`
  /// is what a run is known to take, in nanoseconds, 0 before one has
  /// succeeded, and grows with each that takes longer; one that misses its
  /// deadline although it had twice that is a fault too.
  Status run(Placement &placement, uint32_t region, void *const *tensors,
             const RunControl &control, uint64_t &time, RegionFigures &figures,
             FaultRecord &record);

  bool isWell() const { return isWell_.load(std::memory_order_acquire); }
  sluice_device_health_t health() const;
  const char *name() const { return driver.name(); }

private:
  /// What a placement has on the device. The prober may still load it when its
  /// session is gone.
  struct Program {
    Program(Package &package, uint32_t variant);
    void put(std::unique_ptr<Executable> loaded);

    const PackageReference package;
    const uint32_t variant;
    std::unique_ptr<Executable> executable; // null before it has been loaded
    std::vector<bool> accepted; // one a region; fixed once it is known
    std::atomic<bool> isKnown = false;
  };

  /// A device and programs on it that are the prober's alone. Executables go
  /// before their device, as they were made after it.
  struct Setup {
    struct Loaded {
      std::shared_ptr<Program> program;
      std::unique_ptr<Executable> executable; // null: it does not fit
      std::string misfit;                     // how
    };
    bool has(const Program &program) const;
    Status load(const std::shared_ptr<Program> &program);

    std::unique_ptr<Device> device;
    std::vector<Loaded> programs;
  };

  /// Wakes the prober, which may live on for a moment when the device is gone.
  class Alarm {
  public:
    void ring();
    /// Whether it rings before the moment `until`.
    bool ringsBefore(uint64_t until);

  private:
    std::mutex mutex; // over isRung
    std::condition_variable rung;
    bool isRung = false;
  };

  struct Slot;
  static Slot &slotOf(const std::string &text);

  SharedDevice(Driver &driver, const DeviceSpec &spec,
               std::unique_ptr<Device> device)
      : driver(driver), spec(spec), text(spec.text()),
        device(std::move(device)) {}
  void quarantine(const Executable &executable, FaultRecord &record);
  void startProbing();
  static void probeUntilWell(const std::weak_ptr<SharedDevice> &weak,
                             Alarm &alarm, uint64_t until);
  bool probe();
  void takeDown();
  std::shared_ptr<Program> findMissing(const Setup &setup) const;
  void becomeWell(Setup &setup);
  void stayInQuarantine();

  Driver &driver;
  const DeviceSpec spec;
  const std::string text;

  DeviceQueue queue; // over all below
  std::unique_ptr<Device> device;
  std::vector<std::shared_ptr<Program>> programs;
  uint64_t wait = kFirstWait; // before the next probe
  bool hasRunSinceProbe = false;
  std::string toldFailure; // of a probe, as it was logged last

  std::atomic<bool> isWell_ = true;
  std::atomic<uint64_t> faults = 0;
  std::atomic<uint64_t> probes = 0;
  std::atomic<uint64_t> nextProbe = 0; // of monotonicNow()

  const std::shared_ptr<Alarm> alarm = std::make_shared<Alarm>();
  Thread prober;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_SHAREDDEVICE_H
