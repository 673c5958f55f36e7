// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C++ API: what it adds to the C API, which SessionTest.cpp tests.

#include "sluice/sluice.hpp"
#include "test/runtime/TestPackage.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <gtest/gtest.h>
#include <new>

static std::atomic<size_t> allocations;

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = malloc(size ? size : 1))
    return memory;
  abort();
}
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }

using namespace sluice;
using sluice::test::TestPackage;

namespace {

constexpr size_t kSize = TestPackage::kTensorSize;

class CppApi : public testing::Test {
protected:
  static Package load(const TestPackage &planted = {}) {
    auto files = planted.build();
    std::vector<sluice_blob_t> blobs;
    for (const auto &[path, bytes] : files)
      blobs.push_back({path.c_str(), bytes.data(), bytes.size()});
    auto package = Package::load(blobs);
    EXPECT_TRUE(package) << package.message();
    return *std::move(package);
  }
  static Session open(const char *device = "cpu", bool fallback = true) {
    // The package goes first; the session keeps what it needs.
    auto session = Session::create(
        load(), {.device = device, .variant = 0, .fallback = fallback});
    EXPECT_TRUE(session) << session.message();
    return *std::move(session);
  }
  static std::vector<int8_t> image() {
    std::vector<int8_t> values(kSize);
    for (size_t i = 0; i < kSize; ++i)
      values[i] = int8_t(37 * i + 11);
    return values;
  }
  static void expectInverted(std::span<const int8_t> got,
                             std::span<const int8_t> from) {
    ASSERT_EQ(got.size(), from.size());
    for (size_t i = 0; i < got.size(); ++i)
      ASSERT_EQ(got[i], int8_t(~from[i])) << i;
  }
};

struct alignas(64) Aligned {
  std::array<int8_t, kSize> values = {};
};

TEST_F(CppApi, SaysWhyAPackageDoesNotLoad) {
  auto missing = Package::load("no/such/package");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.code(), SLUICE_STATUS_NOT_FOUND);
  std::string said = sluice_status_message();
  EXPECT_EQ(said.find("no/such/package/program.fb: "), 0u) << said;
  std::string text = "not a program";
  std::array blobs = {
      sluice_blob_t{"program.fb", text.data(), text.size()},
  };
  auto broken = Package::load(blobs);
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.code(), SLUICE_STATUS_INVALID_PACKAGE);
  // Each keeps its own line, whatever fails next.
  EXPECT_EQ(missing.message(), said);
  EXPECT_NE(broken.message(), said);
}

TEST_F(CppApi, KnowsThePackagesEngine) {
  auto engine = load().engine();
  ASSERT_TRUE(engine);
  EXPECT_EQ(engine->pc, 8u);
  EXPECT_EQ(engine->clockMhz, 50.0f);
  TestPackage planted;
  planted.program.engine.reset();
  planted.program.target = "cpu:x86-64-v3";
  planted.region(0).target = "cpu";
  planted.region(0).engine.reset();
  EXPECT_FALSE(load(planted).engine());
}

