// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Models that ONNX's textual form can not express: each breaks one rule of the
// format, and is refused with a message that says which.

#include "TestModel.h"

#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::ModelProto;
using ::onnx::TensorProto;

namespace {

struct Damage {
  const char *name;
  void (*apply)(ModelProto &model);
  const char *message;
};

TensorProto &weights(ModelProto &model) {
  return *model.mutable_graph()->mutable_initializer(0);
}

AttributeProto &addAttribute(ModelProto &model, const char *name) {
  AttributeProto *attribute =
      model.mutable_graph()->mutable_node(0)->add_attribute();
  attribute->set_name(name);
  return *attribute;
}

const Damage damages[] = {
    {"LittleData",
     [](ModelProto &model) {
       weights(model).mutable_float_data()->RemoveLast();
     },
     "test.onnx: tensor 'w' of shape 2 holds 4 bytes of data, expected 8; "
     "correct the model, or export it again\n"},
    {"WrongRawSize",
     [](ModelProto &model) { weights(model).set_raw_data("seven c"); },
     "tensor 'w' of shape 2 holds 7 bytes of data, expected 8"},
    {"DataInOtherField",
     [](ModelProto &model) {
       weights(model).set_data_type(TensorProto::INT64);
     },
     "tensor 'w' of shape 2 holds 0 bytes of data, expected 16"},
    {"NegativeDim", [](ModelProto &model) { weights(model).set_dims(0, -2); },
     "tensor 'w' has the shape -2, which is negative or too large"},
    {"OverflowingDims",
     [](ModelProto &model) {
       weights(model).set_dims(0, int64_t(1) << 32);
       weights(model).add_dims(int64_t(1) << 32);
     },
     "tensor 'w' has the shape 4294967296x4294967296, which is negative or too "
     "large"},
    {"OverflowHiddenByZero",
     [](ModelProto &model) {
       weights(model).set_dims(0, int64_t(1) << 62);
       weights(model).add_dims(0);
       weights(model).clear_float_data();
     },
     "which is negative or too large"},
    {"ManyDims",
     [](ModelProto &model) {
       for (int i = 0; i < 40; ++i)
         weights(model).add_dims(1);
     },
     "which is negative or too large"},
    {"StringTensor",
     [](ModelProto &model) {
       weights(model).set_data_type(TensorProto::STRING);
     },
     "tensor 'w' has the element type STRING, which is not supported"},
    {"UnknownElementType",
     [](ModelProto &model) { weights(model).set_data_type(99); },
     "tensor 'w' has the element type 99, which is not supported"},
    {"Segment",
     [](ModelProto &model) { weights(model).mutable_segment()->set_begin(0); },
     "tensor 'w' is split into segments, which is not supported"},
    {"SparseInitializer",
     [](ModelProto &model) {
       auto *sparse = model.mutable_graph()->add_sparse_initializer();
       sparse->mutable_values()->set_name("s");
     },
     "initializer 's' is sparse, which is not supported; save it dense"},
    {"TwoOfOneName",
     [](ModelProto &model) {
       *model.mutable_graph()->add_initializer() = weights(model);
     },
     "test.onnx: 'w' is made a second time"},
    {"NegativeInputDim",
     [](ModelProto &model) {
       model.mutable_graph()
           ->mutable_input(0)
           ->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->mutable_dim(0)
           ->set_dim_value(-1);
     },
     "input 'x' has the dynamic shape ?; give it sizes, for example --shape "
     "x=1"},
    {"HugeInput",
     [](ModelProto &model) {
       model.mutable_graph()
           ->mutable_input(0)
           ->mutable_type()
           ->mutable_tensor_type()
           ->mutable_shape()
           ->mutable_dim(0)
           ->set_dim_value(INT64_MAX);
     },
     "input 'x' has the shape 9223372036854775807, which is negative or too "
     "large"},
    {"RepeatedAttribute",
     [](ModelProto &model) {
       addAttribute(model, "a").set_type(AttributeProto::INT);
       addAttribute(model, "a").set_type(AttributeProto::INT);
     },
     "node 'add': has the attribute 'a' twice or without a name"},
    {"NamelessAttribute",
     [](ModelProto &model) {
       addAttribute(model, "").set_type(AttributeProto::INT);
       model.mutable_graph()->mutable_node(0)->set_op_type("Other");
     },
     "node 'add': has the attribute '' twice or without a name"},
    {"AttributeWithoutType",
     [](ModelProto &model) {
       addAttribute(model, "a");
       model.mutable_graph()->mutable_node(0)->set_op_type("Other");
     },
     "node 'add': attribute 'a' is of type UNDEFINED, which is not supported"},
    {"NamelessOperator",
     [](ModelProto &model) {
       model.mutable_graph()->mutable_node(0)->clear_op_type();
     },
     "node 'add' (Node): op_type is empty"},
    {"NoOutputs",
     [](ModelProto &model) { model.mutable_graph()->clear_output(); },
     "test.onnx: the graph has no outputs"},
    {"NewFormat", [](ModelProto &model) { model.set_ir_version(1000); },
     "test.onnx: has version 1000 of the ONNX format"},
    {"NoOpset", [](ModelProto &model) { model.clear_opset_import(); },
     "test.onnx: uses opset 1; supported are 7 to 22"},
    {"ControlCharactersInNames",
     [](ModelProto &model) {
       model.mutable_graph()->mutable_node(0)->set_name("a\nb\x1b[31m");
       model.mutable_graph()->mutable_node(0)->add_input("none");
     },
     "node 'a\\0Ab\\1B[31m': uses 'none', which no input, initializer or node "
     "makes"},
    {"ErrorInInnerGraph",
     [](ModelProto &model) {
       model.mutable_graph()->mutable_node(0)->set_op_type("If");
       AttributeProto &branch = addAttribute(model, "then_branch");
       branch.set_type(AttributeProto::GRAPH);
       auto *node = branch.mutable_g()->add_node();
       node->set_op_type("Relu");
       node->set_name("inner");
       node->add_input("none");
       node->add_output("r");
     },
     "node 'inner': uses 'none', which no input, initializer or node makes"},
};

class Damaged : public testing::TestWithParam<Damage> {};

TEST_P(Damaged, IsRefused) {
  ModelProto model = test::makeAdd();
  GetParam().apply(model);
  MLIRContext context;
  test::Imported imported(model.SerializeAsString(), context);
  EXPECT_FALSE(imported.module);
  EXPECT_NE(imported.text.find(GetParam().message), std::string::npos)
      << imported.text;
}

INSTANTIATE_TEST_SUITE_P(Malformed, Damaged, testing::ValuesIn(damages),
                         [](const auto &info) { return info.param.name; });

TEST(Malformed, TheSoundModelIsImported) {
  MLIRContext context;
  test::Imported imported(test::makeAdd().SerializeAsString(), context);
  EXPECT_TRUE(imported.module);
  EXPECT_EQ(imported.text, "");
}

TEST(Malformed, EachOfManyProblemsIsSaid) {
  ModelProto model = test::makeAdd();
  for (int i = 0; i < 80; ++i) {
    auto *node = model.mutable_graph()->add_node();
    node->set_op_type("Relu");
    node->add_input("none");
    node->add_output("r" + std::to_string(i));
  }
  MLIRContext context;
  test::Imported imported(model.SerializeAsString(), context);
  EXPECT_FALSE(imported.module);
  EXPECT_EQ(imported.errors, 80u);
}

/// Graphs in graphs, deeper than the parser goes.
TEST(Malformed, DeepGraphsAreRefused) {
  ModelProto model = test::makeAdd();
  GraphProto *graph = model.mutable_graph();
  for (int i = 0; i < 1000; ++i) {
    auto *node = graph->add_node();
    node->set_op_type("If");
    AttributeProto *branch = node->add_attribute();
    branch->set_name("then_branch");
    branch->set_type(AttributeProto::GRAPH);
    graph = branch->mutable_g();
  }
  MLIRContext context;
  test::Imported imported(model.SerializeAsString(), context);
  EXPECT_FALSE(imported.module);
  EXPECT_EQ(imported.text,
            "test.onnx: is not an ONNX model, or is cut short; correct the "
            "model, or export it again\n");
}

} // namespace
