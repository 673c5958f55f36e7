// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events that nobody asked for: a device that fails, one that is well again.

#ifndef SLUICE_RUNTIME_BASE_LOG_H
#define SLUICE_RUNTIME_BASE_LOG_H

#include "sluice/sluice.h"

#include <array>

namespace sluice {

/// Tells the program's log callback, or standard error, one line.
[[gnu::format(printf, 2, 3)]] void logEvent(sluice_log_level_t level,
                                            const char *format, ...);

/// What the journal wants before a line of this level, as sd-daemon(3) has it:
/// "<4>"; nothing where standard error is not the journal.
std::array<char, 4> journalPrefix(int level);

/// Null for standard error.
void setLog(sluice_log_fn log, void *context);

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_LOG_H
