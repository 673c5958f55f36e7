// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Turns on a device, in the order they are asked for.

#ifndef SLUICE_RUNTIME_HAL_DEVICEQUEUE_H
#define SLUICE_RUNTIME_HAL_DEVICEQUEUE_H

#include "runtime/hal/Driver.h"

namespace sluice {

/// Whoever asks first has the next turn. A turn that nobody else waits for
/// costs one atomic operation, and no system call; no turn allocates.
class DeviceQueue {
public:
  /// Waits for a turn. What `control.check` says when the run is to end before.
  Status acquire(const RunControl &control, const char *region);
  void release();

  /// A turn without a limit, for a scope.
  class Turn {
  public:
    explicit Turn(DeviceQueue &queue) : queue(queue) { queue.acquire({}, ""); }
    ~Turn() { queue.release(); }
    Turn(const Turn &) = delete;
    Turn &operator=(const Turn &) = delete;

  private:
    DeviceQueue &queue;
  };

private:
  /// Lives on the stack of the thread that waits.
  struct Waiter {
    Waiter *next = nullptr;
    std::atomic<uint32_t> hasTurn = 0;
  };
  enum State : uint32_t { Free, Taken, TakenAndAwaited };

  bool enqueue(Waiter &waiter);
  bool leave(Waiter &waiter);
  void lock();
  void unlock() { isLocked.clear(std::memory_order_release); }

  std::atomic<uint32_t> state = Free;
  // Over the list, for a few instructions at a time.
  std::atomic_flag isLocked;
  Waiter *first = nullptr;
  Waiter *last = nullptr;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_HAL_DEVICEQUEUE_H
