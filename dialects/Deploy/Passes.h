// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes on the `deploy` dialect alone.

#ifndef SLUICE_DIALECTS_DEPLOY_PASSES_H
#define SLUICE_DIALECTS_DEPLOY_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace sluice::deploy {

#define GEN_PASS_DECL
#include "dialects/Deploy/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "dialects/Deploy/Passes.h.inc"

} // namespace sluice::deploy

#endif // SLUICE_DIALECTS_DEPLOY_PASSES_H
