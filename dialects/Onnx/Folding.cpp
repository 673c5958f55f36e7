// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Folding.h"

#include "dialects/Onnx/Constants.h"

using namespace mlir;

/// Shape arithmetic is done in int64, sometimes int32.
static bool isFoldable(Type type) {
  auto shaped = dyn_cast<RankedTensorType>(type);
  if (!shaped || !shaped.hasStaticShape() ||
      shaped.getNumElements() > sluice::onnx::maxFoldedElements)
    return false;
  Type element = shaped.getElementType();
  return element.isSignlessInteger(64) || element.isSignlessInteger(32);
}

namespace sluice::onnx {

std::optional<SmallVector<int64_t>> readFoldable(Attribute operand) {
  auto elements = dyn_cast_or_null<ElementsAttr>(operand);
  if (!elements || !isFoldable(elements.getType()))
    return std::nullopt;
  return readIntegers(elements);
}

Attribute makeFolded(Type type, ArrayRef<int64_t> elements) {
  if (!isFoldable(type))
    return {};
  auto shaped = cast<RankedTensorType>(type);
  if (shaped.getNumElements() != static_cast<int64_t>(elements.size()))
    return {};
  if (shaped.getElementType().isInteger(64))
    return DenseElementsAttr::get(shaped, elements);
  SmallVector<int32_t> narrow;
  for (int64_t element : elements) {
    if (!llvm::isInt<32>(element))
      return {};
    narrow.push_back(static_cast<int32_t>(element));
  }
  return DenseElementsAttr::get(shaped, ArrayRef<int32_t>(narrow));
}

} // namespace sluice::onnx
