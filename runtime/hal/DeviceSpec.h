// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Device strings: DRIVER or DRIVER:KEY=VALUE,KEY=VALUE.

#ifndef SLUICE_RUNTIME_HAL_DEVICESPEC_H
#define SLUICE_RUNTIME_HAL_DEVICESPEC_H

#include "runtime/base/Status.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// An integer option of a driver: where its value goes and what it may be.
struct DeviceOption {
  std::string_view key;
  uint64_t *value;
  uint64_t min;
  uint64_t max;
};

class DeviceSpec {
public:
  static Status parse(std::string_view text, DeviceSpec &out);

  const std::string &driver() const { return driver_; }

  /// Sets the values of all options given. INVALID_ARGUMENT names an option
  /// that is not among `options`, or whose value is out of range.
  Status read(std::span<const DeviceOption> options) const;

private:
  struct Setting {
    std::string key;
    std::string value;
  };
  std::string driver_;
  std::vector<Setting> settings_;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_DEVICESPEC_H
