// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_PARTITION_PASSES_TD
#define SLUICE_COMPILER_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def Partition : Pass<"partition", "::mlir::func::FuncOp"> {
  let summary = "Cut the model into regions by target";
  let description = [{
    Every layer that the target takes goes there, all others to the host; so do
    regions that would cost more to hand to the device than they save, by the
    target's estimates, but for the one that multiplies most. Layers
    of one place with no layer of the other between them share a region, so that
    there are as few regions and transitions as the graph allows: a layer's
    region is the number of changes of place on the way to it. Reshapes stay with
    what they read. Constants are copied to where they are used; a result of the
    model that is one of its inputs, or another result, is copied by the host.

    What is left is a list of `deploy.region` operations and a return.
  }];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"",
           "Target specification, as `sluice compile --target` takes it">,
    Option<"separateLayers", "separate-layers", "bool", /*default=*/"false",
           "Give every layer a region of its own, to see what it makes">
  ];
  let dependentDialects = ["::sluice::deploy::DeployDialect",
                           "::mlir::tosa::TosaDialect"];
}

#endif // SLUICE_COMPILER_PARTITION_PASSES_TD
