// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The runtime's objects, owned.

#ifndef SLUICE_TOOLS_SLUICE_PACKAGE_H
#define SLUICE_TOOLS_SLUICE_PACKAGE_H

#include "runtime/package/Package.h"
#include "sluice/sluice.h"

#include <memory>
#include <string>

namespace sluice {

struct ReleaseHandle {
  void operator()(sluice_package_t *handle) const {
    sluice_package_release(handle);
  }
  void operator()(sluice_session_t *handle) const {
    sluice_session_release(handle);
  }
};
using PackagePtr = std::unique_ptr<sluice_package_t, ReleaseHandle>;
using SessionPtr = std::unique_ptr<sluice_session_t, ReleaseHandle>;

/// Both throw Failure.
PackagePtr loadPackage(const std::string &path);
enum class OnFault { FallBack, Fail };
/// Where the device is not there, or the package does not fit it.
enum class OnMisfit { Refuse, UseCpu };
SessionPtr openSession(sluice_package_t *package, const std::string &device,
                       OnFault onFault, OnMisfit onMisfit = OnMisfit::Refuse);

/// The runtime's own view of a package, which shows the program.
using InternalPackagePtr = PackageReference;
InternalPackagePtr loadInternalPackage(const std::string &path);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_PACKAGE_H
