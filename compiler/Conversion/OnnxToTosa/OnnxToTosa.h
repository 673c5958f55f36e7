// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H
#define SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H

#include "mlir/Pass/Pass.h"

namespace sluice {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/OnnxToTosa/Passes.h.inc"

} // namespace sluice

#endif // SLUICE_COMPILER_CONVERSION_ONNXTOTOSA_ONNXTOTOSA_H
