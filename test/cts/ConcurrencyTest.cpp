// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sessions in several threads on one device, deadlines, asynchronous runs and
// cancelling: what every device must do alike.

#include "test/cts/Devices.h"

#include "runtime/hal/DeviceQueue.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>
#include <unistd.h>

using namespace sluice::test;

namespace {

constexpr size_t kSize = TestPackage::kTensorSize;
constexpr uint64_t kSecond = 1'000'000'000;

/// Until `holds`, or for a minute.
template <typename Condition> void waitUntil(Condition holds) {
  uint64_t end = sluice_monotonic_ns() + 60 * kSecond;
  while (!holds() && sluice_monotonic_ns() < end)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

class Concurrency : public testing::TestWithParam<DeviceUnderTest> {
protected:
  void SetUp() override {
    if (!isThere(GetParam()))
      GTEST_SKIP() << "no such device: " << sluice_status_message();
    device = deviceString(GetParam());
  }
  /// Runs once on data of its own; false when the result is wrong.
  static bool runOnce(sluice_session_t *session, uint8_t seed) {
    int8_t x[kSize];
    for (size_t i = 0; i < kSize; ++i)
      x[i] = int8_t(i * 3 + seed);
    if (sluice_session_set_input(session, 0, x, kSize) ||
        sluice_session_run(session))
      return false;
    const void *y;
    sluice_session_output_data(session, 0, &y);
    return isRight(static_cast<const int8_t *>(y), x);
  }
  static bool isRight(const int8_t *y, const int8_t *x) {
    bool inverts = GetParam().computes || !strcmp(GetParam().ranCpu, "cpu");
    for (size_t i = 0; i < kSize; ++i) {
      int8_t copied = GetParam().computes ? x[i] : 0;
      if (y[i] != (inverts ? int8_t(~copied) : copied))
        return false;
    }
    return true;
  }

  std::string device;
};

TEST_P(Concurrency, TwoPackagesAndFourThreadsShareADevice) {
  // The second package has its result elsewhere.
  TestPackage moved;
  moved.variant().arena_size = 1024;
  moved.variant().buffers[2]->offset = 768;
  PackagePtr packages[] = {loadTestPackage(), loadTestPackage(moved)};
  std::atomic<bool> isOver = false;
  std::atomic<int> failures = 0, ready = 0;
  std::atomic<int> counts[4] = {};
  auto work = [&](int index) {
    SessionPtr session =
        openSession(packages[index % 2].get(), device.c_str(), false);
    for (++ready; ready < 4;)
      std::this_thread::yield();
    for (uint8_t seed = 0; !isOver; ++seed) {
      failures += !session || !runOnce(session.get(), seed + 64 * index);
      ++counts[index];
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back(work, i);
  while (ready < 4)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  // A device that is slow, or a busy machine, takes longer to serve them all.
  waitUntil([&] { return !std::count(counts, counts + 4, 0); });
  isOver = true;
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures, 0);
  for (const std::atomic<int> &count : counts)
    EXPECT_GE(count, 1);
}

TEST_P(Concurrency, MeetsDeadlines) {
  PackagePtr package = loadTestPackage();
  SessionPtr session = openSession(package.get(), device.c_str(), false);
  ASSERT_TRUE(session);
  EXPECT_TRUE(runOnce(session.get(), 1));
  sluice_run_options_t options = {sizeof(options), sluice_monotonic_ns() - 1};
  EXPECT_EQ(sluice_session_run_with(session.get(), &options),
            SLUICE_STATUS_DEADLINE_EXCEEDED);
  EXPECT_STREQ(sluice_status_message(),
               "region 'copy': not done by its deadline");
  options.deadline_ns = sluice_monotonic_ns() + 60 * kSecond;
  EXPECT_EQ(sluice_session_run_with(session.get(), &options), SLUICE_STATUS_OK);
  // An impossible deadline is the caller's fault, not the device's.
  EXPECT_TRUE(runOnce(session.get(), 2));
  sluice_device_health_t health;
  sluice_session_health(session.get(), &health);
  EXPECT_EQ(health.faults, 0u);
}

TEST_P(Concurrency, IsNotAtFaultForATightDeadline) {
  PackagePtr package = loadTestPackage();
  for (uint64_t time : {20'000, 200'000, 2'000'000}) {
    // One that has never run there does not know what a run takes.
    SessionPtr session = openSession(package.get(), device.c_str(), false);
    sluice_run_options_t options = {sizeof(options),
                                    sluice_monotonic_ns() + time};
    sluice_status_t status = sluice_session_run_with(session.get(), &options);
    EXPECT_TRUE(status == SLUICE_STATUS_OK ||
                status == SLUICE_STATUS_DEADLINE_EXCEEDED)
        << sluice_status_message();
    sluice_device_health_t health;
    sluice_session_health(session.get(), &health);
    EXPECT_EQ(health.faults, 0u);
  }
}

TEST_P(Concurrency, RunsAsynchronously) {
  PackagePtr package = loadTestPackage();
  SessionPtr session = openSession(package.get(), device.c_str(), false);
  ASSERT_TRUE(session);
  sluice_status_t result;
  EXPECT_EQ(sluice_session_wait(session.get(), 0, &result),
            SLUICE_STATUS_INVALID_ARGUMENT);
  std::atomic<int> ends = 0;
  for (int i = 1; i <= 20; ++i) {
    int8_t x[kSize];
    memset(x, i, kSize);
    ASSERT_EQ(sluice_session_set_input(session.get(), 0, x, kSize),
              SLUICE_STATUS_OK);
    ASSERT_EQ(sluice_session_run_async(
                  session.get(), nullptr,
                  [](void *context, sluice_status_t status, const char *) {
                    *static_cast<std::atomic<int> *>(context) +=
                        status == SLUICE_STATUS_OK;
                  },
                  &ends),
              SLUICE_STATUS_OK)
        << sluice_status_message();
    ASSERT_EQ(sluice_session_wait(session.get(), 0, &result), SLUICE_STATUS_OK);
    EXPECT_EQ(result, SLUICE_STATUS_OK);
    const void *y;
    ASSERT_EQ(sluice_session_output_data(session.get(), 0, &y),
              SLUICE_STATUS_OK);
    EXPECT_TRUE(isRight(static_cast<const int8_t *>(y), x));
  }
  session.reset(); // waits for the last callback
  EXPECT_EQ(ends, 20);
}

TEST_P(Concurrency, CancelsAtAnyMoment) {
  PackagePtr package = loadTestPackage();
  SessionPtr session = openSession(package.get(), device.c_str(), false);
  ASSERT_TRUE(session);
  for (int i = 0; i < 40; ++i) {
    ASSERT_EQ(
        sluice_session_run_async(session.get(), nullptr, nullptr, nullptr),
        SLUICE_STATUS_OK);
    std::this_thread::sleep_for(std::chrono::microseconds(17 * i));
    ASSERT_EQ(sluice_session_cancel(session.get()), SLUICE_STATUS_OK);
    sluice_status_t result;
    ASSERT_EQ(sluice_session_wait(session.get(), 0, &result), SLUICE_STATUS_OK);
    EXPECT_TRUE(result == SLUICE_STATUS_OK || result == SLUICE_STATUS_CANCELLED)
        << sluice_status_message();
  }
  EXPECT_TRUE(runOnce(session.get(), 9));
  sluice_device_health_t health;
  sluice_session_health(session.get(), &health);
  EXPECT_EQ(health.faults, 0u);
}

TEST_P(Concurrency, ReleasesASessionThatRuns) {
  PackagePtr package = loadTestPackage();
  std::atomic<int> ends = 0;
  for (int i = 0; i < 5; ++i) {
    SessionPtr session = openSession(package.get(), device.c_str(), false);
    ASSERT_TRUE(session);
    ASSERT_EQ(sluice_session_run_async(
                  session.get(), nullptr,
                  [](void *context, sluice_status_t, const char *) {
                    ++*static_cast<std::atomic<int> *>(context);
                  },
                  &ends),
              SLUICE_STATUS_OK);
  }
  EXPECT_EQ(ends, 5);
}

/// Without the noisy line: how long that takes to open is a matter of luck.
std::vector<DeviceUnderTest> quietDevices() {
  auto all = devicesUnderTest();
  std::erase_if(all, [](const DeviceUnderTest &device) {
    return strstr(device.spec, "noisy") != nullptr;
  });
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Drivers, Concurrency, testing::ValuesIn(quietDevices()),
    [](const testing::TestParamInfo<DeviceUnderTest> &info) {
      return nameOf(info.param.spec);
    });

/// Whether a thread of this process sleeps: proc(5), the field behind its name.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  return line.find(") S ") != line.npos;
}

TEST(DeviceQueue, GivesTurnsInOrder) {
  constexpr int kWaiters = 6, kGivesUp = 2;
  sluice::DeviceQueue queue;
  std::vector<int> order;
  std::atomic<pid_t> ids[kWaiters] = {};
  std::vector<std::thread> threads;
  {
    sluice::DeviceQueue::Turn turn(queue);
    std::atomic<bool> cancel = false;
    for (int i = 0; i < kWaiters; ++i) {
      threads.emplace_back([&, i] {
        sluice::RunControl control;
        if (i == kGivesUp)
          control.cancel = &cancel;
        ids[i] = gettid();
        if (queue.acquire(control, "r") != SLUICE_STATUS_OK)
          return;
        order.push_back(i);
        queue.release();
      });
      waitUntil([&] { return ids[i] && sleeps(ids[i]); });
    }
    // The third gives up while it waits, and holds up nobody.
    cancel = true;
    threads[kGivesUp].join();
  }
  for (std::thread &thread : threads)
    if (thread.joinable())
      thread.join();
  EXPECT_EQ(order, (std::vector<int>{0, 1, 3, 4, 5}));
}

TEST(DeviceQueue, LosesNoTurn) {
  sluice::DeviceQueue queue;
  int64_t turns = 0; // guarded by the turn
  std::atomic<int64_t> expected = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int j = 0; j < 5000; ++j) {
        sluice::RunControl control;
        if (i % 2)
          control.deadline = sluice::monotonicNow() + 500 * (j % 7);
        if (queue.acquire(control, "r") != SLUICE_STATUS_OK)
          continue;
        ++turns;
        ++expected;
        queue.release();
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(turns, expected);
  EXPECT_EQ(queue.acquire({1}, "r"), SLUICE_STATUS_OK);
  queue.release();
}

} // namespace
