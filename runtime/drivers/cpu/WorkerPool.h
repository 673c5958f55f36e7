// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Threads that share one call of a region's CPU code. The calling thread is
// worker 0. Who waits spins first and sleeps later, so that back-to-back runs
// wake nobody and an idle session takes no processor time.

#ifndef SLUICE_RUNTIME_DRIVERS_CPU_WORKERPOOL_H
#define SLUICE_RUNTIME_DRIVERS_CPU_WORKERPOOL_H

#include "runtime/base/Status.h"
#include "sluice/cpu_abi.h"

#include <atomic>
#include <memory>
#include <pthread.h>
#include <vector>

namespace sluice {

/// The processors that this process may use, in order.
std::vector<int> usableProcessors();

/// Where the workers of one call meet. One that has left counts as having
/// entered all that follows: a worker that gives up keeps no other waiting.
class WorkerBarrier {
public:
  /// Starts a call. No worker may be at the barrier.
  void reset(uint32_t workers);
  /// Returns when all workers that have not left have entered.
  void enter(bool spins);
  void leave();

private:
  void arrive();

  std::atomic<uint32_t> epoch = 0;     // grows when all have entered
  std::atomic<uint32_t> missing = 0;   // workers yet to enter in this epoch
  std::atomic<uint32_t> remaining = 0; // workers that have not left
};

/// One caller at a time.
class WorkerPool {
public:
  static constexpr uint32_t kMostThreads = 256;

  /// Starts `count` - 1 threads, at least one, beside the caller's, which take
  /// no signals. `pin` binds worker i to the i-th processor that this process
  /// may use; the caller's thread is left as it is. INVALID_ARGUMENT: more
  /// pinned threads than processors. OUT_OF_MEMORY: the system gives no more
  /// threads.
  static Status create(uint32_t count, bool pin,
                       std::unique_ptr<WorkerPool> &out);
  /// Waits for all threads to end.
  ~WorkerPool();
  WorkerPool(const WorkerPool &) = delete;
  WorkerPool &operator=(const WorkerPool &) = delete;

  /// Runs `function` once on every worker, with `call`'s scratch and tensors.
  /// Returns 0, or a code that some worker gave. Allocates and locks nothing.
  int32_t run(sluice_cpu_region_fn function, const sluice_cpu_call &call);

private:
  struct Seat {
    WorkerPool *pool;
    uint32_t index;
  };

  explicit WorkerPool(uint32_t count) : count(count) {}
  Status start(bool pin);
  Status startThread(uint32_t index, int processor);
  static void *threadMain(void *seat);
  static void enterBarrier(void *pool);
  void serve(uint32_t index);
  void work(uint32_t index);

  const uint32_t count;
  bool spins = true; // false: more workers than processors
  std::vector<Seat> seats;
  std::vector<pthread_t> threads;

  // Of the call that runs now; written only while all threads wait.
  sluice_cpu_region_fn function = nullptr;
  sluice_cpu_call shared = {};
  bool stops = false;

  // Written by several threads: each on a cache line of its own.
  alignas(64) std::atomic<uint32_t> calls = 0; // grows by one a call
  alignas(64) std::atomic<uint32_t> busy = 0;  // threads still in the call
  alignas(64) std::atomic<int32_t> failure = 0;
  alignas(64) WorkerBarrier barrier;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_DRIVERS_CPU_WORKERPOOL_H
