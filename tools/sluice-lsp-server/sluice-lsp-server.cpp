// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language server for .mlir files with Sluice's dialects.

#include "compiler/Pipelines/RegisterAll.h"
#include "mlir/IR/Dialect.h"
#include "mlir/Tools/mlir-lsp-server/MlirLspServerMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sluice::registerAllSluiceDialects(registry);
  return mlir::failed(mlir::MlirLspServerMain(argc, argv, registry));
}
