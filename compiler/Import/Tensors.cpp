// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/Tensors.h"

#include "compiler/Import/Types.h"
#include "compiler/Support/Diagnostics.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/ShapeInference.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using ::onnx::TensorProto;

/// Bytes of `count` elements as a file packs them: two 4-bit ones share a byte.
static uint64_t getPackedSize(Type element, uint64_t count) {
  if (element.isInteger(4))
    return (count + 1) / 2;
  return count * llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

/// Gives each 4-bit element a byte of its own; other types stay.
static SmallVector<char> unpack(Type element, ArrayRef<char> packed,
                                uint64_t count) {
  if (!element.isInteger(4))
    return SmallVector<char>(packed);
  SmallVector<char> bytes;
  for (uint64_t i = 0; i < count; ++i)
    bytes.push_back((packed[i / 2] >> (i % 2 ? 4 : 0)) & 0xf);
  return bytes;
}

/// Elements of a repeated field, each cut down to `size` bytes.
template <typename Field>
static SmallVector<char> cutDown(const Field &field, size_t size) {
  SmallVector<char> bytes;
  bytes.reserve(field.size() * size);
  for (const auto &value : field) {
    const char *data = reinterpret_cast<const char *>(&value);
    bytes.append(data, data + size);
  }
  return bytes;
}

/// The tensor's data in the typed field that belongs to its element type.
static SmallVector<char> readTypedField(const TensorProto &tensor,
                                        Type element) {
  size_t size = llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
  switch (tensor.data_type()) {
  case TensorProto::FLOAT:
    return cutDown(tensor.float_data(), size);
  case TensorProto::DOUBLE:
    return cutDown(tensor.double_data(), size);
  case TensorProto::INT64:
    return cutDown(tensor.int64_data(), size);
  case TensorProto::UINT32:
  case TensorProto::UINT64:
    return cutDown(tensor.uint64_data(), size);
  default:
    return cutDown(tensor.int32_data(), size);
  }
}

namespace sluice {

FailureOr<ElementsAttr> TensorReader::read(const TensorProto &tensor,
                                           StringRef name, Location location) {
  Type element = getElementType(context, tensor.data_type());
  if (!element)
    return emitError(location)
           << "tensor '" << name << "' has the element type "
           << getDataTypeName(tensor.data_type()) << ", which is not supported";
  SmallVector<int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<int64_t> count = onnx::countElements(shape);
  if (!count)
    return emitError(location)
           << "tensor '" << name << "' has the shape "
           << onnx::formatShape(shape) << ", which is negative or too large";
  if (tensor.has_segment())
    return emitError(location) << "tensor '" << name
                               << "' is split into segments, which is not "
                                  "supported; save the model in one piece";
  auto type = RankedTensorType::get(shape, element);
  if (tensor.data_location() == TensorProto::EXTERNAL)
    return readExternal(tensor, type, name, location);

  uint64_t expected = getPackedSize(element, *count);
  SmallVector<char> typed;
  ArrayRef<char> data(tensor.raw_data().data(), tensor.raw_data().size());
  if (!tensor.has_raw_data()) {
    typed = readTypedField(tensor, element);
    data = typed;
  }
  if (data.size() != expected)
    return emitError(location)
           << "tensor '" << name << "' of shape " << onnx::formatShape(shape)
           << " holds " << data.size() << " bytes of data, expected "
           << expected;
  return onnx::makeElements(type, unpack(element, data, *count), name);
}

static LogicalResult emitReadError(Location location, StringRef file,
                                   std::error_code error) {
  InFlightDiagnostic diagnostic = emitError(location);
  diagnostic << "can not read the data file '" << file
             << "': " << error.message() << "; put it beside the model";
  if (isSystemError(error))
    setSystemError(*diagnostic.getUnderlyingDiagnostic());
  return diagnostic;
}

FailureOr<std::string> TensorReader::resolve(StringRef dataFile,
                                             Location location) {
  namespace path = llvm::sys::path;
  bool leaves =
      path::is_absolute(dataFile) || dataFile.contains('\0') ||
      llvm::is_contained(
          llvm::make_range(path::begin(dataFile), path::end(dataFile)), "..");
  SmallString<256> file(folder), realFile, realFolder;
  path::append(file, dataFile);
  if (!leaves) {
    if (std::error_code error = llvm::sys::fs::real_path(file, realFile))
      return emitReadError(location, file, error);
    // A link may lead out as well.
    if (llvm::sys::fs::real_path(folder.empty() ? "." : folder, realFolder))
      return emitError(location)
             << "can not open the folder '" << folder << "'";
    path::append(realFolder, "");
    leaves = !StringRef(realFile).starts_with(realFolder);
  }
  if (leaves)
    return emitError(location)
           << "data file '" << dataFile
           << "' lies outside the model's folder; export the model with its "
              "data beside it";
  return std::string(realFile);
}

FailureOr<ElementsAttr> TensorReader::readExternal(const TensorProto &tensor,
                                                   RankedTensorType type,
                                                   StringRef name,
                                                   Location location) {
  StringRef dataFile;
  uint64_t offset = 0;
  uint64_t expected =
      getPackedSize(type.getElementType(), type.getNumElements());
  uint64_t length = expected;
  for (const auto &entry : tensor.external_data()) {
    StringRef value = entry.value();
    if (entry.key() == "location")
      dataFile = value;
    else if ((entry.key() == "offset" && value.getAsInteger(10, offset)) ||
             (entry.key() == "length" && value.getAsInteger(10, length)))
      return emitError(location)
             << "tensor '" << name << "' has the " << entry.key() << " '"
             << value << "', which is not a number";
  }
  if (dataFile.empty())
    return emitError(location)
           << "tensor '" << name << "' names no file for its data";
  if (length != expected)
    return emitError(location)
           << "tensor '" << name << "' has " << length
           << " bytes of external data, expected " << expected;
  FailureOr<std::string> file = resolve(dataFile, location);
  if (failed(file))
    return failure();
  uint64_t size;
  if (std::error_code error = llvm::sys::fs::file_size(*file, size))
    return emitReadError(location, *file, error);
  if (offset > size || length > size - offset)
    return emitError(location)
           << "tensor '" << name << "' lies at bytes " << offset << " to "
           << offset << "+" << length << " of the data file '" << *file
           << "', which has " << size;
  auto slice = llvm::MemoryBuffer::getFileSlice(*file, length, offset);
  if (!slice)
    return emitReadError(location, *file, slice.getError());
  ArrayRef<char> data((*slice)->getBufferStart(), length);
  return onnx::makeElements(
      type, unpack(type.getElementType(), data, type.getNumElements()), name);
}

} // namespace sluice
