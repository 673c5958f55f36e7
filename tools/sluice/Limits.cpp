// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Limits.h"

#include "tools/sluice/Cgroup.h"

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <limits>
#include <unistd.h>

namespace sluice {
namespace {

constexpr double kEnough = 1.1; // times as long as without limits
constexpr uint64_t kMemoryStep = 128 << 10;
constexpr int kAttempts = 2; // a busy machine is no limit

class Trials {
public:
  Trials(Cgroup &group, const std::vector<std::string> &words)
      : group(group), words(words) {}

  /// Milliseconds, the least of some attempts; infinite where the program does
  /// not get through.
  double time(uint64_t percent, uint64_t bytes) {
    double least = std::numeric_limits<double>::infinity();
    for (int i = 0; i < kAttempts; ++i) {
      std::string output;
      if (!group.setLimits(percent, bytes) || group.run(words, output) != 0)
        continue;
      double value = strtod(output.c_str(), nullptr);
      if (value > 0)
        least = std::min(least, value);
    }
    return least;
  }

private:
  Cgroup &group;
  const std::vector<std::string> &words;
};

} // namespace

uint64_t bisect(uint64_t low, uint64_t high, uint64_t step,
                const std::function<bool(uint64_t limit)> &isEnough) {
  while (high - low > step) {
    uint64_t middle = low + (high - low) / 2;
    (isEnough(middle) ? high : low) = middle;
  }
  return high;
}

Knees findKnees(const std::vector<std::string> &words) {
  Knees knees;
  Cgroup group;
  knees.missing = group.create();
  if (!knees.missing.empty())
    return knees;
  Trials trials(group, words);
  constexpr uint64_t kFree = Cgroup::kUnlimited;
  double free = trials.time(kFree, kFree);
  if (!(free < std::numeric_limits<double>::infinity())) {
    knees.missing =
        "the package does not run in a control group without limits";
    return knees;
  }
  uint64_t processors = std::max(1l, sysconf(_SC_NPROCESSORS_ONLN));
  knees.processorPercent =
      bisect(0, 100 * processors, 1, [&](uint64_t percent) {
        return trials.time(percent, kFree) <= kEnough * free;
      });
  // From a size that is enough, found by doubling, downwards.
  uint64_t memory = 1 << 20;
  uint64_t all = uint64_t(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  auto isMemoryEnough = [&](uint64_t bytes) {
    return trials.time(kFree, bytes) <= kEnough * free;
  };
  while (memory < all && !isMemoryEnough(memory))
    memory *= 2;
  knees.memoryBytes = bisect(memory / 2, memory, kMemoryStep, isMemoryEnough);
  return knees;
}

} // namespace sluice
