// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device strings: DRIVER, DRIVER:ARGUMENT, DRIVER:KEY=VALUE,KEY=VALUE or
// DRIVER:ARGUMENT,KEY=VALUE.

#ifndef SLUICE_RUNTIME_HAL_DEVICESPEC_H
#define SLUICE_RUNTIME_HAL_DEVICESPEC_H

#include "runtime/base/Status.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// An option of a driver: where its value goes and, for an integer, what it may
/// be. An option with `text` takes any value.
struct DeviceOption {
  std::string_view key;
  uint64_t *value = nullptr;
  uint64_t min = 0;
  uint64_t max = UINT64_MAX;
  std::string *text = nullptr;
};

class DeviceSpec {
public:
  static Status parse(std::string_view text, DeviceSpec &out);

  const std::string &driver() const { return driver_; }

  /// The device string; equal ones name one device.
  std::string text() const;

  /// Parts off the device that this one stands in front of: its driver is the
  /// argument, its settings are those that are not among `own`, which stay.
  Status takeInner(std::initializer_list<std::string_view> own,
                   DeviceSpec &out);

  /// Sets the values of all options given. INVALID_ARGUMENT names an option
  /// that is not among `options`, or whose value is out of range. Where the
  /// driver takes no argument (which device of several, a path), it passes
  /// null, and one that is given is refused.
  Status read(std::span<const DeviceOption> options,
              std::string *argument = nullptr) const;

private:
  struct Setting {
    std::string key;
    std::string value;
  };
  std::string driver_;
  std::string argument_;
  std::vector<Setting> settings_;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_DEVICESPEC_H
