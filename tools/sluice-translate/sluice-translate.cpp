// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Translates between Sluice's IR and its external forms.

#include "compiler/Pipelines/RegisterAll.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"

int main(int argc, char **argv) {
  sluice::registerAllSluiceTranslations();
  return mlir::failed(
      mlir::mlirTranslateMain(argc, argv, "Sluice translation driver"));
}
