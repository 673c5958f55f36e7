// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_DIALECTS_ONNX_BATCHNORM_H
#define SLUICE_DIALECTS_ONNX_BATCHNORM_H

#include "dialects/Onnx/Onnx.h"

namespace sluice::onnx {

/// y = x * slope + offset, one of each a channel.
struct Affine {
  llvm::SmallVector<double> slopes, offsets;
};

/// What a BatchNormalization computes, in double; nullopt unless its parameters
/// are constant.
std::optional<Affine> getAffine(BatchNormalizationOp norm);

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_BATCHNORM_H
