// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the runtime says what went wrong: a status value, with its text kept in a
// buffer of the thread. Nothing is allocated and nothing thrown.

#ifndef SLUICE_RUNTIME_BASE_STATUS_H
#define SLUICE_RUNTIME_BASE_STATUS_H

#include "sluice/sluice.h"

namespace sluice {

using Status = sluice_status_t;

/// Returns `status` and keeps the formatted text as this thread's message.
[[gnu::format(printf, 2, 3)]] Status fail(Status status, const char *format,
                                          ...);

/// The text of the last failure in this thread; empty when there was none.
const char *lastMessage();

/// Gives this thread's message buffer, of kMessageSize bytes.
using MessageBuffer = char *();
inline constexpr unsigned long kMessageSize = 2048;

/// This copy of the runtime's own buffer. A plug-in has a copy of this file
/// too, and is told of its host's buffer, so that its messages arrive there.
MessageBuffer *messageBuffer();
void shareMessageBuffer(MessageBuffer *host);

} // namespace sluice

/// Leaves the function with the status of `expression` unless that is OK.
#define SLUICE_RETURN_IF_ERROR(expression)                                     \
  do {                                                                         \
    if (::sluice::Status status_ = (expression); status_ != SLUICE_STATUS_OK)  \
      return status_;                                                          \
  } while (false)

#endif // SLUICE_RUNTIME_BASE_STATUS_H
