// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Events that nobody asked for: a device that fails, one that is well again.

#ifndef SLUICE_RUNTIME_BASE_LOG_H
#define SLUICE_RUNTIME_BASE_LOG_H

#include "sluice/sluice.h"

namespace sluice {

/// Tells the program's log callback, or standard error, one line.
[[gnu::format(printf, 2, 3)]] void logEvent(sluice_log_level_t level,
                                            const char *format, ...);

/// Null for standard error.
void setLog(sluice_log_fn log, void *context);

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_LOG_H
