// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// ONNX types to MLIR types.

#ifndef SLUICE_COMPILER_IMPORT_TYPES_H
#define SLUICE_COMPILER_IMPORT_TYPES_H

#include "compiler/Import/Import.h"
#include "compiler/Import/OnnxProto.h"

namespace sluice {

/// The element type of a TensorProto::DataType; null if it has none here, as
/// strings and complex numbers. Signed integers are signless, as TOSA has them,
/// unsigned ones are unsigned.
mlir::Type getElementType(mlir::MLIRContext *context, int dataType);

/// `INT8`, or the number of an unknown data type.
std::string getDataTypeName(int dataType);

/// Types of the model's tensors, with what is known of symbolic dimensions.
class TypeReader {
public:
  TypeReader(const ImportOptions &options, mlir::MLIRContext *context)
      : options(options), context(context), dims(options.dims) {}

  /// The static type of a graph input; emits an error at `location` that names
  /// what is free or wrong. Remembers the symbolic dimensions that it settles.
  llvm::FailureOr<mlir::RankedTensorType>
  readInput(const ::onnx::ValueInfoProto &input, mlir::Location location);

  /// The type that the file states for another value; null if it states none
  /// that has an element type here. Dimensions not settled are dynamic.
  mlir::TensorType readDeclared(const ::onnx::TypeProto &type);

private:
  using Dimension = ::onnx::TensorShapeProto::Dimension;

  /// The size stated by the file or settled by name, or ShapedType::kDynamic.
  int64_t getSize(const Dimension &dimension) const;

  llvm::FailureOr<llvm::SmallVector<int64_t>>
  applyShape(const ::onnx::ValueInfoProto &input, llvm::ArrayRef<int64_t> given,
             mlir::Location location);

  const ImportOptions &options;
  mlir::MLIRContext *context;
  llvm::StringMap<int64_t> dims;
};

} // namespace sluice

#endif // SLUICE_COMPILER_IMPORT_TYPES_H
