// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of matrix products and operators along an axis.

#include "compiler/Import/NodeImport.h"

using namespace mlir;

namespace sluice {

static LogicalResult importMatMul(NodeImport &node) {
  return node.finish<onnx::MatMulOp>(node.getInputs());
}

static LogicalResult importGemm(NodeImport &node) {
  return node.finish<onnx::GemmOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)},
      {node.named("alpha", node.getFloat("alpha", 1.0f)),
       node.named("beta", node.getFloat("beta", 1.0f)),
       node.named("transA", node.getFlag("transA", false)),
       node.named("transB", node.getFlag("transB", false))});
}

/// Below opset 13 Softmax sees the input as a matrix: the dimensions before the
/// axis, and all from it on.
static LogicalResult importSoftmax(NodeImport &node) {
  Value input = node.getInput(0);
  bool isOld = node.getOpset() < 13;
  int64_t axis = node.getInt("axis", isOld ? 1 : -1);
  auto type = dyn_cast<RankedTensorType>(input.getType());
  if (!isOld)
    return node.finish<onnx::SoftmaxOp>(input, node.named("axis", axis));
  if (!type || !type.hasStaticShape())
    return node.keepAsNode();
  if (axis == -1 || axis == type.getRank() - 1)
    return node.finish<onnx::SoftmaxOp>(input, node.named("axis", int64_t(-1)));

  Operation *matrix =
      node.build<onnx::FlattenOp>(input, node.named("axis", axis));
  if (!matrix)
    return failure();
  Operation *softmax = node.build<onnx::SoftmaxOp>(
      matrix->getResult(0), node.named("axis", int64_t(-1)));
  if (!softmax)
    return failure();
  return node.finish<onnx::ReshapeOp>(
      {softmax->getResult(0), node.makeConstant("shape", type.getShape())});
}

/// Below opset 18 the axes are an attribute.
static LogicalResult importReduceMean(NodeImport &node) {
  Value axes = node.getInput(1);
  if (node.getOpset() < 18)
    if (auto stated = node.getInts("axes"))
      axes = node.makeConstant("axes", *stated);
  return node.finish<onnx::ReduceMeanOp>(
      {node.getInput(0), axes},
      {node.named("keepdims", node.getFlag("keepdims", true)),
       node.named("noop_with_empty_axes",
                  node.getFlag("noop_with_empty_axes", false))});
}

void addLinearOperators(OperatorTable &table) {
  table["MatMul"] = {2, 2, importMatMul};
  table["Gemm"] = {2, 3, importGemm};
  table["Softmax"] = {1, 1, importSoftmax};
  table["ReduceMean"] = {1, 2, importReduceMean};
}

} // namespace sluice
