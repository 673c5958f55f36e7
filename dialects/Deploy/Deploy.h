// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `deploy` dialect: the program that the host runs, region by region.

#ifndef SLUICE_DIALECTS_DEPLOY_DEPLOY_H
#define SLUICE_DIALECTS_DEPLOY_DEPLOY_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Deploy/DeployDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Deploy/DeployOps.h.inc"

namespace sluice::deploy {

/// Alignment of every buffer of the arena, in bytes.
inline constexpr int64_t arenaAlignment = 64;

/// Discardable attributes of the dialect (see DeployOps.td).
inline constexpr llvm::StringLiteral offsetAttrName = "deploy.offset";
inline constexpr llvm::StringLiteral arenaSizeAttrName = "deploy.arena_size";

/// Bytes of a packed tensor of static shape; elements narrower than a byte
/// take a whole one.
int64_t getPackedBytes(mlir::Type type);

/// Where `value`, a function's argument or a region's result, lies in the
/// arena; nothing before its memory is planned.
std::optional<int64_t> getArenaOffset(mlir::Value value);

} // namespace sluice::deploy

#endif // SLUICE_DIALECTS_DEPLOY_DEPLOY_H
