// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SLUICE_COMPILER_QUANTIZE_PASSES_H
#define SLUICE_COMPILER_QUANTIZE_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Quant/IR/Quant.h"
#include "mlir/Pass/Pass.h"

namespace sluice {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Quantize/Passes.h.inc"

} // namespace sluice

#endif // SLUICE_COMPILER_QUANTIZE_PASSES_H
