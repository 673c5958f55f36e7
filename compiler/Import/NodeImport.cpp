// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/NodeImport.h"

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"

using namespace mlir;
using ::onnx::AttributeProto;

namespace sluice {

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

const AttributeProto *NodeImport::find(StringRef name,
                                       AttributeProto::AttributeType type) {
  read.insert(name);
  for (const AttributeProto &attribute : node.attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.type() == type)
      return &attribute;
    error() << "attribute '" << name << "' is of type "
            << AttributeProto::AttributeType_Name(attribute.type())
            << ", expected " << AttributeProto::AttributeType_Name(type);
    return nullptr;
  }
  return nullptr;
}

int64_t NodeImport::getInt(StringRef name, int64_t absent) {
  const AttributeProto *attribute = find(name, AttributeProto::INT);
  return attribute ? attribute->i() : absent;
}

float NodeImport::getFloat(StringRef name, float absent) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : absent;
}

StringRef NodeImport::getString(StringRef name, StringRef absent) {
  const AttributeProto *attribute = find(name, AttributeProto::STRING);
  return attribute ? StringRef(attribute->s()) : absent;
}

std::optional<SmallVector<int64_t>> NodeImport::getInts(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::INTS);
  if (!attribute)
    return std::nullopt;
  return SmallVector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

InFlightDiagnostic NodeImport::error() {
  failedOnce = true;
  return emitError(location) << "'onnx." << node.op_type() << "' op ";
}

void NodeImport::warnUnread() {
  for (const AttributeProto &attribute : node.attribute())
    if (!read.contains(attribute.name()))
      emitWarning(location)
          << "attribute '" << attribute.name() << "' is not known for "
          << node.op_type() << " and is ignored";
}

NamedAttribute NodeImport::named(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}

NamedAttribute NodeImport::named(StringRef name, bool value) {
  return builder.getNamedAttr(name, builder.getBoolAttr(value));
}

NamedAttribute NodeImport::named(StringRef name, float value) {
  return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
}

NamedAttribute NodeImport::named(StringRef name, StringRef value) {
  return builder.getNamedAttr(name, builder.getStringAttr(value));
}

NamedAttribute NodeImport::named(StringRef name, ArrayRef<int64_t> value) {
  return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(value));
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Value NodeImport::makeConstant(StringRef what, ElementsAttr value) {
  std::string name = (onnx::getNodeName(location) + "/" + what).str();
  Location constant =
      onnx::makeNodeLocation(builder.getContext(), name, StringRef(name));
  return onnx::ConstantOp::create(builder, constant, value.getType(), value);
}

Value NodeImport::makeConstant(StringRef what, ArrayRef<int64_t> values) {
  return makeConstant(what,
                      onnx::makeInt64Elements(builder.getContext(), values));
}

Value NodeImport::makeScalar(StringRef what, Type type, double value) {
  if (!isa<FloatType>(type)) {
    error() << what << " is stated for elements of type " << type
            << ", which are no floats";
    return {};
  }
  return makeConstant(
      what, DenseElementsAttr::get(RankedTensorType::get({}, type),
                                   builder.getFloatAttr(type, value)));
}

Operation *NodeImport::complete(OperationState &state, Type elementType) {
  if (failedOnce)
    return nullptr;
  Operation *op = builder.create(state);
  auto inference = cast<onnx::ShapeInference>(op);
  for (OpResult result : op->getResults()) {
    Type type = elementType
                    ? elementType
                    : inference.inferElementType(result.getResultNumber());
    result.setType(UnrankedTensorType::get(type));
  }
  if (succeeded(onnx::refineResultShapes(op)))
    return op;
  failedOnce = true;
  op->erase();
  return nullptr;
}

LogicalResult NodeImport::setResults(Operation *op) {
  if (!op)
    return failure();
  results.assign(op->result_begin(), op->result_end());
  return success();
}

const OperatorImport *findOperator(StringRef opType) {
  static const OperatorTable table = [] {
    OperatorTable table;
    addElementwiseOperators(table);
    addLayoutOperators(table);
    addLinearOperators(table);
    addWindowOperators(table);
    return table;
  }();
  auto found = table.find(opType);
  return found == table.end() ? nullptr : &found->second;
}

} // namespace sluice
