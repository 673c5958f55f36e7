// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/GraphImporter.h"

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"

using namespace mlir;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;

namespace sluice {

GraphImporter::GraphImporter(ModuleOp module, int64_t opset, TypeReader &types,
                             TensorReader &tensors)
    : module(module), opset(opset), types(types), tensors(tensors),
      builder(module.getContext()) {}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

InFlightDiagnostic GraphImporter::error(Location location) {
  hasFailed = true;
  return emitError(location);
}

Location GraphImporter::locate(StringRef tensor) {
  return onnx::makeNodeLocation(builder.getContext(), tensor, tensor);
}

Location GraphImporter::locate(const NodeProto &node) {
  SmallVector<StringRef> outputs;
  for (const std::string &output : node.output())
    if (!output.empty())
      outputs.push_back(output);
  StringRef name = node.name();
  if (name.empty())
    name = outputs.empty() ? StringRef(node.op_type()) : outputs.front();
  return onnx::makeNodeLocation(builder.getContext(), name, outputs);
}

Value GraphImporter::lookUp(const std::string &name, Location location) {
  for (Scope &scope : llvm::reverse(scopes)) {
    auto found = scope.values.find(name);
    if (found != scope.values.end())
      return found->second;
  }
  bool isMadeLater = llvm::any_of(
      scopes, [&](const Scope &scope) { return scope.made.contains(name); });
  StringRef user = isa<UnknownLoc>(location) ? "the graph " : "";
  if (isMadeLater)
    error(location) << user << "uses '" << name
                    << "', which is made only later or by way of itself; nodes "
                       "must stand in the order in which they run";
  else
    error(location) << user << "uses '" << name
                    << "', which no input, initializer or node makes";
  return {};
}

void GraphImporter::define(const std::string &name, Value value,
                           Location location) {
  if (!scopes.back().values.try_emplace(name, value).second)
    error(location) << "'" << name << "' is made a second time";
}

TensorType GraphImporter::getDeclaredType(const std::string &name) {
  auto found = scopes.back().declared.find(name);
  return found == scopes.back().declared.end()
             ? TensorType()
             : types.readDeclared(*found->second);
}

void GraphImporter::enter(const GraphProto &graph) {
  Scope &scope = scopes.emplace_back();
  for (const NodeProto &node : graph.node())
    for (const std::string &output : node.output())
      scope.made.insert(output);
  for (const auto *values : {&graph.value_info(), &graph.output()})
    for (const ::onnx::ValueInfoProto &value : *values)
      if (value.has_type())
        scope.declared[value.name()] = &value.type();
}

//===----------------------------------------------------------------------===//
// The main graph
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::importMain(const GraphProto &graph) {
  auto function = func::FuncOp::create(module.getLoc(), "main",
                                       builder.getFunctionType({}, {}));
  module.push_back(function);
  builder.setInsertionPointToEnd(function.addEntryBlock());
  enter(graph);
  importInputs(graph, function);
  importInitializers(graph);
  importNodes(graph);
  importOutputs(graph, function);
  return failure(hasFailed);
}

void GraphImporter::importInputs(const GraphProto &graph,
                                 func::FuncOp function) {
  // Before version 4 of the format, initializers were inputs as well.
  llvm::StringSet<> constants;
  for (const auto &tensor : graph.initializer())
    constants.insert(tensor.name());
  for (const ::onnx::ValueInfoProto &input : graph.input()) {
    if (constants.contains(input.name()))
      continue;
    Location location = locate(input.name());
    FailureOr<RankedTensorType> type = types.readInput(input, module.getLoc());
    if (failed(type)) {
      hasFailed = true;
      define(input.name(), {}, module.getLoc());
      continue;
    }
    unsigned index = function.getNumArguments();
    auto name = builder.getNamedAttr(onnx::tensorNameAttr,
                                     builder.getStringAttr(input.name()));
    if (failed(function.insertArgument(
            index, *type, builder.getDictionaryAttr(name), location))) {
      hasFailed = true;
      return;
    }
    define(input.name(), function.getArgument(index), module.getLoc());
  }
}

/// All names that nodes use, also nodes in inner graphs, and the outputs.
static void collectUses(const GraphProto &graph, llvm::StringSet<> &used) {
  for (const auto &output : graph.output())
    used.insert(output.name());
  for (const NodeProto &node : graph.node()) {
    for (const std::string &input : node.input())
      used.insert(input);
    for (const AttributeProto &attribute : node.attribute()) {
      if (attribute.has_g())
        collectUses(attribute.g(), used);
      for (const GraphProto &inner : attribute.graphs())
        collectUses(inner, used);
    }
  }
}

void GraphImporter::importInitializers(const GraphProto &graph) {
  llvm::StringSet<> used;
  collectUses(graph, used);
  for (const auto &tensor : graph.initializer()) {
    if (!used.contains(tensor.name()))
      continue;
    Location location = locate(tensor.name());
    FailureOr<ElementsAttr> value =
        tensors.read(tensor, tensor.name(), module.getLoc());
    hasFailed |= failed(value);
    define(tensor.name(),
           succeeded(value) ? onnx::ConstantOp::create(builder, location,
                                                       value->getType(), *value)
                                  .getOutput()
                            : Value(),
           module.getLoc());
  }
  for (const auto &tensor : graph.sparse_initializer())
    error(module.getLoc())
        << "initializer '" << tensor.values().name()
        << "' is sparse, which is not supported; save it dense";
}

void GraphImporter::importNodes(const GraphProto &graph) {
  for (const NodeProto &node : graph.node()) {
    Location location = locate(node);
    FailureOr<SmallVector<Value>> results = importNode(node, location);
    hasFailed |= failed(results);
    size_t next = 0;
    for (const std::string &output : node.output())
      if (!output.empty())
        define(output, succeeded(results) ? (*results)[next++] : Value(),
               location);
  }
}

LogicalResult GraphImporter::checkOutput(const ::onnx::ValueInfoProto &output,
                                         Type type) {
  TensorType declared =
      output.has_type() ? types.readDeclared(output.type()) : TensorType();
  auto actual = dyn_cast<TensorType>(type);
  if (!declared || !actual)
    return success();
  if (declared.getElementType() == actual.getElementType() &&
      succeeded(verifyCompatibleShape(declared, actual)))
    return success();
  return error(module.getLoc())
         << "output '" << output.name() << "' is declared as " << declared
         << ", but the nodes make " << actual;
}

void GraphImporter::importOutputs(const GraphProto &graph,
                                  func::FuncOp function) {
  SmallVector<Value> values;
  SmallVector<Attribute> names;
  if (graph.output().empty())
    error(module.getLoc()) << "the graph has no outputs";
  for (const ::onnx::ValueInfoProto &output : graph.output()) {
    Value value = lookUp(output.name(), module.getLoc());
    if (!value || failed(checkOutput(output, value.getType())))
      continue;
    values.push_back(value);
    names.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        onnx::tensorNameAttr, builder.getStringAttr(output.name()))));
  }
  func::ReturnOp::create(builder, module.getLoc(), values);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(values).getTypes()));
  function.setAllResultAttrs(names);
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<Value>> GraphImporter::importNode(const NodeProto &node,
                                                        Location location) {
  SmallVector<Value> inputs;
  bool isSound = true, isTyped = true;
  for (const std::string &name : node.input()) {
    Value value = name.empty() ? Value() : lookUp(name, location);
    isSound &= name.empty() || value;
    isTyped &= !value || isa<TensorType>(value.getType());
    inputs.push_back(value);
  }
  llvm::StringSet<> attributes;
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name().empty() || !attributes.insert(attribute.name()).second)
      return error(location) << "has the attribute '" << attribute.name()
                             << "' twice or without a name";
  if (!isSound)
    return failure();

  // A value whose type the file does not tell can not be computed with.
  bool isStandard = node.domain().empty() || node.domain() == "ai.onnx";
  const OperatorImport *known =
      isStandard && isTyped ? findOperator(node.op_type()) : nullptr;
  if (known) {
    NodeImport import(node, inputs, opset, location, builder, tensors);
    FailureOr<SmallVector<Value>> results = importKnown(*known, import);
    if (failed(results) || !import.isKeptAsNode())
      return results;
  }
  return importUnknown(node, inputs, location);
}

