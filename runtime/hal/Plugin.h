// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A driver that is found at run time: the library libsluice-driver-NAME.so,
// made by sluice_add_driver(NAME ...), with one line in one of its files:
//
//   SLUICE_DRIVER_PLUGIN(XrtDriver)
//
// It holds copies of the runtime's base (messages, buffers, device strings, the
// engine's registers), exports its entry and nothing else, and links whatever
// the vendor asks for. It is opened when a device string first names it.

#ifndef SLUICE_RUNTIME_HAL_PLUGIN_H
#define SLUICE_RUNTIME_HAL_PLUGIN_H

#include "runtime/hal/Driver.h"

namespace sluice {

/// Of hal/ and all that it includes. A plug-in and a runtime of different
/// numbers do not go together; any change to those files makes a new one.
inline constexpr uint32_t kHalVersion = 2;

/// What a plug-in gets from the runtime that opens it.
struct PluginHost {
  MessageBuffer *message;
  /// Opens a device of any driver, for a driver that stands in front of it.
  Status (*openDevice)(const DeviceSpec &spec, std::unique_ptr<Device> &out);
};

/// As the plug-in was opened with.
inline const PluginHost *pluginHost = nullptr;

/// The plug-in's entry; null when it is of another version. The driver lives as
/// long as the process.
using PluginEntry = Driver *(uint32_t halVersion, const PluginHost *host);

} // namespace sluice

#define SLUICE_DRIVER_ENTRY_NAME "sluice_driver_open"

#define SLUICE_DRIVER_PLUGIN(DriverClass)                                      \
  extern "C" __attribute__((visibility("default"))) ::sluice::Driver *         \
  sluice_driver_open(uint32_t halVersion, const ::sluice::PluginHost *host) {  \
    if (halVersion != ::sluice::kHalVersion)                                   \
      return nullptr;                                                          \
    ::sluice::pluginHost = host;                                               \
    ::sluice::shareMessageBuffer(host->message);                               \
    static DriverClass driver;                                                 \
    return &driver;                                                            \
  }

#endif // SLUICE_RUNTIME_HAL_PLUGIN_H
