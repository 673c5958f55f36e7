// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model on its way through the phases that all verbs share: import, prepare,
// calibrate, quantize, legalize.

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_MODEL_H
#define SLUICE_TOOLS_SLUICE_COMPILER_MODEL_H

#include "compiler/Pipelines/Phases.h"
#include "compiler/Reference/Tensor.h"
#include "targets/Target.h"
#include "tools/sluice-compiler/Options.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sluice {

/// Stops a verb: one line has been or is to be printed.
struct Stop {
  ExitCode code;
  std::string message; // empty if diagnostics have said it
};

/// What to do about nodes that are not supported.
inline constexpr const char *kReplaceRemedy =
    "change the model there, or export it with another opset";

/// A line of the command's own on standard error, whatever names it holds.
void printLine(const llvm::Twine &text);

/// Prints a verb's diagnostics at its end, as one line: the first error and how
/// many more there are; without errors the same of warnings.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext *context, std::string file);
  ~DiagnosticPrinter();
  /// How a verb ends after an error.
  Stop stop() const { return {errors.ofSystem ? kFileSystem : kBadInput, ""}; }

private:
  struct Lines {
    std::string first;
    bool ofSystem = false; // the first
    size_t count = 0;
  };
  void add(const mlir::Diagnostic &diagnostic, Lines &lines);

  std::string file;
  Lines errors, warnings;
  mlir::ScopedDiagnosticHandler handler;
};

/// How a verb ends whose input can not be read.
ExitCode getReadCode(std::error_code code);

/// An error's code and text.
std::pair<std::error_code, std::string> splitError(llvm::Error error);

/// The target of a specification.
std::optional<Stop> makeTarget(llvm::StringRef spec,
                               std::unique_ptr<Target> &target);

/// The model as it is imported.
std::optional<Stop> importModel(const ModelOptions &options,
                                mlir::MLIRContext &context,
                                const DiagnosticPrinter &printer,
                                mlir::OwningOpRef<mlir::ModuleOp> &module);

/// What `model.mlirbc` of a package holds, which must be what its program says.
/// `path` is the package or that file.
std::optional<Stop> readPackageModel(llvm::StringRef path,
                                     mlir::MLIRContext &context,
                                     mlir::OwningOpRef<mlir::ModuleOp> &module);

/// The function of a module that came from importOnnx.
mlir::func::FuncOp getMain(mlir::ModuleOp module);

/// Whether the model brings its own scales.
bool isQdq(mlir::func::FuncOp main);

/// Samples of a .npz: each has one tensor an input, of its type.
struct Samples {
  std::vector<llvm::SmallVector<reference::Tensor>> tensors;
  /// Whether they came along an axis, in place of a leading dimension of 1 or
  /// before the others; else it is one, as the model takes it.
  bool hasAxis = false;
};

/// Those for the inputs of `main`; one where it has none.
llvm::Expected<Samples> readSamples(llvm::StringRef path,
                                    mlir::func::FuncOp main);

/// Runs what `build` adds for `phase` on the model of `file`.
std::optional<Stop>
runPasses(mlir::ModuleOp module, llvm::StringRef file, Phase phase,
          llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Where the scales of a float model come from: a data set, or, to judge the
/// graph before there is one, nowhere.
enum class Calibration { DataSet, Assumed };

/// From an imported module to the end of phase `quantize`. `samples` receives
/// the calibration data, if there is any.
std::optional<Stop>
quantize(mlir::ModuleOp module, const ModelOptions &options,
         const Target &target, Calibration calibration,
         std::vector<llvm::SmallVector<reference::Tensor>> &samples);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPILER_MODEL_H
