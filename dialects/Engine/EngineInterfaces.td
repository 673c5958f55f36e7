// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ENGINE_ENGINEINTERFACES_TD
#define SLUICE_DIALECTS_ENGINE_ENGINEINTERFACES_TD

include "mlir/IR/OpBase.td"

def InstructionOpInterface : OpInterface<"InstructionOpInterface"> {
  let cppNamespace = "::sluice::engine";
  let description = [{An op that is one binary instruction.}];
  let methods = [
    InterfaceMethod<"The instruction as a plain structure.",
                    "::sluice::engine::Instruction", "getInstruction">,
    InterfaceMethod<"Sets what the instruction waits for and signals.", "void",
                    "setTokens", (ins "::sluice::engine::Tokens":$tokens)>,
  ];
}

#endif // SLUICE_DIALECTS_ENGINE_ENGINEINTERFACES_TD
