// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_TOOLS_SLUICEREDUCE_PASSES_TD
#define SLUICE_TOOLS_SLUICEREDUCE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ReplaceByZeros : Pass<"replace-by-zeros", "::mlir::ModuleOp"> {
  let summary = "Put zeros in the place of TOSA operations while a test fails on";
  let description = [{
    Goes through the module's TOSA operations from the first to the last. Where
    the test script, called with a file of the changed module, still finds it
    interesting (exit code 1), a constant of zeros takes the operation's place and
    all that only led up to it goes.
  }];
  let options = [
    Option<"test", "test", "std::string", /*default=*/"", "The test script">
  ];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

#endif // SLUICE_TOOLS_SLUICEREDUCE_PASSES_TD
