// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Import/Import.h"

#include "compiler/Import/GraphImporter.h"
#include "compiler/Support/Diagnostics.h"

#include "mlir/IR/Verifier.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;

/// Opsets of ONNX's own domain whose operators are understood.
static constexpr int64_t oldestOpset = 7, newestOpset = 22;

//===----------------------------------------------------------------------===//
// Reporting
//===----------------------------------------------------------------------===//

namespace {
struct Problem {
  DiagnosticSeverity severity;
  std::string text;
  bool ofSystem;
};
} // namespace

/// What the importer says of a diagnostic; what to do, where it says that not
/// itself.
static std::string explain(StringRef file, const Diagnostic &diagnostic) {
  std::string text = sluice::describe(file, diagnostic);
  bool isError = diagnostic.getSeverity() == DiagnosticSeverity::Error;
  if (isError && !StringRef(text).contains("; "))
    text += "; correct the model, or export it again";
  return text;
}

static void report(MLIRContext *context, ArrayRef<Problem> problems) {
  Location nowhere = UnknownLoc::get(context);
  for (const Problem &problem : problems) {
    InFlightDiagnostic diagnostic =
        context->getDiagEngine().emit(nowhere, problem.severity);
    diagnostic << problem.text;
    if (problem.ofSystem)
      sluice::setSystemError(*diagnostic.getUnderlyingDiagnostic());
  }
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

/// The opset of ONNX's own domain, or an error.
static FailureOr<int64_t> checkVersions(const ::onnx::ModelProto &model,
                                        Location location) {
  int64_t newestFormat = ::onnx::Version_MAX;
  if (model.ir_version() > newestFormat)
    return emitError(location)
           << "has version " << model.ir_version()
           << " of the ONNX format; the newest that is understood is "
           << newestFormat;
  int64_t opset = 1;
  for (const auto &import : model.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx")
      opset = import.version();
  if (opset >= oldestOpset && opset <= newestOpset)
    return opset;
  return emitError(location)
         << "uses opset " << opset << "; supported are " << oldestOpset
         << " to " << newestOpset
         << "; convert the model with onnx.version_converter";
}

/// Options must name what the model has, or a slip of the pen goes unseen.
static LogicalResult checkOptions(const ::onnx::GraphProto &graph,
                                  const sluice::ImportOptions &options,
                                  Location location) {
  llvm::StringSet<> inputs, dims;
  for (const auto &input : graph.input()) {
    inputs.insert(input.name());
    for (const auto &dim : input.type().tensor_type().shape().dim())
      dims.insert(dim.dim_param());
  }
  SmallVector<std::string> wrong;
  for (StringRef name : options.shapes.keys())
    if (!inputs.contains(name))
      wrong.push_back(("--shape names '" + name +
                       "', but the model has no such input; it has ")
                          .str() +
                      llvm::join(llvm::map_range(graph.input(),
                                                 [](const auto &input) {
                                                   return input.name();
                                                 }),
                                 ", "));
  for (StringRef name : options.dims.keys())
    if (!dims.contains(name))
      wrong.push_back(("--dim names '" + name +
                       "', but no input of the model has such a dimension; "
                       "leave it out")
                          .str());
  llvm::sort(wrong);
  for (const std::string &text : wrong)
    emitError(location) << text;
  return failure(!wrong.empty());
}

static void setModuleAttributes(ModuleOp module,
                                const ::onnx::ModelProto &model,
                                int64_t opset) {
  Builder builder(module.getContext());
  SmallVector<NamedAttribute> domains;
  llvm::StringSet<> seen;
  for (const auto &import : model.opset_import())
    if (!import.domain().empty() && import.domain() != "ai.onnx" &&
        seen.insert(import.domain()).second)
      domains.push_back(builder.getNamedAttr(
          import.domain(), builder.getI64IntegerAttr(import.version())));
  std::string producer = model.producer_name();
  if (!model.producer_version().empty())
    producer += " " + model.producer_version();
  module->setAttr("onnx.opset", builder.getI64IntegerAttr(opset));
  module->setAttr("onnx.domains", builder.getDictionaryAttr(domains));
  module->setAttr("onnx.ir_version",
                  builder.getI64IntegerAttr(model.ir_version()));
  module->setAttr("onnx.producer", builder.getStringAttr(producer));
  module->setAttr("onnx.graph_name",
                  builder.getStringAttr(model.graph().name()));
}

static OwningOpRef<ModuleOp> importModel(const ::onnx::ModelProto &model,
                                         std::string folder,
                                         const sluice::ImportOptions &options,
                                         MLIRContext *context) {
  Location location = UnknownLoc::get(context);
  FailureOr<int64_t> opset = checkVersions(model, location);
  if (failed(opset) || failed(checkOptions(model.graph(), options, location)))
    return {};
  OwningOpRef<ModuleOp> module(ModuleOp::create(location));
  setModuleAttributes(*module, model, *opset);
  sluice::TypeReader types(options, context);
  sluice::TensorReader tensors(context, std::move(folder));
  sluice::GraphImporter importer(*module, *opset, types, tensors);
  if (failed(importer.importMain(model.graph())) || failed(verify(*module)))
    return {};
  return module;
}

/// Parses the file; an error if it is no model.
static LogicalResult parseModel(llvm::MemoryBufferRef buffer,
                                ::onnx::ModelProto &model, Location location) {
  if (buffer.getBufferSize() == 0)
    return emitError(location) << "is empty";
  if (buffer.getBufferSize() > INT32_MAX)
    return emitError(location)
           << "is larger than 2 GiB, where ONNX files end; save the weights as "
              "external data";
  google::protobuf::LogSilencer silence;
  if (!model.ParseFromArray(buffer.getBufferStart(), buffer.getBufferSize()))
    return emitError(location) << "is not an ONNX model, or is cut short";
  if (!model.has_graph())
    return emitError(location) << "is not an ONNX model: it holds no graph";
  return success();
}

namespace sluice {

OwningOpRef<ModuleOp> importOnnx(llvm::MemoryBufferRef buffer,
                                 const ImportOptions &options,
                                 MLIRContext *context) {
  context->loadDialect<onnx::OnnxDialect, func::FuncDialect>();
  StringRef file = buffer.getBufferIdentifier();
  SmallVector<Problem> problems;
  OwningOpRef<ModuleOp> module;
  {
    ScopedDiagnosticHandler collect(context, [&](Diagnostic &diagnostic) {
      problems.push_back({diagnostic.getSeverity(), explain(file, diagnostic)});
      return success();
    });
    ::onnx::ModelProto model;
    if (succeeded(parseModel(buffer, model, UnknownLoc::get(context))))
      module = importModel(model, llvm::sys::path::parent_path(file).str(),
                           options, context);
  }
  report(context, problems);
  return module;
}

} // namespace sluice
