// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice/Package.h"

#include "tools/sluice/Failure.h"
#include "tools/sluice/Simulator.h"

namespace sluice {

PackagePtr loadPackage(const std::string &path) {
  sluice_package_t *package;
  check(sluice_package_load(path.c_str(), &package));
  return PackagePtr(package);
}

InternalPackagePtr loadInternalPackage(const std::string &path) {
  Package *package = nullptr;
  check(Package::load(path.c_str(), package));
  return InternalPackagePtr(package);
}

SessionPtr openSession(sluice_package_t *package, const std::string &device,
                       OnFault onFault, OnMisfit onMisfit) {
  if (device == "sim" || device.starts_with("sim:"))
    buildMissingSimulator(package);
  sluice_session_options_t options = {};
  options.struct_size = sizeof(options);
  options.device = device.c_str();
  options.no_fallback = onFault == OnFault::Fail;
  options.cpu_if_unfit = onMisfit == OnMisfit::UseCpu;
  // A fault that ends the command is told by the command.
  if (onFault == OnFault::Fail)
    sluice_log_set([](void *, sluice_log_level_t, const char *) {}, nullptr);
  sluice_session_t *session;
  check(sluice_session_create(package, &options, &session));
  return SessionPtr(session);
}

} // namespace sluice
