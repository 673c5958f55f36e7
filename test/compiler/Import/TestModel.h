// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models in memory, and what the importer says of them.

#ifndef SLUICE_TEST_COMPILER_IMPORT_TESTMODEL_H
#define SLUICE_TEST_COMPILER_IMPORT_TESTMODEL_H

#include "compiler/Import/Import.h"
#include "compiler/Import/OnnxProto.h"

#include "mlir/IR/MLIRContext.h"

namespace sluice::test {

/// An import's module and what was said meanwhile, one message a line.
struct Imported {
  explicit Imported(llvm::StringRef bytes, mlir::MLIRContext &context,
                    const ImportOptions &options = {}) {
    mlir::ScopedDiagnosticHandler handler(
        &context, [&](mlir::Diagnostic &diagnostic) {
          errors += diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
          text += diagnostic.str() + "\n";
        });
    module = importOnnx(llvm::MemoryBufferRef(bytes, "test.onnx"), options,
                        &context);
  }

  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string text;
  unsigned errors = 0;
};

/// `input x: float[2] -> y = Add(x, w) -> output y: float[2]` of opset 17, with
/// the initializer w.
inline ::onnx::ModelProto makeAdd() {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.add_opset_import()->set_version(17);
  ::onnx::GraphProto *graph = model.mutable_graph();
  graph->set_name("add");
  auto setType = [](::onnx::ValueInfoProto *value, const char *name) {
    value->set_name(name);
    auto *tensor = value->mutable_type()->mutable_tensor_type();
    tensor->set_elem_type(::onnx::TensorProto::FLOAT);
    tensor->mutable_shape()->add_dim()->set_dim_value(2);
  };
  setType(graph->add_input(), "x");
  setType(graph->add_output(), "y");
  ::onnx::TensorProto *weights = graph->add_initializer();
  weights->set_name("w");
  weights->set_data_type(::onnx::TensorProto::FLOAT);
  weights->add_dims(2);
  weights->add_float_data(1.0f);
  weights->add_float_data(-2.0f);
  ::onnx::NodeProto *node = graph->add_node();
  node->set_name("add");
  node->set_op_type("Add");
  node->add_input("x");
  node->add_input("w");
  node->add_output("y");
  return model;
}

} // namespace sluice::test

#endif // SLUICE_TEST_COMPILER_IMPORT_TESTMODEL_H
