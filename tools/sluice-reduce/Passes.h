// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TOOLS_SLUICE_REDUCE_PASSES_H
#define SLUICE_TOOLS_SLUICE_REDUCE_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "tools/sluice-reduce/Passes.h.inc"

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_REDUCE_PASSES_H
