// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/sim/SimDriver.h"

#include "runtime/drivers/sim/SimLibrary.h"
#include "runtime/hal/EngineRegisters.h"
#include "runtime/hal/EngineState.h"

#include <algorithm>
#include <cinttypes>
#include <cstring>
#include <map>

namespace sluice {
namespace {

namespace reg = engine_register;

struct SimOptions {
  uint64_t latency = 20;
  uint64_t bytes = 8;
  uint64_t stall = 0;
  uint64_t watchdog = 100000;
};

/// No program that makes progress runs longer than this times its estimate.
constexpr uint64_t kLimitPerEstimate = 1000;
constexpr uint64_t kMinLimit = 100'000'000;
constexpr uint64_t kRunChunk = 1 << 20;
constexpr uint64_t kMemoryAlignment = 4096;

uint64_t align(uint64_t value) {
  return (value + kMemoryAlignment - 1) / kMemoryAlignment * kMemoryAlignment;
}

/// Bytes of the package and their place in the device's memory.
struct Placed {
  uint64_t address;
  std::span<const uint8_t> bytes;
};

Status readRegister(const sluice_sim_api &api, sluice_sim *sim,
                    uint32_t address, uint32_t &value) {
  if (api.read_register(sim, address, &value) != 0)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "engine: register 0x%x does not answer a read", address);
  return SLUICE_STATUS_OK;
}

Status readCapabilities(const sluice_sim_api &api, sluice_sim *sim,
                        EngineCapabilities &out) {
  uint32_t rom[EngineCapabilities::kWordCount];
  for (uint32_t i = 0; i < EngineCapabilities::kWordCount; ++i)
    SLUICE_RETURN_IF_ERROR(
        readRegister(api, sim, reg::kCapabilities + 4 * i, rom[i]));
  return EngineCapabilities::decode(rom, out);
}

class SimExecutable final : public Executable {
public:
  SimExecutable(const Package &package, const program::Variant &variant)
      : package(package), variant(variant) {}
  ~SimExecutable() override {
    if (sim)
      api->destroy(sim);
  }

  Status load(const SimOptions &options);

  bool accepts(uint32_t region) const override {
    return variant.regions()->Get(region)->engine() != nullptr;
  }
  Status run(uint32_t index, void *const *tensors, const RunControl &control,
             RegionFigures &figures) override;
  const char *fault() const override { return report; }

private:
  using RangeKey = std::tuple<uint32_t, uint64_t, uint64_t>;
  void place(const program::Range &range, uint64_t &end);
  Status read(uint32_t address, uint32_t &value);
  Status write(uint32_t address, uint32_t value);
  Status writeBase(uint32_t base, uint64_t address, uint64_t size);
  Status writeBase(uint32_t base, const program::Range &range);
  Status start(const program::Region &region);
  Status wait(const program::Region &region, const RunControl &control);
  Status readCounters();
  Status makeReport(const program::Region &region, const char *reason);

