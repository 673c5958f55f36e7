// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The `onnx` dialect and its operations.

#ifndef SLUICE_DIALECTS_ONNX_ONNX_H
#define SLUICE_DIALECTS_ONNX_ONNX_H

#include "dialects/Onnx/ShapeInference.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialects/Onnx/OnnxDialect.h.inc"

#define GET_OP_CLASSES
#include "dialects/Onnx/OnnxOps.h.inc"

#endif // SLUICE_DIALECTS_ONNX_ONNX_H
