// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes on the `deploy` dialect alone.

#ifndef SLUICE_DIALECTS_DEPLOY_PASSES_TD
#define SLUICE_DIALECTS_DEPLOY_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"deploy-plan-memory", "::mlir::func::FuncOp"> {
  let summary = "Give every tensor between regions a place in the arena";
  let description = [{
    Places function arguments, region results and region scratch so that
    buffers that live at the same time do not overlap. Arguments live from the
    start until the last region that reads them, values that the function
    returns until the end; a region's inputs stay untouched and its results and
    scratch are its own while it runs. Larger buffers are placed first, each in
    the smallest gap that holds it. Sets `deploy.offset`, `offsets`,
    `scratch_offset` and `deploy.arena_size`.

    The function must be a list of `deploy.region` operations and a return.
  }];
}

#endif // SLUICE_DIALECTS_DEPLOY_PASSES_TD