TEST_F(CppApi, DescribesTensors) {
  Session session = open();
  EXPECT_EQ(session.inputCount(), 1u);
  EXPECT_EQ(session.outputCount(), 1u);
  auto info = session.outputInfo("y");
  ASSERT_TRUE(info) << info.message();
  EXPECT_EQ(info->name, "y");
  EXPECT_EQ(info->type, SLUICE_TYPE_I8);
  EXPECT_TRUE(
      std::ranges::equal(info->shape, std::array<int64_t, 4>{1, 4, 4, 16}));
  EXPECT_EQ(info->size, kSize);
  ASSERT_TRUE(info->quantization);
  EXPECT_EQ(info->quantization->scale, 0.5f);
  EXPECT_EQ(info->quantization->zeroPoint, 3);
  EXPECT_EQ(session.inputInfo(0)->name, "x");
  EXPECT_EQ(*session.findInput("x"), 0u);
  EXPECT_EQ(session.inputInfo("y").code(), SLUICE_STATUS_NOT_FOUND);
  EXPECT_EQ(session.outputInfo(1).code(), SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST_F(CppApi, RunsOnACopy) {
  Session session = open();
  EXPECT_EQ(session.device(), "cpu");
  auto x = image();
  ASSERT_TRUE(session.setInput<int8_t>("x", x));
  ASSERT_TRUE(session.run());
  auto y = session.output<int8_t>("y");
  ASSERT_TRUE(y) << y.message();
  expectInverted(*y, x);
  EXPECT_EQ(session.output<std::byte>(0)->size(), kSize);
}

TEST_F(CppApi, RunsInPlace) {
  Session session = open();
  auto x = image();
  auto memory = session.input<int8_t>(0);
  ASSERT_TRUE(memory) << memory.message();
  std::ranges::copy(x, memory->begin());
  ASSERT_TRUE(session.run());
  expectInverted(*session.output<int8_t>(0), x);
}

TEST_F(CppApi, RunsOnBoundMemory) {
  Session session = open();
  Aligned x, y;
  std::ranges::copy(image(), x.values.begin());
  ASSERT_TRUE(session.bindInput<int8_t>("x", x.values));
  ASSERT_TRUE(session.bindOutput<int8_t>("y", y.values));
  ASSERT_TRUE(session.run());
  expectInverted(y.values, x.values);
  EXPECT_EQ(session.output<int8_t>("y")->data(), y.values.data());
  ASSERT_TRUE(session.unbindInput("x"));
  ASSERT_TRUE(session.unbindOutput("y"));
  EXPECT_NE(session.output<int8_t>("y")->data(), y.values.data());
}

TEST_F(CppApi, RunsWithoutAllocating) {
  Session session = open();
  auto x = image();
  Aligned y;
  size_t before = allocations;
  for (int i = 0; i < 3; ++i) {
    bool ran = session.setInput<int8_t>(0, x) && session.input<int8_t>(0) &&
               session.bindOutput<int8_t>(0, y.values) && session.run() &&
               session.output<int8_t>(0) && session.regionProfile(0) &&
               session.profile().macs;
    ASSERT_TRUE(ran);
  }
  EXPECT_EQ(allocations, before);
  // That the count counts.
  EXPECT_FALSE(session.setInput<int8_t>(1, x));
  EXPECT_GT(allocations, before);
}

TEST_F(CppApi, ChecksWhatItIsGiven) {
  Session session = open();
  auto x = image();
  auto size = session.setInput<int8_t>("x", std::span(x).first(255));
  EXPECT_EQ(size.code(), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(size.message(),
            "sluice_session_set_input: tensor 'x' has 256 bytes, not 255");
  std::vector<float> floats(kSize / sizeof(float));
  EXPECT_EQ(session.setInput<float>("x", floats).code(),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(session.input<uint8_t>("x").code(), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(session.output<float>("y").message(),
            "tensor 'y' is not of the element type asked for; see "
            "TensorInfo::type, or ask for std::byte");
  EXPECT_EQ(session.setInput<int8_t>("y", x).code(), SLUICE_STATUS_NOT_FOUND);
  EXPECT_EQ(session.unbindInput("y").code(), SLUICE_STATUS_NOT_FOUND);
  EXPECT_FALSE(session.setInput<int8_t>(1, x));
}

TEST_F(CppApi, IsEmptyOnceMovedFrom) {
  Session session = open();
  Session other = open("null");
  other = std::move(session);
  EXPECT_EQ(other.device(), "cpu");
  // What is left behind says so, and crashes nobody.
  EXPECT_EQ(session.run().code(), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(session.inputInfo("x").code(), SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(session.profile().macs, 0u);
  EXPECT_EQ(session.fault(), "");
}

TEST_F(CppApi, TellsWhatARunTook) {
  Session session = open("null");
  ASSERT_TRUE(session.run());
  Profile profile = session.profile();
  EXPECT_GT(profile.time.count(), 0);
  EXPECT_EQ(profile.macs, 2000u);
  EXPECT_EQ(profile.fallbacks, 0u);
  ASSERT_EQ(session.regionCount(), 2u);
  auto region = session.regionProfile(1);
  ASSERT_TRUE(region) << region.message();
  EXPECT_EQ(region->name, "invert");
  EXPECT_FALSE(region->counter("no such counter"));
  for (const sluice_counter_t &counter : region->counters)
    EXPECT_EQ(region->counter(counter.name), counter.value);
  EXPECT_EQ(session.regionProfile(2).code(), SLUICE_STATUS_INVALID_ARGUMENT);
}

TEST_F(CppApi, ReportsFaults) {
  Session session = open("null:fail=1");
  EXPECT_EQ(session.fault(), "");
  ASSERT_TRUE(session.run());
  EXPECT_EQ(session.profile().fallbacks, 2u);
  EXPECT_NE(session.fault().find("region 'copy'"), std::string_view::npos);
  EXPECT_TRUE(session.regionProfile(0)->fallback);
  auto status = open("null:fail=1,fill=2", false).run();
  EXPECT_EQ(status.code(), SLUICE_STATUS_DEVICE_FAULT);
}

TEST_F(CppApi, RunsAsynchronously) {
  Session session = open();
  auto x = image();
  ASSERT_TRUE(session.setInput<int8_t>("x", x));
  // Each end starts the next run, three times.
  std::atomic<int> ended = 0;
  std::promise<Status> last;
  std::function<void(Status)> next = [&](Status status) {
    if (!status || ++ended == 3)
      return last.set_value(status);
    if (auto again = session.runAsync({}, next); !again)
      last.set_value(again);
  };
  ASSERT_TRUE(session.runAsync({}, next));
  Status status = last.get_future().get();
  ASSERT_TRUE(status) << status.message();
  EXPECT_EQ(ended, 3);
  EXPECT_TRUE(session.wait());
  expectInverted(*session.output<int8_t>("y"), x);
}

TEST_F(CppApi, CancelsAndMeetsDeadlines) {
  Session session = open("fault:cpu,kind=hang,ms=2000");
  ASSERT_TRUE(session.runAsync());
  EXPECT_EQ(session.setInput<int8_t>("x", image()).code(), SLUICE_STATUS_BUSY);
  auto soon = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
  EXPECT_FALSE(session.waitUntil(soon));
  session.cancel();
  EXPECT_EQ(session.wait().code(), SLUICE_STATUS_CANCELLED);
  // Cancelling harms nobody: the device is well, and the session runs again,
  // also if the first run was cancelled before it came to the fault.
  EXPECT_EQ(session.health().faults, 0u);
  ASSERT_TRUE(session.run());
  auto past = std::chrono::steady_clock::now() - std::chrono::seconds(1);
  EXPECT_EQ(session.run({past}).code(), SLUICE_STATUS_DEADLINE_EXCEEDED);
}

TEST_F(CppApi, DescribesPackages) {
  PackageInfo info = load().info();
  EXPECT_EQ(info.format, 1u);
  EXPECT_EQ(info.variants, 1u);
}

TEST_F(CppApi, ListsDrivers) {
  auto all = drivers();
  EXPECT_TRUE(std::ranges::any_of(
      all, [](const Driver &driver) { return driver.name == "cpu"; }));
}

} // namespace
