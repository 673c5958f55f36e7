// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Thread.h"

#include <csignal>
#include <cstring>
#include <utility>

namespace sluice {

void *Thread::main(void *self) {
  // The thread may be what ends the object.
  auto body = std::move(static_cast<Thread *>(self)->body);
  body();
  return nullptr;
}

Status Thread::start(std::function<void()> newBody) {
  join();
  body = std::move(newBody);
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&thread, nullptr, main, this);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY, "cannot start a thread: %s",
                strerror(error));
  isStarted = true;
  return SLUICE_STATUS_OK;
}

void Thread::join() {
  if (!std::exchange(isStarted, false))
    return;
  if (pthread_equal(thread, pthread_self()))
    pthread_detach(thread);
  else
    pthread_join(thread, nullptr);
}

} // namespace sluice
