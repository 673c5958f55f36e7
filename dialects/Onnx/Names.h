// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The model's names for nodes and tensors.
//
// They live in locations, because those survive rewriting: the operation made
// from the node "conv1" that yields the tensor "y" has the location
// loc("conv1"("y")), and loc("split1"(fused["a", "b"])) where there are several
// outputs. An unnamed node goes by its first output. A pass that fuses
// operations gives the result the fused location of all of them, the one that
// made the result last; the names are then those of that last one.

#ifndef SLUICE_DIALECTS_ONNX_NAMES_H
#define SLUICE_DIALECTS_ONNX_NAMES_H

#include "mlir/IR/Location.h"
#include "mlir/IR/Operation.h"

namespace sluice::onnx {

/// Attribute of arguments and results of a function: the tensor's name.
inline constexpr llvm::StringLiteral tensorNameAttr = "onnx.name";

/// Attribute of an operation that yields another tensor than its location says,
/// after fusion: that tensor's name.
inline constexpr llvm::StringLiteral outputNameAttr = "onnx.output";

/// Attribute of an operation that yields a tensor of the model with its
/// dimensions in another order: dimension i of the model's tensor is dimension
/// perm[i].
inline constexpr llvm::StringLiteral dimensionOrderAttr = "onnx.perm";

/// Attribute beside `onnx.perm` of an operation that yields such a tensor with
/// some of its dimensions joined: the shape before, whose dimensions they are.
inline constexpr llvm::StringLiteral heldShapeAttr = "onnx.held";

/// Attribute of an operation whose tensor the model also has in other shapes: a
/// dictionary from their names to these shapes.
inline constexpr llvm::StringLiteral reshapedAttr = "onnx.reshaped";

/// Attribute of an operation of a quantized model that is computed in float: a
/// string that says why.
inline constexpr llvm::StringLiteral staysFloatAttr = "onnx.stays_float";

/// Marks `fused` as what is left of `parts`: it goes by the name of the first
/// and yields the tensor of the last, which is one of its results' users.
void setFusedNames(mlir::Operation *fused,
                   llvm::ArrayRef<mlir::Operation *> parts);

/// The location of a node. `outputs` are the tensors it yields, without those
/// that the model leaves out.
mlir::Location makeNodeLocation(mlir::MLIRContext *context,
                                llvm::StringRef node,
                                llvm::ArrayRef<llvm::StringRef> outputs);

/// The name of the node that an operation comes from; empty if it has none.
llvm::StringRef getNodeName(mlir::Location location);
llvm::StringRef getNodeName(mlir::Operation *op);

/// The name of the tensor that result number `index` of an operation at
/// `location` holds; empty if unknown.
llvm::StringRef getOutputName(mlir::Location location, unsigned index = 0);
llvm::StringRef getOutputName(mlir::OpResult result);

/// The name of a tensor: an operation's output or a function's argument.
llvm::StringRef getTensorName(mlir::Value value);

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_NAMES_H
