// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nanoseconds of CLOCK_MONOTONIC, which is std::chrono::steady_clock: the clock
// of every deadline and every time the runtime tells.

#ifndef SLUICE_RUNTIME_BASE_CLOCK_H
#define SLUICE_RUNTIME_BASE_CLOCK_H

#include <chrono>
#include <cstdint>

namespace sluice {

inline uint64_t monotonicNow() {
  using namespace std::chrono;
  return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch())
      .count();
}

} // namespace sluice

#endif // SLUICE_RUNTIME_BASE_CLOCK_H
