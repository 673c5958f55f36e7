// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/cpu/WorkerPool.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <sched.h>

namespace sluice {
namespace {

/// About what falling asleep and being woken costs: who spins no longer wastes
/// at most half.
constexpr std::chrono::microseconds kLongestSpin(50);

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/// Waits until `value` is no longer `old`. Every change that ends a wait is a
/// sequentially consistent read-modify-write: what `notify` reads to know of
/// sleepers must not move before it.
void awaitChange(const std::atomic<uint32_t> &value, uint32_t old, bool spins) {
  using Clock = std::chrono::steady_clock;
  // Short waits, the common ones, end before the clock is first read.
  constexpr int kPausesPerLook = 64;
  Clock::time_point end = Clock::time_point::max();
  while (spins) {
    for (int i = 0; i < kPausesPerLook; ++i) {
      if (value.load(std::memory_order_acquire) != old)
        return;
      pause();
    }
    Clock::time_point now = Clock::now();
    if (end == Clock::time_point::max())
      end = now + kLongestSpin;
    else if (now > end)
      break;
  }
  value.wait(old, std::memory_order_acquire);
}

} // namespace

std::vector<int> usableProcessors() {
  cpu_set_t set;
  std::vector<int> processors;
  if (sched_getaffinity(0, sizeof(set), &set) == 0)
    for (int i = 0; i < CPU_SETSIZE; ++i)
      if (CPU_ISSET(i, &set))
        processors.push_back(i);
  return processors;
}

void WorkerBarrier::reset(uint32_t workers) {
  missing.store(workers, std::memory_order_relaxed);
  remaining.store(workers, std::memory_order_relaxed);
}

/// Whoever leaves is out of `remaining` before it arrives, so the last to
/// arrive sees all who left.
void WorkerBarrier::arrive() {
  if (missing.fetch_sub(1, std::memory_order_acq_rel) != 1)
    return;
  missing.store(remaining.load(std::memory_order_relaxed),
                std::memory_order_relaxed);
  epoch.fetch_add(1);
  epoch.notify_all();
}

void WorkerBarrier::enter(bool spins) {
  uint32_t now = epoch.load(std::memory_order_relaxed);
  arrive();
  awaitChange(epoch, now, spins);
}

void WorkerBarrier::leave() {
  remaining.fetch_sub(1, std::memory_order_relaxed);
  arrive();
}

Status WorkerPool::create(uint32_t count, bool pin,
                          std::unique_ptr<WorkerPool> &out) {
  std::unique_ptr<WorkerPool> pool(new WorkerPool(count));
  SLUICE_RETURN_IF_ERROR(pool->start(pin));
  out = std::move(pool);
  return SLUICE_STATUS_OK;
}

Status WorkerPool::start(bool pin) {
  std::vector<int> processors = usableProcessors();
  if (pin && processors.size() < count)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device 'cpu': threads=%u cannot be pinned to the %zu "
                "processors that this process may use; ask for fewer",
                count, processors.size());
  spins = processors.size() >= count;
  threads.reserve(count);
  for (uint32_t i = 0; i < count; ++i)
    seats.push_back({this, i});
  // A signal is for the host's threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  Status status = SLUICE_STATUS_OK;
  for (uint32_t i = 1; i < count && status == SLUICE_STATUS_OK; ++i)
    status = startThread(i, pin ? processors[i] : -1);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return status;
}

/// `processor` is -1 for a thread that is not pinned.
Status WorkerPool::startThread(uint32_t index, int processor) {
  pthread_t thread;
  if (int error = pthread_create(&thread, nullptr, threadMain, &seats[index]))
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "device 'cpu': cannot start thread %u of %u: %s; ask for fewer "
                "with threads=",
                index + 1, count, strerror(error));
  threads.push_back(thread);
  if (processor < 0)
    return SLUICE_STATUS_OK;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processor, &set);
  if (int error = pthread_setaffinity_np(thread, sizeof(set), &set))
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "device 'cpu': cannot pin thread %u to processor %d: %s",
                index + 1, processor, strerror(error));
  return SLUICE_STATUS_OK;
}

WorkerPool::~WorkerPool() {
  stops = true;
  calls.fetch_add(1);
  calls.notify_all();
  for (pthread_t thread : threads)
    pthread_join(thread, nullptr);
}

void *WorkerPool::threadMain(void *seat) {
  const Seat &own = *static_cast<Seat *>(seat);
  own.pool->serve(own.index);
  return nullptr;
}

void WorkerPool::serve(uint32_t index) {
  // The caller waits for every thread, so none misses a call.
  for (uint32_t seen = 0;; ++seen) {
    awaitChange(calls, seen, spins);
    if (stops)
      return;
    work(index);
    if (busy.fetch_sub(1) == 1)
      busy.notify_one();
  }
}

void WorkerPool::enterBarrier(void *pool) {
  auto &self = *static_cast<WorkerPool *>(pool);
  self.barrier.enter(self.spins);
}

void WorkerPool::work(uint32_t index) {
  sluice_cpu_call call = shared;
  call.worker_index = index;
  if (int32_t code = function(&call))
    failure.store(code, std::memory_order_relaxed);
  barrier.leave();
}

int32_t WorkerPool::run(sluice_cpu_region_fn newFunction,
                        const sluice_cpu_call &call) {
  function = newFunction;
  shared = call;
  shared.worker_count = count;
  shared.barrier = enterBarrier;
  shared.barrier_context = this;
  failure.store(0, std::memory_order_relaxed);
  barrier.reset(count);
  busy.store(count - 1, std::memory_order_relaxed);
  calls.fetch_add(1);
  calls.notify_all();
  work(0);
  while (uint32_t left = busy.load(std::memory_order_acquire))
    awaitChange(busy, left, spins);
  return failure.load(std::memory_order_relaxed);
}

} // namespace sluice
