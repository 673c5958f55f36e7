// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The face that every kind of device shows to the runtime. A driver opens
// devices, a device loads a program, and the loaded program (an executable)
// runs regions. A new driver starts as a copy of drivers/null.

#ifndef SLUICE_RUNTIME_HAL_DRIVER_H
#define SLUICE_RUNTIME_HAL_DRIVER_H

#include "runtime/hal/DeviceSpec.h"
#include "runtime/hal/EngineCapabilities.h"
#include "runtime/package/Package.h"

#include <memory>
#include <span>

namespace sluice {

/// What a device says of one run of a region. Counters live until its next run.
struct RegionFigures {
  uint64_t startCycle = 0; ///< on the device's own clock
  uint64_t cycles = 0;     ///< start to done; 0 where nothing counts them
  std::span<const sluice_counter_t> counters;
};

/// One variant of a package's program, placed on a device.
class Executable {
public:
  virtual ~Executable() = default;

  /// Whether `run` takes the region with this index.
  virtual bool accepts(uint32_t region) const = 0;

  /// Runs a region. `tensors` are its inputs, then its outputs: packed, in the
  /// host's memory, 64-byte aligned; inputs are only read. Allocates nothing.
  /// DEVICE_FAULT leaves the outputs undefined, the inputs as they were, and a
  /// report in `fault`.
  virtual Status run(uint32_t region, void *const *tensors,
                     RegionFigures &figures) = 0;

  /// The device's state at the last DEVICE_FAULT, in lines.
  virtual const char *fault() const { return ""; }
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
  /// executable, the device too. UNSUPPORTED says how the two do not fit.
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
  /// Whether device `auto` may choose it: it is real hardware, and present.
  virtual bool isPresent() const { return false; }
  /// Opens the device that `spec` names.
  virtual Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) = 0;
};

/// All drivers of this build, accelerators first.
std::span<Driver *const> allDrivers();

/// The driver that a device string asks for; `auto` is the first present, or
/// the CPU.
Status findDriver(const DeviceSpec &spec, Driver *&out);

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_DRIVER_H
