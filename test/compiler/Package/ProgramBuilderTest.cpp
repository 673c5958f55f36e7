// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Package/Package.h"
#include "dialects/Deploy/Deploy.h"
#include "runtime/package/program_generated.h"
#include "test/runtime/TestPackage.h"

#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;

namespace {

const char *const twoRegions = R"mlir(
func.func @main(%x: tensor<1x4xi8> {onnx.name = "x", quant.scale = 0.5 : f32, quant.zero_point = 3 : i32, deploy.offset = 0})
    -> (tensor<1x4xi8> {onnx.name = "y"}) attributes {deploy.arena_size = 192} {
  %0 = deploy.region "first" on "cpu" (%a = %x) : (tensor<1x4xi8>) -> tensor<1x4xi8> attributes {offsets = array<i64: 64>} {
    deploy.yield %a : tensor<1x4xi8>
  }
  %1 = deploy.region "second" on "cpu" (%a = %0) : (tensor<1x4xi8>) -> tensor<1x4xi8> attributes {offsets = array<i64: 128>} {
    deploy.yield %a : tensor<1x4xi8>
  }
  return %1 : tensor<1x4xi8>
})mlir";

class ProgramBuilderTest : public testing::Test {
protected:
  ProgramBuilderTest() {
    context.loadDialect<func::FuncDialect, deploy::DeployDialect>();
    parts.model = "model.onnx";
    parts.target = "cpu:x86-64";
    LibraryParts library;
    library.level = "x86-64";
    library.elf = test::testLibrary();
    library.regions = {{"first"}, {"second"}};
    parts.libraries.push_back(std::move(library));
  }

  FailureOr<std::vector<PackageFile>> make(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    EXPECT_TRUE(module);
    auto main = *module->getOps<func::FuncOp>().begin();
    ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
      message = diagnostic.str();
      return success();
    });
    return makePackage(main, parts, {{"report.json", {'{', '}'}}});
  }

  /// An error that stands for the text with `from` replaced by `to`.
  std::string getError(const std::string &from, const std::string &to) {
    std::string text = twoRegions;
    text.replace(text.find(from), from.size(), to);
    return failed(make(text)) ? message : "(none)";
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  PackageParts parts;
  std::string message;
};

TEST_F(ProgramBuilderTest, TheRuntimeLoadsIt) {
  auto made = make(twoRegions);
  ASSERT_TRUE(succeeded(made)) << message;
  EXPECT_EQ(made->front().path, "program.fb");
  std::map<std::string, test::Bytes> files;
  for (const PackageFile &file : *made)
    files[file.path] = file.bytes;
  EXPECT_EQ(files.count("report.json"), 1u);
  sluice_package_t *package = nullptr;
  EXPECT_EQ(test::loadFiles(files, &package), SLUICE_STATUS_OK)
      << sluice_status_message();
  test::PackagePtr owner(package);
}

TEST_F(ProgramBuilderTest, SaysWhatTheModuleSays) {
  auto made = make(twoRegions);
  ASSERT_TRUE(succeeded(made)) << message;
  std::unique_ptr<program::ProgramT> read(
      program::GetProgram(made->front().bytes.data())->UnPack());
  EXPECT_EQ(read->model, "model.onnx");
  ASSERT_EQ(read->variants.size(), 1u);
  const program::VariantT &variant = *read->variants.front();
  EXPECT_EQ(variant.arena_size, 192u);
  ASSERT_EQ(variant.buffers.size(), 3u);
  EXPECT_EQ(variant.buffers[0]->name, "x");
  ASSERT_TRUE(variant.buffers[0]->quantization);
  EXPECT_EQ(variant.buffers[0]->quantization->scale(), 0.5f);
  EXPECT_EQ(variant.buffers[0]->quantization->zero_point(), 3);
  EXPECT_EQ(variant.buffers[1]->name, "first_0");
  EXPECT_EQ(variant.buffers[1]->offset, 64u);
  EXPECT_EQ(variant.buffers[2]->name, "y");
  EXPECT_EQ(variant.buffers[2]->size, 4u);
  ASSERT_EQ(variant.regions.size(), 2u);
  EXPECT_EQ(variant.regions[1]->name, "second");
  EXPECT_EQ(variant.regions[1]->inputs, std::vector<uint32_t>{1});
  EXPECT_EQ(variant.regions[1]->cpu.front()->index, 1u);
}

TEST_F(ProgramBuilderTest, SameBytesEveryTime) {
  auto first = make(twoRegions), second = make(twoRegions);
  ASSERT_TRUE(succeeded(first) && succeeded(second));
  for (auto [a, b] : llvm::zip_equal(*first, *second))
    EXPECT_EQ(a.bytes, b.bytes) << a.path;
}

TEST_F(ProgramBuilderTest, Refuses) {
  EXPECT_EQ(getError(", deploy.offset = 0", ""), "has no memory plan");
  EXPECT_EQ(getError(" attributes {offsets = array<i64: 64>}", ""),
            "has no memory plan");
  EXPECT_EQ(getError("\"second\" on", "\"third\" on"),
            "has no CPU code for level x86-64");
  EXPECT_EQ(getError("return %1", "return %x"),
            "has a result that no region makes");
}

} // namespace
