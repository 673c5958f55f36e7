// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Passes that touch the `onnx` dialect only.

#ifndef SLUICE_DIALECTS_ONNX_PASSES_H
#define SLUICE_DIALECTS_ONNX_PASSES_H

#include "dialects/Onnx/Onnx.h"
#include "mlir/Pass/Pass.h"

namespace sluice::onnx {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Onnx/Passes.h.inc"

} // namespace sluice::onnx

#endif // SLUICE_DIALECTS_ONNX_PASSES_H
