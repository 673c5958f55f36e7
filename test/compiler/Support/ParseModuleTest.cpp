// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/ParseModule.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Onnx.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;

namespace {

SmallVector<float> getFloats() {
  SmallVector<float> floats(onnx::maxInlineElements + 1);
  for (auto [index, value] : llvm::enumerate(floats))
    value = float(index) / 4;
  return floats;
}

/// A module whose attribute is held as a resource.
std::string makeBytecode() {
  MLIRContext context;
  context.loadDialect<onnx::OnnxDialect>();
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  SmallVector<float> floats = getFloats();
  auto type = RankedTensorType::get({int64_t(floats.size())},
                                    Float32Type::get(&context));
  ArrayRef bytes(reinterpret_cast<const char *>(floats.data()),
                 floats.size() * sizeof(float));
  (*module)->setAttr("onnx.held", onnx::makeElements(type, bytes, "held"));
  std::string bytecode;
  llvm::raw_string_ostream os(bytecode);
  EXPECT_TRUE(succeeded(writeBytecodeToFile(*module, os)));
  return bytecode;
}

TEST(ParseModule, ReadsBytecodeFromAnyAddress) {
  std::string bytecode = makeBytecode();
  std::vector<char> room(bytecode.size() + 2 * onnx::blobAlignment);
  char *even = reinterpret_cast<char *>(
      llvm::alignAddr(room.data(), llvm::Align(onnx::blobAlignment)));
  for (size_t offset : {0, 1, 16, 32}) {
    llvm::copy(bytecode, even + offset);
    MLIRContext context;
    context.loadDialect<onnx::OnnxDialect>();
    OwningOpRef<ModuleOp> module =
        parseModule({even + offset, bytecode.size()}, context);
    ASSERT_TRUE(module) << offset;
    std::fill(room.begin(), room.end(), 0); // what was read stays
    auto held = (*module)->getAttrOfType<ElementsAttr>("onnx.held");
    ASSERT_TRUE(held) << offset;
    EXPECT_EQ(onnx::readElements<float>(held), getFloats()) << offset;
  }
}

TEST(ParseModule, ReadsTextWithoutAnEnd) {
  MLIRContext context;
  std::string text = "module @given {} behind it";
  OwningOpRef<ModuleOp> module =
      parseModule(StringRef(text).take_front(16), context);
  ASSERT_TRUE(module);
  EXPECT_EQ(module->getName(), "given");
}

} // namespace
