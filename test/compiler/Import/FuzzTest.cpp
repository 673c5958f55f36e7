// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A damaged file is imported or refused with an error; it never crashes.

#include "TestModel.h"

#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace sluice;
using ::onnx::AttributeProto;
using ::onnx::GraphProto;
using ::onnx::NodeProto;
using ::onnx::TensorProto;

namespace {

NodeProto &addNode(GraphProto &graph, const char *type,
                   std::initializer_list<const char *> inputs,
                   const char *output) {
  NodeProto *node = graph.add_node();
  node->set_op_type(type);
  for (const char *input : inputs)
    node->add_input(input);
  node->add_output(output);
  return *node;
}

void setInts(NodeProto &node, const char *name,
             std::initializer_list<int64_t> values) {
  AttributeProto *attribute = node.add_attribute();
  attribute->set_name(name);
  attribute->set_type(AttributeProto::INTS);
  for (int64_t value : values)
    attribute->add_ints(value);
}

void addTensor(GraphProto &graph, const char *name, int type,
               std::initializer_list<int64_t> dims, std::string data) {
  TensorProto *tensor = graph.add_initializer();
  tensor->set_name(name);
  tensor->set_data_type(type);
  for (int64_t dim : dims)
    tensor->add_dims(dim);
  tensor->set_raw_data(std::move(data));
}

/// A model with operators of each kind, of an opset that is normalized much.
::onnx::ModelProto makeVaried() {
  ::onnx::ModelProto model = test::makeAdd();
  model.mutable_opset_import(0)->set_version(9);
  GraphProto &graph = *model.mutable_graph();
  graph.clear_node();
  graph.mutable_output(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  auto *shape = graph.mutable_input(0)
                    ->mutable_type()
                    ->mutable_tensor_type()
                    ->mutable_shape();
  shape->clear_dim();
  for (int64_t size : {1, 2, 4, 4})
    shape->add_dim()->set_dim_value(size);
  addTensor(graph, "k", TensorProto::FLOAT, {2, 2, 1, 1},
            std::string(16, '\1'));
  addTensor(graph, "s", TensorProto::FLOAT, {}, std::string(4, '\x3f'));
  addTensor(graph, "z", TensorProto::INT8, {}, std::string(1, '\0'));
  setInts(addNode(graph, "Conv", {"x", "k", "w"}, "c"), "strides", {2, 2});
  addNode(graph, "QuantizeLinear", {"c", "s", "z"}, "q");
  addNode(graph, "DequantizeLinear", {"q", "s", "z"}, "d");
  setInts(addNode(graph, "Pad", {"d"}, "p"), "pads", {0, 0, 1, 1, 0, 0, 1, 1});
  setInts(addNode(graph, "MaxPool", {"p"}, "m"), "kernel_shape", {2, 2});
  addNode(graph, "Shape", {"m"}, "shape");
  addNode(graph, "Reshape", {"m", "shape"}, "r");
  NodeProto &slice = addNode(graph, "Slice", {"r"}, "l");
  setInts(slice, "starts", {1});
  setInts(slice, "ends", {9});
  addNode(graph, "Softmax", {"l"}, "f");
  NodeProto &branch = addNode(graph, "If", {"f"}, "y");
  AttributeProto *body = branch.add_attribute();
  body->set_name("then_branch");
  body->set_type(AttributeProto::GRAPH);
  addNode(*body->mutable_g(), "Relu", {"f"}, "i");
  body->mutable_g()->add_output()->set_name("i");
  return model;
}

TEST(Fuzz, DamagedModelsAreImportedOrRefused) {
  const std::string sound = makeVaried().SerializeAsString();
  MLIRContext context;
  test::Imported whole(sound, context);
  ASSERT_TRUE(whole.module) << whole.text;

  std::mt19937 random(20240229);
  auto below = [&](size_t end) { return random() % end; };
  unsigned imported = 0, refused = 0;
  for (unsigned i = 0; i < 3000; ++i) {
    std::string bytes = sound;
    if (i % 4 == 0)
      bytes.resize(below(sound.size()));
    else
      for (size_t flips = 1 + below(4); flips > 0; --flips)
        bytes[below(bytes.size())] ^= 1 << below(8);
    test::Imported result(bytes, context);
    ASSERT_EQ(static_cast<bool>(result.module), result.errors == 0)
        << "damage " << i << ": " << result.text;
    if (result.module)
      ASSERT_TRUE(succeeded(verify(*result.module))) << "damage " << i;
    ++(result.module ? imported : refused);
  }
  // The damage is neither too mild nor too coarse to tell something.
  EXPECT_GT(imported, 100u);
  EXPECT_GT(refused, 1000u);
}

} // namespace
