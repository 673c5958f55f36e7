// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/CpuTarget.h"
#include "compiler/Support/Layer.h"
#include "mlir/Parser/Parser.h"
#include "targets/Target.h"
#include "targets/cpu/Level.h"
#include "llvm/ADT/StringSet.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace sluice;

static std::unique_ptr<Target> target(StringRef spec) {
  cpu::registerCpuTarget();
  auto target = createTarget(spec);
  EXPECT_TRUE(bool(target));
  return target ? std::move(*target) : nullptr;
}

/// Why the target does not take the ops of the function `text`, or nothing.
static std::string reason(StringRef text) {
  MLIRContext context;
  context.loadDialect<func::FuncDialect, tosa::TosaDialect>();
  auto module = parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(bool(module));
  auto function = *module->getOps<func::FuncOp>().begin();
  for (const Layer &layer : matchLayers(function.getBody().front()))
    if (Judgement judgement = target("cpu:x86-64-v3")->judge(layer);
        !judgement.isLegal())
      return judgement.reason;
  return "";
}

TEST(CpuTarget, DescribesItself) {
  EXPECT_EQ(target("cpu:x86-64-v2")->name(), "cpu");
  EXPECT_EQ(target("cpu:x86-64-v2")->description(), "cpu:x86-64-v2");
  EXPECT_EQ(target("cpu")->description(), target("cpu:native")->description());
  EXPECT_FALSE(target("cpu")->device().has_value());
}

TEST(CpuTarget, UnknownLevelsListWhatIsKnown) {
  cpu::registerCpuTarget();
  auto unknown = createTarget("cpu:z80");
  ASSERT_FALSE(bool(unknown));
  EXPECT_EQ(llvm::toString(unknown.takeError()),
            "no CPU level 'z80'; there are: native, x86-64-v2, x86-64-v3, "
            "x86-64-v4, x86-64-v4+avx512vnni, aarch64, aarch64+dotprod");
}

TEST(CpuTarget, LevelsDiffer) {
  llvm::StringSet<> names;
  for (const cpu::Level &level : cpu::getLevels()) {
    EXPECT_TRUE(names.insert(level.name).second);
    EXPECT_EQ(level.lanes & (level.lanes - 1), 0u);
    EXPECT_EQ(level.dot.quantum * level.dot.elementBits,
              level.dot.intrinsic.empty() ? 16u : 32u);
  }
}

TEST(CpuTarget, TakesFloats) {
  EXPECT_EQ(reason(R"(
    func.func @f(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
      %0 = tosa.exp %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
      return %0 : tensor<2x3xf32>
    })"),
            "");
}

TEST(CpuTarget, SaysWhyNot) {
  EXPECT_EQ(reason(R"(
    func.func @f(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
      %0 = tosa.exp %x : (tensor<?x3xf32>) -> tensor<?x3xf32>
      return %0 : tensor<?x3xf32>
    })"),
            "its shape is not static: tensor<?x3xf32>");
  EXPECT_EQ(reason(R"(
    func.func @f(%x: tensor<3xf32>) -> tensor<3xf32> {
      %0 = tosa.custom %x {domain_name = "a", operator_name = "b",
        implementation_attrs = ""} : (tensor<3xf32>) -> tensor<3xf32>
      return %0 : tensor<3xf32>
    })"),
            "there is no CPU code for tosa.custom");
}

TEST(CpuTarget, MoreWorkCostsMore) {
  Layer layer;
  layer.kind = LayerKind::Convolution;
  MLIRContext context;
  context.loadDialect<func::FuncDialect, tosa::TosaDialect>();
  auto module = parseSourceString<ModuleOp>(R"(
    func.func @f(%x: tensor<8xi8>) -> tensor<8xi8> {
      %0 = tosa.clamp %x {min_val = 0 : i8, max_val = 9 : i8}
          : (tensor<8xi8>) -> tensor<8xi8>
      return %0 : tensor<8xi8>
    })",
                                            &context);
  ASSERT_TRUE(bool(module));
  auto function = *module->getOps<func::FuncOp>().begin();
  layer.inputs = {function.getArgument(0)};
  layer.ops = {&function.getBody().front().front()};
  auto cpu = target("cpu:x86-64-v3");
  layer.macs = 1000;
  Cost few = cpu->estimate(layer);
  layer.macs = 1000000;
  Cost many = cpu->estimate(layer);
  EXPECT_LT(few.cycles, many.cycles);
  EXPECT_EQ(many.bytesRead, 8);
  EXPECT_EQ(many.bytesWritten, 8);
}
