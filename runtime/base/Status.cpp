// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Status.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace sluice {

static thread_local char message[2048];

Status fail(Status status, const char *format, ...) {
  // The arguments may hold the message itself, so it is written beside it
  // first.
  char text[sizeof(message)];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  memcpy(message, text, sizeof(message));
  return status;
}

const char *lastMessage() { return message; }

} // namespace sluice
