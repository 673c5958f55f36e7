// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Translation.h"
#include "targets/cpu/Level.h"
#include "targets/cpu/Library.h"

#include "dialects/Deploy/Deploy.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;
using namespace sluice;

void cpu::registerCpuTranslations() {
  static llvm::cl::opt<std::string> levelName(
      "cpu-level", llvm::cl::desc("Processor level for regions-to-cpu-library"),
      llvm::cl::init("x86-64-v3"));
  static TranslateFromMLIRRegistration registration(
      "regions-to-cpu-library",
      "Compile all deploy.regions to an ELF shared object",
      [](ModuleOp module, llvm::raw_ostream &output) -> LogicalResult {
        llvm::Expected<const Level *> level = findLevel(levelName);
        if (!level)
          return module.emitError(llvm::toString(level.takeError()));
        FailureOr<Library> library = compileLibrary(module, **level);
        if (failed(library))
          return failure();
        output.write(reinterpret_cast<const char *>(library->elf.data()),
                     library->elf.size());
        return success();
      },
      [](DialectRegistry &registry) {
        registerAllDialects(registry);
        registerAllExtensions(registry);
        registry.insert<deploy::DeployDialect>();
      });
}
