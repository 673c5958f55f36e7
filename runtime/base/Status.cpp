// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Status.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace sluice {

static char *ownMessage() {
  static thread_local char message[kMessageSize];
  return message;
}

static MessageBuffer *buffer = ownMessage;

Status fail(Status status, const char *format, ...) {
  // The arguments may hold the message itself, so it is written beside it
  // first.
  char text[kMessageSize];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  memcpy(buffer(), text, sizeof(text));
  return status;
}

const char *lastMessage() { return buffer(); }

MessageBuffer *messageBuffer() { return buffer; }
void shareMessageBuffer(MessageBuffer *host) { buffer = host; }

} // namespace sluice
