// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The integer layers of docs/spec/integers.md section 6 as patterns on TOSA.

#ifndef SLUICE_COMPILER_SUPPORT_LAYERMATCH_H
#define SLUICE_COMPILER_SUPPORT_LAYERMATCH_H

#include "compiler/Support/Layer.h"

namespace sluice {

/// The integer layer that `op` is the heart of: its convolution, product, pool,
/// add or lone rescale. Name and output name are not set.
std::optional<Layer> matchIntegerLayer(mlir::Operation *op);

} // namespace sluice

#endif // SLUICE_COMPILER_SUPPORT_LAYERMATCH_H
