// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Driver `xrt` on an emulated card that fails, or is not there, and its device
// process. What it does when all is well is in test/cts.

#include "runtime/hal/Registry.h"
#include "test/runtime/TestPackage.h"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <gtest/gtest.h>
#include <thread>

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr size_t kSize = TestPackage::kTensorSize;
/// What the device process asks of an emulated device: runtime/drivers/xrt.
constexpr char kFaultVariable[] = "SLUICE_EMULATION_FAULT";

/// The processes that this one has started and not yet waited for.
std::vector<int> children() {
  std::vector<int> found;
  for (const auto &task :
       std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream list(task.path() / "children");
    for (int pid; list >> pid;)
      found.push_back(pid);
  }
  return found;
}

class Xrt : public testing::Test {
protected:
  void SetUp() override {
    setenv("SLUICE_XCLBIN", SLUICE_TEST_XCLBIN, 1);
    for (size_t i = 0; i < kSize; ++i)
      x[i] = int8_t(7 * i + 3);
  }
  void TearDown() override {
    unsetenv(kFaultVariable);
    unsetenv("SLUICE_XCLBIN");
    EXPECT_EQ(children().size(), 0u) << "a process was left behind";
  }

  static PackagePtr load(const TestPackage &planted) {
    sluice_package_t *raw;
    EXPECT_EQ(planted.load(&raw), SLUICE_STATUS_OK) << sluice_status_message();
    return PackagePtr(raw);
  }
  static sluice_status_t open(const PackagePtr &package, const char *device,
                              SessionPtr &out) {
    sluice_session_options_t options = {sizeof(options), device};
    sluice_session_t *raw;
    sluice_status_t status =
        sluice_session_create(package.get(), &options, &raw);
    out.reset(raw);
    return status;
  }
  void run(sluice_session_t *session) {
    sluice_session_set_input(session, 0, x, kSize);
    ASSERT_EQ(sluice_session_run(session), SLUICE_STATUS_OK)
        << sluice_status_message();
    const void *y;
    sluice_session_output_data(session, 0, &y);
    for (size_t i = 0; i < kSize; ++i)
      ASSERT_EQ(static_cast<const int8_t *>(y)[i], int8_t(~x[i])) << i;
  }
  static uint32_t fallbacks(sluice_session_t *session) {
    sluice_profile_t profile;
    sluice_session_profile(session, &profile);
    return profile.fallbacks;
  }
  void expectRefused(const char *device, sluice_status_t status,
                     const char *text) {
    PackagePtr package = load(TestPackage());
    SessionPtr session;
    EXPECT_EQ(open(package, device, session), status);
    std::string message = sluice_status_message();
    EXPECT_NE(message.find(text), std::string::npos) << message;
    EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  }

  int8_t x[kSize];
};

//===----------------------------------------------------------------------===//
// Devices that fail
//===----------------------------------------------------------------------===//

struct Fault {
  const char *kind; ///< as targets/engine/xrt/Emulator.cpp has it
  const char *message;
};

/// A fault, and XRT's API that the device is driven through.
class XrtFaults
    : public Xrt,
      public testing::WithParamInterface<std::tuple<Fault, const char *>> {};

TEST_P(XrtFaults, AreReportedAndTheCpuTakesOver) {
  auto [planted, api] = GetParam();
  setenv(kFaultVariable, (std::string(planted.kind) + "@1").c_str(), 1);
  PackagePtr package = load(TestPackage());
  SessionPtr session;
  // The others are found out at once, however busy this machine is.
  std::string kind = planted.kind;
  std::string device = std::string("xrt:api=") + api;
  if (kind == "hang" || kind == "late")
    device += ",timeout=800";
  ASSERT_EQ(open(package, device.c_str(), session), SLUICE_STATUS_OK)
      << sluice_status_message();
  auto begin = std::chrono::steady_clock::now();
  run(session.get());
  auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(took, std::chrono::seconds(60));
  EXPECT_EQ(fallbacks(session.get()), 1u);
  std::string fault = sluice_session_fault(session.get());
  EXPECT_NE(fault.find(planted.message), std::string::npos) << fault;
}

