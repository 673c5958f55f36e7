// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the engine's code computes is what the reference interpreter computes,
// and no result depends on timing.

#include "RandomLayers.h"

#include "compiler/Reference/Interpreter.h"
#include "dialects/Deploy/Deploy.h"
#include "dialects/Deploy/Passes.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/IsaModel.h"
#include "targets/engine/Legality.h"
#include "targets/engine/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

/// Boards of different widths; the last is so small that everything is cut in
/// all dimensions.
const char *const boards[] = {
    "ulx3s-85f", "ulx3s-25f", "ulx3s-85f-16x8",
    "ulx3s-25f,ACT_BYTES=4096,ACT_BANKS=4,WGT_WORDS=128,PRM_WORDS=32"};

class CodegenTest : public testing::Test {
protected:
  CodegenTest() {
    context.loadDialect<deploy::DeployDialect, EngineDialect, func::FuncDialect,
                        tensor::TensorDialect, tosa::TosaDialect>();
  }

  /// Compiles `text` for `board`, runs it and compares all results. Only
  /// counts it if a layer is not one for the engine.
  void check(const std::string &text, const std::string &board);

  unsigned refused = 0;

private:
  void execute(const std::vector<reference::Tensor> &inputs,
               const SmallVector<reference::Tensor> &expected);

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

std::vector<reference::Tensor> makeInputs(func::FuncOp func) {
  std::mt19937 random(7);
  std::vector<reference::Tensor> inputs;
  for (Type type : func.getArgumentTypes()) {
    inputs.emplace_back(cast<RankedTensorType>(type));
    for (char &byte : inputs.back().getBytes())
      byte = char(random());
  }
  return inputs;
}

bool isLegal(func::FuncOp func, const std::string &board) {
  Parameters parameters =
      llvm::cantFail(Configuration::parse(board)).parameters();
  auto region = *func.getBody().front().getOps<deploy::RegionOp>().begin();
  return llvm::all_of(matchLayers(region.getBodyBlock()),
                      [&](const Layer &layer) {
                        return layer.kind == LayerKind::Reshape ||
                               findBrokenLimit(layer, parameters).empty();
                      });
}

ArrayRef<uint8_t> getConstants(ProgramOp program) {
  auto attr =
      dyn_cast_or_null<DenseResourceElementsAttr>(program.getConstantsAttr());
  if (!attr)
    return {};
  ArrayRef<char> data = attr.getRawHandle().getBlob()->getData();
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

void CodegenTest::check(const std::string &text, const std::string &board) {
  module = parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module) << text;
  auto func = module->lookupSymbol<func::FuncOp>("main");
  if (!isLegal(func, board)) {
    ++refused;
    return;
  }
  std::vector<reference::Tensor> inputs = makeInputs(func);
  FailureOr<SmallVector<reference::Tensor>> expected =
      reference::interpret(func, inputs);
  ASSERT_TRUE(succeeded(expected));

  PassManager manager(&context);
  manager.addPass(createEngineTurnOperands());
  EnginePlacePartsOptions partsOptions;
  partsOptions.board = board;
  manager.addPass(createEnginePlaceParts(partsOptions));
  EngineTileOptions tileOptions;
  tileOptions.board = board;
  manager.addPass(createEngineTile(tileOptions));
  manager.addNestedPass<func::FuncOp>(deploy::createPlanMemory());
  EngineCodegenOptions codegenOptions;
  codegenOptions.board = board;
  manager.addPass(createEngineCodegen(codegenOptions));
  ASSERT_TRUE(succeeded(manager.run(*module))) << text;

  FailureOr<SmallVector<reference::Tensor>> tiled =
      reference::interpret(func, inputs);
  ASSERT_TRUE(succeeded(tiled));
  for (auto [a, b] : llvm::zip_equal(*tiled, *expected))
    ASSERT_EQ(a.getBytes(), b.getBytes()) << "tiling changed the meaning";
  execute(inputs, *expected);
}

void CodegenTest::execute(const std::vector<reference::Tensor> &inputs,
                          const SmallVector<reference::Tensor> &expected) {
  auto func = module->lookupSymbol<func::FuncOp>("main");
  auto region = *func.getBody().front().getOps<deploy::RegionOp>().begin();
  auto program = *module->getOps<ProgramOp>().begin();
  std::vector<uint8_t> arena(
      func->getAttrOfType<IntegerAttr>(deploy::arenaSizeAttrName).getInt(),
      0x5a);
  for (auto [input, argument] : llvm::zip_equal(inputs, func.getArguments()))
    llvm::copy(input.getBytes(),
               arena.begin() + *deploy::getArenaOffset(argument));
  IsaModel model(program.getParameters(), /*seed=*/3);
  llvm::Error error =
      model.run(getInstructions(program), getConstants(program), arena);
  ASSERT_FALSE(bool(error)) << llvm::toString(std::move(error));
  for (auto [index, value] : llvm::enumerate(expected)) {
    auto offset = *deploy::getArenaOffset(region.getResult(index));
    ArrayRef<char> got(reinterpret_cast<const char *>(arena.data()) + offset,
                       value.getBytes().size());
    ASSERT_EQ(got, value.getBytes()) << "result " << index;
  }
}

/// What a suite of random graphs is made of.
struct Sizes {
  const char *name;
  uint32_t seeds;
  unsigned layers;
  int64_t size, channels;
  bool wide = false;
};

class RandomCodegenTest : public CodegenTest,
                          public testing::WithParamInterface<Sizes> {};

TEST_P(RandomCodegenTest, GivesTheReferencesBytes) {
  const Sizes &sizes = GetParam();
  for (std::string board : boards) {
    if (sizes.wide)
      board += ",INT16=1";
    for (uint32_t seed = 0; seed < sizes.seeds; ++seed) {
      SCOPED_TRACE(board + " seed " + std::to_string(seed));
      check(makeRandomLayers(seed, sizes.layers, sizes.size, sizes.channels,
                             sizes.wide),
            board);
      if (HasFatalFailure())
        return;
    }
  }
  EXPECT_LT(refused, sizes.seeds);
}

TEST_F(CodegenTest, MultipliesActivations) {
  struct {
    uint32_t seeds;
    int64_t tokens, channels;
  } const suites[] = {{40, 12, 20}, {20, 70, 40}, {12, 20, 130}};
  for (const auto &suite : suites)
    for (const char *board : boards)
      for (uint32_t seed = 0; seed < suite.seeds; ++seed) {
        SCOPED_TRACE(std::string(board) + " seed " + std::to_string(seed));
        check(makeRandomProducts(seed, suite.tokens, suite.channels), board);
        if (HasFatalFailure())
          return;
      }
  // On the smallest board some do not fit.
  EXPECT_LT(refused, 24u);
}

INSTANTIATE_TEST_SUITE_P(
    Graphs, RandomCodegenTest,
    testing::Values(Sizes{"OneLayer", 40, 1, 12, 20},
                    Sizes{"FewChannels", 20, 3, 24, 5},
                    Sizes{"ManyChannels", 12, 3, 8, 130},
                    Sizes{"LargeImages", 12, 4, 40, 33},
                    Sizes{"ManyLayers", 20, 12, 12, 20},
                    Sizes{"Int16", 40, 1, 12, 20, true},
                    Sizes{"Int16Few", 20, 3, 24, 5, true},
                    Sizes{"Int16Many", 12, 3, 8, 130, true},
                    Sizes{"Int16Large", 12, 4, 40, 33, true},
                    Sizes{"Int16Deep", 20, 12, 12, 20, true}),
    [](const auto &info) { return info.param.name; });

} // namespace
