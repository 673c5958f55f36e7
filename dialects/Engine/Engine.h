// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `engine` dialect.

#ifndef SLUICE_DIALECTS_ENGINE_ENGINE_H
#define SLUICE_DIALECTS_ENGINE_ENGINE_H

#include "dialects/Engine/Isa.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"

#include "dialects/Engine/EngineDialect.h.inc"

#include "dialects/Engine/EngineInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Engine/EngineAttrs.h.inc"

#include "dialects/Engine/Properties.h"

#define GET_OP_CLASSES
#include "dialects/Engine/EngineOps.h.inc"

namespace sluice::engine {

/// Adds the op that stands for `instruction` at the builder's place.
InstructionOpInterface createInstruction(mlir::OpBuilder &builder,
                                         mlir::Location loc,
                                         const Instruction &instruction);

} // namespace sluice::engine

#endif // SLUICE_DIALECTS_ENGINE_ENGINE_H
