// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's passes of the phases tile and codegen.

#ifndef SLUICE_TARGETS_ENGINE_PASSES_H
#define SLUICE_TARGETS_ENGINE_PASSES_H

#include "dialects/Engine/Engine.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice::engine {

/// On a deploy.region: the symbol of its engine.program.
inline constexpr llvm::StringLiteral programAttrName = "engine.program";
/// On an engine.program: an array of dictionaries, one a layer, with `name`,
/// `kind`, `output` (strings), `macs`, `first` and `last` (i64).
inline constexpr llvm::StringLiteral layersAttrName = "layers";

#define GEN_PASS_DECL
#include "targets/engine/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "targets/engine/Passes.h.inc"

} // namespace sluice::engine

#endif // SLUICE_TARGETS_ENGINE_PASSES_H
