// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// OpenCL C for one element, or some neighbours, of what a tree of TOSA ops
// computes: the work of a kernel but for its sums over a window or an axis.

#ifndef SLUICE_TARGETS_OPENCL_ELEMENTCODE_H
#define SLUICE_TARGETS_OPENCL_ELEMENTCODE_H

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/Value.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/DenseMap.h"

#include <map>
#include <string>
#include <vector>

namespace sluice::opencl {

/// Why there is no code for the elements of `op`, which is no window and no
/// reduction; empty if there is.
std::string judgeElements(mlir::Operation *op);

/// The same of a rescale alone.
std::string judgeRescale(mlir::tosa::RescaleOp op);

/// Whether elements of `type` can be stored: "" or why not.
std::string judgeType(mlir::Type type);

/// The value that `value` is the same memory as: what it is a reshape of.
mlir::Value skipReshapes(mlir::Value value);

/// The OpenCL C type of `lanes` elements: "int", "char16", ...
std::string getTypeName(mlir::Type element, unsigned lanes);
/// `number` as a literal of type float.
std::string getFloatLiteral(float number);

/// What the code of one kernel reads beside its sums.
class KernelInputs {
public:
  /// The parameter that a stored value goes by; the value becomes an input.
  std::string getParameter(mlir::Value stored);
  llvm::ArrayRef<mlir::Value> getValues() const { return values; }

  /// Appends to the kernel's constants; returns the offset, a multiple of 64.
  size_t addConstants(llvm::ArrayRef<char> bytes);
  const std::vector<uint8_t> &getConstants() const { return constants; }

private:
  llvm::SmallVector<mlir::Value> values;
  std::vector<uint8_t> constants;
};

/// Which element of a tensor: its row-major number and its place in the last
/// dimension, as expressions.
struct Place {
  std::string linear, last;
};

class ElementCode {
public:
  /// Computes `lanes` neighbours at once. `isStored` tells values that lie in
  /// memory; `sum` is the value that the variable `sum` holds, or null. With
  /// `flat`, neighbours may lie in different rows.
  ElementCode(KernelInputs &inputs,
              llvm::function_ref<bool(mlir::Value)> isStored, mlir::Value sum,
              unsigned lanes, bool flat)
      : inputs(inputs), isStored(isStored), sum(sum), lanes(lanes), flat(flat) {
  }

  /// An expression of the elements of `value` from `at` on; fails where there
  /// is none for so many lanes.
  mlir::FailureOr<std::string> get(mlir::Value value, const Place &at);

  /// The statements that the expressions depend on.
  std::string takeStatements() { return std::move(statements); }
  /// The ops whose work is done in the code.
  llvm::ArrayRef<mlir::Operation *> getOps() const { return ops; }

private:
  using Result = mlir::FailureOr<std::string>;

  Result compute(mlir::Operation *op, const Place &at);
  Result load(mlir::Value stored, const Place &at);
  Result getConstant(mlir::DenseElementsAttr attr, const Place &at);
  Result getOperand(mlir::Operation *op, unsigned index, const Place &at);
  Result getSplat(mlir::Value value, const Place &at);
  Result rescale(mlir::Operation *op, const Place &at);
  Result cast(mlir::Operation *op, const Place &at);
  Result move(mlir::Operation *op, const Place &at);
  Result gather(mlir::Operation *op, const Place &at);
  Result concat(mlir::Operation *op, llvm::ArrayRef<std::string> at);
  Result pad(mlir::Operation *op, llvm::ArrayRef<std::string> at);
  std::string perChannel(llvm::ArrayRef<int32_t> numbers, const Place &at);
  llvm::SmallVector<std::string> getCoordinates(mlir::Type type,
                                                const Place &at);
  Place getPlace(mlir::Type type, llvm::ArrayRef<std::string> coordinates);
  /// Gives `expression` a name.
  std::string name(const std::string &type, const std::string &expression);
  std::string typeName(mlir::Type type) const;
  std::string literal(const mlir::Twine &type, const mlir::Twine &number) const;

  KernelInputs &inputs;
  llvm::function_ref<bool(mlir::Value)> isStored;
  mlir::Value sum;
  unsigned lanes;
  const bool flat;
  std::string statements;
  unsigned names = 0;
  std::map<std::tuple<void *, std::string, unsigned>, std::string> known;
  llvm::SmallVector<mlir::Operation *> ops;
};

} // namespace sluice::opencl

#endif // SLUICE_TARGETS_OPENCL_ELEMENTCODE_H