const Fault kFaults[] = {
    {"die", "region 'copy': xrt: the device is gone; its process ended with"},
    {"hang", "region 'copy': xrt: the device does not answer"},
    {"late", "region 'copy': xrt: the device does not answer"},
    {"vanish", "register 0x100 reads 0xffffffff"},
    {"corrupt", "the card's memory reads differently the second time"},
    {"abort", "region 'copy': engine stopped: error 6 (aborted) at command"},
};
INSTANTIATE_TEST_SUITE_P(
    Kinds, XrtFaults,
    testing::Combine(testing::ValuesIn(kFaults),
                     testing::Values("native", "opencl")),
    [](const testing::TestParamInfo<XrtFaults::ParamType> &info) {
      return std::string(std::get<0>(info.param).kind) + "_" +
             std::get<1>(info.param);
    });

/// libxrt's own handlers of such a signal may wait for each other for ever.
TEST_F(Xrt, ReportsACrashOfItsProcess) {
  PackagePtr package = load(TestPackage());
  for (const char *device : {"xrt", "xrt:api=opencl"})
    for (auto [signal, text] : {std::pair(SIGABRT, "ended with signal 6"),
                                std::pair(SIGSEGV, "ended with signal 11")}) {
      SessionPtr session;
      ASSERT_EQ(open(package, device, session), SLUICE_STATUS_OK)
          << sluice_status_message();
      ASSERT_EQ(children().size(), 1u);
      kill(children().front(), signal);
      run(session.get());
      EXPECT_EQ(fallbacks(session.get()), 1u);
      std::string fault = sluice_session_fault(session.get());
      EXPECT_NE(fault.find(text), std::string::npos) << device << ": " << fault;
    }
}

TEST_F(Xrt, ReportsAnEngineThatMakesNoProgress) {
  TestPackage planted;
  planted.files["commands.bin"][1] = 0x20; // a token that never comes
  PackagePtr package = load(planted);
  SessionPtr session;
  ASSERT_EQ(open(package, "xrt:watchdog=2000", session), SLUICE_STATUS_OK)
      << sluice_status_message();
  run(session.get());
  std::string fault = sluice_session_fault(session.get());
  EXPECT_NE(fault.find("engine stopped at command 1: no progress"),
            std::string::npos)
      << fault;
  EXPECT_NE(fault.find("tokens: load to compute 1, load to store 0"),
            std::string::npos)
      << fault;
}

TEST_F(Xrt, ComesBackOnceTheFaultIsGone) {
  PackagePtr package = load(TestPackage());
  SessionPtr session;
  setenv(kFaultVariable, "die@0", 1);
  ASSERT_EQ(open(package, "xrt", session), SLUICE_STATUS_OK);
  run(session.get());
  EXPECT_EQ(fallbacks(session.get()), 1u);
  unsetenv(kFaultVariable);
  // The runtime tries a device in quarantine again by and by.
  for (int i = 0; i < 100 && fallbacks(session.get()); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    run(session.get());
  }
  EXPECT_EQ(fallbacks(session.get()), 0u);
}

