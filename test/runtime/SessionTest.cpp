// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API around a run: arguments, devices, fallback. What every device does
// alike is in test/cts.

#include "test/runtime/TestPackage.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace sluice;
using namespace sluice::test;

namespace {

class Session : public testing::Test {
protected:
  PackagePtr load(const TestPackage &package) {
    sluice_package_t *raw;
    EXPECT_EQ(package.load(&raw), SLUICE_STATUS_OK) << sluice_status_message();
    return PackagePtr(raw);
  }
  SessionPtr open(sluice_package_t *package, const char *device,
                  bool noFallback = false) {
    sluice_session_options_t options = {sizeof(options), device};
    options.no_fallback = noFallback;
    sluice_session_t *raw;
    EXPECT_EQ(sluice_session_create(package, &options, &raw), SLUICE_STATUS_OK)
        << sluice_status_message();
    return SessionPtr(raw);
  }
  void expectRefused(sluice_package_t *package, const char *device,
                     sluice_status_t status, const char *text) {
    sluice_session_options_t options = {sizeof(options), device};
    sluice_session_t *raw;
    EXPECT_EQ(sluice_session_create(package, &options, &raw), status);
    EXPECT_EQ(raw, nullptr);
    EXPECT_NE(std::string(sluice_status_message()).find(text),
              std::string::npos)
        << sluice_status_message();
  }
  static std::vector<int8_t> input() {
    std::vector<int8_t> values(TestPackage::kTensorSize);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = int8_t(37 * i + 11);
    return values;
  }
  static int8_t outputAt(sluice_session_t *session, size_t i) {
    const void *data;
    EXPECT_EQ(sluice_session_output_data(session, 0, &data), SLUICE_STATUS_OK);
    return static_cast<const int8_t *>(data)[i];
  }
};

TEST_F(Session, DescribesTensors) {
  auto package = load(TestPackage());
  auto session = open(package.get(), "cpu");
  ASSERT_EQ(sluice_session_input_count(session.get()), 1u);
  ASSERT_EQ(sluice_session_output_count(session.get()), 1u);
  sluice_tensor_info_t info;
  ASSERT_EQ(sluice_session_input_info(session.get(), 0, &info),
            SLUICE_STATUS_OK);
  EXPECT_STREQ(info.name, "x");
  EXPECT_EQ(info.type, SLUICE_TYPE_I8);
  ASSERT_EQ(info.rank, 4u);
  EXPECT_EQ(info.shape[3], 16);
  EXPECT_EQ(info.size, 256u);
  EXPECT_TRUE(info.quantized);
  EXPECT_EQ(info.zero_point, 3);
  EXPECT_EQ(info.scale, 0.5f);
  EXPECT_EQ(sluice_session_output_info(session.get(), 1, &info),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(info.name, nullptr);
}

TEST_F(Session, FindsTensorsByName) {
  TestPackage planted;
  // The intermediate tensor too: two outputs to tell apart.
  planted.variant().outputs.insert(planted.variant().outputs.begin(), 1);
  auto package = load(planted);
  auto session = open(package.get(), "cpu");
  size_t index = 7;
  EXPECT_EQ(sluice_session_find_input(session.get(), "x", &index),
            SLUICE_STATUS_OK);
  EXPECT_EQ(index, 0u);
  EXPECT_EQ(sluice_session_find_output(session.get(), "y", &index),
            SLUICE_STATUS_OK);
  EXPECT_EQ(index, 1u);
  EXPECT_EQ(sluice_session_find_input(session.get(), "y", &index),
            SLUICE_STATUS_NOT_FOUND);
  EXPECT_EQ(index, 0u);
  EXPECT_STREQ(
      sluice_status_message(),
      "sluice_session_find_input: the model has no input 'y'; it has 'x'");
  EXPECT_EQ(sluice_session_find_output(session.get(), "", &index),
            SLUICE_STATUS_NOT_FOUND);
  std::string first = planted.variant().buffers[1]->name;
  EXPECT_EQ(sluice_status_message(),
            "sluice_session_find_output: the model has no output ''; it has '" +
                first + "', 'y'");
  EXPECT_EQ(sluice_session_find_output(session.get(), nullptr, &index),
            SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST_F(Session, ChecksArguments) {
  auto package = load(TestPackage());
  auto session = open(package.get(), nullptr);
  EXPECT_STREQ(sluice_session_device(session.get()), "cpu");
  auto x = input();
  EXPECT_EQ(sluice_session_set_input(session.get(), 0, x.data(), 255),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(sluice_status_message(), "sluice_session_set_input: tensor 'x' "
                                        "has 256 bytes, not 255");
  EXPECT_EQ(sluice_session_set_input(session.get(), 1, x.data(), 256),
            SLUICE_STATUS_INVALID_ARGUMENT);
  alignas(64) char memory[320];
  EXPECT_EQ(sluice_session_bind_input(session.get(), 0, memory + 1, 256),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(sluice_session_run(nullptr), SLUICE_STATUS_INVALID_ARGUMENT);
  sluice_session_options_t options = {};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST_F(Session, RefusesUnknownDevices) {
  auto package = load(TestPackage());
  expectRefused(package.get(), "gpu", SLUICE_STATUS_INVALID_ARGUMENT,
                "device 'gpu': no such driver; there are auto, ");
  expectRefused(package.get(), "null:fill", SLUICE_STATUS_INVALID_ARGUMENT,
                "'fill' is not of the form KEY=VALUE");
  expectRefused(package.get(), "null:color=1", SLUICE_STATUS_INVALID_ARGUMENT,
                "unknown option 'color'; it has fill, fail, host");
  expectRefused(package.get(), "cpu:threads=0", SLUICE_STATUS_INVALID_ARGUMENT,
                "option 'threads' is '0', not a number from 1 to 256");
  expectRefused(package.get(), "cpu:threads=256,pin=1",
                SLUICE_STATUS_INVALID_ARGUMENT,
                "threads=256 cannot be pinned to the ");
  expectRefused(package.get(), "null:fill=256", SLUICE_STATUS_INVALID_ARGUMENT,
                "option 'fill' is '256', not a number from 0 to 255");
  sluice_session_options_t options = {sizeof(options), "cpu", 1};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST_F(Session, NamesTheDeviceThatAutoChose) {
  setenv("SLUICE_DRIVER_PATH", SLUICE_TEST_PLUGINS, 1);
  auto package = load(TestPackage());
  auto named = open(package.get(), "card");
  // A second device "card" would be in use already.
  for (const char *device : {"auto", static_cast<const char *>(nullptr)})
    EXPECT_STREQ(sluice_session_device(open(package.get(), device).get()),
                 "card");
  unsetenv("SLUICE_DRIVER_PATH");
}

TEST_F(Session, RefusesAnotherProcessor) {
  TestPackage planted;
  planted.region(1).cpu[0]->level = "x86-64-v9";
  auto package = load(planted);
  expectRefused(package.get(), "cpu", SLUICE_STATUS_UNSUPPORTED,
                "region 'invert': has CPU code for x86-64-v9, and this "
                "processor is ");
  // A device that takes all regions needs no CPU code, but then is alone.
  std::string logged;
  sluice_log_set(
      [](void *context, sluice_log_level_t, const char *line) {
        *static_cast<std::string *>(context) += line;
      },
      &logged);
  open(package.get(), "null", /*noFallback=*/true);
  EXPECT_EQ(logged, "");
  open(package.get(), "null");
  sluice_log_set(nullptr, nullptr);
  EXPECT_NE(logged.find("device 'null': nothing takes over should it fail"),
            std::string::npos)
      << logged;
}

TEST_F(Session, ChoosesTheBestCodeThatRuns) {
  TestPackage planted;
  auto better = std::make_unique<program::CpuCodeT>(*planted.region(1).cpu[0]);
  better->level = "x86-64-v9";
  planted.region(1).cpu.push_back(std::move(better));
  auto package = load(planted);
  auto session = open(package.get(), "cpu");
  EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
}

TEST_F(Session, RefusesCodeOfAnotherRegion) {
  TestPackage planted;
  planted.region(1).cpu[0]->index = 0;
  auto package = load(planted);
  expectRefused(package.get(), "cpu", SLUICE_STATUS_INVALID_PACKAGE,
                "CPU code 0 is region 'copy'");
  TestPackage outside;
  outside.region(1).cpu[0]->index = 3;
  package = load(outside);
  expectRefused(package.get(), "cpu", SLUICE_STATUS_INVALID_PACKAGE,
                "has index 3 in CPU code of 3 regions");
}

TEST_F(Session, ReportsCodeThatGivesUp) {
  TestPackage planted;
  planted.region(1).name = "refuse";
  planted.region(1).cpu[0]->index = 2;
  auto package = load(planted);
  for (const char *device : {"cpu", "cpu:threads=3"}) {
    auto session = open(package.get(), device);
    std::vector<int8_t> x(256, -128);
    sluice_session_set_input(session.get(), 0, x.data(), x.size());
    EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_DEVICE_FAULT);
    EXPECT_STREQ(sluice_status_message(),
                 "region 'refuse': its CPU code gave up with code 7");
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !__has_feature(address_sanitizer)
TEST_F(Session, SaysWhenThreadsCannotStart) {
  auto package = load(TestPackage());
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  ASSERT_TRUE(statm >> pages);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  // Room for a few stacks, not for 200.
  rlimit tight = before;
  tight.rlim_cur = pages * sysconf(_SC_PAGESIZE) + (64u << 20);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
  expectRefused(package.get(), "cpu:threads=200", SLUICE_STATUS_OUT_OF_MEMORY,
                "of 200: Resource temporarily unavailable; ask for fewer");
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
}
#endif

TEST_F(Session, FallsBackToTheCpu) {
  auto package = load(TestPackage());
  auto session = open(package.get(), "null:fill=9,fail=1");
  auto x = input();
  for (int run = 0; run < 2; ++run) {
    sluice_session_set_input(session.get(), 0, x.data(), x.size());
    ASSERT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
    // Both regions: the device is quarantined after its fault.
    for (size_t i = 0; i < x.size(); ++i)
      ASSERT_EQ(outputAt(session.get(), i), int8_t(~x[i]));
    sluice_profile_t profile;
    sluice_session_profile(session.get(), &profile);
    EXPECT_EQ(profile.fallbacks, 2u);
    EXPECT_EQ(profile.device_macs, 0u);
    sluice_region_profile_t region;
    sluice_session_region_profile(session.get(), 0, &region);
    EXPECT_STREQ(region.device, "cpu");
    EXPECT_TRUE(region.fallback);
  }
  EXPECT_STREQ(sluice_session_fault(session.get()),
               "region 'copy': fails as asked for\nnull: no state to report\n");
}

TEST_F(Session, FailsWithoutFallback) {
  auto package = load(TestPackage());
  auto session = open(package.get(), "null:fail=2", true);
  EXPECT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_DEVICE_FAULT);
  EXPECT_STREQ(sluice_status_message(), "region 'invert': fails as asked for");
}

TEST_F(Session, FindsNoSimulatedEngine) {
  TestPackage planted;
  planted.program.engine->hash = 0x1234;
  planted.program.engine->pc = 32;
  auto package = load(planted);
  expectRefused(package.get(), "sim", SLUICE_STATUS_NOT_FOUND,
                "no simulated engine for board 'ulx3s-85f' (PC=32 PK=8): "
                "0000000000001234.so is not in ");
}

TEST_F(Session, SimulatesNoPackageOfTheCpu) {
  TestPackage planted;
  planted.program.engine.reset();
  planted.program.target = "cpu:x86-64-v3";
  planted.region(0).target = "cpu";
  planted.region(0).engine.reset();
  auto package = load(planted);
  expectRefused(package.get(), "sim", SLUICE_STATUS_UNSUPPORTED,
                "was compiled for cpu:x86-64-v3, not for an engine");
}

TEST(Version, IsTheHeaders) {
  EXPECT_EQ(sluice_version_number(), uint32_t(SLUICE_VERSION_NUMBER));
}

} // namespace
