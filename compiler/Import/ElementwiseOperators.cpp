// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of operators that act on each element by itself.

#include "compiler/Import/NodeImport.h"
#include "compiler/Import/Types.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"

using namespace mlir;
using ::onnx::AttributeProto;

namespace sluice {

/// Operators without attributes; all inputs are required.
template <typename OpTy> static LogicalResult importPlain(NodeImport &node) {
  return node.finish<OpTy>(node.getInputs());
}

static LogicalResult importLeakyRelu(NodeImport &node) {
  return node.finish<onnx::LeakyReluOp>(
      node.getInputs(), {node.named("alpha", node.getFloat("alpha", 0.01f))});
}

static LogicalResult importHardSigmoid(NodeImport &node) {
  return node.finish<onnx::HardSigmoidOp>(
      node.getInputs(), {node.named("alpha", node.getFloat("alpha", 0.2f)),
                         node.named("beta", node.getFloat("beta", 0.5f))});
}

static LogicalResult importSwish(NodeImport &node) {
  return node.finish<onnx::SwishOp>(
      node.getInputs(), {node.named("alpha", node.getFloat("alpha", 1.0f))});
}

static LogicalResult importElu(NodeImport &node) {
  return node.finish<onnx::EluOp>(
      node.getInputs(), {node.named("alpha", node.getFloat("alpha", 1.0f))});
}

static LogicalResult importGelu(NodeImport &node) {
  StringRef approximate = node.getString("approximate", "none");
  if (approximate != "none" && approximate != "tanh")
    return node.error() << "approximate '" << approximate
                        << "' is neither none nor tanh";
  return node.finish<onnx::GeluOp>(node.getInputs(),
                                   {node.named("tanh", approximate == "tanh")});
}

/// Below opset 11 the bounds are attributes.
static LogicalResult importClip(NodeImport &node) {
  Value min = node.getInput(1), max = node.getInput(2);
  if (node.getOpset() < 11) {
    Type type = getElementTypeOrSelf(node.getInput(0).getType());
    if (auto *attribute = node.find("min", AttributeProto::FLOAT))
      min = node.makeScalar("min", type, attribute->f());
    if (auto *attribute = node.find("max", AttributeProto::FLOAT))
      max = node.makeScalar("max", type, attribute->f());
  }
  return node.finish<onnx::ClipOp>({node.getInput(0), min, max});
}

static LogicalResult importCast(NodeImport &node) {
  int64_t to = node.getInt("to", 0);
  Type type = getElementType(node.getBuilder().getContext(), to);
  if (!type)
    return node.error() << "to " << getDataTypeName(to)
                        << ": this element type is not supported";
  return node.finish<onnx::CastOp>(
      node.getInput(0),
      {node.named("saturate", node.getFlag("saturate", true))}, 1, type);
}

/// In inference, dropout does nothing. From opset 12 on an input may ask for
/// training.
static LogicalResult importDropout(NodeImport &node) {
  node.getFloat("ratio", 0.5f);
  node.getInt("seed", 0);
  if (Value training = node.getInput(2)) {
    std::optional<SmallVector<int64_t>> flag = onnx::readIntegers(training);
    if (!flag || llvm::any_of(*flag, [](int64_t value) { return value != 0; }))
      return node.keepAsNode();
  }
  return node.finish<onnx::DropoutOp>(node.getInput(0), {},
                                      node.hasOutput(1) ? 2 : 1);
}

/// Below opset 13 there is no axis: the scale is a scalar. `output_dtype` came
/// with opset 21.
static LogicalResult importQuantizeLinear(NodeImport &node) {
  Type type;
  if (int64_t stated = node.getInt("output_dtype", 0)) {
    type = getElementType(node.getBuilder().getContext(), stated);
    if (!type || (node.getInput(2) &&
                  getElementTypeOrSelf(node.getInput(2).getType()) != type))
      return node.error() << "output_dtype " << getDataTypeName(stated)
                          << " is not supported or not the zero point's";
  }
  return node.finish<onnx::QuantizeLinearOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)},
      {node.named("axis", node.getInt("axis", 1)),
       node.named("block_size", node.getInt("block_size", 0)),
       node.named("saturate", node.getFlag("saturate", true))},
      1, type);
}

