// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Folding of shape arithmetic: what models compute on small integer tensors to
// find the shape of a Reshape. Weights are never folded here.

#ifndef SLUICE_DIALECTS_ONNX_FOLDING_H
#define SLUICE_DIALECTS_ONNX_FOLDING_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace sluice::onnx {

/// No fold makes or reads more elements.
inline constexpr int64_t maxFoldedElements = 64;

/// The elements of an operand's attribute, if it is a small tensor of signless
/// integers of at least 32 bits; else nullopt.
std::optional<llvm::SmallVector<int64_t>> readFoldable(mlir::Attribute operand);

/// The attribute of a result with these elements; null if the type is not that
/// of a small static tensor of integers of at least 32 bits, or the elements do
/// not fit it.
mlir::Attribute makeFolded(mlir::Type type, llvm::ArrayRef<int64_t> elements);

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_FOLDING_H
