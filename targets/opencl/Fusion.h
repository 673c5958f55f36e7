// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which values of a region lie in memory, and which only pass through a kernel.

#ifndef SLUICE_TARGETS_OPENCL_FUSION_H
#define SLUICE_TARGETS_OPENCL_FUSION_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace sluice::opencl {

/// A convolution, product or pool.
bool isWindow(mlir::Operation *op);
/// A window or a reduction: what a kernel has at most one of.
bool isHeart(mlir::Operation *op);

class Fusion {
public:
  explicit Fusion(mlir::Block &block);

  /// Whether `value` lies in memory: an argument, or a kernel's result.
  bool isStored(mlir::Value value) const {
    return mlir::isa<mlir::BlockArgument>(value) || stored.contains(value);
  }
  /// The kernels' results, in an order in which the kernels can run.
  llvm::SmallVector<mlir::Value> getResults() const;
  /// The window or reduction whose sums the kernel of `result` works on, or
  /// null.
  mlir::Operation *getHeart(mlir::Value result) const {
    return hearts.lookup(result);
  }

private:
  void store(mlir::Value value);
  void visit(mlir::Operation *op);
  bool isCheap(mlir::Operation *op) const;

  mlir::Block &block;
  llvm::SetVector<mlir::Value> stored;
  llvm::DenseMap<mlir::Value, mlir::Operation *> hearts;
};

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_FUSION_H