FailureOr<SmallVector<Value>>
GraphImporter::importKnown(const OperatorImport &import, NodeImport &node) {
  ArrayRef<Value> inputs = node.getInputs();
  // Trailing empty names are as good as none.
  while (!inputs.empty() && !inputs.back())
    inputs = inputs.drop_back();
  if (inputs.size() > import.most || inputs.size() < import.required ||
      llvm::is_contained(inputs.take_front(import.required), Value()))
    return node.error() << "has " << inputs.size() << " inputs, expected "
                        << import.required
                        << (import.most > import.required ? " or more" : "");
  if (failed(import.import(node)) || node.hasFailed())
    return failure();
  if (node.isKeptAsNode())
    return SmallVector<Value>();
  node.warnUnread();
  SmallVector<Value> results;
  for (auto [i, output] : llvm::enumerate(node.getProto().output())) {
    if (output.empty())
      continue;
    if (i >= node.getResults().size())
      return node.error() << "has no output number " << i << ", '" << output
                          << "'";
    results.push_back(foldConstant(node.getResults()[i]));
  }
  return results;
}

Value GraphImporter::foldConstant(Value value) {
  Operation *op = value.getDefiningOp();
  if (op->getNumResults() != 1 || isa<onnx::ConstantOp>(op))
    return value;
  SmallVector<Attribute> operands;
  for (Value operand : op->getOperands())
    operands.push_back(onnx::getConstantElements(operand));
  SmallVector<OpFoldResult> folded;
  if (failed(op->fold(operands, folded)) || folded.empty())
    return value;
  auto elements =
      dyn_cast_or_null<ElementsAttr>(dyn_cast<Attribute>(folded.front()));
  if (!elements)
    return value;
  Value constant = onnx::ConstantOp::create(builder, op->getLoc(),
                                            value.getType(), elements);
  op->erase();
  return constant;
}

