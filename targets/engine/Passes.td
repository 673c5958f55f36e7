// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine's passes of the phases tile and codegen.

#ifndef SLUICE_TARGETS_ENGINE_PASSES_TD
#define SLUICE_TARGETS_ENGINE_PASSES_TD

include "mlir/Pass/PassBase.td"

def EngineTurnOperands : Pass<"engine-turn-operands", "::mlir::ModuleOp"> {
  let summary = "Transpose the second operands of products that lie in columns";
  let description = [{
    The engine multiplies by rows of values, one a lane, as weights lie. In every
    region of target "engine" the second operand of a `tosa.matmul` that is no
    transposed tensor is transposed by a product of its own: an identity matrix
    times the operand's rows, requantized by the factor 1, so that the bytes stay.
  }];
  let dependentDialects = ["::mlir::tosa::TosaDialect"];
}

def EnginePlaceParts : Pass<"engine-place-parts", "::mlir::ModuleOp"> {
  let summary = "Have parts of tensors written and read where they lie";
  let description = [{
    In every region of target "engine", `tosa.concat` becomes a chain of
    `tensor.insert_slice` into a tensor that begins empty, one behind each layer
    that makes a part, and `tosa.slice` becomes `tensor.extract_slice`: layers
    then write into the joined tensor and read parts of it, and nothing is moved.
    Other readers of a part read it from the joined tensor.

    Parts whose rows and columns alternate, as transposed convolutions and nearest
    resizing join them (reshapes to six dimensions, two concatenations, a reshape
    back), become insertions with strides.

    A part that no layer makes (an input, a slice, the same part again), or whose
    channels begin where units can not begin while others read it too, is copied
    by a maximum over single pixels.
  }];
  let options = [
    Option<"board", "board", "std::string", "\"ulx3s-85f\"",
           "The board and changes of its parameters: BOARD[,NAME=VALUE...]">
  ];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

def EngineTile : Pass<"engine-tile", "::mlir::ModuleOp"> {
  let summary = "Cut the engine's regions into tiles that fit its scratchpads";
  let description = [{
    For every region of target "engine": decides which tensors stay in the
    activation scratchpad from the layer that makes them to the last that reads
    them, and which go through the arena; cuts each layer into boxes of rows,
    columns and channels whose activations, weights and parameters fit. Tensors
    that fit stay. A cost model weighs computation against what is moved.

    The body stays TOSA, on boxes that `tensor.extract_slice` cuts out and
    `tensor.insert_slice` puts together. `tile.load` and `tile.store` mark those
    that move; `tile.spill` the tensors that lie in the region's scratch, whose
    size is set.
  }];
  let options = [
    Option<"board", "board", "std::string", "\"ulx3s-85f\"",
           "The board and changes of its parameters: BOARD[,NAME=VALUE...]">
  ];
  let dependentDialects = ["::mlir::tensor::TensorDialect"];
}

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
}

#endif // SLUICE_TARGETS_ENGINE_PASSES_TD
