// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The devices that the conformance suite runs on. A new driver adds a line.

#ifndef SLUICE_TEST_CTS_DEVICES_H
#define SLUICE_TEST_CTS_DEVICES_H

#include "test/runtime/SimulatedBoard.h"
#include "test/runtime/TestPackage.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <ostream>

namespace sluice::test {

struct DeviceUnderTest {
  const char *spec;
  const char *name;      ///< as sluice_session_device has it
  const char *ranEngine; ///< what ran the region for the engine
  const char *ranCpu;    ///< what ran the region for the CPU
  bool computes;         ///< false: what it runs gives zeros
  bool countsCycles;
  bool isSimulated;
};

/// Those of the runtime alone, which are tested with each sanitizer too.
inline const DeviceUnderTest kOwnDevices[] = {
    {"null", "null", "null", "null", false, false, false},
    {"null:host=0", "null", "null", "cpu", false, false, false},
    {"cpu", "cpu", "cpu", "cpu", true, false, false},
    {"cpu:threads=2", "cpu", "cpu", "cpu", true, false, false},
    {"cpu:threads=5", "cpu", "cpu", "cpu", true, false, false},
    {"fault:cpu,at=1000000", "fault", "fault", "fault", true, false, false},
    {"sim", "sim", "sim", "cpu", true, true, true},
    {"sim:latency=3,bytes=4,stall=11", "sim", "sim", "cpu", true, true, true},
};

inline const DeviceUnderTest kOtherDevices[] = {
    {"opencl", "opencl", "opencl", "cpu", true, false, false},
    {"opencl:0", "opencl", "opencl", "cpu", true, false, false},
    {"fault:opencl,at=1000000", "fault", "fault", "cpu", true, false, false},
    {"xrt", "xrt", "xrt", "cpu", true, true, false},
    {"xrt:0,verify=0", "xrt", "xrt", "cpu", true, true, false},
    {"xrt:api=opencl", "xrt", "xrt", "cpu", true, true, false},
    {"opencl:xclbin=" SLUICE_TEST_XCLBIN, "opencl", "opencl", "cpu", true, true,
     false},
    {"uart", "uart", "uart", "cpu", true, true, false},
    {"uart, noisy", "uart", "uart", "cpu", true, true, false},
};

/// A driver that is not of this tree: $SLUICE_CTS_DEVICE is its device string,
/// $SLUICE_CTS_TRAITS which of "host,computes,cycles" are true of it: it takes
/// the CPU's regions too, its outputs are those of the code, it counts cycles.
inline DeviceUnderTest deviceFromOutside(const char *spec) {
  static const std::string name(spec, strcspn(spec, ":"));
  const char *traits = getenv("SLUICE_CTS_TRAITS");
  auto has = [&](const char *trait) { return traits && strstr(traits, trait); };
  return {spec,
          name.c_str(),
          name.c_str(),
          has("host") ? name.c_str() : "cpu",
          bool(has("computes")),
          bool(has("cycles")),
          false};
}

inline std::vector<DeviceUnderTest> devicesUnderTest() {
  if (const char *spec = getenv("SLUICE_CTS_DEVICE"))
    return {deviceFromOutside(spec)};
  std::vector<DeviceUnderTest> all(std::begin(kOwnDevices),
                                   std::end(kOwnDevices));
#ifndef SLUICE_TEST_OWN_DEVICES
  all.insert(all.end(), std::begin(kOtherDevices), std::end(kOtherDevices));
#endif
  return all;
}

/// The device's string; a serial port has its name only once its board runs.
inline std::string deviceString(const DeviceUnderTest &device) {
  if (strcmp(device.name, "uart") != 0)
    return device.spec;
  if (strcmp(device.spec, "uart") == 0) {
    static const SimulatedBoard board;
    return board.spec();
  }
  static const SimulatedBoard noisy({"--damage=0.01", "--seed=3"});
  return noisy.spec();
}

inline void PrintTo(const DeviceUnderTest &device, std::ostream *out) {
  *out << device.spec;
}

/// A device string as a part of a test's name.
inline std::string nameOf(std::string_view spec) {
  std::string name;
  for (char c : spec)
    name += isalnum(c) ? c : '_';
  return name;
}

/// The package of the tests, or a session on it.
inline PackagePtr loadTestPackage(const TestPackage &planted = {}) {
  setenv("SLUICE_XCLBIN", SLUICE_TEST_XCLBIN, 1);
  sluice_package_t *raw;
  EXPECT_EQ(planted.load(&raw), SLUICE_STATUS_OK) << sluice_status_message();
  return PackagePtr(raw);
}

inline SessionPtr openSession(sluice_package_t *package, const char *device,
                              bool fallback) {
  sluice_session_options_t options = {sizeof(options), device};
  options.no_fallback = !fallback;
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package, &options, &raw), SLUICE_STATUS_OK)
      << sluice_status_message();
  return SessionPtr(raw);
}

/// False where OpenCL has no device at all; the message says why.
inline bool isThere(const DeviceUnderTest &device) {
  if (!strstr(device.spec, "opencl"))
    return true;
  PackagePtr package = loadTestPackage();
  sluice_session_options_t options = {sizeof(options), "opencl"};
  sluice_session_t *raw;
  sluice_status_t status = sluice_session_create(package.get(), &options, &raw);
  sluice_session_release(raw);
  return status != SLUICE_STATUS_NOT_FOUND;
}

} // namespace sluice::test

#endif // SLUICE_TEST_CTS_DEVICES_H
