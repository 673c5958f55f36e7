// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/Types.h"

#include "dialects/Onnx/ShapeInference.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace sluice {

Type getElementType(MLIRContext *context, int dataType) {
  Builder builder(context);
  auto unsignedType = [&](unsigned width) {
    return builder.getIntegerType(width, /*isSigned=*/false);
  };
  switch (dataType) {
  case TensorProto::BOOL:
    return builder.getI1Type();
  case TensorProto::INT4:
    return builder.getIntegerType(4);
  case TensorProto::INT8:
    return builder.getI8Type();
  case TensorProto::INT16:
    return builder.getI16Type();
  case TensorProto::INT32:
    return builder.getI32Type();
  case TensorProto::INT64:
    return builder.getI64Type();
  case TensorProto::UINT4:
    return unsignedType(4);
  case TensorProto::UINT8:
    return unsignedType(8);
  case TensorProto::UINT16:
    return unsignedType(16);
  case TensorProto::UINT32:
    return unsignedType(32);
  case TensorProto::UINT64:
    return unsignedType(64);
  case TensorProto::FLOAT8E4M3FN:
    return Float8E4M3FNType::get(context);
  case TensorProto::FLOAT8E4M3FNUZ:
    return Float8E4M3FNUZType::get(context);
  case TensorProto::FLOAT8E5M2:
    return Float8E5M2Type::get(context);
  case TensorProto::FLOAT8E5M2FNUZ:
    return Float8E5M2FNUZType::get(context);
  case TensorProto::FLOAT16:
    return builder.getF16Type();
  case TensorProto::BFLOAT16:
    return builder.getBF16Type();
  case TensorProto::FLOAT:
    return builder.getF32Type();
  case TensorProto::DOUBLE:
    return builder.getF64Type();
  default:
    return {};
  }
}

std::string getDataTypeName(int dataType) {
  if (::onnx::TensorProto_DataType_IsValid(dataType))
    return ::onnx::TensorProto_DataType_Name(
        static_cast<::onnx::TensorProto_DataType>(dataType));
  return std::to_string(dataType);
}

/// Whether the file states the size; some exporters write -1 for a free one.
static bool isFixed(const ::onnx::TensorShapeProto::Dimension &dimension) {
  return dimension.has_dim_value() && dimension.dim_value() >= 0;
}

int64_t TypeReader::getSize(const Dimension &dimension) const {
  if (isFixed(dimension))
    return dimension.dim_value();
  auto settled = dims.find(dimension.dim_param());
  if (dimension.has_dim_param() && settled != dims.end())
    return settled->second;
  return ShapedType::kDynamic;
}

/// `Nx3x?x?`, as the file states it.
static std::string formatDeclared(const ::onnx::TensorShapeProto &shape) {
  std::string text;
  for (const auto &dimension : shape.dim()) {
    if (!text.empty())
      text += "x";
    if (isFixed(dimension))
      text += std::to_string(dimension.dim_value());
    else
      text += dimension.dim_param().empty() ? "?" : dimension.dim_param();
  }
  return text;
}

/// `1,3,224,224`, as an option has it.
static std::string joinSizes(ArrayRef<int64_t> sizes) {
  return llvm::join(
      llvm::map_range(sizes, [](int64_t size) { return std::to_string(size); }),
      ",");
}

/// An example of the option that settles a shape: `--shape x=1,3,224,224`.
static std::string formatRemedy(const ::onnx::ValueInfoProto &input) {
  SmallVector<int64_t> sizes;
  for (const auto &dimension : input.type().tensor_type().shape().dim())
    sizes.push_back(isFixed(dimension) ? dimension.dim_value() : 1);
  return "--shape " + input.name() + "=" + joinSizes(sizes);
}

FailureOr<SmallVector<int64_t>>
TypeReader::applyShape(const ::onnx::ValueInfoProto &input,
                       ArrayRef<int64_t> given, Location location) {
  const ::onnx::TypeProto::Tensor &tensor = input.type().tensor_type();
  if (!tensor.has_shape())
    return SmallVector<int64_t>(given);
  const ::onnx::TensorShapeProto &shape = tensor.shape();
  bool fits = shape.dim_size() == static_cast<int>(given.size());
  for (int i = 0; fits && i < shape.dim_size(); ++i)
    fits = !isFixed(shape.dim(i)) || shape.dim(i).dim_value() == given[i];
  if (!fits)
    return emitError(location)
           << "--shape " << input.name() << "=" << joinSizes(given)
           << " does not fit the model's " << formatDeclared(shape)
           << "; give sizes that do";
  for (int i = 0; i < shape.dim_size(); ++i) {
    const std::string &name = shape.dim(i).dim_param();
    if (name.empty())
      continue;
    auto [settled, isNew] = dims.try_emplace(name, given[i]);
    if (!isNew && settled->second != given[i])
      return emitError(location)
             << "dimension " << name << " is " << given[i] << " by --shape "
             << input.name() << ", but " << settled->second
             << " elsewhere; give it one size";
  }
  return SmallVector<int64_t>(given);
}

FailureOr<RankedTensorType>
TypeReader::readInput(const ::onnx::ValueInfoProto &input, Location location) {
  if (!input.type().has_tensor_type())
    return emitError(location)
           << "input '" << input.name() << "' is not a tensor";
  const ::onnx::TypeProto::Tensor &tensor = input.type().tensor_type();
  Type element = getElementType(context, tensor.elem_type());
  if (!element)
    return emitError(location)
           << "input '" << input.name() << "' has the element type "
           << getDataTypeName(tensor.elem_type()) << ", which is not supported";

  SmallVector<int64_t> sizes;
  auto given = options.shapes.find(input.name());
  if (given != options.shapes.end()) {
    FailureOr<SmallVector<int64_t>> applied =
        applyShape(input, given->second, location);
    if (failed(applied))
      return failure();
    sizes = *applied;
  } else if (!tensor.has_shape()) {
    return emitError(location)
           << "input '" << input.name()
           << "' has no shape in the model; give it with --shape "
           << input.name() << "=SIZE,SIZE,...";
  } else {
    for (const Dimension &dimension : tensor.shape().dim())
      sizes.push_back(getSize(dimension));
  }
  if (ShapedType::isDynamicShape(sizes))
    return emitError(location)
           << "input '" << input.name() << "' has the dynamic shape "
           << formatDeclared(tensor.shape()) << "; give it sizes, for example "
           << formatRemedy(input);
  if (!onnx::countElements(sizes))
    return emitError(location)
           << "input '" << input.name() << "' has the shape "
           << onnx::formatShape(sizes) << ", which is negative or too large";
  return RankedTensorType::get(sizes, element);
}

TensorType TypeReader::readDeclared(const ::onnx::TypeProto &type) {
  if (!type.has_tensor_type())
    return {};
  Type element = getElementType(context, type.tensor_type().elem_type());
  if (!element)
    return {};
  if (!type.tensor_type().has_shape())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> sizes;
  for (const Dimension &dimension : type.tensor_type().shape().dim()) {
    int64_t size = getSize(dimension);
    bool isSound = size >= 0 && size <= onnx::maxElements;
    sizes.push_back(isSound ? size : ShapedType::kDynamic);
  }
  return RankedTensorType::get(sizes, element);
}

} // namespace sluice
