// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A model on its way through the phases that all verbs share: import, prepare,
// calibrate, quantize, legalize.

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_MODEL_H
#define SLUICE_TOOLS_SLUICE_COMPILER_MODEL_H

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

/// Prints every diagnostic as one line: the file, the node, what is wrong.
/// Counts errors.
class DiagnosticPrinter {
public:
  DiagnosticPrinter(mlir::MLIRContext *context, std::string file);
  unsigned getErrorCount() const { return errors; }

private:
  std::string file;
  unsigned errors = 0;
  mlir::ScopedDiagnosticHandler handler;
};

/// Takes what MLIR puts before the message of an operation, 'onnx.Conv' op, off
/// its front; gives the operation's name without its dialect, empty if there is
/// none.
llvm::StringRef consumeOpName(llvm::StringRef &message);

/// The function of a module that came from importOnnx.
mlir::func::FuncOp getMain(mlir::ModuleOp module);

/// Whether the model brings its own scales.
bool isQdq(mlir::func::FuncOp main);

/// Samples of a .npz for the inputs of `main`: each has one tensor an input, of
/// its type. N samples replace a leading dimension of 1.
llvm::Expected<std::vector<llvm::SmallVector<reference::Tensor>>>
readSamples(llvm::StringRef path, mlir::func::FuncOp main);

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
