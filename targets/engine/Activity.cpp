// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Activity.h"
#include <algorithm>

using namespace sluice::engine;

llvm::StringRef sluice::engine::stringifyActivity(Activity activity) {
  static constexpr llvm::StringLiteral names[kNumActivities] = {
      "load_busy",     "load_token",   "load_memory",     "compute_busy",
      "compute_token", "compute_port", "compute_requant", "store_busy",
      "store_token",   "store_memory", "fetch_stall",     "mac_cycles"};
  return names[static_cast<unsigned>(activity)];
}

std::vector<ActivityCycles>
sluice::engine::divideSpans(llvm::ArrayRef<Span> spans,
                            llvm::ArrayRef<uint64_t> ends) {
  std::vector<ActivityCycles> windows(ends.size(), ActivityCycles{});
  for (const Span &span : spans) {
    // The first window that ends after the span begins.
    size_t window =
        std::upper_bound(ends.begin(), ends.end(), span.begin) - ends.begin();
    uint64_t begin = span.begin;
    for (; window < ends.size() && begin < span.end; ++window) {
      uint64_t end = std::min(span.end, ends[window]);
      windows[window][static_cast<unsigned>(span.activity)] += end - begin;
      begin = end;
    }
  }
  return windows;
}
