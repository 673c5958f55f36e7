// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Calls of kernels amid ops on tensors.

#ifndef SLUICE_TARGETS_CPU_KERNELCALLS_H
#define SLUICE_TARGETS_CPU_KERNELCALLS_H

#include "targets/cpu/Kernels.h"

namespace sluice::cpu {

/// `tensor` as a 1-D buffer that is only read.
mlir::Value getFlatBuffer(mlir::OpBuilder &builder, mlir::Location loc,
                          mlir::Value tensor);

/// One call of a kernel, whose operands are added in order.
class KernelCall {
public:
  KernelCall(mlir::ModuleOp module, mlir::OpBuilder &builder,
             mlir::Location loc)
      : module(module), builder(builder), loc(loc) {}

  void addOperand(mlir::Value value) { operands.push_back(value); }

  /// A constant table, which the module keeps.
  template <typename T> void addConstant(llvm::ArrayRef<T> values) {
    addGlobal(mlir::DenseElementsAttr::get(
        mlir::RankedTensorType::get({static_cast<int64_t>(values.size())},
                                    getType(T())),
        values));
  }
  template <typename T> void addConstant(const std::vector<T> &values) {
    addConstant(llvm::ArrayRef<T>(values));
  }

  /// A new buffer that the kernel writes; the operand is it, flattened.
  mlir::Value addResult(llvm::ArrayRef<int64_t> shape, mlir::Type element);

  void finish(Kernel kernel);

  mlir::ModuleOp module;

private:
  mlir::Type getType(int8_t) { return builder.getI8Type(); }
  mlir::Type getType(int16_t) { return builder.getI16Type(); }
  mlir::Type getType(int32_t) { return builder.getI32Type(); }
  mlir::Type getType(int64_t) { return builder.getI64Type(); }
  mlir::Type getType(float) { return builder.getF32Type(); }
  void addGlobal(mlir::DenseElementsAttr values);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::SmallVector<mlir::Value> operands;
};

} // namespace sluice::cpu

#endif // SLUICE_TARGETS_CPU_KERNELCALLS_H
