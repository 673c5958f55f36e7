// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One node of the model on its way to operations of the dialect.

#ifndef SLUICE_COMPILER_IMPORT_NODEIMPORT_H
#define SLUICE_COMPILER_IMPORT_NODEIMPORT_H

#include "compiler/Import/OnnxProto.h"
#include "compiler/Import/Tensors.h"
#include "dialects/Onnx/Onnx.h"
#include "llvm/ADT/StringSet.h"

namespace sluice {

/// A node with its operands, and what an operator's import function needs to
/// read its attributes and build operations. Malformed attributes are reported
/// where they are read; the node fails after its function has returned.
class NodeImport {
public:
  NodeImport(const ::onnx::NodeProto &node, mlir::ArrayRef<mlir::Value> inputs,
             int64_t opset, mlir::Location location, mlir::OpBuilder &builder,
             TensorReader &tensors)
      : node(node), inputs(inputs), opset(opset), location(location),
        builder(builder), tensors(tensors) {}

  const ::onnx::NodeProto &getProto() const { return node; }
  int64_t getOpset() const { return opset; }
  mlir::Location getLoc() const { return location; }
  mlir::OpBuilder &getBuilder() { return builder; }

  /// Input number `index`, null where the model leaves it out.
  mlir::Value getInput(unsigned index) const {
    return index < inputs.size() ? inputs[index] : mlir::Value();
  }
  mlir::ArrayRef<mlir::Value> getInputs() const { return inputs; }
  bool hasOutput(unsigned index) const {
    return static_cast<int>(index) < node.output_size() &&
           !node.output(index).empty();
  }

  /// Attributes by name, each with its default. A wrong kind is an error.
  int64_t getInt(llvm::StringRef name, int64_t absent);
  bool getFlag(llvm::StringRef name, bool absent) {
    return getInt(name, absent) != 0;
  }
  float getFloat(llvm::StringRef name, float absent);
  llvm::StringRef getString(llvm::StringRef name, llvm::StringRef absent);
  std::optional<llvm::SmallVector<int64_t>> getInts(llvm::StringRef name);
  /// The attribute, or null; of `type` if it is there.
  const ::onnx::AttributeProto *
  find(llvm::StringRef name, ::onnx::AttributeProto::AttributeType type);

  /// Emits an error that ends the node's import.
  mlir::InFlightDiagnostic error();
  bool hasFailed() const { return failedOnce; }

  /// Warns of attributes that nothing has asked for.
  void warnUnread();

  /// Builds an operation with inferred result types and gives its results; on
  /// failure the error is emitted. A null operand is an optional one left out.
  /// `elementType`, if given, is that of all results.
  template <typename OpTy>
  mlir::LogicalResult
  finish(mlir::ArrayRef<mlir::Value> operands,
         mlir::ArrayRef<mlir::NamedAttribute> attributes = {},
         unsigned resultCount = 1, mlir::Type elementType = {}) {
    return setResults(
        build<OpTy>(operands, attributes, resultCount, elementType));
  }
  template <typename OpTy>
  mlir::Operation *build(mlir::ArrayRef<mlir::Value> operands,
                         mlir::ArrayRef<mlir::NamedAttribute> attributes = {},
                         unsigned resultCount = 1, mlir::Type elementType = {});

  /// Makes the results of `op` the node's; fails on null.
  mlir::LogicalResult setResults(mlir::Operation *op);
  mlir::ValueRange getResults() const { return results; }

  /// Leaves the node to be held as `onnx.Node`: its operator is known, but this
  /// use of it has no form in the dialect.
  mlir::LogicalResult keepAsNode() {
    isKept = true;
    return mlir::success();
  }
  bool isKeptAsNode() const { return isKept; }

  /// Constants made from attributes of older opsets. `what` names the input
  /// they become.
  mlir::Value makeConstant(llvm::StringRef what,
                           llvm::ArrayRef<int64_t> values);
  mlir::Value makeConstant(llvm::StringRef what, mlir::ElementsAttr value);
  /// A scalar of a float type.
  mlir::Value makeScalar(llvm::StringRef what, mlir::Type type, double value);

  /// An attribute of type INT, FLOAT, INTS under its name.
  mlir::NamedAttribute named(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute named(llvm::StringRef name, bool value);
  mlir::NamedAttribute named(llvm::StringRef name, float value);
  mlir::NamedAttribute named(llvm::StringRef name, llvm::StringRef value);
  mlir::NamedAttribute named(llvm::StringRef name,
                             llvm::ArrayRef<int64_t> value);

  TensorReader &getTensors() { return tensors; }

private:
  mlir::Operation *complete(mlir::OperationState &state,
                            mlir::Type elementType);

  const ::onnx::NodeProto &node;
  mlir::ArrayRef<mlir::Value> inputs;
  int64_t opset;
  mlir::Location location;
  mlir::OpBuilder &builder;
  TensorReader &tensors;
  llvm::StringSet<> read;
  llvm::SmallVector<mlir::Value> results;
  bool failedOnce = false;
  bool isKept = false;
};

template <typename OpTy>
mlir::Operation *
NodeImport::build(mlir::ArrayRef<mlir::Value> operands,
                  mlir::ArrayRef<mlir::NamedAttribute> attributes,
                  unsigned resultCount, mlir::Type elementType) {
  mlir::OperationState state(location, OpTy::getOperationName());
  llvm::SmallVector<int32_t> segments;
  for (mlir::Value operand : operands) {
    segments.push_back(operand ? 1 : 0);
    if (operand)
      state.addOperands(operand);
  }
  state.addAttributes(attributes);
  if constexpr (OpTy::template hasTrait<
                    mlir::OpTrait::AttrSizedOperandSegments>())
    state.addAttribute(OpTy::getOperandSegmentSizeAttr(),
                       builder.getDenseI32ArrayAttr(segments));
  // Types are known only once the operation can be asked.
  state.addTypes(llvm::SmallVector<mlir::Type>(
      resultCount, mlir::UnrankedTensorType::get(builder.getF32Type())));
  return complete(state, elementType);
}

/// How an operator of ONNX's own domain is imported.
struct OperatorImport {
  /// The first `required` inputs must be there, and none beyond `most`.
  unsigned required;
  unsigned most;
  mlir::LogicalResult (*import)(NodeImport &node);
};

/// The operator's import, or null if it has no operation in the dialect.
const OperatorImport *findOperator(llvm::StringRef opType);

/// Groups of operators add theirs to the table.
using OperatorTable = llvm::StringMap<OperatorImport>;
void addElementwiseOperators(OperatorTable &table);
void addLayoutOperators(OperatorTable &table);
void addLinearOperators(OperatorTable &table);
void addWindowOperators(OperatorTable &table);

} // namespace sluice

#endif // SLUICE_COMPILER_IMPORT_NODEIMPORT_H
