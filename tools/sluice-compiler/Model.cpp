// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/sluice-compiler/Model.h"
#include "compiler/Package/Package.h"
#include "compiler/Quantize/Calibrate.h"
#include "compiler/Quantize/Range.h"
#include "compiler/Support/Diagnostics.h"
#include "dialects/Onnx/Onnx.h"
#include "tools/npz/Npz.h"

#include "llvm/Support/MemoryBuffer.h"

#include <cmath>

using namespace mlir;

namespace sluice {

//===----------------------------------------------------------------------===//
// What is said
//===----------------------------------------------------------------------===//

void printLine(const Twine &text) {
  llvm::errs() << "sluice: " << escapeControls(text.str()) << "\n";
  llvm::errs().clear_error(); // that it is lost changes no exit code
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context, std::string file)
    : file(std::move(file)), handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          add(diagnostic, errors);
        else if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
          add(diagnostic, warnings);
        return success();
      }) {}

void DiagnosticPrinter::add(const Diagnostic &diagnostic, Lines &lines) {
  if (lines.count++ != 0)
    return;
  lines.ofSystem = isSystemError(diagnostic);
  std::string text = diagnostic.str();
  // The importer says file and node itself.
  bool isWhole = StringRef(text).starts_with(escapeControls(file) + ": ");
  lines.first = isWhole ? text : describe(file, diagnostic);
  if (StringRef(lines.first).ends_with("is not supported"))
    lines.first += std::string("; ") + kReplaceRemedy;
}

DiagnosticPrinter::~DiagnosticPrinter() {
  const Lines &lines = errors.count ? errors : warnings;
  if (lines.count == 0)
    return;
  std::string text = (errors.count ? "" : "warning: ") + lines.first;
  if (size_t more = lines.count - 1)
    text += " (and " + std::to_string(more) +
            (more == 1 ? " more problem)" : " more problems)");
  printLine(text);
}

ExitCode getReadCode(std::error_code code) {
  return isSystemError(code) ? kFileSystem : kBadInput;
}

std::pair<std::error_code, std::string> splitError(llvm::Error error) {
  std::pair<std::error_code, std::string> parts;
  llvm::handleAllErrors(std::move(error), [&](const llvm::ErrorInfoBase &info) {
    parts = {info.convertToErrorCode(), info.message()};
  });
  return parts;
}

