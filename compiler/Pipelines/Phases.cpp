// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/Phases.h"

#include "compiler/Conversion/OnnxToTosa/OnnxToTosa.h"
#include "compiler/Partition/Passes.h"
#include "compiler/Quantize/Passes.h"
#include "dialects/Deploy/Passes.h"
#include "dialects/Onnx/Passes.h"
#include "targets/Target.h"

#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace sluice {

static constexpr std::pair<Phase, llvm::StringLiteral> phaseNames[] = {
    {Phase::Import, "import"},     {Phase::Quantize, "quantize"},
    {Phase::Legalize, "legalize"}, {Phase::Partition, "partition"},
    {Phase::Tile, "tile"},         {Phase::Codegen, "codegen"}};

StringRef stringify(Phase phase) {
  return phaseNames[static_cast<size_t>(phase)].second;
}

std::optional<Phase> parsePhase(StringRef name) {
  for (auto [phase, text] : phaseNames)
    if (text == name)
      return phase;
  return std::nullopt;
}

void buildPreparePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(onnx::createFuseActivations());
  functions.addPass(onnx::createSplitToSlices());
  functions.addPass(onnx::createNormalizeGemm());
  functions.addPass(onnx::createFuseBias());
  functions.addPass(onnx::createFoldBatchNorm());
  functions.addPass(onnx::createFoldPad());
  functions.addPass(createCanonicalizerPass());
}

void buildQuantizePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createInsertQdq());
  functions.addPass(createWidenInt4());
  functions.addPass(createMakeSigned());
  functions.addPass(createFuseQdq());
  functions.addPass(createFoldDequantize());
}

void buildDequantizePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createWidenInt4());
  functions.addPass(createMakeSigned());
  functions.addPass(createFoldDequantize());
}

void buildLegalizePipeline(OpPassManager &manager) {
  OpPassManager &functions = manager.nest<func::FuncOp>();
  functions.addPass(createConvertOnnxToTosa());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
}

void buildPartitionPipeline(OpPassManager &manager, const Target &target,
                            bool separateLayers) {
  PartitionOptions options;
  options.target = target.description();
  options.separateLayers = separateLayers;
  manager.nest<func::FuncOp>().addPass(createPartition(options));
}

void buildTilePipeline(OpPassManager &manager, const Target &target) {
  target.addTilePasses(manager);
  manager.nest<func::FuncOp>().addPass(deploy::createPlanMemory());
}

void buildCodegenPipeline(OpPassManager &manager, const Target &target) {
  target.addCodegenPasses(manager);
}

PipelineEnd runPipeline(ModuleOp module,
                        function_ref<void(OpPassManager &)> build) {
  bool isRefused = false;
  ScopedDiagnosticHandler listener(module.getContext(), [&](Diagnostic &given) {
    isRefused |= given.getSeverity() == DiagnosticSeverity::Error;
    return failure(); // others print it
  });
  PassManager manager(module.getContext());
  build(manager);
  if (succeeded(manager.run(module)))
    return PipelineEnd::Done;
  return isRefused ? PipelineEnd::Refused : PipelineEnd::Silent;
}

void registerPhasePipelines() {
  PassPipelineRegistration<>("sluice-prepare",
                             "fold constants into the layers of a model",
                             buildPreparePipeline);
  PassPipelineRegistration<>(
      "sluice-quantize", "make the int8 layers of a QDQ or calibrated model",
      buildQuantizePipeline);
  PassPipelineRegistration<>("sluice-legalize", "rewrite a model in TOSA",
                             buildLegalizePipeline);
}

} // namespace sluice
