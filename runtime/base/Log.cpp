// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/base/Log.h"

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice {

static std::mutex mutex;
static sluice_log_fn callback = nullptr;
static void *callbackContext = nullptr;

void setLog(sluice_log_fn log, void *context) {
  std::lock_guard lock(mutex);
  callback = log;
  callbackContext = context;
}

/// systemd.exec(5), $JOURNAL_STREAM: DEVICE:INODE of what it connected.
static bool isJournal(int file) {
  const char *stream = getenv("JOURNAL_STREAM");
  unsigned long long device, inode;
  struct stat status;
  return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
         fstat(file, &status) == 0 && status.st_dev == device &&
         status.st_ino == inode;
}

std::array<char, 4> journalPrefix(int level) {
  if (!isJournal(STDERR_FILENO))
    return {};
  return {'<', char('0' + level), '>', 0};
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
  else
    fprintf(stderr, "%ssluice: %s\n", journalPrefix(level).data(), line);
}

} // namespace sluice
