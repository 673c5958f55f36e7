// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The face that every kind of device shows to the runtime. A driver opens
// devices, a device loads a program, and the loaded program (an executable)
// runs regions. A new driver starts as a copy of drivers/null.
//
// Threads: the runtime calls the devices of one device string, and their
// executables, from one thread at a time. Different device strings may be
// called, and opened, at the same time. Where a driver's devices need no such
// order, see Driver::isExclusive.
//
// Faults: a driver says DEVICE_FAULT and needs no way to recover. The runtime
// runs the region elsewhere, destroys executables and device, and later opens
// and loads them anew. So a destructor must return soon, whatever state the
// device is in, and `open` must find a device usable whatever was left on it.

#ifndef SLUICE_RUNTIME_HAL_DRIVER_H
#define SLUICE_RUNTIME_HAL_DRIVER_H

#include "runtime/base/Clock.h"
#include "runtime/hal/DeviceSpec.h"
#include "runtime/hal/EngineCapabilities.h"
#include "runtime/package/Package.h"

#include <atomic>
#include <memory>
#include <span>

namespace sluice {

/// What a device says of one run of a region. What spans refer to lives until
/// its next run.
struct RegionFigures {
  uint64_t startCycle = 0; ///< on the device's own clock
  uint64_t cycles = 0;     ///< start to done; 0 where nothing counts them
  std::span<const sluice_counter_t> counters;
  /// Where `RunControl::tracesCommands` asks for them and the device knows.
  std::span<const sluice_command_time_t> commands;
};

/// How long a run may take. A driver that waits asks `check` now and then, at
/// least every millisecond, beside its own limit for a device that hangs.
struct RunControl {
  static constexpr uint64_t kNoDeadline = UINT64_MAX;
  /// In which a driver sees that the run is to end, stops its device, or takes
  /// it for lost.
  static constexpr uint64_t kStopTime = 5'000'000;

  uint64_t deadline = kNoDeadline; ///< of monotonicNow()
  const std::atomic<bool> *cancel = nullptr;
  bool tracesCommands = false; ///< and may allocate for that

  /// DEADLINE_EXCEEDED or CANCELLED, with a message that names `region`, once
  /// the run is to end. The driver stops the device and returns that, within
  /// kStopTime.
  Status check(const char *region) const {
    if (cancel && cancel->load(std::memory_order_relaxed))
      return fail(SLUICE_STATUS_CANCELLED, "region '%s': cancelled", region);
    if (deadline != kNoDeadline && monotonicNow() >= deadline)
      return fail(SLUICE_STATUS_DEADLINE_EXCEEDED,
                  "region '%s': not done by its deadline", region);
    return SLUICE_STATUS_OK;
  }
};

/// One variant of a package's program, placed on a device.
class Executable {
public:
  virtual ~Executable() = default;

  /// Whether `run` takes the region with this index.
  virtual bool accepts(uint32_t region) const = 0;

  /// Runs a region. `tensors` are its inputs, then its outputs: packed, in the
  /// host's memory, 64-byte aligned; inputs are only read. Allocates nothing,
  /// and returns at the driver's own limit at the latest. Any failure leaves
  /// the outputs undefined and the inputs as they were. DEVICE_FAULT: the
  /// device hangs, errs or is gone; a report is in `fault`. What
  /// `control.check` said: the device is well and has been stopped; where it
  /// cannot be stopped that is a DEVICE_FAULT too.
  virtual Status run(uint32_t region, void *const *tensors,
                     const RunControl &control, RegionFigures &figures) = 0;

  /// The device's state at the last DEVICE_FAULT, in lines.
  virtual const char *fault() const { return ""; }
  /// The same as a JSON object.
  virtual const char *faultJson() const { return "{}"; }
};

/// What a device says of itself, for `sluice device probe`.
struct DeviceDescription {
  struct Fact {
    std::string name; ///< "level", "threads", ...
    std::string value;
  };
  std::vector<Fact> facts;
  std::vector<EngineCapabilities> engines; ///< those it holds; none on a CPU
};

class Device {
public:
  virtual ~Device() = default;

  /// Asks the device what it is, before any program is on it. UNSUPPORTED: it
  /// cannot say, or what answers is no engine.
  virtual Status describe(DeviceDescription &out) {
    return fail(SLUICE_STATUS_UNSUPPORTED, "this device cannot be probed");
  }

  /// Places variant `variant` of the package here. The package outlives the
  /// executable, the device too. UNSUPPORTED says how the two do not fit;
  /// DEVICE_FAULT is the device's.
  virtual Status load(const Package &package, uint32_t variant,
                      std::unique_ptr<Executable> &out) = 0;
};

/// A device that is there.
struct DeviceListing {
  std::string device; ///< its device string
  std::string name;   ///< what it is, in words
};

class Driver {
public:
  virtual ~Driver() = default;
  virtual const char *name() const = 0;
  /// One line for `sluice device list`, with the options of its device string.
  virtual const char *description() const = 0;
  /// Appends the devices that are there. NOT_FOUND or UNSUPPORTED says why
  /// there is none.
  virtual Status list(std::vector<DeviceListing> &out) const = 0;
  /// Whether device `auto` may choose it for this package: it is real hardware,
  /// present, and of the kind that the package was compiled for.
  virtual bool suits(const Package &package) const { return false; }
  /// Whether a device string names one thing that sessions share, one region
  /// at a time.
  virtual bool isExclusive() const { return true; }
  /// Opens the device that `spec` names. NOT_FOUND: it is not there.
  virtual Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) = 0;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_DRIVER_H
