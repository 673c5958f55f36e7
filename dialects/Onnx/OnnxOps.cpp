// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Onnx.h"

#include "mlir/Dialect/Quant/IR/QuantTypes.h"

using namespace mlir;
using namespace sluice::onnx;

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Constant
//===----------------------------------------------------------------------===//

OpFoldResult ConstantOp::fold(FoldAdaptor adaptor) { return getValueAttr(); }

ParseResult ConstantOp::parse(OpAsmParser &parser, OperationState &result) {
  ElementsAttr value;
  if (parser.parseAttribute(value, "value", result.attributes))
    return failure();
  Type type = value.getType();
  if (succeeded(parser.parseOptionalKeyword("as")) && parser.parseType(type))
    return failure();
  result.addTypes(type);
  return parser.parseOptionalAttrDict(result.attributes);
}

void ConstantOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getValue();
  if (getOutput().getType() != getValue().getType())
    printer << " as " << getOutput().getType();
  printer.printOptionalAttrDict((*this)->getAttrs(), {"value"});
}

LogicalResult ConstantOp::verify() {
  auto value = cast<ShapedType>(getValue().getType());
  auto output = cast<ShapedType>(getOutput().getType());
  Type element = output.getElementType();
  // A quantized constant holds its storage values.
  if (auto quantized = dyn_cast<quant::QuantizedType>(element))
    element = quantized.getStorageType();
  if (value.getShape() == output.getShape() &&
      value.getElementType() == element)
    return success();
  return emitOpError() << "holds a value of type " << value
                       << ", which does not fit its result's type " << output;
}

//===----------------------------------------------------------------------===//
// Node
//===----------------------------------------------------------------------===//

/// Absent positions are ascending and leave exactly `present` positions.
static LogicalResult verifyAbsent(NodeOp op, StringRef what, size_t present,
                                  std::optional<ArrayRef<int64_t>> absent) {
  if (!absent)
    return success();
  int64_t previous = -1;
  for (int64_t position : *absent) {
    int64_t end = static_cast<int64_t>(present + absent->size());
    if (position <= previous || position >= end)
      return op.emitOpError() << what << " must ascend and stay below " << end;
    previous = position;
  }
  return success();
}

LogicalResult NodeOp::verify() {
  if (getOpType().empty())
    return emitOpError("op_type is empty");
  size_t names = getSubgraphNames() ? getSubgraphNames()->size() : 0;
  if (names != getSubgraphs().size())
    return emitOpError() << "has " << getSubgraphs().size()
                         << " graphs, but subgraph_names has " << names
                         << " entries";
  if (failed(verifyAbsent(*this, "absent_inputs", getInputs().size(),
                          getAbsentInputs())))
    return failure();
  return verifyAbsent(*this, "absent_outputs", getOutputs().size(),
                      getAbsentOutputs());
}
