// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_SUPPORT_ACTIVATIONS_H
#define SLUICE_COMPILER_SUPPORT_ACTIVATIONS_H

#include "mlir/IR/Operation.h"

namespace sluice {

/// The value at `x` of an activation function of the onnx dialect (Relu,
/// LeakyRelu, Sigmoid, Tanh, HardSigmoid, HardSwish, Swish, Elu, Erf, Gelu).
/// The same on every machine (docs/spec/integers.md, section 4).
double evaluateActivation(mlir::Operation *op, double x);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_ACTIVATIONS_H
