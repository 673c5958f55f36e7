// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Modules out of bytes that lie anywhere in memory.

#ifndef SLUICE_COMPILER_SUPPORT_PARSEMODULE_H
#define SLUICE_COMPILER_SUPPORT_PARSEMODULE_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace sluice {

/// The module that `bytes` hold as bytecode or as text; null, after a
/// diagnostic, where they hold none.
mlir::OwningOpRef<mlir::ModuleOp> parseModule(llvm::StringRef bytes,
                                              mlir::MLIRContext &context);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_PARSEMODULE_H
