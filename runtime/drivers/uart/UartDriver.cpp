// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/drivers/uart/UartDriver.h"

#include "runtime/drivers/uart/UartLink.h"
#include "runtime/engine/EngineExecutable.h"

#include <algorithm>
#include <cinttypes>
#include <dirent.h>
#include <map>

namespace sluice {
namespace {

/// The board's memory, in which each program has its place.
class BoardMemory {
public:
  explicit BoardMemory(const UartLink &link) : link(link) {}

  /// The first room that is large enough, so that a program that comes again
  /// finds what it left.
  Status reserve(uint64_t size, uint64_t &begin);
  void release(uint64_t begin) { taken.erase(begin); }

private:
  const UartLink &link;
  std::map<uint64_t, uint64_t> taken; ///< begin to end
};

Status BoardMemory::reserve(uint64_t size, uint64_t &begin) {
  // Nothing begins at 0, so that a base register left out shows.
  begin = EngineExecutable::kAlignment;
  for (const auto &[first, end] : taken) {
    if (first - begin >= size)
      break;
    begin = end;
  }
  uint32_t memory = link.board().memory;
  if (begin > memory || size > memory - begin)
    return fail(SLUICE_STATUS_OUT_OF_MEMORY,
                "device 'uart': the program needs %" PRIu64
                " bytes; of the board's %u too few are free",
                size, memory);
  taken[begin] = begin + size;
  return SLUICE_STATUS_OK;
}

class UartExecutable final : public EngineExecutable {
public:
  UartExecutable(const Package &package, const program::Variant &variant,
                 const EngineLimits &limits, BoardMemory &memory)
      : EngineExecutable(package, variant, limits), memory(memory) {}
  ~UartExecutable() override {
    if (begin)
      memory.release(begin);
  }

  Status load(uint64_t size, std::shared_ptr<UartLink> link) {
    SLUICE_RETURN_IF_ERROR(memory.reserve(size, begin));
    place(begin);
    return EngineExecutable::load(std::move(link));
  }

private:
  BoardMemory &memory;
  uint64_t begin = 0;
};

class UartDevice final : public Device {
public:
  UartDevice(UartOptions options, std::shared_ptr<UartLink> link,
             uint32_t watchdog)
      : options(std::move(options)), link(std::move(link)), watchdog(watchdog) {
  }

  Status describe(DeviceDescription &out) override {
    const UartBoardInfo &info = link->board();
    out = {};
    out.facts = {{"port", options.path},
                 {"baud", std::to_string(link->baud())},
                 {"clock_hz", std::to_string(info.clockHz)},
                 {"memory_bytes", std::to_string(info.memory)}};
    return link->readCapabilities(out.engines.emplace_back());
  }

  Status load(const Package &package, uint32_t index,
              std::unique_ptr<Executable> &out) override {
    SLUICE_RETURN_IF_ERROR(EngineExecutable::checkHasEngine(package));
    const program::Variant &variant = *package.program().variants()->Get(index);
    EngineLimits limits = {.watchdog = watchdog};
    // By the host's clock, which counts the questions on the line too.
    limits.least =
        uint64_t(double(options.timeout) * 1e-9 * link->board().clockHz);
    // A line that needs more patience needs more to stop the engine, too.
    limits.stopTime = std::max(limits.stopTime, options.timeout / 100);
    uint64_t size = EngineExecutable(package, variant, limits).place(0);
    auto executable =
        std::make_unique<UartExecutable>(package, variant, limits, memory);
    SLUICE_RETURN_IF_ERROR(executable->load(size, link));
    out = std::move(executable);
    return SLUICE_STATUS_OK;
  }

private:
  const UartOptions options;
  const std::shared_ptr<UartLink> link;
  BoardMemory memory{*link};
  const uint32_t watchdog;
};

class UartDriver final : public Driver {
public:
  const char *name() const override { return "uart"; }
  const char *description() const override {
    return "an engine on a board at a serial port, uart:PATH; baud=N to agree "
           "on, timeout=MS without an answer, watchdog=CYCLES";
  }
  Status list(std::vector<DeviceListing> &out) const override;
  bool suits(const Package &package) const override {
    std::vector<DeviceListing> found;
    return package.program().engine() && list(found) == SLUICE_STATUS_OK;
  }
  Status open(const DeviceSpec &spec, std::unique_ptr<Device> &out) override;
};

/// By the names that udev gives to what the boards' own USB chips say.
Status UartDriver::list(std::vector<DeviceListing> &out) const {
  static const char kFolder[] = "/dev/serial/by-id";
  size_t before = out.size();
  if (DIR *entries = opendir(kFolder)) {
    while (const dirent *entry = readdir(entries)) {
      std::string name = entry->d_name;
      if (name.find("ULX3S") != name.npos)
        out.push_back({"uart:" + std::string(kFolder) + "/" + name, name});
    }
    closedir(entries);
  }
  if (out.size() > before)
    return SLUICE_STATUS_OK;
  return fail(SLUICE_STATUS_NOT_FOUND,
              "no ULX3S in %s; uart:PATH takes any serial port", kFolder);
}

Status UartDriver::open(const DeviceSpec &spec, std::unique_ptr<Device> &out) {
  UartOptions options;
  uint64_t baud = options.baud, timeout = 500, watchdog = 100'000;
  const DeviceOption known[] = {{"baud", &baud, 9600, 100'000'000},
                                {"timeout", &timeout, 10, 3'600'000},
                                {"watchdog", &watchdog, 0, UINT32_MAX}};
  SLUICE_RETURN_IF_ERROR(spec.read(known, &options.path));
  if (options.path.empty()) {
    std::vector<DeviceListing> found;
    SLUICE_RETURN_IF_ERROR(list(found));
    options.path = found.front().device.substr(sizeof("uart:") - 1);
  }
  options.baud = uint32_t(baud);
  options.timeout = timeout * 1'000'000;
  std::shared_ptr<UartLink> link;
  SLUICE_RETURN_IF_ERROR(UartLink::open(options, link));
  out = std::make_unique<UartDevice>(options, std::move(link),
                                     uint32_t(watchdog));
  return SLUICE_STATUS_OK;
}

} // namespace

Driver *uartDriver() {
  static UartDriver driver;
  return &driver;
}

} // namespace sluice
