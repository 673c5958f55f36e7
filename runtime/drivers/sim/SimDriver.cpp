// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/sim/SimDriver.h"

#include "runtime/drivers/sim/SimFault.h"
#include "runtime/drivers/sim/SimLibrary.h"
#include "runtime/engine/EngineExecutable.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

namespace sluice {
namespace {

struct SimOptions {
  uint64_t latency = 20;
  uint64_t bytes = 8;
  uint64_t stall = 0;
  uint64_t watchdog = 100000;
  SimFault fault;

  /// Cycles between looks at the engine: about a millisecond of the host's, or
  /// as few as show where in a program it is.
  uint64_t step() const { return fault.kind == SimFaultKind::None ? 1000 : 50; }
};

/// An engine of its own for each program; its memory has the size that is
/// asked for.
class SimLink final : public EngineLink {
public:
  SimLink(const sluice_sim_api &api, sluice_sim *sim, uint64_t step)
      : api(api), sim(sim), step(step) {}
  ~SimLink() override { api.destroy(sim); }

  static Status create(const sluice_sim_api &api, const SimOptions &options,
                       uint64_t memorySize, std::shared_ptr<EngineLink> &out);

  Status read(uint32_t address, uint32_t &value) override {
    return answer(api.read_register(sim, address, &value), address, "read");
  }
  Status write(uint32_t address, uint32_t value) override {
    return answer(api.write_register(sim, address, value), address, "write");
  }
  Status readMemory(uint64_t address, std::span<uint8_t> bytes) override {
    memcpy(bytes.data(), api.memory(sim) + address, bytes.size());
    return SLUICE_STATUS_OK;
  }
  Status writeMemory(uint64_t address,
                     std::span<const uint8_t> bytes) override {
    memcpy(api.memory(sim) + address, bytes.data(), bytes.size());
    return SLUICE_STATUS_OK;
  }
  Status wait() override {
    api.run(sim, step);
    return SLUICE_STATUS_OK;
  }
  uint64_t cycles() override { return api.cycles(sim); }
  const char *violation() override { return api.violation(sim); }

  void trace(size_t count) override {
    marks.resize(count);
    api.trace(sim, marks.data(), count);
  }
  std::span<const sluice_command_time_t> traced() override;

private:
  static Status answer(int code, uint32_t address, const char *what) {
    if (code == 0)
      return SLUICE_STATUS_OK;
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "engine: register 0x%x does not answer a %s", address, what);
  }

  const sluice_sim_api &api;
  sluice_sim *const sim;
  std::vector<sluice_sim_mark> marks;
  std::vector<sluice_command_time_t> times;
  const uint64_t step;
};

/// A unit's counter of busy cycles grows while a command is at work and not in
/// between, so it tells how long before its end each began.
std::span<const sluice_command_time_t> SimLink::traced() {
  constexpr size_t kCycles = 0, kBusy[] = {1, 5, 9}; // of each unit
  uint64_t busyBefore[std::size(kBusy)] = {};
  times.clear();
  for (size_t i = 0; i < std::min(marks.size(), api.traced(sim)); ++i) {
    const sluice_sim_mark &mark = marks[i];
    uint64_t busy = mark.counters[kBusy[mark.unit]];
    uint64_t end = mark.counters[kCycles];
    uint64_t length = busy - std::exchange(busyBefore[mark.unit], busy);
    times.push_back({mark.unit, mark.instruction, end - length, end});
  }
  api.trace(sim, nullptr, 0);
  return times;
}

Status SimLink::create(const sluice_sim_api &api, const SimOptions &options,
                       uint64_t memorySize, std::shared_ptr<EngineLink> &out) {
  sluice_sim_options simOptions = {uint32_t(options.latency),
                                   uint32_t(options.bytes),
                                   uint32_t(options.stall), memorySize};
  sluice_sim *sim = api.create(&simOptions);
  if (!sim)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "no memory for a simulated engine with %" PRIu64
                " bytes of its own",
                memorySize);
  out = std::make_shared<SimLink>(api, sim, options.step());
  return SLUICE_STATUS_OK;
}

class SimDevice final : public Device {
public:
  SimDevice(const SimOptions &options, SimFaultHistory &history)
      : options(options), history(history) {}

