// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice run`: samples in, outputs and figures out.

#include "runtime/base/Sha256.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Package.h"
#include "tools/sluice/Samples.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

/// Sums over the samples of one region.
struct RegionTotals {
  sluice_region_profile_t last = {};
  uint64_t timeNs = 0, cycles = 0;
  std::vector<uint64_t> counters;
};

class Figures {
public:
  Figures(sluice_package_t *package, sluice_session_t *session)
      : session(session), regions(sluice_session_region_count(session)) {
    check(sluice_package_engine(package, &engine));
  }

  /// Takes the figures of the run that just ended.
  void add();
  Json toJson(bool withRegions) const;
  std::string toText(bool withRegions) const;
  /// Chrome's trace format: one event a region and sample.
  Json trace() const { return {{"traceEvents", events}}; }

  uint64_t fallbacks = 0;

private:
  double perSample(uint64_t sum) const { return double(sum) / samples; }
  uint64_t meanCycles(uint64_t sum) const {
    return (sum + samples / 2) / samples;
  }
  double utilisation() const {
    double slots = double(cycles) * engine.pc * engine.pk;
    return slots > 0 ? double(deviceMacs) / slots : 0;
  }
  double deviceMs() const {
    return engine.clock_mhz > 0 ? perSample(cycles) / engine.clock_mhz / 1e3
                                : 0;
  }

  sluice_session_t *session;
  sluice_engine_info_t engine;
  std::vector<RegionTotals> regions;
  Json events = Json::array();
  uint64_t samples = 0, timeNs = 0, cycles = 0, deviceMacs = 0;
  sluice_profile_t last = {};
};

void Figures::add() {
  uint64_t begin = timeNs;
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
    events.push_back({{"name", region.last.name},
                      {"cat", region.last.target},
                      {"ph", "X"},
                      {"pid", 0},
                      {"tid", region.last.device},
                      {"ts", begin / 1e3},
                      {"dur", region.last.time_ns / 1e3}});
    begin += region.last.time_ns;
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

std::string Figures::toText(bool withRegions) const {
  std::string text = fmt::format(
      "{} sample{} on {}: {:.3f} ms each", samples, samples == 1 ? "" : "s",
      sluice_session_device(session), perSample(timeNs) / 1e6);
  if (cycles)
    text += fmt::format("; {} cycles ({:.3f} ms at {} MHz), {:.1f} % of the "
                        "MACs in use",
                        meanCycles(cycles), deviceMs(), engine.clock_mhz,
                        100 * utilisation());
  text += "\n";
  if (!withRegions)
    return text;
  text += fmt::format("{:<24} {:<8} {:<8} {:>12} {:>12} {:>12}\n", "region",
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

Json describe(const NpzArray &array) {
  return {
      {"name", array.name},
      {"shape", array.shape},
      {"type", array.type},
      {"sha256", toHex(sha256(array.data.data(), array.data.size())).data()}};
}

} // namespace

int run(const RunOptions &options) {
  PackagePtr package = loadPackage(options.package);
  SessionPtr session =
      openSession(package.get(), options.device, OnFault::FallBack);
  Samples samples(options.input, session.get());
  Figures figures(package.get(), session.get());
  {
    Progress progress("samples", samples.count());
    for (size_t i = 0; i < samples.count(); ++i) {
      samples.set(session.get(), i);
      check(sluice_session_run(session.get()));
      samples.collect(session.get());
      figures.add();
      progress.update(i + 1);
    }
  }
  if (figures.fallbacks)
    fmt::print(stderr, "sluice: the CPU took over {} regions: {}",
               figures.fallbacks, sluice_session_fault(session.get()));
  std::vector<NpzArray> outputs = samples.outputs(session.get());
  if (!options.output.empty())
    writeFile(options.output, encodeNpz(outputs));
  if (!options.trace.empty())
    writeFile(options.trace, figures.trace().dump() + "\n");
  if (options.json) {
    Json json = figures.toJson(options.profile);
    if (const char *fault = sluice_session_fault_json(session.get()); *fault)
      json["fault"] = Json::parse(fault, nullptr, false);
    json["outputs"] = Json::array();
    for (const NpzArray &array : outputs)
      json["outputs"].push_back(describe(array));
    printJson(json);
    return kDone;
  }
  std::string text = figures.toText(options.profile);
  for (const NpzArray &array : outputs)
    text += fmt::format("{}: {} {}\n", array.name, array.type,
                        shapeText(array.shape.data(), array.shape.size()));
  print(text);
  return kDone;
}

} // namespace sluice
