// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The phases of docs/spec/ir.md as pipelines, and the names that the command
// line gives them.

#ifndef SLUICE_COMPILER_PIPELINES_PHASES_H
#define SLUICE_COMPILER_PIPELINES_PHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

#include <optional>

namespace sluice {

class Target;

enum class Phase { Import, Quantize, Legalize, Partition, Tile, Codegen };

llvm::StringRef stringify(Phase phase);
std::optional<Phase> parsePhase(llvm::StringRef name);

/// `onnx` ops in the form that quantization and legalization read: constants
/// folded in, one op a layer.
void buildPreparePipeline(mlir::OpPassManager &manager);
/// QDQ models and calibrated ones (`onnx.range`) to int8 layers.
void buildQuantizePipeline(mlir::OpPassManager &manager);
/// A model in float, also where it brings scales.
void buildDequantizePipeline(mlir::OpPassManager &manager);
/// To TOSA, with no op of the model's dialect left.
void buildLegalizePipeline(mlir::OpPassManager &manager);
/// To regions; one a layer, where they are to be told apart.
void buildPartitionPipeline(mlir::OpPassManager &manager, const Target &target,
                            bool separateLayers = false);
/// The target's tiles, then the memory plan, which needs the tiles' spills.
void buildTilePipeline(mlir::OpPassManager &manager, const Target &target);
void buildCodegenPipeline(mlir::OpPassManager &manager, const Target &target);

/// How a pipeline ends. That it fails and emits no error is a bug.
enum class PipelineEnd { Done, Refused, Silent };
PipelineEnd runPipeline(mlir::ModuleOp module,
                        llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Registers `sluice-prepare`, `sluice-quantize` and `sluice-legalize` for
/// sluice-opt.
void registerPhasePipelines();

} // namespace sluice

#endif // SLUICE_COMPILER_PIPELINES_PHASES_H
