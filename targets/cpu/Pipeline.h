// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The way from a module with deploy.regions to one in the LLVM dialect.

#ifndef SLUICE_TARGETS_CPU_PIPELINE_H
#define SLUICE_TARGETS_CPU_PIPELINE_H

#include "llvm/ADT/StringRef.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace sluice::cpu {

/// Adds the passes that make a module of CPU code, in the `llvm` dialect with
/// the entries of cpu_abi.h, from a module with deploy.regions. A `level` that
/// there is not makes the passes fail.
void buildCpuPipeline(mlir::OpPassManager &pm, llvm::StringRef level);

/// Registers the CPU passes, and the pipeline as `cpu-pipeline`.
void registerCpuPassesAndPipeline();

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_PIPELINE_H
