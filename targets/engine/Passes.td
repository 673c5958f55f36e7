// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's passes of the phases tile and codegen.

#ifndef SLUICE_TARGETS_ENGINE_PASSES_TD
#define SLUICE_TARGETS_ENGINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def EngineCodegen : Pass<"engine-codegen", "::mlir::ModuleOp"> {
  let summary = "Make the engine's program of each of its regions";
  let description = [{
    For every region of target "engine", whose memory is planned, adds an
    `engine.program` with its constants to the module and names it on the region
    (`engine.program`). The region keeps its body. The program's attribute
    `layers` says of each layer its name, kind, output tensor, MACs, and the
    instructions [first, last) from its first computation to its last.

    Buffers get their places in the activation scratchpad; weights and
    parameters go through theirs as rings; loads move ahead of the computation
    they overlap with; tokens keep every order that the memories demand.
  }];
  let options = [
    Option<"board", "board", "std::string", "\"ulx3s-85f\"",
           "The board and changes of its parameters: BOARD[,NAME=VALUE...]">
  ];
  let dependentDialects = ["::sluice::engine::EngineDialect"];
  let statistics = [
    Statistic<"instructions", "instructions", "Instructions of all programs">,
    Statistic<"constantBytes", "constant-bytes", "Bytes of all constants">
  ];
}

#endif // SLUICE_TARGETS_ENGINE_PASSES_TD
