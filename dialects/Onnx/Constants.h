// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading and making constant tensors, whichever way their elements are held.

#ifndef SLUICE_DIALECTS_ONNX_CONSTANTS_H
#define SLUICE_DIALECTS_ONNX_CONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

#include <optional>

namespace sluice::onnx {

/// Constants of more elements are held as resources.
inline constexpr int64_t maxInlineElements = 16;

/// Of resources, which vector code may read where they lie.
inline constexpr size_t blobAlignment = 64;

/// The elements as they lie in memory: row-major, little-endian, one byte for
/// types below eight bits. A splat is repeated. nullopt if the attribute is of
/// another kind than dense or dense_resource, or its resource is missing or of
/// the wrong size.
std::optional<llvm::SmallVector<char>> readBytes(mlir::ElementsAttr elements);

/// The elements as T, whose size must be that of the element type (a double for
/// f32 is refused); nullopt as in readBytes.
template <typename T>
std::optional<llvm::SmallVector<T>> readElements(mlir::ElementsAttr elements) {
  std::optional<llvm::SmallVector<char>> bytes = readBytes(elements);
  size_t count = elements.getNumElements();
  if (!bytes || bytes->size() != count * sizeof(T))
    return std::nullopt;
  llvm::SmallVector<T> values(count);
  if (count)
    std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

/// The elements of a tensor of any integer type of up to 64 bits.
std::optional<llvm::SmallVector<int64_t>>
readIntegers(mlir::ElementsAttr elements);

/// The elements of a constant of any integer type; nullopt if the value is
/// absent, not a constant, or not of integers.
std::optional<llvm::SmallVector<int64_t>> readIntegers(mlir::Value value);

/// The elements of a tensor of f16, bf16, f32 or f64.
std::optional<llvm::SmallVector<double>>
readFloats(mlir::ElementsAttr elements);

/// The elements of a constant of a float type; nullopt if the value is absent,
/// not a constant, or not of floats.
std::optional<llvm::SmallVector<double>> readFloats(mlir::Value value);

/// The one element of a constant float tensor of one element.
std::optional<double> readFloatScalar(mlir::Value value);

/// Whether a tensor of this type is one value, or `length` values along its
/// last dimension: what a product of as many outputs can take as its bias.
bool isRow(mlir::Type type, int64_t length);

/// The attribute of a constant, or null.
mlir::ElementsAttr getConstantElements(mlir::Value value);

/// Makes an attribute of elements laid out as readBytes states; inline where
/// there are few, else a resource named after `name`. `bytes` must have the
/// size that the type asks for.
mlir::ElementsAttr makeElements(mlir::RankedTensorType type,
                                llvm::ArrayRef<char> bytes,
                                llvm::StringRef name);

/// Inline vector of i64, as ONNX wants shapes and axes.
mlir::ElementsAttr makeInt64Elements(mlir::MLIRContext *context,
                                     llvm::ArrayRef<int64_t> values);

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_CONSTANTS_H
