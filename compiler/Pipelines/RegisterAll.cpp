// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/RegisterAll.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

void sluice::registerAllSluiceDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
}

void sluice::registerAllSluicePasses() { mlir::registerAllPasses(); }

void sluice::registerAllSluiceTranslations() {}
