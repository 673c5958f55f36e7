// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What every driver must do alike when all is well.

#include "test/cts/Devices.h"

#include <atomic>
#include <cstring>
#include <new>

using namespace sluice::test;

static std::atomic<uint64_t> allocations;

void *operator new(size_t size) {
  ++allocations;
  if (void *memory = malloc(size ? size : 1))
    return memory;
  abort();
}
void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }

namespace {

constexpr size_t kSize = TestPackage::kTensorSize;

class Conformance : public testing::TestWithParam<DeviceUnderTest> {
protected:
  void SetUp() override {
    package = loadTestPackage();
    if (!isThere(GetParam()))
      GTEST_SKIP() << "no such device: " << sluice_status_message();
    session = open();
    ASSERT_TRUE(session);
    for (size_t i = 0; i < kSize; ++i)
      x[i] = int8_t(91 * i + 5);
  }
  SessionPtr open() {
    return openSession(package.get(), deviceString(GetParam()).c_str(), false);
  }
  void run(sluice_session_t *session) {
    ASSERT_EQ(sluice_session_set_input(session, 0, x, kSize), SLUICE_STATUS_OK);
    ASSERT_EQ(sluice_session_run(session), SLUICE_STATUS_OK)
        << sluice_status_message();
  }
  const int8_t *output(sluice_session_t *session) {
    const void *data;
    EXPECT_EQ(sluice_session_output_data(session, 0, &data), SLUICE_STATUS_OK);
    return static_cast<const int8_t *>(data);
  }
  void expectOutput(const int8_t *y) {
    bool inverts = GetParam().computes || strcmp(GetParam().ranCpu, "cpu") == 0;
    for (size_t i = 0; i < kSize; ++i) {
      int8_t copied = GetParam().computes ? x[i] : 0;
      ASSERT_EQ(y[i], inverts ? int8_t(~copied) : copied) << i;
    }
  }

  PackagePtr package;
  SessionPtr session;
  alignas(64) int8_t x[kSize];
};

TEST_P(Conformance, Runs) {
  EXPECT_STREQ(sluice_session_device(session.get()), GetParam().name);
  run(session.get());
  expectOutput(output(session.get()));
}

TEST_P(Conformance, RunsAgainWithOtherData) {
  for (int i = 0; i < 3; ++i) {
    for (int8_t &value : x)
      value = int8_t(value * 3 + i);
    run(session.get());
    expectOutput(output(session.get()));
  }
}

TEST_P(Conformance, UsesBoundMemory) {
  alignas(64) int8_t in[kSize], out[kSize + 64];
  memcpy(in, x, kSize);
  memset(out, 77, sizeof(out));
  ASSERT_EQ(sluice_session_bind_input(session.get(), 0, in, kSize),
            SLUICE_STATUS_OK);
  ASSERT_EQ(sluice_session_bind_output(session.get(), 0, out, kSize),
            SLUICE_STATUS_OK);
  ASSERT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
  EXPECT_EQ(output(session.get()), out);
  expectOutput(out);
  EXPECT_EQ(memcmp(in, x, kSize), 0) << "the input was written";
  for (size_t i = kSize; i < sizeof(out); ++i)
    EXPECT_EQ(out[i], 77) << "written past the output";

  // And back to the session's own.
  ASSERT_EQ(sluice_session_bind_output(session.get(), 0, nullptr, 0),
            SLUICE_STATUS_OK);
  run(session.get());
  EXPECT_NE(output(session.get()), out);
  expectOutput(output(session.get()));
}

TEST_P(Conformance, WritesInputsInPlace) {
  void *data;
  ASSERT_EQ(sluice_session_input_data(session.get(), 0, &data),
            SLUICE_STATUS_OK);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(data) % 64, 0u);
  memcpy(data, x, kSize);
  ASSERT_EQ(sluice_session_run(session.get()), SLUICE_STATUS_OK);
  expectOutput(output(session.get()));
}

TEST_P(Conformance, KeepsSessionsApart) {
  SessionPtr other = open();
  ASSERT_TRUE(other);
  run(session.get());
  int8_t first[kSize];
  memcpy(first, output(session.get()), kSize);
  for (int8_t &value : x)
    value ^= 0x55;
  run(other.get());
  expectOutput(output(other.get()));
  EXPECT_EQ(memcmp(first, output(session.get()), kSize), 0);
}

TEST_P(Conformance, KeepsThePackageAlive) {
  package.reset();
  run(session.get());
  expectOutput(output(session.get()));
}

TEST_P(Conformance, FillsInTheProfile) {
  run(session.get());
  sluice_profile_t profile;
  ASSERT_EQ(sluice_session_profile(session.get(), &profile), SLUICE_STATUS_OK);
  EXPECT_EQ(profile.macs, 2000u);
  EXPECT_EQ(profile.fallbacks, 0u);
  EXPECT_GT(profile.time_ns, 0u);
  EXPECT_EQ(profile.cycles > 0, GetParam().countsCycles);
  bool isSplit = strcmp(GetParam().ranEngine, GetParam().ranCpu) != 0;
  EXPECT_EQ(profile.transitions, isSplit ? 1u : 0u);
  EXPECT_EQ(sluice_session_region_count(session.get()), 2u);
  sluice_region_profile_t region;
  ASSERT_EQ(sluice_session_region_profile(session.get(), 0, &region),
            SLUICE_STATUS_OK);
  EXPECT_STREQ(region.name, "copy");
  EXPECT_STREQ(region.target, "engine");
  EXPECT_STREQ(region.device, GetParam().ranEngine);
  EXPECT_EQ(region.macs, 1000u);
  EXPECT_EQ(region.cycles, profile.cycles);
  EXPECT_EQ(region.counter_count > 0, GetParam().countsCycles);
  for (uint32_t i = 0; i < region.counter_count; ++i)
    if (strcmp(region.counters[i].name, "instructions") == 0)
      EXPECT_GE(region.counters[i].value, 2u);
  ASSERT_EQ(sluice_session_region_profile(session.get(), 1, &region),
            SLUICE_STATUS_OK);
  EXPECT_STREQ(region.device, GetParam().ranCpu);
}

TEST_P(Conformance, AllocatesNothingInARun) {
  run(session.get());
  uint64_t before = allocations;
  sluice_status_t status = sluice_session_run(session.get());
  uint64_t after = allocations;
  EXPECT_EQ(status, SLUICE_STATUS_OK);
  // Simulated hardware is in this process, and may allocate where real hardware
  // would not.
  if (!GetParam().isSimulated)
    EXPECT_EQ(after, before);
}

TEST_P(Conformance, RefusesUnknownOptions) {
  std::string spec = deviceString(GetParam());
  spec += spec.find(':') == spec.npos ? ":color=1" : ",color=1";
  sluice_session_options_t options = {sizeof(options), spec.c_str()};
  sluice_session_t *raw;
  EXPECT_EQ(sluice_session_create(package.get(), &options, &raw),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(raw, nullptr);
  EXPECT_NE(std::string(sluice_status_message()).find("option 'color'"),
            std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Drivers, Conformance, testing::ValuesIn(devicesUnderTest()),
    [](const testing::TestParamInfo<DeviceUnderTest> &info) {
      return nameOf(info.param.spec);
    });

} // namespace