  const Package &package;
  const program::Variant &variant;
  const sluice_sim_api *api = nullptr;
  sluice_sim *sim = nullptr;
  std::map<RangeKey, Placed> places;
  uint64_t arenaAddress = 0;
  uint32_t watchdog = 0;
  sluice_counter_t counters[reg::kCounterCount] = {};
  char report[1024] = "";
};

Status SimExecutable::read(uint32_t address, uint32_t &value) {
  return readRegister(*api, sim, address, value);
}

Status SimExecutable::write(uint32_t address, uint32_t value) {
  if (api->write_register(sim, address, value) != 0)
    return fail(SLUICE_STATUS_DEVICE_FAULT,
                "engine: register 0x%x does not answer a write", address);
  return SLUICE_STATUS_OK;
}

Status SimExecutable::writeBase(uint32_t base, uint64_t address,
                                uint64_t size) {
  SLUICE_RETURN_IF_ERROR(write(base, uint32_t(address)));
  SLUICE_RETURN_IF_ERROR(write(base + 4, uint32_t(address >> 32)));
  return write(base + 8, uint32_t(size));
}

Status SimExecutable::writeBase(uint32_t base, const program::Range &range) {
  auto place = places.find({range.file(), range.offset(), range.size()});
  return writeBase(base, place->second.address, range.size());
}

/// Gives `range` a place in the device's memory, once, after `end`.
void SimExecutable::place(const program::Range &range, uint64_t &end) {
  auto [place, isNew] =
      places.try_emplace({range.file(), range.offset(), range.size()},
                         Placed{end, package.bytes(range)});
  if (isNew)
    end = align(end + range.size());
}

Status SimExecutable::load(const SimOptions &options) {
  const program::EngineConfiguration *engine = package.program().engine();
  if (!engine)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: was compiled for %s, not for an engine; use --device cpu, "
                "or compile with --target engine:BOARD",
                package.name(), package.program().target()->c_str());
  if (options.bytes > engine->axi_bytes())
    return fail(SLUICE_STATUS_INVALID_ARGUMENT,
                "device 'sim': option 'bytes' is %" PRIu64
                ", the engine's bus carries %u",
                options.bytes, engine->axi_bytes());
  SLUICE_RETURN_IF_ERROR(openSimLibrary(*engine, api));
  // The arena does not begin at 0, so that a base register left out shows.
  arenaAddress = kMemoryAlignment;
  uint64_t end = align(arenaAddress + variant.arena_size());
  for (const program::Region *region : *variant.regions()) {
    if (!region->engine())
      continue;
    place(*region->engine()->commands(), end);
    place(*region->engine()->constants(), end);
  }
  sluice_sim_options simOptions = {uint32_t(options.latency),
                                   uint32_t(options.bytes),
                                   uint32_t(options.stall), end};
  sim = api->create(&simOptions);
  if (!sim)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "no memory for a simulated engine with %" PRIu64
                " bytes of its own",
                simOptions.memory_size);
  for (const auto &[key, place] : places)
    std::copy(place.bytes.begin(), place.bytes.end(),
              api->memory(sim) + place.address);
  watchdog = uint32_t(options.watchdog);
  EngineCapabilities capabilities;
  SLUICE_RETURN_IF_ERROR(readCapabilities(*api, sim, capabilities));
  return capabilities.checkPackage(package);
}

Status SimExecutable::start(const program::Region &region) {
  const program::EngineCode &code = *region.engine();
  SLUICE_RETURN_IF_ERROR(writeBase(reg::kProgram, *code.commands()));
  SLUICE_RETURN_IF_ERROR(writeBase(reg::kConstants, *code.constants()));
  SLUICE_RETURN_IF_ERROR(
      writeBase(reg::kArena, arenaAddress, variant.arena_size()));
  SLUICE_RETURN_IF_ERROR(write(reg::kWatchdog, watchdog));
  SLUICE_RETURN_IF_ERROR(write(reg::kInterruptEnable, 1));
  SLUICE_RETURN_IF_ERROR(write(reg::kGlobalInterrupt, 1));
  return write(reg::kControl, reg::kStart);
}

/// Reads the engine's state into `report`, drops the program, and fails with
/// one line.
Status SimExecutable::makeReport(const program::Region &region,
                                 const char *reason) {
  uint32_t words[EngineState::kWordCount];
  for (uint32_t i = 0; i < EngineState::kWordCount; ++i)
    SLUICE_RETURN_IF_ERROR(read(reg::kError + 4 * i, words[i]));
  SLUICE_RETURN_IF_ERROR(write(reg::kAbort, 1));
  return EngineState(words).fault(region, reason, report);
}

/// Runs the clock until the engine is done; then acknowledges the interrupt.
/// Done is read once: a read clears it, or `continue` does.
Status SimExecutable::wait(const program::Region &region,
                           const RunControl &control) {
  uint64_t limit =
      std::max(kMinLimit, region.estimated_cycles() * kLimitPerEstimate);
  uint32_t state = 0;
  for (uint64_t cycles = 0; !(state & reg::kDone);) {
    if (cycles >= limit)
      return makeReport(region, "did not end in time");
    if (Status ended = control.check(region.name()->c_str());
        ended != SLUICE_STATUS_OK) {
      SLUICE_RETURN_IF_ERROR(write(reg::kAbort, 1));
      return ended;
    }
    cycles += api->run(sim, std::min(kRunChunk, limit - cycles)) + 1;
    SLUICE_RETURN_IF_ERROR(read(reg::kControl, state));
  }
  SLUICE_RETURN_IF_ERROR(write(reg::kInterruptStatus, 1));
  SLUICE_RETURN_IF_ERROR(write(reg::kControl, reg::kContinue));
  uint32_t error;
  SLUICE_RETURN_IF_ERROR(read(reg::kError, error));
  if (error)
    return makeReport(region, "stopped");
  if (const char *rule = api->violation(sim))
    return makeReport(region, rule);
  return SLUICE_STATUS_OK;
}

