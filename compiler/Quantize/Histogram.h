// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_QUANTIZE_HISTOGRAM_H
#define SLUICE_COMPILER_QUANTIZE_HISTOGRAM_H

#include "llvm/ADT/ArrayRef.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace sluice {

/// A count of values in equal bins over a span that doubles whenever a value
/// falls outside. Values that are not finite are left out.
class Histogram {
public:
  void add(llvm::ArrayRef<float> values);
  bool isEmpty() const { return total == 0; }
  /// How many values were not finite.
  int64_t getLeftOut() const { return leftOut; }

  /// Minimum and maximum after cutting (100 − percentile)/2 percent of the
  /// values off either side, to within a bin.
  std::pair<float, float> getRange(double percentile) const;

private:
  void widen();

  static constexpr int64_t binCount =
      4096; // even: half of them on either side of 0
  std::vector<int64_t> bins = std::vector<int64_t>(binCount, 0);
  double span = 0; // bins cover [−span, span]
  int64_t total = 0, leftOut = 0;
  float min = 0, max = 0;
};

} // namespace sluice

#endif // SLUICE_COMPILER_QUANTIZE_HISTOGRAM_H
