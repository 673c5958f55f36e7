// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One `eval` an op: the values of the operands in, the value of the only result
// out, or a failure with a diagnostic at the op. Operand types and attributes
// have passed the op's verifier.

#ifndef SLUICE_COMPILER_REFERENCE_OPS_H
#define SLUICE_COMPILER_REFERENCE_OPS_H

#include "compiler/Reference/Tensor.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace sluice::reference {

using Operands = llvm::ArrayRef<const Tensor *>;
using Result = mlir::FailureOr<Tensor>;

// Convolution.cpp
Result eval(mlir::tosa::Conv2DOp op, Operands operands);
Result eval(mlir::tosa::DepthwiseConv2DOp op, Operands operands);
Result eval(mlir::tosa::MatMulOp op, Operands operands);

// Window.cpp
Result eval(mlir::tosa::MaxPool2dOp op, Operands operands);
Result eval(mlir::tosa::AvgPool2dOp op, Operands operands);
Result eval(mlir::tosa::ReduceSumOp op, Operands operands);
Result eval(mlir::tosa::ReduceMaxOp op, Operands operands);
Result eval(mlir::tosa::ReduceMinOp op, Operands operands);
Result eval(mlir::tosa::ReduceProductOp op, Operands operands);

// Elementwise.cpp
Result eval(mlir::tosa::AddOp op, Operands operands);
Result eval(mlir::tosa::SubOp op, Operands operands);
Result eval(mlir::tosa::MulOp op, Operands operands);
Result eval(mlir::tosa::IntDivOp op, Operands operands);
Result eval(mlir::tosa::MaximumOp op, Operands operands);
Result eval(mlir::tosa::MinimumOp op, Operands operands);
Result eval(mlir::tosa::PowOp op, Operands operands);
Result eval(mlir::tosa::EqualOp op, Operands operands);
Result eval(mlir::tosa::GreaterOp op, Operands operands);
Result eval(mlir::tosa::GreaterEqualOp op, Operands operands);
Result eval(mlir::tosa::SelectOp op, Operands operands);
Result eval(mlir::tosa::NegateOp op, Operands operands);
Result eval(mlir::tosa::AbsOp op, Operands operands);
Result eval(mlir::tosa::ExpOp op, Operands operands);
Result eval(mlir::tosa::LogOp op, Operands operands);
Result eval(mlir::tosa::ErfOp op, Operands operands);
Result eval(mlir::tosa::SigmoidOp op, Operands operands);
Result eval(mlir::tosa::TanhOp op, Operands operands);
Result eval(mlir::tosa::ReciprocalOp op, Operands operands);
Result eval(mlir::tosa::RsqrtOp op, Operands operands);
Result eval(mlir::tosa::FloorOp op, Operands operands);
Result eval(mlir::tosa::CeilOp op, Operands operands);

// Quantized.cpp
Result eval(mlir::tosa::RescaleOp op, Operands operands);
Result eval(mlir::tosa::ClampOp op, Operands operands);
Result eval(mlir::tosa::CastOp op, Operands operands);
Result eval(mlir::tosa::TableOp op, Operands operands);

// DataMovement.cpp
Result eval(mlir::tosa::ConstOp op, Operands operands);
Result eval(mlir::tosa::ConstShapeOp op, Operands operands);
Result eval(mlir::tosa::IdentityOp op, Operands operands);
Result eval(mlir::tosa::ReshapeOp op, Operands operands);
Result eval(mlir::tosa::TransposeOp op, Operands operands);
Result eval(mlir::tosa::PadOp op, Operands operands);
Result eval(mlir::tosa::SliceOp op, Operands operands);
Result eval(mlir::tosa::ConcatOp op, Operands operands);
Result eval(mlir::tosa::ReverseOp op, Operands operands);
Result eval(mlir::tosa::TileOp op, Operands operands);
Result eval(mlir::tosa::GatherOp op, Operands operands);
Result eval(mlir::tensor::EmptyOp op, Operands operands);
Result eval(mlir::tensor::ExtractSliceOp op, Operands operands);
Result eval(mlir::tensor::InsertSliceOp op, Operands operands);

inline mlir::RankedTensorType getResultType(mlir::Operation *op) {
  return llvm::cast<mlir::RankedTensorType>(op->getResult(0).getType());
}

} // namespace sluice::reference

#endif // SLUICE_COMPILER_REFERENCE_OPS_H
