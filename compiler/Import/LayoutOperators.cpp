// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of operators that move elements or take tensors apart.

#include "compiler/Import/NodeImport.h"

using namespace mlir;

namespace sluice {

/// Below opset 11 pads and value are attributes.
static LogicalResult importPad(NodeImport &node) {
  Value pads = node.getInput(1), value = node.getInput(2);
  StringRef mode = node.getString("mode", "constant");
  if (node.getOpset() < 11) {
    std::optional<SmallVector<int64_t>> stated = node.getInts("pads");
    if (!stated)
      return node.hasFailed() ? failure() : node.error() << "has no pads";
    pads = node.makeConstant("pads", *stated);
    float constant = node.getFloat("value", 0.0f);
    if (constant != 0.0f)
      value = node.makeScalar("constant_value",
                              getElementTypeOrSelf(node.getInput(0).getType()),
                              constant);
  } else if (!pads) {
    return node.error() << "has no pads";
  }
  return node.finish<onnx::PadOp>(
      {node.getInput(0), pads, value, node.getInput(3)},
      node.named("mode", mode));
}

static LogicalResult importFlatten(NodeImport &node) {
  return node.finish<onnx::FlattenOp>(
      node.getInput(0), node.named("axis", node.getInt("axis", 1)));
}

static LogicalResult importReshape(NodeImport &node) {
  return node.finish<onnx::ReshapeOp>(
      node.getInputs(),
      node.named("allowzero", node.getFlag("allowzero", false)));
}

static LogicalResult importTranspose(NodeImport &node) {
  auto perm = node.getInts("perm");
  if (!perm) {
    auto type = dyn_cast<RankedTensorType>(node.getInput(0).getType());
    if (!type)
      return node.keepAsNode();
    perm =
        llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, type.getRank())));
  }
  return node.finish<onnx::TransposeOp>(
      node.getInput(0), node.named("perm", ArrayRef<int64_t>(*perm)));
}

/// Below opset 13 the axes are an attribute.
static Value getAxes(NodeImport &node) {
  if (node.getOpset() >= 13)
    return node.getInput(1);
  if (auto stated = node.getInts("axes"))
    return node.makeConstant("axes", *stated);
  return {};
}

static LogicalResult importSqueeze(NodeImport &node) {
  return node.finish<onnx::SqueezeOp>({node.getInput(0), getAxes(node)});
}

static LogicalResult importUnsqueeze(NodeImport &node) {
  Value axes = getAxes(node);
  if (!axes)
    return node.hasFailed() ? failure() : node.error() << "has no axes";
  return node.finish<onnx::UnsqueezeOp>({node.getInput(0), axes});
}

static LogicalResult importConcat(NodeImport &node) {
  if (llvm::is_contained(node.getInputs(), Value()))
    return node.error() << "leaves out an input";
  return node.finish<onnx::ConcatOp>(
      node.getInputs(), node.named("axis", node.getInt("axis", 1)));
}

/// Below opset 13 the sizes are an attribute; from 18 on `num_outputs` repeats
/// the number of outputs.
static LogicalResult importSplit(NodeImport &node) {
  Value split = node.getInput(1);
  if (node.getOpset() < 13)
    if (auto stated = node.getInts("split"))
      split = node.makeConstant("split", *stated);
  int64_t outputs = node.getProto().output_size();
  int64_t stated = node.getInt("num_outputs", outputs);
  if (stated != outputs)
    return node.error() << "has " << outputs << " outputs, but num_outputs is "
                        << stated;
  return node.finish<onnx::SplitOp>({node.getInput(0), split},
                                    node.named("axis", node.getInt("axis", 0)),
                                    outputs);
}

/// Below opset 10 all bounds are attributes.
static LogicalResult importSlice(NodeImport &node) {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < 5; ++i)
    operands.push_back(node.getInput(i));
  constexpr StringLiteral names[] = {"data", "starts", "ends", "axes"};
  for (unsigned i = 1; node.getOpset() < 10 && i < 4; ++i)
    if (auto stated = node.getInts(names[i]))
      operands[i] = node.makeConstant(names[i], *stated);
  if (!operands[1] || !operands[2])
    return node.hasFailed() ? failure()
                            : node.error() << "has no starts or no ends";
  return node.finish<onnx::SliceOp>(operands);
}

static LogicalResult importGather(NodeImport &node) {
  return node.finish<onnx::GatherOp>(
      node.getInputs(), node.named("axis", node.getInt("axis", 0)));
}

static LogicalResult importShape(NodeImport &node) {
  SmallVector<NamedAttribute> attributes{
      node.named("start", node.getInt("start", 0))};
  if (auto *end = node.find("end", ::onnx::AttributeProto::INT))
    attributes.push_back(node.named("end", int64_t(end->i())));
  return node.finish<onnx::ShapeOp>(node.getInputs(), attributes);
}

void addLayoutOperators(OperatorTable &table) {
  table["Pad"] = {1, 4, importPad};
  table["Flatten"] = {1, 1, importFlatten};
  table["Reshape"] = {2, 2, importReshape};
  table["Transpose"] = {1, 1, importTranspose};
  table["Squeeze"] = {1, 2, importSqueeze};
  table["Unsqueeze"] = {1, 2, importUnsqueeze};
  table["Concat"] = {1, UINT_MAX, importConcat};
  table["Split"] = {1, 2, importSplit};
  table["Slice"] = {1, 5, importSlice};
  table["Gather"] = {2, 2, importGather};
  table["Shape"] = {1, 1, importShape};
}

} // namespace sluice
