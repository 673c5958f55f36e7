// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Diagnostics in a user's words, each one line.

#ifndef SLUICE_COMPILER_SUPPORT_DIAGNOSTICS_H
#define SLUICE_COMPILER_SUPPORT_DIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"

namespace sluice {

/// Control characters as \0A: names come from a model and may hold anything.
std::string escapeControls(llvm::StringRef text);

/// Takes what MLIR puts before the message of an operation, 'onnx.Conv' op, off
/// its front; gives the operation's name without its dialect, empty if there is
/// none.
llvm::StringRef consumeOpName(llvm::StringRef &message);

/// FILE: node 'conv1' (Conv): what is wrong
std::string describe(llvm::StringRef file, const mlir::Diagnostic &diagnostic);

/// Whether the system is at fault for a file that can not be read; that nothing
/// is there, or a folder, is a fault of who named it.
bool isSystemError(std::error_code code);

/// Marks an error as the system's.
void setSystemError(mlir::Diagnostic &diagnostic);
bool isSystemError(const mlir::Diagnostic &diagnostic);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_DIAGNOSTICS_H
