// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/DeviceQueue.h"

#include <algorithm>

#include <climits>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sluice {

/// Sleeps until `word` is no longer 0, or for a while.
static void sleepOn(std::atomic<uint32_t> &word, const RunControl &control) {
  // A cancel flag wakes nobody, so it is looked at every millisecond.
  uint64_t left = control.cancel ? 1'000'000 : 1'000'000'000;
  if (control.deadline != RunControl::kNoDeadline) {
    uint64_t now = monotonicNow();
    left = std::min(left, control.deadline > now ? control.deadline - now : 1);
  }
  timespec timeout = {time_t(left / 1'000'000'000), long(left % 1'000'000'000)};
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, &timeout, nullptr, 0);
}

void DeviceQueue::lock() {
  while (isLocked.test_and_set(std::memory_order_acquire))
    sched_yield();
}

/// False when the turn was free after all, and is the caller's.
bool DeviceQueue::enqueue(Waiter &waiter) {
  lock();
  uint32_t seen = Free;
  while (!state.compare_exchange_weak(seen,
                                      seen == Free ? Taken : TakenAndAwaited,
                                      std::memory_order_acquire)) {
  }
  if (seen != Free) {
    (first ? last->next : first) = &waiter;
    last = &waiter;
  }
  unlock();
  return seen != Free;
}

/// False when the turn has come meanwhile.
bool DeviceQueue::leave(Waiter &waiter) {
  lock();
  bool hasTurn = waiter.hasTurn.load(std::memory_order_acquire);
  if (!hasTurn) {
    Waiter *before = nullptr;
    for (Waiter *at = first; at != &waiter; at = at->next)
      before = at;
    (before ? before->next : first) = waiter.next;
    if (last == &waiter)
      last = before;
  }
  unlock();
  return !hasTurn;
}

Status DeviceQueue::acquire(const RunControl &control, const char *region) {
  uint32_t expected = Free;
  if (state.compare_exchange_strong(expected, Taken, std::memory_order_acquire))
    return SLUICE_STATUS_OK;
  Waiter self;
  if (!enqueue(self))
    return SLUICE_STATUS_OK;
  while (!self.hasTurn.load(std::memory_order_acquire)) {
    if (Status ended = control.check(region); ended != SLUICE_STATUS_OK) {
      if (!leave(self))
        release();
      return ended;
    }
    sleepOn(self.hasTurn, control);
  }
  return SLUICE_STATUS_OK;
}

void DeviceQueue::release() {
  uint32_t expected = Taken;
  if (state.compare_exchange_strong(expected, Free, std::memory_order_release))
    return;
  lock();
  Waiter *next = first;
  if (next) {
    first = next->next;
    std::atomic<uint32_t> &word = next->hasTurn;
    word.store(1, std::memory_order_release);
    // The waiter may be gone by now: then nobody sleeps there.
    syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  } else {
    state.store(Free, std::memory_order_release);
  }
  unlock();
}

} // namespace sluice
