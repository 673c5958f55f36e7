// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/RegisterTargets.h"
#include "dialects/Engine/Engine.h"
#include "targets/cpu/CpuTarget.h"
#include "targets/cpu/Pipeline.h"
#include "targets/cpu/Translation.h"
#include "targets/engine/EngineTarget.h"
#include "targets/engine/Passes.h"
#include "targets/engine/Translations.h"
#include "targets/opencl/OpenclTarget.h"

void sluice::registerAllTargets() {
  cpu::registerCpuTarget();
  engine::registerEngineTarget();
  engine::registerEnginePasses();
  opencl::registerOpenclTarget();
}

void sluice::registerAllTargetDialects(mlir::DialectRegistry &registry) {
  registry.insert<engine::EngineDialect>();
}

void sluice::registerAllTargetPasses() { cpu::registerCpuPassesAndPipeline(); }

void sluice::registerAllTargetTranslations() {
  cpu::registerCpuTranslations();
  engine::registerEngineTranslations();
  opencl::registerOpenclTranslations();
}
