// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The importer's interface in C++, and the element types it reads.

#include "TestModel.h"

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include "gtest/gtest.h"

using namespace mlir;
using ::onnx::TensorProto;

namespace sluice::test {
namespace {

/// The value of the first constant of an imported model.
ElementsAttr getConstant(ModuleOp module) {
  ElementsAttr value;
  module.walk([&](onnx::ConstantOp op) {
    if (!value)
      value = op.getValue();
  });
  return value;
}

TEST(Import, SaysWhereFilesEnd) {
  SmallString<128> path;
  int descriptor;
  ASSERT_FALSE(
      llvm::sys::fs::createTemporaryFile("large", "onnx", descriptor, path));
  llvm::FileRemover remover(path);
  // A hole: it takes no space and is never read.
  ASSERT_FALSE(llvm::sys::fs::resize_file(descriptor, uint64_t(1) << 31));
  llvm::sys::Process::SafelyCloseFileDescriptor(descriptor);
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  ASSERT_TRUE(buffer);
  MLIRContext context;
  std::string text;
  ScopedDiagnosticHandler handler(
      &context, [&](Diagnostic &diagnostic) { text += diagnostic.str(); });
  EXPECT_FALSE(importOnnx((*buffer)->getMemBufferRef(), {}, &context));
  EXPECT_EQ(text, path.str().str() +
                      ": is larger than 2 GiB, where ONNX files end; "
                      "save the weights as external data");
}

TEST(Import, NamesAreFoundOnValues) {
  MLIRContext context;
  Imported imported(makeAdd().SerializeAsString(), context);
  ASSERT_TRUE(imported.module);
  onnx::AddOp add;
  imported.module->walk([&](onnx::AddOp op) { add = op; });
  ASSERT_TRUE(add);
  EXPECT_EQ(onnx::getNodeName(add), "add");
  EXPECT_EQ(onnx::getTensorName(add.getC()), "y");
  EXPECT_EQ(onnx::getTensorName(add.getA()), "x");
  EXPECT_EQ(onnx::getTensorName(add.getB()), "w");
}

TEST(Import, FusedLocationsGoByTheLastNode) {
  MLIRContext context;
  Location conv = onnx::makeNodeLocation(&context, "conv", {"c"});
  Location split = onnx::makeNodeLocation(&context, "split", {"a", "b"});
  Location fused = FusedLoc::get(&context, {conv, split});
  EXPECT_EQ(onnx::getNodeName(fused), "split");
  EXPECT_EQ(onnx::getOutputName(fused, 1), "b");
  EXPECT_EQ(onnx::getOutputName(fused, 2), "");
  EXPECT_EQ(onnx::getNodeName(Location(UnknownLoc::get(&context))), "");
}

/// A model whose weights w are the given tensor, cast to what Add wants.
ElementsAttr importTensor(MLIRContext &context, const TensorProto &tensor) {
  ::onnx::ModelProto model = makeAdd();
  *model.mutable_graph()->mutable_initializer(0) = tensor;
  model.mutable_graph()->mutable_initializer(0)->set_name("w");
  model.mutable_graph()->mutable_node(0)->set_op_type("Anything");
  Imported imported(model.SerializeAsString(), context);
  EXPECT_TRUE(imported.module) << imported.text;
  return imported.module ? getConstant(*imported.module) : ElementsAttr();
}

TensorProto makeTensor(int type, int64_t size) {
  TensorProto tensor;
  tensor.set_data_type(type);
  tensor.add_dims(size);
  return tensor;
}

TEST(Import, IntegersInTypedFields) {
  for (int type : {TensorProto::INT8, TensorProto::INT16, TensorProto::INT32}) {
    MLIRContext context;
    TensorProto tensor = makeTensor(type, 3);
    for (int value : {-128, 0, 127})
      tensor.add_int32_data(value);
    EXPECT_EQ(onnx::readIntegers(importTensor(context, tensor)),
              (SmallVector<int64_t>{-128, 0, 127}));
  }
}

TEST(Import, UnsignedIntegers) {
  MLIRContext context;
  TensorProto bytes = makeTensor(TensorProto::UINT8, 2);
  bytes.set_raw_data("\xff\x01");
  ElementsAttr value = importTensor(context, bytes);
  EXPECT_TRUE(value.getElementType().isUnsignedInteger(8));
  EXPECT_EQ(onnx::readIntegers(value), (SmallVector<int64_t>{255, 1}));
  TensorProto words = makeTensor(TensorProto::UINT32, 1);
  words.add_uint64_data(4000000000u);
  EXPECT_EQ(onnx::readIntegers(importTensor(context, words)),
            (SmallVector<int64_t>{4000000000}));
}

TEST(Import, FourBitIntegersAreUnpacked) {
  MLIRContext context;
  TensorProto tensor = makeTensor(TensorProto::INT4, 3);
  tensor.set_raw_data("\x7f\x08");
  EXPECT_EQ(onnx::readIntegers(importTensor(context, tensor)),
            (SmallVector<int64_t>{-1, 7, -8}));
}

TEST(Import, BooleansAndHalves) {
  MLIRContext context;
  TensorProto flags = makeTensor(TensorProto::BOOL, 2);
  flags.add_int32_data(1);
  flags.add_int32_data(0);
  EXPECT_EQ(onnx::readIntegers(importTensor(context, flags)),
            (SmallVector<int64_t>{1, 0}));
  TensorProto halves = makeTensor(TensorProto::FLOAT16, 2);
  halves.add_int32_data(0x3c00);
  halves.add_int32_data(0xc100);
  EXPECT_EQ(onnx::readFloats(importTensor(context, halves)),
            (SmallVector<double>{1.0, -2.5}));
}

TEST(Import, ManyElementsAreAResource) {
  MLIRContext context;
  TensorProto tensor = makeTensor(TensorProto::FLOAT, 17);
  for (int i = 0; i < 17; ++i)
    tensor.add_float_data(i * 0.5f);
  ElementsAttr value = importTensor(context, tensor);
  EXPECT_TRUE(isa<DenseResourceElementsAttr>(value));
  std::optional<SmallVector<float>> floats = onnx::readElements<float>(value);
  ASSERT_TRUE(floats);
  EXPECT_EQ((*floats)[16], 8.0f);
  EXPECT_FALSE(onnx::readElements<double>(value));
}

TEST(Import, AnEmptyTensorIsNoError) {
  MLIRContext context;
  ElementsAttr value = importTensor(context, makeTensor(TensorProto::FLOAT, 0));
  EXPECT_EQ(value.getNumElements(), 0);
}

} // namespace
} // namespace sluice::test
