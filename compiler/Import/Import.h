// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX files to the `onnx` dialect.

#ifndef SLUICE_COMPILER_IMPORT_IMPORT_H
#define SLUICE_COMPILER_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

namespace sluice {

/// What the user says about a model's free dimensions.
struct ImportOptions {
  /// The whole shape of an input, by its name. Only dimensions that are free in
  /// the model may differ from it.
  llvm::StringMap<llvm::SmallVector<int64_t>> shapes;
  /// The size of a symbolic dimension, by its name.
  llvm::StringMap<int64_t> dims;
};

/// Adds `NAME=1,3,224,224` to the options' shapes.
llvm::Error parseShapeOption(llvm::StringRef text, ImportOptions &options);

/// Adds `N=8` to the options' dims.
llvm::Error parseDimOption(llvm::StringRef text, ImportOptions &options);

/// Reads the model in `buffer`, whose identifier is its path: a module with the
/// function `main`, in the `onnx` dialect's normal form, shapes inferred.
/// Weights that the model keeps in other files must lie in its folder or below.
///
/// On failure returns null and has emitted one error for each problem found;
/// its text names the file and, where there is one, the node.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::MemoryBufferRef buffer,
                                             const ImportOptions &options,
                                             mlir::MLIRContext *context);

/// Registers `--import-onnx` with its options `--shape` and `--dim`.
void registerImportTranslation();

} // namespace sluice

#endif // SLUICE_COMPILER_IMPORT_IMPORT_H
