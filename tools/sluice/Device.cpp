// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice device list` and `probe`: what this machine can run packages on, and
// what a device says of itself.

#include "tools/sluice/Device.h"

#include "runtime/hal/Registry.h"
#include "tools/sluice/Boards.h"
#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {
namespace {

using Json = nlohmann::ordered_json;

Json describe(const DriverEntry &entry) {
  Json json = {{"name", entry.name},
               {"description", entry.driver ? entry.driver->description() : ""},
               {"devices", Json::array()}};
  std::vector<DeviceListing> devices;
  if (!entry.driver)
    json["missing"] = entry.failure;
  else if (entry.driver->list(devices) != SLUICE_STATUS_OK)
    json["missing"] = lastMessage();
  for (const DeviceListing &device : devices)
    json["devices"].push_back(
        {{"device", device.device}, {"name", device.name}});
  return json;
}

std::string driverText(const Json &driver) {
  std::string text =
      fmt::format("{:<8} {}\n", driver["name"].get<std::string>(),
                  driver["description"].get<std::string>());
  if (driver.contains("missing"))
    text += fmt::format("  none: {}\n", driver["missing"].get<std::string>());
  for (const Json &device : driver["devices"])
    text += fmt::format("  {}: {}\n", device["device"].get<std::string>(),
                        device["name"].get<std::string>());
  return text;
}

Json describe(const EngineCapabilities &engine,
              const std::vector<Board> &boards) {
  Json json = {{"isa", engine.isa},
               {"hash", fmt::format("{:016x}", engine.hash)},
               {"parameters", Json::object()},
               {"boards", Json::array()}};
  for (const auto &parameter : engine.parameters())
    json["parameters"][parameter.name] = parameter.value;
  for (const Board &board : boards)
    if (board.carries(engine))
      json["boards"].push_back({{"name", board.name},
                                {"description", board.description},
                                {"clock_mhz", board.clockMhz}});
  return json;
}

std::string engineText(const Json &engine) {
  std::string text =
      fmt::format("engine {}: ISA {}", engine["hash"].get<std::string>(),
                  engine["isa"].get<uint32_t>());
  for (const auto &[name, value] : engine["parameters"].items())
    text += fmt::format(" {}={}", name, value.get<uint32_t>());
  text += "\n";
  for (const Json &board : engine["boards"])
    text += fmt::format("  as on {}: {}, {} MHz\n",
                        board["name"].get<std::string>(),
                        board["description"].get<std::string>(),
                        board["clock_mhz"].get<double>());
  if (engine["boards"].empty())
    text += "  as on no board that comes with Sluice\n";
  return text;
}

Json probe(const std::string &device) {
  DeviceDescription description = describeDevice(device);
  Json json = {{"device", device},
               {"driver", device.substr(0, device.find(':'))},
               {"facts", Json::object()},
               {"engines", Json::array()}};
  for (const auto &fact : description.facts)
    json["facts"][fact.name] = fact.value;
  std::vector<Board> boards = readBoards();
  for (const EngineCapabilities &engine : description.engines)
    json["engines"].push_back(describe(engine, boards));
  return json;
}

} // namespace

DeviceDescription describeDevice(const std::string &device) {
  DeviceSpec spec;
  Driver *driver = nullptr;
  check(DeviceSpec::parse(device, spec));
  check(findDriver(spec.driver(), driver));
  std::unique_ptr<Device> opened;
  DeviceDescription description;
  Status status = driver->open(spec, opened);
  if (status == SLUICE_STATUS_OK)
    status = opened->describe(description);
  if (status == SLUICE_STATUS_INVALID_ARGUMENT)
    check(status);
  if (status != SLUICE_STATUS_OK)
    throw Failure{kDeviceFault,
                  fmt::format("device '{}': {}", device, lastMessage())};
  return description;
}

int listDevices(const DeviceOptions &options) {
  auto drivers = Json::array();
  for (const DriverEntry &entry : allDrivers())
    drivers.push_back(describe(entry));
  if (options.json) {
    printJson({{"drivers", drivers}});
    return kDone;
  }
  std::string text;
  for (const Json &driver : drivers)
    text += driverText(driver);
  print(text);
  return kDone;
}

int probeDevice(const DeviceOptions &options) {
  Json json = probe(options.device);
  if (options.json) {
    printJson(json);
    return kDone;
  }
  std::string text;
  for (const auto &[name, value] : json["facts"].items())
    text += fmt::format("{}: {}\n", name, value.get<std::string>());
  for (const Json &engine : json["engines"])
    text += engineText(engine);
  print(text);
  return kDone;
}

} // namespace sluice
