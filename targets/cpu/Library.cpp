// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Library.h"

#include "compiler/Support/Diagnostics.h"
#include "targets/cpu/Level.h"
#include "targets/cpu/Object.h"
#include "targets/cpu/Passes.h"
#include "targets/cpu/Pipeline.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;
using namespace sluice;

/// An error with a code is the system's.
static LogicalResult emitLinkError(ModuleOp module, llvm::Error error) {
  InFlightDiagnostic diagnostic = module.emitError();
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    diagnostic << info.message();
    if (info.convertToErrorCode() != llvm::inconvertibleErrorCode())
      setSystemError(*diagnostic.getUnderlyingDiagnostic());
  });
  return diagnostic;
}

FailureOr<cpu::Library> cpu::compileLibrary(ModuleOp module,
                                            const Level &level) {
  OwningOpRef<ModuleOp> code = module.clone();
  PassManager pm(module.getContext());
  buildCpuPipeline(pm, level.name);
  if (failed(pm.run(*code)))
    return failure();

  Library library;
  std::vector<std::pair<int64_t, RegionCode>> regions;
  for (auto func : code->getOps<LLVM::LLVMFuncOp>())
    if (auto index = func->getAttrOfType<IntegerAttr>(regionAttrName))
      regions.emplace_back(
          index.getInt(),
          RegionCode{
              func->getAttrOfType<StringAttr>(nameAttrName).str(),
              static_cast<uint64_t>(
                  func->getAttrOfType<IntegerAttr>(scratchAttrName).getInt())});
  llvm::sort(regions, llvm::less_first());
  for (auto &[index, region] : regions)
    library.regions.push_back(std::move(region));

  FailureOr<SmallVector<char, 0>> object = emitObject(*code, level);
  if (failed(object))
    return failure();
  code = {};
  llvm::Expected<std::vector<uint8_t>> elf = linkLibrary(*object);
  if (!elf)
    return emitLinkError(module, elf.takeError());
  library.elf = std::move(*elf);
  return library;
}
