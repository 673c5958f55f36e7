// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A thread whose start may fail, which std::thread can only throw.

#ifndef SLUICE_RUNTIME_BASE_THREAD_H
#define SLUICE_RUNTIME_BASE_THREAD_H

#include "runtime/base/Status.h"

#include <functional>
#include <pthread.h>

namespace sluice {

class Thread {
public:
  Thread() = default;
  Thread(const Thread &) = delete;
  Thread &operator=(const Thread &) = delete;
  ~Thread() { join(); }

  /// Runs `body` in a thread, after the one before has ended. It gets no
  /// signal: those are for the host's threads. OUT_OF_MEMORY: the system gives
  /// none.
  Status start(std::function<void()> body);

  /// Waits for its end, if there is one. Called by the thread itself, it lets
  /// go of it: then the object may die before the thread's end.
  void join();

private:
  static void *main(void *self);

  std::function<void()> body;
  pthread_t thread = {};
  bool isStarted = false;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_THREAD_H