  /// Any engine that has been verilated can be this device: all of them.
  Status describe(DeviceDescription &out) override {
    out = {};
    std::vector<SimLibrary> libraries;
    SLUICE_RETURN_IF_ERROR(listSimLibraries(libraries));
    Status status = SLUICE_STATUS_OK;
    for (const SimLibrary &library : libraries)
      if (Status failed = describe(library, out); failed != SLUICE_STATUS_OK)
        status = failed;
    // One left behind by another version is no reason to hide the others.
    return out.engines.empty() ? status : SLUICE_STATUS_OK;
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override;

private:
  Status describe(const SimLibrary &library, DeviceDescription &out) {
    const sluice_sim_api *api = nullptr;
    SLUICE_RETURN_IF_ERROR(openSimLibrary(library, api));
    SimOptions least = options;
    least.bytes = 1; // any engine's bus carries that
    std::shared_ptr<EngineLink> link;
    SLUICE_RETURN_IF_ERROR(
        SimLink::create(*api, least, EngineExecutable::kAlignment, link));
    EngineCapabilities engine;
    SLUICE_RETURN_IF_ERROR(link->readCapabilities(engine));
    out.engines.push_back(engine);
    return SLUICE_STATUS_OK;
  }

  const SimOptions options;
  SimFaultHistory &history;
};

Status SimDevice::load(const Package &package, uint32_t variant,
                       std::unique_ptr<Executable> &out) {
  SLUICE_RETURN_IF_ERROR(EngineExecutable::checkHasEngine(package));
  const program::EngineConfiguration &engine = *package.program().engine();
  if (options.bytes > engine.axi_bytes())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device 'sim': option 'bytes' is %" PRIu64
                ", the engine's bus carries %u",
                options.bytes, engine.axi_bytes());
  const sluice_sim_api *api = nullptr;
  SLUICE_RETURN_IF_ERROR(openSimLibrary(engine, api));
  // The slowest memory that the options allow is a thousand times slower than
  // the one that estimates are for.
  EngineLimits limits = {.watchdog = uint32_t(options.watchdog),
                         .perEstimate = 1000};
  auto executable = std::make_unique<EngineExecutable>(
      package, *package.program().variants()->Get(variant), limits);
  // The arena does not begin at 0, so that a base register left out shows.
  uint64_t size = executable->place(EngineExecutable::kAlignment);
  std::shared_ptr<EngineLink> link;
  SLUICE_RETURN_IF_ERROR(SimLink::create(*api, options, size, link));
  if (options.fault.kind != SimFaultKind::None)
    link = makeFaultyLink(std::move(link), options.fault, size, history);
  SLUICE_RETURN_IF_ERROR(executable->load(std::move(link)));
  out = std::move(executable);
  return SLUICE_STATUS_OK;
}

class SimDriver final : public Driver {
public:
  const char *name() const override { return "sim"; }
  const char *description() const override {
    return "the engine's RTL, simulated; latency=CYCLES to the first beat, "
           "bytes=N a cycle, stall=SEED of random stalls, watchdog=CYCLES; for "
           "tests fault=hang|error|gone|late|corrupt once, at=COMMAND, ms=N of "
           "its length";
  }
  Status list(std::vector<DeviceListing> &out) const override {
    std::vector<SimLibrary> libraries;
    SLUICE_RETURN_IF_ERROR(listSimLibraries(libraries));
    out.push_back({"sim", std::to_string(libraries.size()) +
                              " engines verilated so far"});
    return SLUICE_STATUS_OK;
  }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override {
    SimOptions options;
    std::string fault = "none";
    const DeviceOption known[] = {
        {"latency", &options.latency, 0, 100000},
        {"bytes", &options.bytes, 1, 128},
        {"stall", &options.stall, 0, UINT32_MAX},
        {"watchdog", &options.watchdog, 0, UINT32_MAX},
        {.key = "fault", .text = &fault},
        {"at", &options.fault.at, 0, UINT32_MAX},
        {"ms", &options.fault.ms, 0, 1'000'000}};
    SLUICE_RETURN_IF_ERROR(spec.read(known));
    SLUICE_RETURN_IF_ERROR(parseSimFaultKind(fault, options.fault.kind));
    SimFaultHistory &history = historyOf(spec);
    if (monotonicNow() < history.goneUntil)
      return fail(SLUICE_STATUS_NOT_FOUND, "device 'sim': is gone");
    out = std::make_unique<SimDevice>(options, history);
    return SLUICE_STATUS_OK;
  }

private:
  SimFaultHistory &historyOf(const DeviceSpec &spec) {
    std::lock_guard lock(mutex);
    return histories[spec.text()];
  }

  std::mutex mutex;
  std::map<std::string, SimFaultHistory> histories;
};

} // namespace

Driver *simDriver() {
  static SimDriver driver;
  return &driver;
}

} // namespace sluice
