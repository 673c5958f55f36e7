// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/RegisterAll.h"

#include "compiler/Conversion/OnnxToTosa/OnnxToTosa.h"
#include "compiler/Import/Import.h"
#include "compiler/Partition/Passes.h"
#include "compiler/Quantize/Passes.h"
#include "compiler/Reference/Translation.h"
#include "dialects/Deploy/Deploy.h"
#include "dialects/Deploy/Passes.h"
#include "dialects/Onnx/Passes.h"
#include "targets/RegisterTargets.h"

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

void sluice::registerAllSluiceDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<deploy::DeployDialect, onnx::OnnxDialect>();
  registerAllTargetDialects(registry);
}

void sluice::registerAllSluicePasses() {
  mlir::registerAllPasses();
  deploy::registerDeployPasses();
  onnx::registerOnnxPasses();
  registerOnnxToTosaPasses();
  registerAllTargets();
  registerAllTargetPasses();
  registerPartitionPasses();
  registerQuantizePasses();
}

void sluice::registerAllSluiceTranslations() {
  reference::registerInterpretTranslation();
  registerImportTranslation();
  registerAllTargetTranslations();
}
