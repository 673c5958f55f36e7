// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the engine's code computes is what the reference interpreter computes,
// and no result depends on timing.

#include "RandomLayers.h"

#include "compiler/Reference/Interpreter.h"
#include "dialects/Deploy/Deploy.h"
#include "dialects/Deploy/Passes.h"
#include "targets/engine/Assembler.h"
#include "targets/engine/IsaModel.h"
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

/// Boards of different widths.
const char *const boards[] = {"ulx3s-85f", "ulx3s-25f", "ulx3s-85f-16x8"};

class CodegenTest : public testing::Test {
protected:
  CodegenTest() {
    context.loadDialect<deploy::DeployDialect, EngineDialect, func::FuncDialect,
                        tensor::TensorDialect, tosa::TosaDialect>();
  }

  /// Compiles `text` for `board`, runs it and compares all results.
  void check(const std::string &text, const std::string &board);

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
  std::vector<reference::Tensor> inputs = makeInputs(func);
  FailureOr<SmallVector<reference::Tensor>> expected =
      reference::interpret(func, inputs);
  ASSERT_TRUE(succeeded(expected));

  PassManager manager(&context);
  manager.addNestedPass<func::FuncOp>(deploy::createPlanMemory());
  EngineCodegenOptions codegenOptions;
  codegenOptions.board = board;
  manager.addPass(createEngineCodegen(codegenOptions));
  ASSERT_TRUE(succeeded(manager.run(*module))) << text;

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

TEST_F(CodegenTest, OneLayer) {
  for (const char *board : boards)
    for (uint32_t seed = 0; seed < 30; ++seed) {
      SCOPED_TRACE(std::string(board) + " seed " + std::to_string(seed));
      check(makeRandomLayers(seed, 1, 12, 20), board);
      if (HasFatalFailure())
        return;
    }
}

TEST_F(CodegenTest, SeveralLayers) {
  for (const char *board : boards)
    for (uint32_t seed = 0; seed < 15; ++seed) {
      SCOPED_TRACE(std::string(board) + " seed " + std::to_string(seed));
      check(makeRandomLayers(seed, 6, 12, 20), board);
      if (HasFatalFailure())
        return;
    }
}

} // namespace
