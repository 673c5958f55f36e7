// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What runs took, summed up.

#ifndef SLUICE_TOOLS_SLUICE_FIGURES_H
#define SLUICE_TOOLS_SLUICE_FIGURES_H

#include "sluice/sluice.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sluice {

/// Of one session: docs/spec/command.md, run --json.
class Figures {
public:
  Figures(sluice_package_t *package, sluice_session_t *session);

  /// Takes the figures of the run that just ended.
  void add();
  nlohmann::ordered_json toJson(bool withRegions) const;
  /// "5 samples on cpu: 0.1 ms each; ...".
  std::string totalText() const;
  /// A table, with a line for every counter.
  std::string regionText() const;

  uint64_t fallbacks = 0;

private:
  /// Sums over the samples of one region.
  struct RegionTotals {
    sluice_region_profile_t last = {};
    uint64_t timeNs = 0, cycles = 0;
    std::vector<uint64_t> counters;
  };

  double perSample(uint64_t sum) const { return double(sum) / samples; }
  uint64_t meanCycles(uint64_t sum) const {
    return (sum + samples / 2) / samples;
  }
  double utilisation() const;
  double deviceMs() const;

  sluice_session_t *session;
  sluice_engine_info_t engine;
  std::vector<RegionTotals> regions;
  uint64_t samples = 0, timeNs = 0, cycles = 0, deviceMacs = 0;
  sluice_profile_t last = {};
};

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_FIGURES_H