TEST_F(Xrt, IsSharedByPackagesAndThreads) {
  TestPackage another;
  another.program.target = "engine:another";
  const PackagePtr packages[] = {load(TestPackage()), load(another)};
  std::vector<SessionPtr> sessions(4);
  std::vector<std::thread> threads;
  threads.reserve(sessions.size());
  for (size_t i = 0; i < sessions.size(); ++i)
    ASSERT_EQ(open(packages[i % 2], "xrt", sessions[i]), SLUICE_STATUS_OK)
        << sluice_status_message();
  EXPECT_EQ(children().size(), 1u);
  std::atomic<int> wrong = 0;
  for (size_t i = 0; i < sessions.size(); ++i)
    threads.emplace_back([&, i] {
      alignas(64) int8_t in[kSize];
      for (int round = 0; round < 10; ++round) {
        memset(in, int(16 * i) + round, kSize);
        sluice_session_t *session = sessions[i].get();
        sluice_session_set_input(session, 0, in, kSize);
        const void *out = nullptr;
        if (sluice_session_run(session) ||
            sluice_session_output_data(session, 0, &out) ||
            static_cast<const int8_t *>(out)[kSize - 1] != int8_t(~in[0]) ||
            fallbacks(session))
          ++wrong;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(wrong, 0);
}

//===----------------------------------------------------------------------===//
// Runs that are to end
//===----------------------------------------------------------------------===//

/// The driver by itself, with a program that waits for a token for ever.
class XrtControl : public Xrt {
protected:
  void SetUp() override {
    Xrt::SetUp();
    TestPackage planted;
    planted.files["commands.bin"][1] = 0x20;
    stuck = load(planted);
    good = load(TestPackage());
    Driver *driver = nullptr;
    ASSERT_EQ(findDriver("xrt", driver), SLUICE_STATUS_OK) << lastMessage();
    DeviceSpec spec;
    ASSERT_EQ(DeviceSpec::parse("xrt:watchdog=0", spec), SLUICE_STATUS_OK);
    ASSERT_EQ(driver->open(spec, device), SLUICE_STATUS_OK) << lastMessage();
  }
  void TearDown() override {
    device = nullptr;
    Xrt::TearDown();
  }
  Status run(const PackagePtr &package, const RunControl &control,
             void *more = nullptr) {
    std::unique_ptr<Executable> executable;
    Status status = device->load(
        *reinterpret_cast<const Package *>(package.get()), 0, executable);
    if (status != SLUICE_STATUS_OK)
      return status;
    void *tensors[] = {x, y, more};
    RegionFigures figures;
    return executable->run(0, tensors, control, figures);
  }
  /// The same device still does what it should.
  void expectWell() {
    ASSERT_EQ(run(good, {}), SLUICE_STATUS_OK) << lastMessage();
    EXPECT_EQ(memcmp(x, y, kSize), 0);
  }

  PackagePtr stuck, good;
  std::unique_ptr<Device> device;
  int8_t y[kSize];
};

TEST_F(XrtControl, EndsAtItsDeadline) {
  EXPECT_EQ(run(stuck, {.deadline = monotonicNow() + 100'000'000}),
            SLUICE_STATUS_DEADLINE_EXCEEDED)
      << lastMessage();
  EXPECT_STREQ(lastMessage(), "region 'copy': not done by its deadline");
  expectWell();
}

/// The window to the device's process is smaller than the second result.
TEST_F(XrtControl, EndsAtItsDeadlineInARequestOfSeveralParts) {
  constexpr uint64_t kLarge = 68 << 20;
  TestPackage planted;
  planted.files["commands.bin"][1] = 0x20;
  auto large = std::make_unique<program::BufferT>();
  large->name = "large";
  large->type = program::ElementType::i8;
  large->shape = {kLarge};
  large->offset = planted.variant().arena_size;
  large->size = kLarge;
  planted.variant().arena_size += kLarge;
  planted.region(0).outputs.push_back(planted.variant().buffers.size());
  planted.variant().buffers.push_back(std::move(large));
  std::vector<int8_t> result(kLarge);
  EXPECT_EQ(run(load(planted), {.deadline = monotonicNow() + 100'000'000},
                result.data()),
            SLUICE_STATUS_DEADLINE_EXCEEDED)
      << lastMessage();
  expectWell();
}

TEST_F(XrtControl, EndsWhenItIsCancelled) {
  std::atomic<bool> cancel = false;
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    cancel = true;
  });
  EXPECT_EQ(run(stuck, {.cancel = &cancel}), SLUICE_STATUS_CANCELLED)
      << lastMessage();
  canceller.join();
  expectWell();
}

TEST_F(XrtControl, FailsAtItsDeadlineWhenTheDeviceHangs) {
  device = nullptr;
  setenv(kFaultVariable, "hang@0", 1);
  Driver *driver = nullptr;
  ASSERT_EQ(findDriver("xrt", driver), SLUICE_STATUS_OK);
  DeviceSpec spec;
  ASSERT_EQ(DeviceSpec::parse("xrt", spec), SLUICE_STATUS_OK);
  ASSERT_EQ(driver->open(spec, device), SLUICE_STATUS_OK) << lastMessage();
  uint64_t begin = monotonicNow();
  EXPECT_EQ(run(good, {.deadline = begin + 100'000'000}),
            SLUICE_STATUS_DEVICE_FAULT);
  EXPECT_LT(monotonicNow() - begin, 10'000'000'000u);
}

//===----------------------------------------------------------------------===//
// Devices that are not there, or other ones
//===----------------------------------------------------------------------===//

TEST_F(Xrt, RefusesAPackageForAnotherEngine) {
  TestPackage planted;
  planted.program.engine->pc = 16;
  planted.program.engine->pk = 16;
  PackagePtr package = load(planted);
  SessionPtr session;
  EXPECT_EQ(open(package, "xrt", session), SLUICE_STATUS_UNSUPPORTED);
  EXPECT_STREQ(sluice_status_message(),
               "engine has PC=8 PK=8, package wants PC=16 PK=16; compile "
               "package in memory for this engine");
}

TEST_F(Xrt, NeedsAnXclbin) {
  unsetenv("SLUICE_XCLBIN");
  expectRefused(
      "xrt", SLUICE_STATUS_INVALID_ARGUMENT,
      "device 'xrt': needs an xclbin, by xrt:xclbin=FILE or SLUICE_XCLBIN; "
      "`sluice bitstream` makes one");
  expectRefused("xrt:xclbin=/nowhere/x.xclbin", SLUICE_STATUS_NOT_FOUND,
                "/nowhere/x.xclbin: No such file");
  expectRefused("xrt:xclbin=/proc/self/exe", SLUICE_STATUS_INVALID_ARGUMENT,
                "/proc/self/exe: is no xclbin");
}

TEST_F(Xrt, RefusesBadNumbers) {
  expectRefused("xrt:card", SLUICE_STATUS_INVALID_ARGUMENT,
                "'card' is not the number of a card");
  expectRefused("xrt:4294967296", SLUICE_STATUS_INVALID_ARGUMENT,
                "'4294967296' is not the number of a card");
  expectRefused("xrt:timeout=0", SLUICE_STATUS_INVALID_ARGUMENT,
                "option 'timeout' is '0', not a number from 1");
  expectRefused("xrt:7", SLUICE_STATUS_NOT_FOUND,
                "xrt: there is no card 7; an emulation is card 0");
}

TEST_F(Xrt, SharesOneProcessBetweenSessionsOfOneDevice) {
  PackagePtr package = load(TestPackage());
  SessionPtr first, second, other;
  ASSERT_EQ(open(package, "xrt", first), SLUICE_STATUS_OK);
  ASSERT_EQ(open(package, "xrt", second), SLUICE_STATUS_OK);
  EXPECT_EQ(children().size(), 1u);
  ASSERT_EQ(open(package, "xrt:verify=0", other), SLUICE_STATUS_OK);
  EXPECT_EQ(children().size(), 2u);
  for (SessionPtr *session : {&first, &second, &other, &first})
    run(session->get());
}

TEST_F(Xrt, DescribesItsDevice) {
  Driver *driver = nullptr;
  ASSERT_EQ(findDriver("xrt", driver), SLUICE_STATUS_OK);
  DeviceSpec spec;
  ASSERT_EQ(DeviceSpec::parse("xrt", spec), SLUICE_STATUS_OK);
  std::unique_ptr<Device> device;
  ASSERT_EQ(driver->open(spec, device), SLUICE_STATUS_OK) << lastMessage();
  DeviceDescription description;
  ASSERT_EQ(device->describe(description), SLUICE_STATUS_OK) << lastMessage();
  ASSERT_EQ(description.engines.size(), 1u);
  EXPECT_EQ(description.engines[0].pc, 8u);
  ASSERT_EQ(description.facts.size(), 3u);
  EXPECT_EQ(description.facts[0].value, "sluice_ulx3s-85f_emulation");
  EXPECT_EQ(description.facts[2].value, "yes");
}

} // namespace
