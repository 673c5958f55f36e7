// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/Phases.h"

#include "mlir/Pass/Pass.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;

namespace {

struct Fail : PassWrapper<Fail, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(Fail)

  Fail() = default;
  Fail(std::function<void(ModuleOp)> say) : say(std::move(say)) {}

  void runOnOperation() override {
    if (say)
      say(getOperation());
    signalPassFailure();
  }

  std::function<void(ModuleOp)> say;
};

class Phases : public testing::Test {
protected:
  PipelineEnd run(function_ref<void(OpPassManager &)> build) {
    return runPipeline(*module, build);
  }

  PipelineEnd fail(std::function<void(ModuleOp)> say) {
    return run([&](OpPassManager &manager) {
      manager.addPass(std::make_unique<Fail>(say));
    });
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module = ModuleOp::create(UnknownLoc::get(&context));
  /// What is printed.
  std::vector<std::string> said;
  ScopedDiagnosticHandler handler{&context, [this](Diagnostic &diagnostic) {
                                    said.push_back(diagnostic.str());
                                    return success();
                                  }};
};

TEST_F(Phases, RunsPasses) {
  EXPECT_EQ(run([](OpPassManager &) {}), PipelineEnd::Done);
  EXPECT_TRUE(said.empty());
}

TEST_F(Phases, PassesOnWhatPassesSay) {
  EXPECT_EQ(fail([](ModuleOp module) { module.emitError("too large"); }),
            PipelineEnd::Refused);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_NE(said.front().find("too large"), std::string::npos);
}

TEST_F(Phases, TellsFailuresWithoutAReason) {
  EXPECT_EQ(fail({}), PipelineEnd::Silent);
  EXPECT_EQ(fail([](ModuleOp module) { module.emitWarning("odd"); }),
            PipelineEnd::Silent);
  EXPECT_EQ(said.size(), 1u);
}

} // namespace
