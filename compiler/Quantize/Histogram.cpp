// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Histogram.h"

#include <algorithm>
#include <cmath>

namespace sluice {

/// Two bins become one, around the same centre.
void Histogram::widen() {
  std::vector<int64_t> wider(binCount, 0);
  for (int64_t i = 0; i < binCount; ++i)
    wider[binCount / 4 + i / 2] += bins[i];
  bins = std::move(wider);
  span *= 2;
}

void Histogram::add(llvm::ArrayRef<float> values) {
  for (float value : values) {
    if (!std::isfinite(value)) {
      ++leftOut;
      continue;
    }
    min = total ? std::min(min, value) : value;
    max = total ? std::max(max, value) : value;
    ++total;
    double magnitude = std::fabs(static_cast<double>(value));
    if (span == 0)
      span = magnitude > 0 ? magnitude : 1;
    while (magnitude > span)
      widen();
    auto bin = static_cast<int64_t>((value / span + 1) * (binCount / 2));
    ++bins[std::min(bin, binCount - 1)];
  }
}

std::pair<float, float> Histogram::getRange(double percentile) const {
  auto cut = static_cast<int64_t>(static_cast<double>(total) *
                                  (100 - percentile) / 200);
  if (cut == 0)
    return {min, max};
  auto edge = [&](int64_t bin) {
    return (static_cast<double>(bin) / (binCount / 2) - 1) * span;
  };
  int64_t low = 0, high = binCount;
  for (int64_t below = bins[0]; below <= cut; below += bins[low])
    ++low;
  for (int64_t above = bins[high - 1]; above <= cut; above += bins[high - 1])
    --high;
  return {std::max(min, static_cast<float>(edge(low))),
          std::min(max, static_cast<float>(edge(high)))};
}

} // namespace sluice
