// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Constants.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sluice;

/// The constant as dense elements, also if it is kept as a resource.
static DenseElementsAttr getElements(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return {};
  if (auto elements = dyn_cast<DenseElementsAttr>(attribute))
    return elements;
  auto resource = dyn_cast<DenseResourceElementsAttr>(attribute);
  if (!resource || !resource.getRawHandle().getBlob())
    return {};
  return DenseElementsAttr::getFromRawBuffer(
      resource.getType(), resource.getRawHandle().getBlob()->getData());
}

std::optional<std::vector<int64_t>> cpu::getIntegers(Value value) {
  DenseElementsAttr elements = getElements(value);
  if (!elements || !elements.getElementType().isSignlessInteger())
    return std::nullopt;
  std::vector<int64_t> integers;
  integers.reserve(elements.getNumElements());
  for (const APInt &element : elements.getValues<APInt>())
    integers.push_back(element.getSExtValue());
  return integers;
}

std::optional<std::vector<float>> cpu::getFloats(Value value) {
  DenseElementsAttr elements = getElements(value);
  if (!elements || !elements.getElementType().isF32())
    return std::nullopt;
  auto floats = elements.getValues<float>();
  return std::vector<float>(floats.begin(), floats.end());
}

std::optional<int64_t> cpu::getInteger(Value value) {
  DenseElementsAttr elements = getElements(value);
  if (!elements || !elements.getElementType().isSignlessInteger() ||
      !(elements.isSplat() || elements.getNumElements() == 1))
    return std::nullopt;
  return (*elements.value_begin<APInt>()).getSExtValue();
}
