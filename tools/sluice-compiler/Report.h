// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What people and tools want to know of a compilation: docs/spec/report.md.

#ifndef SLUICE_TOOLS_SLUICE_COMPILER_REPORT_H
#define SLUICE_TOOLS_SLUICE_COMPILER_REPORT_H

#include "compiler/Package/Package.h"
#include "compiler/Reference/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

namespace sluice {

/// How far each int8 tensor of a model is from the same tensor of the float
/// model.
class SignalToNoise {
public:
  SignalToNoise() = default;
  /// Takes the scales of all int8 tensors from a module after phase `quantize`.
  explicit SignalToNoise(mlir::ModuleOp quantized);

  /// Runs the imported float model and the legalized one on the first few
  /// samples; with no samples there is nothing to compare.
  mlir::LogicalResult
  measure(mlir::ModuleOp imported, mlir::ModuleOp legalized,
          llvm::ArrayRef<llvm::SmallVector<reference::Tensor>> samples);

  /// In dB; nothing where not measured.
  std::optional<double> get(llvm::StringRef tensor) const;

private:
  struct Entry {
    double scale = 0;
    int64_t zeroPoint = 0;
    double signal = 0, noise = 0;
  };
  llvm::StringMap<Entry> entries;
};

/// report.json. `partitioned` holds the regions' TOSA bodies, `planned` the
/// memory plan.
std::string makeReport(mlir::func::FuncOp partitioned,
                       mlir::func::FuncOp planned, const Target &target,
                       const PackageParts &parts, const SignalToNoise &noise);

} // namespace sluice

#endif // SLUICE_TOOLS_SLUICE_COMPILER_REPORT_H
