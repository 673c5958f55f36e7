// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX's constant tensors to attributes.

#ifndef SLUICE_COMPILER_IMPORT_TENSORS_H
#define SLUICE_COMPILER_IMPORT_TENSORS_H

#include "compiler/Import/OnnxProto.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace sluice {

/// Reads tensors, also those whose data lie in another file.
class TensorReader {
public:
  /// `folder` is the model's; data files are looked for there and below.
  TensorReader(mlir::MLIRContext *context, std::string folder)
      : context(context), folder(std::move(folder)) {}

  /// The elements; emits an error at `location` if the tensor is malformed or
  /// of a type without elements here. `name` names the resource that holds
  /// many.
  llvm::FailureOr<mlir::ElementsAttr> read(const ::onnx::TensorProto &tensor,
                                           llvm::StringRef name,
                                           mlir::Location location);

private:
  llvm::FailureOr<mlir::ElementsAttr>
  readExternal(const ::onnx::TensorProto &tensor, mlir::RankedTensorType type,
               llvm::StringRef name, mlir::Location location);

  /// The path of a data file, which must not leave the model's folder.
  llvm::FailureOr<std::string> resolve(llvm::StringRef dataFile,
                                       mlir::Location location);

  mlir::MLIRContext *context;
  std::string folder;
};

} // namespace sluice

#endif // SLUICE_COMPILER_IMPORT_TENSORS_H
