// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model's graph to a function, node by node.

#ifndef SLUICE_COMPILER_IMPORT_GRAPHIMPORTER_H
#define SLUICE_COMPILER_IMPORT_GRAPHIMPORTER_H

#include "compiler/Import/NodeImport.h"
#include "compiler/Import/Types.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"

namespace sluice {

/// Imports the main graph and the graphs inside its nodes. Goes on after an
/// error, so that all problems are reported; what depends on a failed node is
/// passed over.
class GraphImporter {
public:
  GraphImporter(mlir::ModuleOp module, int64_t opset, TypeReader &types,
                TensorReader &tensors);

  /// Adds `func.func @main` to the module.
  mlir::LogicalResult importMain(const ::onnx::GraphProto &graph);

private:
  /// The tensors of one graph. A null value belongs to something that failed.
  struct Scope {
    llvm::StringMap<mlir::Value> values;
    /// All names that the graph's nodes make, in whatever order.
    llvm::StringSet<> made;
    /// Types that the file states.
    llvm::StringMap<const ::onnx::TypeProto *> declared;
  };

  void enter(const ::onnx::GraphProto &graph);
  void importInputs(const ::onnx::GraphProto &graph,
                    mlir::func::FuncOp function);
  void importInitializers(const ::onnx::GraphProto &graph);
  void importNodes(const ::onnx::GraphProto &graph);
  void importOutputs(const ::onnx::GraphProto &graph,
                     mlir::func::FuncOp function);
  mlir::LogicalResult checkOutput(const ::onnx::ValueInfoProto &output,
                                  mlir::Type type);

  /// The node's results, without those the model leaves out.
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  importNode(const ::onnx::NodeProto &node, mlir::Location location);
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  importKnown(const OperatorImport &import, NodeImport &node);
  llvm::FailureOr<llvm::SmallVector<mlir::Value>>
  importUnknown(const ::onnx::NodeProto &node,
                llvm::ArrayRef<mlir::Value> inputs, mlir::Location location);

  /// Replaces shape arithmetic on constants by its value.
  mlir::Value foldConstant(mlir::Value value);

  /// An attribute of a node that is held as it is; graphs become regions.
  llvm::FailureOr<mlir::Attribute>
  importAttribute(const ::onnx::AttributeProto &attribute,
                  mlir::Location location);
  mlir::LogicalResult importSubgraph(const ::onnx::GraphProto &graph,
                                     mlir::Region &region,
                                     mlir::Location location);

  /// The value of that name in the innermost scope that has it; null after an
  /// error, here or where it should have been made.
  mlir::Value lookUp(const std::string &name, mlir::Location location);
  void define(const std::string &name, mlir::Value value,
              mlir::Location location);
  /// The location of a node or, without one, of a tensor.
  mlir::Location locate(const ::onnx::NodeProto &node);
  mlir::Location locate(llvm::StringRef tensor);
  mlir::TensorType getDeclaredType(const std::string &name);
  mlir::InFlightDiagnostic error(mlir::Location location);

  mlir::ModuleOp module;
  int64_t opset;
  TypeReader &types;
  TensorReader &tensors;
  mlir::OpBuilder builder;
  llvm::SmallVector<Scope> scopes;
  bool hasFailed = false;
};

} // namespace sluice

#endif // SLUICE_COMPILER_IMPORT_GRAPHIMPORTER_H
