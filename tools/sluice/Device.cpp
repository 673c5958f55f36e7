// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice device`: what this machine can run packages on.

#include "tools/sluice/Failure.h"
#include "tools/sluice/Output.h"
#include "tools/sluice/Verbs.h"

#include <fmt/format.h>

namespace sluice {

int listDevices(const DeviceOptions &options) {
  auto drivers = nlohmann::ordered_json::array();
  sluice_driver_enumerate(
      [](void *context, const char *name, const char *description) {
        static_cast<nlohmann::ordered_json *>(context)->push_back(
            {{"name", name}, {"description", description}});
      },
      &drivers);
  if (options.json) {
    printJson({{"drivers", drivers}});
    return kDone;
  }
  for (const auto &driver : drivers)
    print(fmt::format("{:<8} {}\n", driver["name"].get<std::string>(),
                      driver["description"].get<std::string>()));
  return kDone;
}

} // namespace sluice
