// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/RegisterAll.h"

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

/// Every registered dialect loads: its ops, types and interfaces agree with it.
TEST(RegisterAll, DialectsLoad) {
  mlir::DialectRegistry registry;
  sluice::registerAllSluiceDialects(registry);
  mlir::MLIRContext context(registry);
  context.loadAllAvailableDialects();
  for (llvm::StringRef name : context.getAvailableDialects())
    EXPECT_TRUE(context.getLoadedDialect(name)) << name.str();
  EXPECT_TRUE(context.getLoadedDialect("tosa"));
  EXPECT_TRUE(context.getLoadedDialect("quant"));
}
