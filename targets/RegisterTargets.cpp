// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/RegisterTargets.h"
#include "dialects/Engine/Engine.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/EngineTarget.h"

void sluice::registerAllTargets() { engine::registerEngineTarget(); }

void sluice::registerAllTargetDialects(mlir::DialectRegistry &registry) {
  registry.insert<engine::EngineDialect>();
}

void sluice::registerAllTargetTranslations() {
  engine::registerEngineTranslations();
}
