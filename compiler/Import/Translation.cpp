// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/Import.h"
#include "dialects/Onnx/Onnx.h"

#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

namespace {
struct ImportFlags {
  llvm::cl::list<std::string> shapes{
      "shape", llvm::cl::value_desc("NAME=SIZE,SIZE,..."),
      llvm::cl::desc("The shape of a model's input")};
  llvm::cl::list<std::string> dims{
      "dim", llvm::cl::value_desc("NAME=SIZE"),
      llvm::cl::desc("The size of a model's symbolic dimension")};
};
} // namespace

/// The options that the flags state; reports those that make no sense.
static FailureOr<sluice::ImportOptions> readFlags(const ImportFlags &flags,
                                                  MLIRContext *context) {
  sluice::ImportOptions options;
  auto report = [&](llvm::Error error) {
    if (!error)
      return success();
    return LogicalResult(emitError(UnknownLoc::get(context))
                         << llvm::toString(std::move(error)));
  };
  for (const std::string &text : flags.shapes)
    if (failed(report(sluice::parseShapeOption(text, options))))
      return failure();
  for (const std::string &text : flags.dims)
    if (failed(report(sluice::parseDimOption(text, options))))
      return failure();
  return options;
}

void sluice::registerImportTranslation() {
  static ImportFlags flags;
  static TranslateToMLIRRegistration registration(
      "import-onnx", "Import an ONNX model",
      [](llvm::SourceMgr &sources,
         MLIRContext *context) -> OwningOpRef<Operation *> {
        FailureOr<ImportOptions> options = readFlags(flags, context);
        if (failed(options))
          return {};
        const llvm::MemoryBuffer *buffer =
            sources.getMemoryBuffer(sources.getMainFileID());
        return importOnnx(buffer->getMemBufferRef(), *options, context);
      },
      [](DialectRegistry &registry) {
        registry.insert<onnx::OnnxDialect, func::FuncDialect>();
      });
}
