// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/Target.h"
#include "dialects/Deploy/Deploy.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace sluice;

Target::~Target() = default;

llvm::LogicalResult Target::emit(deploy::RegionOp region, RegionParts &) const {
  return region.emitOpError() << "target " << name() << " has no commands";
}

llvm::LogicalResult Target::emitLibrary(mlir::ModuleOp module,
                                        LibraryParts &) const {
  return module.emitError() << "target " << name() << " is no processor";
}

uint32_t DeviceConfiguration::parameter(llvm::StringRef name) const {
  for (const auto &[key, value] : parameters)
    if (key == name)
      return value;
  return 0;
}

static std::vector<TargetKind> &kinds() {
  static std::vector<TargetKind> kinds;
  return kinds;
}

void sluice::registerTarget(TargetKind kind) {
  if (llvm::none_of(kinds(), [&](const TargetKind &known) {
        return known.name == kind.name;
      }))
    kinds().push_back(std::move(kind));
}

llvm::ArrayRef<TargetKind> sluice::getTargetKinds() { return kinds(); }

llvm::StringRef sluice::getHostTarget() { return "cpu"; }

llvm::Expected<std::unique_ptr<Target>>
sluice::createTarget(llvm::StringRef spec) {
  auto [name, details] = spec.split(':');
  for (const TargetKind &kind : kinds())
    if (kind.name == name)
      return kind.create(details);
  std::string known = llvm::join(
      llvm::map_range(kinds(), [](const TargetKind &k) { return k.name; }),
      ", ");
  return llvm::createStringError("unknown target '" + spec +
                                 "'; known targets: " + known);
}
