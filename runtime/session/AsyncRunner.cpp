// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/session/AsyncRunner.h"

#include "runtime/base/Clock.h"

#include <cstdio>

namespace sluice {

AsyncRunner::~AsyncRunner() {
  {
    std::lock_guard lock(mutex);
    isClosing = true;
  }
  changed.notify_all();
  thread.join();
}

Status AsyncRunner::start(const Request &newRequest) {
  std::lock_guard lock(mutex);
  if (!hasThread)
    SLUICE_RETURN_IF_ERROR(thread.start([this] { serve(); }));
  hasThread = true;
  request = newRequest;
  state = State::Requested;
  changed.notify_all();
  return SLUICE_STATUS_OK;
}

void AsyncRunner::serve() {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock,
                 [this] { return isClosing || state == State::Requested; });
    // A run that was started is done even if nobody waits for it any more.
    if (state != State::Requested)
      return;
    runOne(lock);
  }
}

/// Its callback may start the next run, so this one's message is kept apart.
void AsyncRunner::runOne(std::unique_lock<std::mutex> &lock) {
  Request mine = request;
  state = State::Running;
  lock.unlock();
  Status status = run(mine.deadline);
  char text[kMessageSize] = "";
  if (status != SLUICE_STATUS_OK)
    snprintf(text, sizeof(text), "%s", lastMessage());
  lock.lock();
  result = status;
  snprintf(message, sizeof(message), "%s", text);
  state = State::Over;
  onEnd();
  changed.notify_all();
  lock.unlock();
  if (mine.done)
    mine.done(mine.context, status, text);
  lock.lock();
}

Status AsyncRunner::wait(uint64_t deadline, Status &out) {
  using namespace std::chrono;
  std::unique_lock lock(mutex);
  if (state == State::Idle)
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "sluice_session_wait: no run was started");
  auto isOver = [this] { return state == State::Over; };
  constexpr uint64_t kNever = INT64_MAX; // of the clock that waits
  if (!deadline || deadline > kNever)
    changed.wait(lock, isOver);
  else if (!changed.wait_until(
               lock, steady_clock::time_point(nanoseconds(deadline)), isOver))
    return fail(SLUICE_STATUS_DEADLINE_EXCEEDED,
                "sluice_session_wait: the run is still under way");
  out = result;
  if (result != SLUICE_STATUS_OK)
    fail(result, "%s", message);
  return SLUICE_STATUS_OK;
}

} // namespace sluice
