// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Trace.h"

#include "tools/sluice/Failure.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sluice {

using Json = nlohmann::ordered_json;

// Processes and rows of the timeline.
enum : int { kHost = 1, kDevice = 2 };
enum : int { kRuns = 1, kRegions = 2 };
enum : int { kDeviceRegions = 1, kLayers = 2, kFirstUnit = 3 };
static constexpr const char *kUnits[] = {"LOAD", "COMPUTE", "STORE"};
static constexpr uint32_t kComputeUnit = 1;
static constexpr uint64_t kCommandSize = 64; // bytes

/// docs/spec/engine-isa.md, Instructions.
static const char *mnemonic(uint8_t opcode) {
  switch (opcode) {
  case 0x01:
    return "LOAD_ACT";
  case 0x02:
    return "LOAD_WGT";
  case 0x03:
    return "LOAD_PRM";
  case 0x10:
    return "CONV";
  case 0x11:
    return "DEPTHWISE";
  case 0x12:
    return "ADD";
  case 0x13:
    return "MAXPOOL";
  case 0x20:
    return "STORE";
  default:
    return "command";
  }
}

Trace::Trace(sluice_package_t *handle, sluice_session_t *session, bool isOn)
    : package(*reinterpret_cast<Package *>(handle)), session(session),
      isOn(isOn) {
  if (!isOn)
    return;
  if (const auto *engine = package.program().engine())
    clockMhz = engine->clock_mhz();
  addName(kHost, 0, "process_name", "host");
  addName(kHost, kRuns, "thread_name", "runs");
  addName(kHost, kRegions, "thread_name", "regions");
  addName(kDevice, 0, "process_name",
          std::string("device ") + sluice_session_device(session));
  addName(kDevice, kDeviceRegions, "thread_name", "regions");
  addName(kDevice, kLayers, "thread_name", "layers");
  for (int unit = 0; unit < int(std::size(kUnits)); ++unit)
    addName(kDevice, kFirstUnit + unit, "thread_name", kUnits[unit]);
  check(sluice_session_trace(
      session,
      [](void *self, const sluice_region_event_t *event) {
        static_cast<Trace *>(self)->add(*event);
      },
      this));
}

void Trace::addName(int process, int row, const char *kind, std::string name) {
  events.push_back({{"name", kind},
                    {"ph", "M"},
                    {"pid", process},
                    {"tid", row},
                    {"args", {{"name", std::move(name)}}}});
}

void Trace::addSlice(int process, int row, std::string_view name,
                     const char *category, double begin, double end,
                     Json details) {
  events.push_back({{"name", name},
                    {"cat", category},
                    {"ph", "X"},
                    {"pid", process},
                    {"tid", row},
                    {"ts", begin},
                    {"dur", end - begin},
                    {"args", std::move(details)}});
}

/// A layer's slice lasts from its first command of COMPUTE to its last.
void Trace::addCommands(const sluice_region_event_t &event, double begin,
                        double scale) {
  const program::Region &region =
      *package.program().variants()->Get(0)->regions()->Get(event.region);
  auto layerOf = [&](uint32_t command) -> const program::Layer * {
    if (region.layers())
      for (const program::Layer *layer : *region.layers())
        if (command >= layer->first_command() &&
            command < layer->last_command())
          return layer;
    return nullptr;
  };
  auto program = package.bytes(*region.engine()->commands());
  std::map<const program::Layer *, std::pair<double, double>> layers;
  for (size_t i = 0; i < event.command_count; ++i) {
    const sluice_command_time_t &time = event.commands[i];
    const program::Layer *layer = layerOf(time.command);
    double from = begin + double(time.begin) * scale;
    double to = begin + double(time.end) * scale;
    addSlice(kDevice, kFirstUnit + int(time.unit),
             mnemonic(program[time.command * kCommandSize]), "command", from,
             to,
             {{"command", time.command},
              {"cycles", time.end - time.begin},
              {"layer", layer ? layer->name()->str() : ""}});
    if (!layer || time.unit != kComputeUnit)
      continue;
    auto [known, isNew] = layers.try_emplace(layer, from, to);
    if (!isNew)
      known->second = {std::min(known->second.first, from),
                       std::max(known->second.second, to)};
  }
  for (const auto &[layer, times] : layers)
    addSlice(kDevice, kLayers, layer->name()->string_view(), "layer",
             times.first, times.second,
             {{"kind", layer->kind()->str()}, {"macs", layer->macs()}});
}

/// Each counter as a value that holds while the region runs.
void Trace::addCounters(const sluice_region_event_t &event, double begin,
                        double end) {
  sluice_region_profile_t profile;
  check(sluice_session_region_profile(session, event.region, &profile));
  for (uint32_t i = 0; i < profile.counter_count; ++i)
    for (auto [time, value] : {std::pair(begin, profile.counters[i].value),
                               std::pair(end, uint64_t(0))})
      events.push_back({{"name", profile.counters[i].name},
                        {"ph", "C"},
                        {"pid", kDevice},
                        {"tid", 0},
                        {"ts", time},
                        {"args", {{"value", value}}}});
}

void Trace::add(const sluice_region_event_t &event) {
  if (!firstNs)
    firstNs = event.begin_ns;
  if (!runBeginNs)
    runBeginNs = event.begin_ns;
  runEndNs = event.end_ns;
  sluice_region_profile_t profile;
  check(sluice_session_region_profile(session, event.region, &profile));
  double begin = double(event.begin_ns - firstNs) / 1e3;
  double end = double(event.end_ns - firstNs) / 1e3;
  addSlice(kHost, kRegions, profile.name, profile.target, begin, end,
           {{"device", profile.device},
            {"macs", profile.macs},
            {"fallback", bool(profile.fallback)}});
  if (!event.cycles)
    return;
  double scale =
      clockMhz > 0 ? 1 / clockMhz : (end - begin) / double(event.cycles);
  end = begin + double(event.cycles) * scale;
  addSlice(kDevice, kDeviceRegions, profile.name, "region", begin, end,
           {{"start_cycle", event.start_cycle}, {"cycles", event.cycles}});
  addCommands(event, begin, scale);
  addCounters(event, begin, end);
}

void Trace::endRun() {
  if (!isOn || !runBeginNs)
    return;
  addSlice(kHost, kRuns, "run " + std::to_string(runs), "run",
           double(runBeginNs - firstNs) / 1e3, double(runEndNs - firstNs) / 1e3,
           Json::object());
  runBeginNs = 0;
  if (++runs == kMostRuns)
    check(sluice_session_trace(session, nullptr, nullptr));
}

std::string Trace::text() const {
  Json json = {{"displayTimeUnit", "ns"}, {"traceEvents", events}};
  // Names come from models and may be any bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

} // namespace sluice
