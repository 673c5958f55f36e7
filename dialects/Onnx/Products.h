// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ONNX_PRODUCTS_H
#define SLUICE_DIALECTS_ONNX_PRODUCTS_H

#include "dialects/Onnx/Onnx.h"

namespace sluice::onnx {

/// The dimension of its weights along which the output channels of a Conv,
/// ConvTranspose (within a group), Gemm or MatMul by a matrix lie.
int64_t getOutputDim(mlir::Operation *product);

/// Whether a Gemm has no C, or one of one value an output channel or in all.
bool hasRowAsBias(GemmOp gemm);

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_PRODUCTS_H
