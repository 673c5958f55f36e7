// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Log.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>

namespace sluice {

static std::mutex mutex;
static sluice_log_fn callback = nullptr;
static void *callbackContext = nullptr;

void setLog(sluice_log_fn log, void *context) {
  std::lock_guard lock(mutex);
  callback = log;
  callbackContext = context;
}

void logEvent(sluice_log_level_t level, const char *format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  for (char *c = line; *c; ++c)
    if (*c == '\n')
      *c = ' ';
  std::lock_guard lock(mutex);
  if (callback)
    callback(callbackContext, level, line);
  else if (getenv("JOURNAL_STREAM"))
    fprintf(stderr, "<%d>sluice: %s\n", int(level), line);
  else
    fprintf(stderr, "sluice: %s\n", line);
}

} // namespace sluice
