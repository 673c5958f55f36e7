// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver plug-ins that are not as they must be. One that is: test/cts.

#include "runtime/hal/Registry.h"

#include <algorithm>
#include <cstdlib>
#include <gtest/gtest.h>

using namespace sluice;

namespace {

class Plugin : public testing::Test {
protected:
  void SetUp() override {
    setenv("SLUICE_DRIVER_PATH", SLUICE_TEST_PLUGINS, 1);
  }
  void TearDown() override { unsetenv("SLUICE_DRIVER_PATH"); }

  static void expectRefused(const char *name, Status status, const char *text) {
    Driver *driver = nullptr;
    EXPECT_EQ(findDriver(name, driver), status);
    EXPECT_EQ(driver, nullptr);
    std::string message = lastMessage();
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }
};

TEST_F(Plugin, SaysThatAVendorsLibraryIsMissing) {
  expectRefused("needy", SLUICE_STATUS_NOT_FOUND,
                "driver plug-in: libsluice-test-vendor.so: cannot open");
}

TEST_F(Plugin, RefusesAnotherVersion) {
  expectRefused("other", SLUICE_STATUS_UNSUPPORTED,
                "libsluice-driver-other.so: is no driver of this runtime");
}

TEST_F(Plugin, IsNotThere) {
  expectRefused("fault", SLUICE_STATUS_INVALID_ARGUMENT,
                "no such driver; there are auto, card, needy, other, uart, "
                "sim, cpu, null; plug-ins are looked for "
                "in " SLUICE_TEST_PLUGINS);
}

TEST_F(Plugin, IsListedWithItsFailure) {
  auto all = allDrivers();
  auto needy = std::find_if(all.begin(), all.end(), [](const auto &entry) {
    return entry.name == "needy";
  });
  ASSERT_NE(needy, all.end());
  EXPECT_EQ(needy->driver, nullptr);
  EXPECT_NE(needy->failure.find("libsluice-test-vendor.so"), std::string::npos);
  EXPECT_EQ(all.back().name, "null");
  EXPECT_NE(all.back().driver, nullptr);
}

} // namespace
