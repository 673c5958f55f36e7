// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Reference/Tensor.h"

using namespace mlir;

namespace sluice::reference {

static int64_t getElementBytes(Type elementType) {
  return visitType(elementType,
                   [](auto zero) -> int64_t { return sizeof(zero); });
}

bool Tensor::isSupported(Type elementType) {
  if (isa<IndexType>(elementType) || elementType.isF32() || elementType.isF64())
    return true;
  auto integer = dyn_cast<IntegerType>(elementType);
  return integer &&
         llvm::is_contained({1, 8, 16, 32, 48, 64}, integer.getWidth());
}

Tensor::Tensor(RankedTensorType type)
    : type(type),
      bytes(type.getNumElements() * getElementBytes(type.getElementType())) {}

FailureOr<Tensor> Tensor::fromAttr(ElementsAttr attr) {
  auto type = dyn_cast<RankedTensorType>(attr.getShapedType());
  if (!type)
    type = RankedTensorType::get(attr.getShapedType().getShape(),
                                 attr.getElementType());
  if (!isSupported(type.getElementType()))
    return failure();
  Tensor result(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != result.bytes.size())
      return failure();
    llvm::copy(blob->getData(), result.bytes.begin());
    return result;
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense)
    return failure();
  visitType(type.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_floating_point_v<T>)
      llvm::copy(dense.getValues<T>(), result.data<T>().begin());
    else
      for (auto [i, value] : llvm::enumerate(dense.getValues<APInt>()))
        result.data<T>()[i] = std::is_same_v<T, bool> ? value.getZExtValue()
                                                      : value.getSExtValue();
  });
  return result;
}

int64_t Tensor::getInt(int64_t i) const {
  return visitType(getElementType(), [&](auto zero) -> int64_t {
    return data<decltype(zero)>()[i];
  });
}

double Tensor::getFloat(int64_t i) const {
  return visitType(getElementType(), [&](auto zero) -> double {
    return data<decltype(zero)>()[i];
  });
}

Tensor Tensor::reshaped(RankedTensorType newType) const {
  assert(newType.getNumElements() == size() &&
         newType.getElementType() == getElementType());
  Tensor result = *this;
  result.type = newType;
  return result;
}

SmallVector<int64_t> getStrides(ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = static_cast<int64_t>(shape.size()) - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * shape[i + 1];
  return strides;
}

} // namespace sluice::reference