std::optional<Stop> makeTarget(StringRef spec,
                               std::unique_ptr<Target> &target) {
  llvm::Expected<std::unique_ptr<Target>> made = createTarget(spec);
  if (made) {
    target = std::move(*made);
    return std::nullopt;
  }
  auto [code, message] = splitError(made.takeError());
  if (code == llvm::inconvertibleErrorCode())
    return Stop{kBadUsage, message};
  return Stop{code == std::errc::bad_message ? kBadInput : kFileSystem,
              message};
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

std::optional<Stop> importModel(const ModelOptions &options,
                                MLIRContext &context,
                                const DiagnosticPrinter &printer,
                                OwningOpRef<ModuleOp> &module) {
  auto buffer = llvm::MemoryBuffer::getFile(options.model, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  if (std::error_code code = buffer.getError())
    return Stop{getReadCode(code),
                options.model + ": can not open the model: " + code.message()};
  module = importOnnx((*buffer)->getMemBufferRef(), options.import, &context);
  return module ? std::nullopt : std::optional(printer.stop());
}

func::FuncOp getMain(ModuleOp module) {
  return module.lookupSymbol<func::FuncOp>("main");
}

bool isQdq(func::FuncOp main) {
  return main
      .walk([](Operation *op) {
        return isa<onnx::QuantizeLinearOp, onnx::DequantizeLinearOp>(op)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// NumPy's name of an element type, or empty.
static StringRef getNumpyType(Type type) {
  if (type.isF32())
    return "float32";
  if (type.isF64())
    return "float64";
  if (type.isUnsignedInteger(8))
    return "uint8";
  if (type.isInteger(1))
    return "bool";
  auto integer = dyn_cast<IntegerType>(type);
  if (!integer)
    return "";
  switch (integer.getWidth()) {
  case 8:
    return "int8";
  case 16:
    return "int16";
  case 32:
    return "int32";
  default:
    return "int64";
  }
}

static std::string formatShape(ArrayRef<int64_t> shape) {
  return shape.empty()
             ? "scalar"
             : llvm::join(llvm::map_range(shape,
                                          [](int64_t size) {
                                            return std::to_string(size);
                                          }),
                          "x");
}

/// How many samples `array` holds for an input of `type`.
static llvm::Expected<int64_t>
countSamples(StringRef path, const NpzArray &array, RankedTensorType type) {
  auto fail = [&](const Twine &message) {
    return llvm::createStringError(path + ": array '" + array.name + "' " +
                                   message);
  };
  StringRef wanted = getNumpyType(type.getElementType());
  if (array.type != wanted)
    return fail("is " + Twine(array.type) + "; the model's input is " + wanted);
  ArrayRef<int64_t> shape = array.shape, one = type.getShape();
  if (shape == one)
    return 1;
  bool leadingOne = !one.empty() && one.front() == 1;
  ArrayRef<int64_t> rest = leadingOne ? one.drop_front() : one;
  if (shape.empty() || shape.front() < 1 || shape.drop_front() != rest)
    return fail("has shape " + formatShape(shape) +
                "; N samples of the model's input have shape N" +
                (rest.empty() ? "" : "x") +
                (rest.empty() ? "" : formatShape(rest)));
  return shape.front();
}

llvm::Expected<Samples> readSamples(StringRef path, func::FuncOp main) {
  std::vector<NpzArray> arrays;
  std::string error;
  if (readNpz(path.str(), arrays, error) != NpzStatus::Ok)
    return llvm::createStringError(error);
  Samples samples;
  samples.tensors.resize(main.getNumArguments() == 0);
  for (BlockArgument argument : main.getArguments()) {
    std::string name = getInputName(main, argument.getArgNumber());
    auto array = llvm::find_if(
        arrays, [&](const NpzArray &a) { return a.name == name; });
    if (array == arrays.end()) {
      std::string held = llvm::join(
          llvm::map_range(arrays,
                          [](const NpzArray &a) { return "'" + a.name + "'"; }),
          ", ");
      return llvm::createStringError(path + ": has no array '" + name +
                                     "' for the model's input; it holds " +
                                     held);
    }
    auto type = cast<RankedTensorType>(argument.getType());
    llvm::Expected<int64_t> count = countSamples(path, *array, type);
    if (!count)
      return count.takeError();
    samples.hasAxis |= ArrayRef(array->shape) != type.getShape();
    if (samples.tensors.empty())
      samples.tensors.resize(*count);
    if (static_cast<int64_t>(samples.tensors.size()) != *count)
      return llvm::createStringError(path + ": array '" + name + "' holds " +
                                     Twine(*count) + " samples, others " +
                                     Twine(samples.tensors.size()));
    for (auto [i, sample] : llvm::enumerate(samples.tensors)) {
      reference::Tensor tensor(type);
      llvm::copy(
          ArrayRef<uint8_t>(array->data)
              .slice(i * tensor.getBytes().size(), tensor.getBytes().size()),
          tensor.getBytes().begin());
      sample.push_back(std::move(tensor));
    }
  }
  return samples;
}

/// No range can be made of values that are not finite.
static llvm::Error
checkFinite(StringRef path, func::FuncOp main,
            ArrayRef<SmallVector<reference::Tensor>> samples) {
  auto isFinite = [](auto value) { return std::isfinite(value); };
  for (auto [index, sample] : llvm::enumerate(samples))
    for (auto [argument, tensor] : llvm::enumerate(sample)) {
      bool finite = true;
      if (tensor.getElementType().isF32())
        finite = llvm::all_of(tensor.data<float>(), isFinite);
      else if (tensor.getElementType().isF64())
        finite = llvm::all_of(tensor.data<double>(), isFinite);
      if (!finite)
        return llvm::createStringError(
            path + ": array '" + getInputName(main, argument) +
            "' holds NaN or infinity in sample " + Twine(index) +
            ", counted from 0; leave such samples out");
    }
  return llvm::Error::success();
}

std::optional<Stop> runPasses(ModuleOp module, StringRef file, Phase phase,
                              function_ref<void(OpPassManager &)> build) {
  switch (runPipeline(module, build)) {
  case PipelineEnd::Done:
    return std::nullopt;
  case PipelineEnd::Refused:
    return Stop{kBadInput, ""};
  case PipelineEnd::Silent:
    break;
  }
  return Stop{kBug, (file + ": internal error: phase '" + stringify(phase) +
                     "' failed without a reason; please report it")
                        .str()};
}

/// Ranges for a graph whose real ones are not known: enough to say what would
/// run where.
static void assumeRanges(func::FuncOp main) {
  TensorRange range{-1, 1};
  for (BlockArgument argument : main.getArguments())
    range.set(main, argument);
  for (Operation &op : main.getBody().front().without_terminator())
    if (op.getNumResults() == 1)
      range.set(main, op.getResult(0));
}

std::optional<Stop>
quantize(ModuleOp module, const ModelOptions &options, const Target &target,
         Calibration calibration,
         std::vector<SmallVector<reference::Tensor>> &samples) {
  auto run = [&](auto build) {
    return runPasses(module, options.model, Phase::Quantize, build);
  };
  if (auto stop = run(buildPreparePipeline))
    return stop;
  func::FuncOp main = getMain(module);
  if (!options.quantize)
    return run(buildDequantizePipeline);
  if (isQdq(main)) {
    if (!options.calibration.empty())
      return Stop{kBadUsage, options.model +
                                 ": brings its own scales (QuantizeLinear); "
                                 "leave out --calibrate"};
  } else if (!options.calibration.empty()) {
    auto read = readSamples(options.calibration, main);
    if (!read)
      return Stop{kBadInput, llvm::toString(read.takeError())};
    samples = std::move(read->tensors);
    if (llvm::Error error = checkFinite(options.calibration, main, samples))
      return Stop{kBadInput, llvm::toString(std::move(error))};
    CalibrateOptions calibrateOptions{options.percentile};
    if (failed(calibrate(main, samples, calibrateOptions)))
      return Stop{kBadInput, ""};
  } else if (calibration == Calibration::Assumed) {
    assumeRanges(main);
  } else if (options.forceInt8) {
    return Stop{kBadUsage,
                options.model +
                    ": is a float model; --quantize int8 needs --calibrate "
                    "DATA.npz with samples of its inputs"};
  } else if (target.device()) {
    return Stop{kBadUsage,
                options.model + ": is a float model; target " +
                    target.name().str() +
                    " needs --calibrate DATA.npz with samples of its inputs, "
                    "or --quantize none to keep float on the CPU"};
  } else {
    return std::nullopt;
  }
  return run(buildQuantizePipeline);
}

} // namespace sluice
