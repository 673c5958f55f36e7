// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shape inference: the interface of an operation and what its functions share.

#ifndef SLUICE_DIALECTS_ONNX_SHAPEINFERENCE_H
#define SLUICE_DIALECTS_ONNX_SHAPEINFERENCE_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/TypeUtilities.h"

#include <optional>

namespace sluice::onnx {

using Shape = llvm::SmallVector<int64_t>;

/// One shape for each result; nullopt where it depends on data.
using ResultShapes = llvm::SmallVector<std::optional<Shape>>;

/// No tensor of a model may have more elements, so that a product of a size and
/// a stride does not overflow.
inline constexpr int64_t maxElements = INT32_MAX;

/// No tensor of a model may have more dimensions.
inline constexpr size_t maxRank = 32;

/// The number of elements; nullopt if there are too many, or too many
/// dimensions, or one of them is negative.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// `1x3x224x224`; `scalar` for rank 0.
std::string formatShape(llvm::ArrayRef<int64_t> shape);

/// The shape of a value of ranked type.
llvm::ArrayRef<int64_t> shapeOf(mlir::Value value);

/// Whether the value is a tensor all of whose dimensions are known.
bool hasStaticShape(mlir::Value value);

/// Brings an axis of -rank..rank-1 to 0..rank-1, or emits an error at `op`.
/// `what` names the attribute or input that holds the axis.
llvm::FailureOr<int64_t> normalizeAxis(mlir::Operation *op,
                                       llvm::StringRef what, int64_t axis,
                                       int64_t rank);

/// normalizeAxis for several, which must differ; ascending.
llvm::FailureOr<Shape> normalizeAxes(mlir::Operation *op, llvm::StringRef what,
                                     llvm::ArrayRef<int64_t> axes,
                                     int64_t rank);

/// Numpy's broadcast of two shapes, or an error at `op`.
llvm::FailureOr<Shape> broadcast(mlir::Operation *op, llvm::ArrayRef<int64_t> a,
                                 llvm::ArrayRef<int64_t> b);

/// Emits an error unless the operands have one element type. Quantized types
/// differ in their parameters and are not compared.
llvm::LogicalResult verifySameElementType(mlir::Operation *op, mlir::Value a,
                                          mlir::Value b);

/// Refines the shapes of the operation's results from its operands, keeping
/// their element types. Does nothing where an operand's shape is not known.
/// Emits an error if the operation is malformed.
llvm::LogicalResult refineResultShapes(mlir::Operation *op);

namespace detail {
/// The interface's verifier: the operands fit together, and result types do not
/// contradict them.
llvm::LogicalResult verifyResultShapes(mlir::Operation *op);
} // namespace detail
} // namespace sluice::onnx

#include "dialects/Onnx/OnnxInterfaces.h.inc"

#endif // SLUICE_DIALECTS_ONNX_SHAPEINFERENCE_H
