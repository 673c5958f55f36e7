// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shrinks IR while a test script keeps finding it interesting.

#include "compiler/Pipelines/RegisterAll.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Tools/mlir-reduce/MlirReduceMain.h"
#include "tools/sluice-reduce/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sluice::registerAllSluiceDialects(registry);
  sluice::registerAllSluicePasses();
  sluice::registerSluiceReducePasses();
  mlir::MLIRContext context(registry);
  return mlir::failed(mlir::mlirReduceMain(argc, argv, context));
}
