// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How little of a machine a program needs.

#ifndef SLUICE_TOOLS_SLUICE_LIMITS_H
#define SLUICE_TOOLS_SLUICE_LIMITS_H

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sluice {

/// Under less than these it takes more than a tenth longer, or does not end.
struct Knees {
  std::string missing;           ///< why there are none, or empty
  uint64_t processorPercent = 0; ///< of one processor
  uint64_t memoryBytes = 0;
};

/// The least `limit` in (low, high] that is enough, to within `step`; `high` is
/// taken to be enough, and more to be no worse.
uint64_t bisect(uint64_t low, uint64_t high, uint64_t step,
                const std::function<bool(uint64_t limit)> &isEnough);

/// Runs `words`, which prints the milliseconds that a run took first of all,
/// under limits of processor time and memory in a control group of its own.
Knees findKnees(const std::vector<std::string> &words);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_LIMITS_H
