// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The reference interpreter's values.

#ifndef SLUICE_COMPILER_REFERENCE_TENSOR_H
#define SLUICE_COMPILER_REFERENCE_TENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include <vector>

namespace sluice::reference {

/// A dense tensor of static shape, row-major. Booleans take a byte each, 48-bit
/// integers eight.
class Tensor {
public:
  Tensor() = default;
  /// All elements zero.
  explicit Tensor(mlir::RankedTensorType type);

  /// Fails on an element type other than i1, i8…i64, i48, f32, f64, index.
  static mlir::FailureOr<Tensor> fromAttr(mlir::ElementsAttr attr);
  static bool isSupported(mlir::Type elementType);

  mlir::RankedTensorType getType() const { return type; }
  mlir::Type getElementType() const { return type.getElementType(); }
  llvm::ArrayRef<int64_t> getShape() const { return type.getShape(); }
  int64_t getRank() const { return type.getRank(); }
  int64_t size() const { return type.getNumElements(); }

  llvm::ArrayRef<char> getBytes() const { return bytes; }
  llvm::MutableArrayRef<char> getBytes() { return bytes; }

  /// T must be the element type's: bool for i1, int8_t for i8, …, float for
  /// f32.
  template <typename T> llvm::ArrayRef<T> data() const {
    return llvm::ArrayRef<T>(reinterpret_cast<const T *>(bytes.data()),
                             bytes.size() / sizeof(T));
  }
  template <typename T> llvm::MutableArrayRef<T> data() {
    return llvm::MutableArrayRef<T>(reinterpret_cast<T *>(bytes.data()),
                                    bytes.size() / sizeof(T));
  }

  /// The only element of a one-element integer tensor, or element `i`.
  int64_t getInt(int64_t i = 0) const;
  double getFloat(int64_t i = 0) const;

  /// The same elements under another shape of equal size.
  Tensor reshaped(mlir::RankedTensorType newType) const;

private:
  mlir::RankedTensorType type;
  std::vector<char> bytes;
};

/// Row-major strides, in elements.
llvm::SmallVector<int64_t> getStrides(llvm::ArrayRef<int64_t> shape);

/// Calls fn(T()) with the C++ type T of `elementType`. The type must be
/// supported.
template <typename F> auto visitType(mlir::Type elementType, F &&fn) {
  if (elementType.isF32())
    return fn(float());
  if (elementType.isF64())
    return fn(double());
  if (elementType.isInteger(1))
    return fn(bool());
  if (elementType.isInteger(8))
    return fn(int8_t());
  if (elementType.isInteger(16))
    return fn(int16_t());
  if (elementType.isInteger(32))
    return fn(int32_t());
  return fn(int64_t());
}

} // namespace sluice::reference

#endif // SLUICE_COMPILER_REFERENCE_TENSOR_H