static LogicalResult importDequantizeLinear(NodeImport &node) {
  return node.finish<onnx::DequantizeLinearOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)},
      {node.named("axis", node.getInt("axis", 1)),
       node.named("block_size", node.getInt("block_size", 0))});
}

/// The one attribute that a Constant has, as a tensor.
static FailureOr<ElementsAttr> readConstant(NodeImport &node) {
  Builder &builder = node.getBuilder();
  auto vector = [](const auto &values, Type type) {
    return RankedTensorType::get({values.size()}, type);
  };
  auto scalar = [](Type type) { return RankedTensorType::get({}, type); };
  if (auto *value = node.find("value", AttributeProto::TENSOR)) {
    return node.getTensors().read(value->t(), onnx::getNodeName(node.getLoc()),
                                  node.getLoc());
  } else if (auto *value = node.find("value_int", AttributeProto::INT)) {
    return ElementsAttr(DenseElementsAttr::get(scalar(builder.getI64Type()),
                                               ArrayRef<int64_t>(value->i())));
  } else if (auto *value = node.find("value_float", AttributeProto::FLOAT)) {
    return ElementsAttr(DenseElementsAttr::get(scalar(builder.getF32Type()),
                                               ArrayRef<float>(value->f())));
  } else if (auto *value = node.find("value_ints", AttributeProto::INTS)) {
    ArrayRef<int64_t> ints(value->ints().data(), value->ints_size());
    return ElementsAttr(DenseElementsAttr::get(
        vector(value->ints(), builder.getI64Type()), ints));
  } else if (auto *value = node.find("value_floats", AttributeProto::FLOATS)) {
    ArrayRef<float> floats(value->floats().data(), value->floats_size());
    return ElementsAttr(DenseElementsAttr::get(
        vector(value->floats(), builder.getF32Type()), floats));
  }
  if (!node.hasFailed())
    node.error()
        << "has no value that is supported; strings and sparse tensors "
           "are not";
  return failure();
}

static LogicalResult importConstant(NodeImport &node) {
  FailureOr<ElementsAttr> value = readConstant(node);
  if (failed(value))
    return failure();
  return node.setResults(onnx::ConstantOp::create(
      node.getBuilder(), node.getLoc(), value->getType(), *value));
}

void addElementwiseOperators(OperatorTable &table) {
  table["Add"] = {2, 2, importPlain<onnx::AddOp>};
  table["Sub"] = {2, 2, importPlain<onnx::SubOp>};
  table["Mul"] = {2, 2, importPlain<onnx::MulOp>};
  table["Div"] = {2, 2, importPlain<onnx::DivOp>};
  table["Relu"] = {1, 1, importPlain<onnx::ReluOp>};
  table["Sigmoid"] = {1, 1, importPlain<onnx::SigmoidOp>};
  table["Tanh"] = {1, 1, importPlain<onnx::TanhOp>};
  table["HardSwish"] = {1, 1, importPlain<onnx::HardSwishOp>};
  table["Swish"] = {1, 1, importSwish};
  table["Erf"] = {1, 1, importPlain<onnx::ErfOp>};
  table["Gelu"] = {1, 1, importGelu};
  table["Elu"] = {1, 1, importElu};
  table["Identity"] = {1, 1, importPlain<onnx::IdentityOp>};
  table["LeakyRelu"] = {1, 1, importLeakyRelu};
  table["HardSigmoid"] = {1, 1, importHardSigmoid};
  table["Clip"] = {1, 3, importClip};
  table["Cast"] = {1, 1, importCast};
  table["Dropout"] = {1, 3, importDropout};
  table["QuantizeLinear"] = {2, 3, importQuantizeLinear};
  table["DequantizeLinear"] = {2, 3, importDequantizeLinear};
  table["Constant"] = {0, 0, importConstant};
}

} // namespace sluice
