// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Figures.h"

#include "tools/sluice/Failure.h"

#include <fmt/format.h>

namespace sluice {

using Json = nlohmann::ordered_json;

Figures::Figures(sluice_package_t *package, sluice_session_t *session)
    : session(session), regions(sluice_session_region_count(session)) {
  check(sluice_package_engine(package, &engine));
}

double Figures::utilisation() const {
  double slots = double(cycles) * engine.pc * engine.pk;
  return slots > 0 ? double(deviceMacs) / slots : 0;
}

double Figures::deviceMs() const {
  return engine.clock_mhz > 0 ? perSample(cycles) / engine.clock_mhz / 1e3 : 0;
}

void Figures::add() {
  check(sluice_session_profile(session, &last));
  ++samples;
  timeNs += last.time_ns;
  cycles += last.cycles;
  deviceMacs += last.device_macs;
  fallbacks += last.fallbacks;
  for (size_t i = 0; i < regions.size(); ++i) {
    RegionTotals &region = regions[i];
    check(sluice_session_region_profile(session, i, &region.last));
    region.timeNs += region.last.time_ns;
    region.cycles += region.last.cycles;
    region.counters.resize(region.last.counter_count);
    for (uint32_t j = 0; j < region.last.counter_count; ++j)
      region.counters[j] += region.last.counters[j].value;
  }
}

Json Figures::toJson(bool withRegions) const {
  Json json = {{"device", sluice_session_device(session)},
               {"samples", samples},
               {"latency_ms", perSample(timeNs) / 1e6},
               {"device_ms", deviceMs()},
               {"cycles", meanCycles(cycles)},
               {"macs", last.macs},
               {"mac_utilisation", utilisation()},
               {"fallbacks", fallbacks},
               {"transitions", last.transitions}};
  if (!withRegions)
    return json;
  json["regions"] = Json::array();
  for (const RegionTotals &region : regions) {
    Json stalls = Json::object();
    for (size_t i = 0; i < region.counters.size(); ++i)
      stalls[region.last.counters[i].name] = meanCycles(region.counters[i]);
    json["regions"].push_back({{"name", region.last.name},
                               {"target", region.last.target},
                               {"device", region.last.device},
                               {"time_ms", perSample(region.timeNs) / 1e6},
                               {"cycles", meanCycles(region.cycles)},
                               {"macs", region.last.macs},
                               {"stalls", stalls}});
  }
  return json;
}

std::string Figures::totalText() const {
  std::string text = fmt::format(
      "{} sample{} on {}: {:.3f} ms each", samples, samples == 1 ? "" : "s",
      sluice_session_device(session), perSample(timeNs) / 1e6);
  if (cycles)
    text += fmt::format("; {} cycles ({:.3f} ms at {} MHz), {:.1f} % of the "
                        "MACs in use",
                        meanCycles(cycles), deviceMs(), engine.clock_mhz,
                        100 * utilisation());
  return text + "\n";
}

std::string Figures::regionText() const {
  std::string text =
      fmt::format("{:<24} {:<8} {:<8} {:>12} {:>12} {:>12}\n", "region",
                  "target", "device", "ms", "cycles", "MACs");
  for (const RegionTotals &region : regions) {
    text += fmt::format("{:<24} {:<8} {:<8} {:>12.3f} {:>12} {:>12}\n",
                        region.last.name, region.last.target,
                        region.last.device, perSample(region.timeNs) / 1e6,
                        meanCycles(region.cycles), region.last.macs);
    for (size_t i = 1; i < region.counters.size(); ++i)
      text += fmt::format("    {:<20} {:>12}\n", region.last.counters[i].name,
                          meanCycles(region.counters[i]));
  }
  return text;
}

} // namespace sluice
