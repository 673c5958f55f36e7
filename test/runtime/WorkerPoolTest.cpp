// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that share a call. Built with ThreadSanitizer, which fails the test
// where a worker may see what another has not finished.

#include "runtime/drivers/cpu/WorkerPool.h"

#include <chrono>
#include <csignal>
#include <gtest/gtest.h>
#include <numeric>
#include <sched.h>
#include <string>
#include <thread>

using namespace sluice;

namespace {

std::unique_ptr<WorkerPool> makePool(uint32_t count, bool pin = false) {
  std::unique_ptr<WorkerPool> pool;
  EXPECT_EQ(WorkerPool::create(count, pin, pool), SLUICE_STATUS_OK)
      << lastMessage();
  return pool;
}

/// Runs `function` with a pointer to `data` as its only tensor.
template <typename T>
int32_t run(WorkerPool &pool, sluice_cpu_region_fn function, T &data) {
  void *tensor = &data;
  sluice_cpu_call call = {};
  call.tensors = &tensor;
  return pool.run(function, call);
}

template <typename T> T &dataOf(const sluice_cpu_call *call) {
  return *static_cast<T *>(call->tensors[0]);
}

void sleepPastAnySpin() {
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

/// Layers of a made-up network: each value of a layer needs values that other
/// workers made in the layer before.
struct Layers {
  static constexpr uint32_t kWidth = 61, kDepth = 9;
  using Row = std::array<uint32_t, kWidth>;

  Layers() { std::iota(rows[0].begin(), rows[0].end(), 1); }

  void compute(uint32_t layer, uint32_t begin, uint32_t end) {
    const Row &in = rows[layer - 1];
    for (uint32_t i = begin; i < end; ++i)
      rows[layer][i] = 3 * in[(i + kWidth / 2) % kWidth] + in[kWidth - 1 - i];
  }

  std::array<Row, kDepth> rows = {};
};

int32_t computeLayers(const sluice_cpu_call *call) {
  auto &layers = dataOf<Layers>(call);
  uint32_t count = call->worker_count, index = call->worker_index;
  for (uint32_t layer = 1; layer < Layers::kDepth; ++layer) {
    if (layer > 1)
      call->barrier(call->barrier_context);
    layers.compute(layer, Layers::kWidth * index / count,
                   Layers::kWidth * (index + 1) / count);
  }
  return 0;
}

class Workers : public testing::TestWithParam<uint32_t> {};

TEST_P(Workers, ShareLayersAsOneWould) {
  Layers expected;
  for (uint32_t layer = 1; layer < Layers::kDepth; ++layer)
    expected.compute(layer, 0, Layers::kWidth);
  auto pool = makePool(GetParam());
  for (int i = 0; i < 200; ++i) {
    Layers layers;
    ASSERT_EQ(run(*pool, computeLayers, layers), 0);
    ASSERT_EQ(layers.rows, expected.rows) << "call " << i;
  }
}

TEST_P(Workers, WakeAfterALongPause) {
  auto pool = makePool(GetParam());
  for (int i = 0; i < 5; ++i) {
    sleepPastAnySpin();
    std::atomic<uint32_t> entered = 0;
    // The last worker is late, so that the others fall asleep at the barrier,
    // and later still, so that the caller does.
    auto beLate = [](const sluice_cpu_call *call) -> int32_t {
      bool isLast = call->worker_index + 1 == call->worker_count;
      if (isLast)
        sleepPastAnySpin();
      dataOf<std::atomic<uint32_t>>(call).fetch_add(1);
      call->barrier(call->barrier_context);
      if (isLast)
        sleepPastAnySpin();
      bool all = dataOf<std::atomic<uint32_t>>(call) == call->worker_count;
      return all ? 0 : 1;
    };
    EXPECT_EQ(run(*pool, beLate, entered), 0);
    EXPECT_EQ(entered, GetParam());
  }
}

TEST_P(Workers, KeepNoOtherWaitingWhenOneGivesUp) {
  auto pool = makePool(GetParam());
  for (uint32_t quitter = 0; quitter < GetParam(); ++quitter) {
    auto giveUp = [](const sluice_cpu_call *call) -> int32_t {
      for (int i = 0; i < 4; ++i) {
        if (i == 2 && call->worker_index == dataOf<uint32_t>(call))
          return 7;
        call->barrier(call->barrier_context);
      }
      return 0;
    };
    EXPECT_EQ(run(*pool, giveUp, quitter), 7);
    Layers layers;
    EXPECT_EQ(run(*pool, computeLayers, layers), 0) << "after a failure";
  }
}

TEST_P(Workers, LeaveSignalsToTheHost) {
  auto pool = makePool(GetParam());
  bool isHostOpen = false;
  auto check = [](const sluice_cpu_call *call) -> int32_t {
    sigset_t blocked;
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    bool isOpen = !sigismember(&blocked, SIGINT);
    if (call->worker_index == 0)
      dataOf<bool>(call) = isOpen;
    return call->worker_index > 0 && isOpen;
  };
  EXPECT_EQ(run(*pool, check, isHostOpen), 0);
  EXPECT_TRUE(isHostOpen);
}

TEST_P(Workers, EndUnused) { makePool(GetParam()); }

// More than the machine has processors, too.
INSTANTIATE_TEST_SUITE_P(Counts, Workers, testing::Values(2, 3, 8));

TEST(WorkerPool, PinsItsThreads) {
  cpu_set_t usable;
  ASSERT_EQ(sched_getaffinity(0, sizeof(usable), &usable), 0);
  uint32_t processors = CPU_COUNT(&usable);
  if (processors > 1) {
    auto pool = makePool(2, /*pin=*/true);
    uint32_t counts[2] = {};
    auto count = [](const sluice_cpu_call *call) -> int32_t {
      cpu_set_t set;
      sched_getaffinity(0, sizeof(set), &set);
      dataOf<uint32_t[2]>(call)[call->worker_index] = CPU_COUNT(&set);
      return 0;
    };
    EXPECT_EQ(run(*pool, count, counts), 0);
    EXPECT_EQ(counts[0], processors) << "the caller's thread was bound";
    EXPECT_EQ(counts[1], 1u);
  }
  std::unique_ptr<WorkerPool> pool;
  EXPECT_EQ(WorkerPool::create(processors + 1, /*pin=*/true, pool),
            SLUICE_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(pool, nullptr);
  EXPECT_NE(std::string(lastMessage()).find("cannot be pinned"),
            std::string::npos);
}

} // namespace
