// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that turn deploy.regions into CPU code.

#ifndef SLUICE_TARGETS_CPU_PASSES_H
#define SLUICE_TARGETS_CPU_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice::cpu {

/// Attributes on the function of a region.
inline constexpr llvm::StringLiteral regionAttrName = "cpu.region";
inline constexpr llvm::StringLiteral nameAttrName = "cpu.name";
inline constexpr llvm::StringLiteral inputsAttrName = "cpu.inputs";
inline constexpr llvm::StringLiteral outputsAttrName = "cpu.outputs";
inline constexpr llvm::StringLiteral scratchAttrName = "cpu.scratch";

/// Number of units of work, on the call of a kernel.
inline constexpr llvm::StringLiteral unitsAttrName = "cpu.units";

/// A distinct attribute on a bufferization.to_buffer: the one read it is for.
inline constexpr llvm::StringLiteral readerAttrName = "cpu.reader";

/// Alignment of tensors, scratch and constants, in bytes.
inline constexpr int64_t bufferAlignment = 64;

#define GEN_PASS_DECL
#include "targets/cpu/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "targets/cpu/Passes.h.inc"

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_PASSES_H
