// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Endian.h"

using namespace mlir;

static_assert(llvm::endianness::native == llvm::endianness::little,
              "elements are held in the byte order of ONNX files");

static size_t getElementBytes(Type type) {
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

static bool isNumeric(Type type) { return type.isIntOrFloat(); }

namespace sluice::onnx {

std::optional<SmallVector<char>> readBytes(ElementsAttr elements) {
  Type type = elements.getElementType();
  if (!isNumeric(type))
    return std::nullopt;
  size_t count = elements.getNumElements();
  size_t size = count * getElementBytes(type);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || blob->getData().size() != size)
      return std::nullopt;
    return SmallVector<char>(blob->getData());
  }
  auto dense = dyn_cast<DenseElementsAttr>(elements);
  if (!dense)
    return std::nullopt;
  ArrayRef<char> raw = dense.getRawData();
  if (type.isInteger(1)) {
    SmallVector<char> bytes;
    for (bool value : dense.getValues<bool>())
      bytes.push_back(value);
    return bytes;
  }
  if (!dense.isSplat())
    return SmallVector<char>(raw);
  SmallVector<char> bytes;
  bytes.reserve(size);
  for (size_t i = 0; i < count; ++i)
    llvm::append_range(bytes, raw);
  return bytes;
}

std::optional<SmallVector<int64_t>> readIntegers(ElementsAttr elements) {
  auto type = dyn_cast<IntegerType>(elements.getElementType());
  std::optional<SmallVector<char>> bytes;
  if (!type || type.getWidth() > 64 || !(bytes = readBytes(elements)))
    return std::nullopt;
  bool isSigned = !type.isUnsigned() && type.getWidth() > 1;
  size_t size = getElementBytes(type);
  SmallVector<int64_t> values;
  for (size_t i = 0; i < bytes->size(); i += size) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes->data() + i, size);
    values.push_back(
        isSigned ? llvm::SignExtend64(bits, type.getWidth())
                 : bits & llvm::maskTrailingOnes<uint64_t>(type.getWidth()));
  }
  return values;
}

bool isRow(Type type, int64_t length) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return false;
  int64_t count = tensor.getNumElements();
  return count == 1 || (count == length && tensor.getShape().back() == length);
}

ElementsAttr getConstantElements(Value value) {
  ElementsAttr elements;
  if (value && matchPattern(value, m_Constant(&elements)))
    return elements;
  return {};
}

std::optional<SmallVector<int64_t>> readIntegers(Value value) {
  if (ElementsAttr elements = getConstantElements(value))
    return readIntegers(elements);
  return std::nullopt;
}

std::optional<SmallVector<double>> readFloats(ElementsAttr elements) {
  auto type = dyn_cast<FloatType>(elements.getElementType());
  std::optional<SmallVector<char>> bytes;
  if (!type || !(bytes = readBytes(elements)))
    return std::nullopt;
  size_t size = getElementBytes(type);
  SmallVector<double> values;
  for (int64_t i = 0, e = elements.getNumElements(); i < e; ++i) {
    uint64_t bits = 0;
    std::memcpy(&bits, bytes->data() + i * size, size);
    APFloat value(type.getFloatSemantics(), APInt(type.getWidth(), bits));
    bool losesInfo;
    value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    values.push_back(value.convertToDouble());
  }
  return values;
}

std::optional<SmallVector<double>> readFloats(Value value) {
  if (ElementsAttr elements = getConstantElements(value))
    return readFloats(elements);
  return std::nullopt;
}

std::optional<double> readFloatScalar(Value value) {
  ElementsAttr elements = getConstantElements(value);
  if (!elements || elements.getNumElements() != 1)
    return std::nullopt;
  std::optional<SmallVector<double>> values = readFloats(elements);
  return values ? std::optional(values->front()) : std::nullopt;
}

ElementsAttr makeElements(RankedTensorType type, ArrayRef<char> bytes,
                          StringRef name) {
  Type element = type.getElementType();
  assert(bytes.size() == type.getNumElements() * getElementBytes(element) &&
         "data does not fit the type");
  if (element.isInteger(1)) {
    SmallVector<bool> values;
    for (char byte : bytes)
      values.push_back(byte != 0);
    return DenseElementsAttr::get(type, values);
  }
  if (type.getNumElements() > maxInlineElements)
    return DenseResourceElementsAttr::get(
        type, name,
        HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, blobAlignment,
                                                      /*dataIsMutable=*/false));
  return DenseElementsAttr::getFromRawBuffer(type, bytes);
}

ElementsAttr makeInt64Elements(MLIRContext *context, ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    IntegerType::get(context, 64));
  return DenseElementsAttr::get(type, values);
}

} // namespace sluice::onnx
