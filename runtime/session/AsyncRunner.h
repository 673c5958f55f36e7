// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A session's thread, which does the runs that it is not waited for.

#ifndef SLUICE_RUNTIME_SESSION_ASYNCRUNNER_H
#define SLUICE_RUNTIME_SESSION_ASYNCRUNNER_H

#include "runtime/base/Thread.h"

#include <condition_variable>
#include <mutex>

namespace sluice {

class AsyncRunner {
public:
  struct Request {
    uint64_t deadline;
    sluice_done_fn done;
    void *context;
  };

  /// `run` does one run until its deadline; `onEnd` says that the next may be
  /// started.
  AsyncRunner(std::function<Status(uint64_t deadline)> run,
              std::function<void()> onEnd)
      : run(std::move(run)), onEnd(std::move(onEnd)) {}
  /// Waits for the run under way, and its callback.
  ~AsyncRunner();

  Status start(const Request &request);
  /// As sluice_session_wait.
  Status wait(uint64_t deadline, Status &result);

private:
  enum class State { Idle, Requested, Running, Over };
  void serve();
  void runOne(std::unique_lock<std::mutex> &lock);

  const std::function<Status(uint64_t deadline)> run;
  const std::function<void()> onEnd;

  std::mutex mutex; // over all below
  std::condition_variable changed;
  State state = State::Idle;
  bool isClosing = false;
  Request request = {};
  Status result = SLUICE_STATUS_OK;
  char message[kMessageSize] = "";

  bool hasThread = false;
  Thread thread;
};

} // namespace sluice

#endif // SLUICE_RUNTIME_SESSION_ASYNCRUNNER_H
