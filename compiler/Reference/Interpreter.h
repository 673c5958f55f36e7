// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference interpreter: what a program on tensors means, written to be
// read. It is the oracle for every backend (docs/spec/integers.md), so clarity
// comes before speed; it shares no code with them.

#ifndef SLUICE_COMPILER_REFERENCE_INTERPRETER_H
#define SLUICE_COMPILER_REFERENCE_INTERPRETER_H

#include "compiler/Reference/Tensor.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sluice::reference {

/// Sees every value as it is computed.
using Observer = llvm::function_ref<void(mlir::Value, const Tensor &)>;

/// Runs `function` (TOSA, tensor slices, deploy regions; static shapes) on
/// `inputs`, one an argument and of its type. On failure a diagnostic stands at
/// the op that cannot be evaluated.
mlir::FailureOr<llvm::SmallVector<Tensor>>
interpret(mlir::func::FuncOp function, llvm::ArrayRef<Tensor> inputs,
          Observer observer = nullptr);

} // namespace sluice::reference

#endif // SLUICE_COMPILER_REFERENCE_INTERPRETER_H