/// Operators without an operation that keep their first input's type, which
/// their consumers need.
static bool keepsType(const NodeProto &node) {
  static const llvm::StringSet<> names = {"Abs",
                                          "Ceil",
                                          "Celu",
                                          "Cos",
                                          "Elu",
                                          "Erf",
                                          "Exp",
                                          "Floor",
                                          "Gelu",
                                          "LRN",
                                          "LogSoftmax",
                                          "Log",
                                          "Mish",
                                          "Neg",
                                          "Not",
                                          "PRelu",
                                          "Reciprocal",
                                          "Selu",
                                          "Sign",
                                          "Sin",
                                          "Softplus",
                                          "Softsign",
                                          "Sqrt",
                                          "Hardmax",
                                          "InstanceNormalization",
                                          "LayerNormalization",
                                          "ThresholdedRelu"};
  return (node.domain().empty() || node.domain() == "ai.onnx") &&
         names.contains(node.op_type());
}

FailureOr<SmallVector<Value>>
GraphImporter::importUnknown(const NodeProto &node, ArrayRef<Value> inputs,
                             Location location) {
  OperationState state(location, onnx::NodeOp::getOperationName());
  SmallVector<int64_t> absentInputs, absentOutputs;
  for (auto [i, input] : llvm::enumerate(inputs)) {
    if (input)
      state.addOperands(input);
    else
      absentInputs.push_back(i);
  }
  for (auto [i, output] : llvm::enumerate(node.output())) {
    if (output.empty()) {
      absentOutputs.push_back(i);
      continue;
    }
    Type type = getDeclaredType(output);
    if (!type && i == 0 && keepsType(node) && !inputs.empty() && inputs[0])
      type = inputs[0].getType();
    state.addTypes(type ? type : builder.getNoneType());
  }

  SmallVector<NamedAttribute> attributes;
  SmallVector<Attribute> graphNames;
  for (const AttributeProto &attribute : node.attribute()) {
    SmallVector<const GraphProto *> graphs;
    if (attribute.type() == AttributeProto::GRAPH)
      graphs.push_back(&attribute.g());
    for (const GraphProto &graph : attribute.graphs())
      graphs.push_back(&graph);
    for (const GraphProto *graph : graphs) {
      graphNames.push_back(builder.getStringAttr(attribute.name()));
      if (failed(importSubgraph(*graph, *state.addRegion(), location)))
        return failure();
    }
    if (!graphs.empty())
      continue;
    FailureOr<Attribute> value = importAttribute(attribute, location);
    if (failed(value))
      return failure();
    attributes.push_back(builder.getNamedAttr(attribute.name(), *value));
  }
  state.addAttribute("op_type", builder.getStringAttr(node.op_type()));
  state.addAttribute("domain", builder.getStringAttr(node.domain()));
  state.addAttribute("node_attributes", builder.getDictionaryAttr(attributes));
  if (!absentInputs.empty())
    state.addAttribute("absent_inputs",
                       builder.getDenseI64ArrayAttr(absentInputs));
  if (!absentOutputs.empty())
    state.addAttribute("absent_outputs",
                       builder.getDenseI64ArrayAttr(absentOutputs));
  if (!graphNames.empty())
    state.addAttribute("subgraph_names", builder.getArrayAttr(graphNames));
  Operation *op = builder.create(state);
  return SmallVector<Value>(op->getResults());
}

