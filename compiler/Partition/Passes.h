// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_PARTITION_PASSES_H
#define SLUICE_COMPILER_PARTITION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Partition/Passes.h.inc"

} // namespace sluice

#endif // SLUICE_COMPILER_PARTITION_PASSES_H
