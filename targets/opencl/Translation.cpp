// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/OpenclTarget.h"
#include "targets/opencl/RegionKernels.h"

#include "mlir/InitAllDialects.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;
using namespace sluice;

static void print(const KernelLaunch &launch, llvm::raw_ostream &os) {
  static constexpr const char *spaces[] = {"constants", "scratch", "tensor"};
  os << "// " << launch.kernel << " [" << launch.groups[0] << ", "
     << launch.groups[1] << ", " << launch.groups[2] << "] x " << launch.items
     << ":";
  for (const KernelArgument &argument : launch.arguments) {
    os << " " << spaces[argument.space] << " " << argument.offset;
    if (argument.space != KernelArgument::Tensor)
      os << "+" << argument.size;
  }
  os << "\n";
}

/// The kernels of every region that is for the target, then, in comments, the
/// launches on their arguments.
void opencl::registerOpenclTranslations() {
  static TranslateFromMLIRRegistration registration(
      "regions-to-opencl", "Print the OpenCL kernels of all deploy.regions",
      [](ModuleOp module, llvm::raw_ostream &os) -> LogicalResult {
        WalkResult walk = module.walk([&](deploy::RegionOp region) {
          FailureOr<RegionParts> parts = makeKernels(region);
          if (failed(parts))
            return WalkResult::interrupt();
          os << "// Region " << region.getName() << ": "
             << parts->constants.size() << " bytes of constants, "
             << parts->kernels.scratchSize << " of scratch\n"
             << parts->kernels.source << "\n";
          for (const KernelLaunch &launch : parts->kernels.launches)
            print(launch, os);
          return WalkResult::advance();
        });
        return success(!walk.wasInterrupted());
      },
      [](DialectRegistry &registry) {
        registerAllDialects(registry);
        registry.insert<deploy::DeployDialect>();
      });
}
