// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Pipeline.h"

#include "targets/cpu/Passes.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sluice;

/// Layers to kernels, the rest of TOSA to linalg on tensors.
static void buildTensorPipeline(OpPassManager &pm, StringRef level) {
  pm.addPass(cpu::createLowerLayers({level.str()}));
  OpPassManager &func = pm.nest<func::FuncOp>();
  func.addPass(cpu::createLegalizeTosa());
  func.addPass(createTosaToSCFPass());
  func.addPass(tosa::createTosaInferShapesPass());
  func.addPass(tosa::createTosaMakeBroadcastablePass());
  func.addPass(tosa::createTosaToLinalgNamed());
  func.addPass(tosa::createTosaToLinalg());
  func.addPass(createTosaToTensorPass());
  TosaToArithPassOptions arithOptions;
  arithOptions.includeApplyRescale = true;
  func.addPass(createTosaToArithPass(arithOptions));
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
  func.addPass(createLinalgGeneralizeNamedOpsPass());
  func.addPass(createLinalgElementwiseOpFusionPass());
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
}

/// Tensors to buffers in one scratch arena.
static void buildBufferPipeline(OpPassManager &pm) {
  pm.addNestedPass<func::FuncOp>(cpu::createBindBuffers());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  OpPassManager &func = pm.nest<func::FuncOp>();
  func.addPass(cpu::createLowerCopies());
  func.addPass(cpu::createPlanScratch());
  func.addPass(cpu::createSplitWork());
}

/// Buffers and loops to the LLVM dialect.
static void buildLlvmPipeline(OpPassManager &pm, StringRef level) {
  OpPassManager &func = pm.nest<func::FuncOp>();
  func.addPass(createConvertLinalgToLoopsPass());
  func.addPass(cpu::createLowerMath({level.str()}));
  func.addPass(memref::createFoldMemRefAliasOpsPass());
  func.addPass(createLowerAffinePass());
  func.addPass(createLoopInvariantCodeMotionPass());
  func.addPass(createConvertVectorToSCFPass());
  func.addPass(createSCFToControlFlowPass());
  func.addPass(memref::createExpandStridedMetadataPass());
  func.addPass(createLowerAffinePass());
  func.addPass(createCanonicalizerPass());
  func.addPass(createCSEPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createConvertIndexToLLVMPass());
  ConvertFuncToLLVMPassOptions funcOptions;
  funcOptions.useBarePtrCallConv = true;
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass(funcOptions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

void cpu::buildCpuPipeline(OpPassManager &pm, StringRef level) {
  pm.addPass(createOutlineRegions());
  buildTensorPipeline(pm, level);
  buildBufferPipeline(pm);
  buildLlvmPipeline(pm, level);
  pm.addPass(createExportLibrary({level.str()}));
}

namespace {

struct CpuPipelineOptions : public PassPipelineOptions<CpuPipelineOptions> {
  Option<std::string> level{*this, "level",
                            llvm::cl::desc("Processor level, or native"),
                            llvm::cl::init("x86-64-v3")};
};

} // namespace

void cpu::registerCpuPassesAndPipeline() {
  registerCpuPasses();
  PassPipelineRegistration<CpuPipelineOptions>(
      "cpu-pipeline", "All passes from deploy.regions to CPU code",
      [](OpPassManager &pm, const CpuPipelineOptions &options) {
        buildCpuPipeline(pm, options.level);
      });
}