FailureOr<Attribute>
GraphImporter::importAttribute(const AttributeProto &attribute,
                               Location location) {
  switch (attribute.type()) {
  case AttributeProto::INT:
    return Attribute(builder.getI64IntegerAttr(attribute.i()));
  case AttributeProto::FLOAT:
    return Attribute(builder.getF32FloatAttr(attribute.f()));
  case AttributeProto::STRING:
    return Attribute(builder.getStringAttr(attribute.s()));
  case AttributeProto::INTS:
    return Attribute(builder.getDenseI64ArrayAttr(
        ArrayRef(attribute.ints().data(), attribute.ints_size())));
  case AttributeProto::FLOATS:
    return Attribute(builder.getDenseF32ArrayAttr(
        ArrayRef(attribute.floats().data(), attribute.floats_size())));
  case AttributeProto::STRINGS: {
    SmallVector<Attribute> strings;
    for (const std::string &string : attribute.strings())
      strings.push_back(builder.getStringAttr(string));
    return Attribute(builder.getArrayAttr(strings));
  }
  case AttributeProto::TENSOR: {
    FailureOr<ElementsAttr> elements =
        tensors.read(attribute.t(), attribute.name(), location);
    if (failed(elements))
      return failure();
    return Attribute(*elements);
  }
  default:
    return error(location) << "attribute '" << attribute.name()
                           << "' is of type "
                           << AttributeProto::AttributeType_Name(
                                  attribute.type())
                           << ", which is not supported";
  }
}

LogicalResult GraphImporter::importSubgraph(const GraphProto &graph,
                                            Region &region, Location location) {
  OpBuilder::InsertionGuard guard(builder);
  builder.createBlock(&region);
  enter(graph);
  for (const ::onnx::ValueInfoProto &input : graph.input()) {
    TensorType type =
        input.has_type() ? types.readDeclared(input.type()) : TensorType();
    Location argument = locate(input.name());
    define(
        input.name(),
        region.addArgument(type ? Type(type) : builder.getNoneType(), argument),
        argument);
  }
  importInitializers(graph);
  importNodes(graph);
  SmallVector<Value> outputs;
  for (const ::onnx::ValueInfoProto &output : graph.output())
    if (Value value = lookUp(output.name(), location))
      outputs.push_back(value);
  onnx::YieldOp::create(builder, location, outputs);
  scopes.pop_back();
  return success();
}

} // namespace sluice
