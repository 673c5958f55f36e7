// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/hal/Registry.h"

#include "runtime/base/Install.h"
#include "runtime/drivers/cpu/CpuDriver.h"
#include "runtime/drivers/null/NullDriver.h"
#include "runtime/drivers/sim/SimDriver.h"
#include "runtime/drivers/uart/UartDriver.h"
#include "runtime/hal/Plugin.h"

#include <algorithm>
#include <dirent.h>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <unistd.h>

namespace sluice {
namespace {

constexpr std::string_view kPrefix = "libsluice-driver-", kSuffix = ".so";

std::vector<std::string> pluginFolders() {
  return installedFolders("SLUICE_DRIVER_PATH", "drivers");
}

Status openDevice(const DeviceSpec &spec, std::unique_ptr<Device> &out) {
  Driver *driver;
  SLUICE_RETURN_IF_ERROR(findDriver(spec.driver(), driver));
  return driver->open(spec, out);
}

Status openPlugin(const std::string &file, Driver *&out) {
  void *library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return fail(SLUICE_STATUS_NOT_FOUND, "driver plug-in: %s", dlerror());
  auto *entry =
      reinterpret_cast<PluginEntry *>(dlsym(library, SLUICE_DRIVER_ENTRY_NAME));
  static const PluginHost host = {messageBuffer(), openDevice};
  out = entry ? entry(kHalVersion, &host) : nullptr;
  if (!out)
    return fail(SLUICE_STATUS_UNSUPPORTED,
                "%s: is no driver of this runtime (driver interface %u); "
                "install the one that came with it",
                file.c_str(), kHalVersion);
  return SLUICE_STATUS_OK;
}

/// The plug-ins opened so far, by file. They are never closed: what a vendor's
/// library has registered may outlive any one device.
Status openOnce(const std::string &file, Driver *&out) {
  static std::mutex mutex;
  static std::map<std::string, Driver *> opened;
  std::lock_guard lock(mutex);
  Driver *&driver = opened[file];
  if (!driver)
    SLUICE_RETURN_IF_ERROR(openPlugin(file, driver));
  out = driver;
  return SLUICE_STATUS_OK;
}

/// Plug-ins by name; of two with one name that of the first folder.
std::map<std::string, std::string> findPlugins() {
  std::map<std::string, std::string> files;
  for (const std::string &folder : pluginFolders()) {
    DIR *entries = opendir(folder.c_str());
    if (!entries)
      continue;
    while (const dirent *entry = readdir(entries)) {
      std::string_view name = entry->d_name;
      if (name.size() > kPrefix.size() + kSuffix.size() &&
          name.starts_with(kPrefix) && name.ends_with(kSuffix))
        files.try_emplace(
            std::string(name.substr(
                kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size())),
            folder + "/" + entry->d_name);
    }
    closedir(entries);
  }
  return files;
}

std::span<Driver *const> ownDrivers() {
  static Driver *const drivers[] = {uartDriver(), simDriver(), cpuDriver(),
                                    nullDriver()};
  return drivers;
}

} // namespace

std::vector<DriverEntry> allDrivers() {
  std::vector<DriverEntry> all;
  for (const auto &[name, file] : findPlugins()) {
    Driver *driver = nullptr;
    bool isOpen = openOnce(file, driver) == SLUICE_STATUS_OK;
    all.push_back({name, driver, isOpen ? "" : lastMessage()});
  }
  for (Driver *driver : ownDrivers())
    all.push_back({driver->name(), driver, ""});
  return all;
}

Status findDriver(std::string_view name, Driver *&out) {
  for (Driver *driver : ownDrivers())
    if (name == driver->name()) {
      out = driver;
      return SLUICE_STATUS_OK;
    }
  auto plugins = findPlugins();
  if (auto plugin = plugins.find(std::string(name)); plugin != plugins.end())
    return openOnce(plugin->second, out);
  std::string known = "auto";
  for (const auto &[plugin, file] : plugins)
    known += ", " + plugin;
  for (Driver *driver : ownDrivers())
    known += std::string(", ") + driver->name();
  return fail(SLUICE_STATUS_INVALID_ARGUMENT,
              "device '%.*s': no such driver; there are %s; plug-ins are "
              "looked for in %s",
              int(name.size()), name.data(), known.c_str(),
              joinFolders(pluginFolders()).c_str());
}

Driver *chooseDriver(const Package &package) {
  const auto &variants = *package.program().variants();
  bool isForCpu = std::all_of(
      variants.begin(), variants.end(), [](const program::Variant *variant) {
        const auto &regions = *variant->regions();
        return std::all_of(regions.begin(), regions.end(),
                           [](const program::Region *region) {
                             return region->target()->string_view() == "cpu";
                           });
      });
  if (!isForCpu)
    for (const DriverEntry &entry : allDrivers())
      if (entry.driver && entry.driver->suits(package))
        return entry.driver;
  return cpuDriver();
}

} // namespace sluice