Status SimExecutable::readCounters() {
  for (uint32_t i = 0; i < reg::kCounterCount; ++i) {
    uint32_t low, high;
    SLUICE_RETURN_IF_ERROR(read(reg::kCounters + 8 * i, low));
    SLUICE_RETURN_IF_ERROR(read(reg::kCounters + 8 * i + 4, high));
    counters[i] = {reg::kCounterNames[i], uint64_t(high) << 32 | low};
  }
  return SLUICE_STATUS_OK;
}

Status SimExecutable::run(uint32_t index, void *const *tensors,
                          const RunControl &control, RegionFigures &figures) {
  const program::Region &region = *variant.regions()->Get(index);
  uint8_t *memory = api->memory(sim) + arenaAddress;
  auto buffer = [&](uint32_t i) -> const program::Buffer & {
    return *variant.buffers()->Get(i);
  };
  for (uint32_t input : *region.inputs())
    memcpy(memory + buffer(input).offset(), *tensors++, buffer(input).size());
  SLUICE_RETURN_IF_ERROR(start(region));
  figures.startCycle = api->cycles(sim);
  SLUICE_RETURN_IF_ERROR(wait(region, control));
  SLUICE_RETURN_IF_ERROR(readCounters());
  for (uint32_t output : *region.outputs())
    memcpy(*tensors++, memory + buffer(output).offset(), buffer(output).size());
  figures.cycles = counters[0].value;
  figures.counters = counters;
  return SLUICE_STATUS_OK;
}

class SimDevice final : public Device {
public:
  explicit SimDevice(SimOptions options) : options(options) {}

  /// Any engine that has been verilated can be this device: all of them.
  Status describe(DeviceDescription &out) override {
    out = {};
    std::vector<SimLibrary> libraries;
    SLUICE_RETURN_IF_ERROR(listSimLibraries(libraries));
    for (const SimLibrary &library : libraries)
      SLUICE_RETURN_IF_ERROR(describe(library, out));
    return SLUICE_STATUS_OK;
  }

  Status load(const Package &package, uint32_t variant,
              std::unique_ptr<Executable> &out) override {
    auto executable = std::make_unique<SimExecutable>(
        package, *package.program().variants()->Get(variant));
    SLUICE_RETURN_IF_ERROR(executable->load(options));
    out = std::move(executable);
    return SLUICE_STATUS_OK;
  }

private:
  Status describe(const SimLibrary &library, DeviceDescription &out) {
    const sluice_sim_api *api = nullptr;
    SLUICE_RETURN_IF_ERROR(openSimLibrary(library, api));
    sluice_sim_options least = {uint32_t(options.latency), 1,
                                uint32_t(options.stall), kMemoryAlignment};
    sluice_sim *sim = api->create(&least);
    if (!sim)
      return fail(SLUICE_STATUS_OUT_OF_MEMORY, "%s: no memory for the engine",
                  library.file.c_str());
    Status status = readCapabilities(*api, sim, out.engines.emplace_back());
    api->destroy(sim);
    return status;
  }

  const SimOptions options;
};

class SimDriver final : public Driver {
public:
  const char *name() const override { return "sim"; }
  const char *description() const override {
    return "the engine's RTL, simulated; latency=CYCLES to the first beat, "
           "bytes=N a cycle, stall=SEED of random stalls, watchdog=CYCLES";
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
    const DeviceOption known[] = {
        {"latency", &options.latency, 0, 100000},
        {"bytes", &options.bytes, 1, 128},
        {"stall", &options.stall, 0, UINT32_MAX},
        {"watchdog", &options.watchdog, 0, UINT32_MAX}};
    SLUICE_RETURN_IF_ERROR(spec.read(known));
    out = std::make_unique<SimDevice>(options);
    return SLUICE_STATUS_OK;
  }
};

} // namespace

Driver *simDriver() {
  static SimDriver driver;
  return &driver;
}

} // namespace sluice
