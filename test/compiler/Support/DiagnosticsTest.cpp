// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Diagnostics.h"
#include "dialects/Onnx/Names.h"

#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;

namespace {

TEST(Diagnostics, AreOneLineOfFileNodeAndOperator) {
  MLIRContext context;
  std::string text;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    text += describe("m.onnx", diagnostic) + "\n";
    return success();
  });
  Location node = onnx::makeNodeLocation(&context, "a\nb", {"y"});
  emitError(node) << "'onnx.Conv' op is odd";
  emitError(node) << "uses 'x'";
  emitError(UnknownLoc::get(&context)) << "is empty";
  EXPECT_EQ(text, "m.onnx: node 'a\\0Ab' (Conv): is odd\n"
                  "m.onnx: node 'a\\0Ab': uses 'x'\n"
                  "m.onnx: is empty\n");
}

TEST(Diagnostics, KnowWhatTheSystemIsAtFaultFor) {
  MLIRContext context;
  std::vector<bool> ofSystem;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    ofSystem.push_back(isSystemError(diagnostic));
    return success();
  });
  for (bool isMarked : {false, true}) {
    InFlightDiagnostic diagnostic = emitError(UnknownLoc::get(&context));
    if (isMarked)
      setSystemError(*diagnostic.getUnderlyingDiagnostic());
  }
  EXPECT_EQ(ofSystem, (std::vector<bool>{false, true}));
  EXPECT_TRUE(
      isSystemError(std::make_error_code(std::errc::permission_denied)));
  EXPECT_FALSE(isSystemError(
      std::make_error_code(std::errc::no_such_file_or_directory)));
}

} // namespace
