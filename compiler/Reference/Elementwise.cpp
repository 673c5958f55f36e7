// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators that work element by element. Ranks are equal; a dimension of 1 is
// repeated. Integers wrap in their width.

#include "compiler/Reference/Ops.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace sluice::reference {

/// For every element of the result, the index of the element of `shape` that is
/// broadcast to it.
static SmallVector<int64_t> broadcastIndices(ArrayRef<int64_t> shape,
                                             ArrayRef<int64_t> to) {
  SmallVector<int64_t> strides = getStrides(shape);
  SmallVector<int64_t> indices(1, 0);
  for (size_t dim = 0; dim < to.size(); ++dim) {
    SmallVector<int64_t> next;
    next.reserve(indices.size() * to[dim]);
    for (int64_t base : indices)
      for (int64_t i = 0; i < to[dim]; ++i)
        next.push_back(base + (shape[dim] == 1 ? 0 : i * strides[dim]));
    indices = std::move(next);
  }
  return indices;
}

/// out[i] = fn(a[i], b[i]) for elements of In and Out.
template <typename In, typename Out, typename F>
static Tensor mapTwo(Operation *op, const Tensor &a, const Tensor &b, F &&fn) {
  Tensor result(getResultType(op));
  auto ia = broadcastIndices(a.getShape(), result.getShape());
  auto ib = broadcastIndices(b.getShape(), result.getShape());
  for (int64_t i = 0; i < result.size(); ++i)
    result.data<Out>()[i] =
        static_cast<Out>(fn(a.data<In>()[ia[i]], b.data<In>()[ib[i]]));
  return result;
}

template <typename F>
static Result mapTwoSame(Operation *op, Operands operands, F &&fn) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    using T = decltype(zero);
    return mapTwo<T, T>(op, *operands[0], *operands[1], fn);
  });
}

template <typename F>
static Result compare(Operation *op, Operands operands, F &&fn) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    return mapTwo<decltype(zero), bool>(op, *operands[0], *operands[1], fn);
  });
}

/// out[i] = fn(x[i]) in float32; integer operands are refused.
template <typename F>
static Result mapFloat(Operation *op, Operands operands, F &&fn) {
  if (!operands[0]->getElementType().isF32())
    return op->emitError("the reference interpreter takes float32 here");
  Tensor result(getResultType(op));
  llvm::transform(operands[0]->data<float>(), result.data<float>().begin(),
                  [&](float x) { return static_cast<float>(fn(x)); });
  return result;
}

/// The type in which T's arithmetic neither overflows nor rounds early.
template <typename T>
using ArithmeticType =
    std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;

Result eval(tosa::AddOp op, Operands operands) {
  return mapTwoSame(op, operands, [](auto a, auto b) {
    using W = ArithmeticType<decltype(a)>;
    return static_cast<W>(a) + static_cast<W>(b);
  });
}

Result eval(tosa::SubOp op, Operands operands) {
  return mapTwoSame(op, operands, [](auto a, auto b) {
    using W = ArithmeticType<decltype(a)>;
    return static_cast<W>(a) - static_cast<W>(b);
  });
}

Result eval(tosa::MulOp op, Operands operands) {
  if (!operands[0]->getElementType().isF32() && operands[2]->getInt() != 0)
    return op.emitError("the reference interpreter takes a shift of 0 only");
  return mapTwoSame(op, operands, [](auto a, auto b) {
    using W = ArithmeticType<decltype(a)>;
    return static_cast<W>(a) * static_cast<W>(b);
  });
}

/// Truncates towards zero. TOSA demands a divisor other than 0 and a quotient
/// that fits.
Result eval(tosa::IntDivOp op, Operands operands) {
  const Tensor &divisor = *operands[1];
  for (int64_t i = 0; i < divisor.size(); ++i)
    if (divisor.getInt(i) == 0)
      return op.emitError("division by zero");
  bool fits = true;
  Result result = mapTwoSame(op, operands, [&](auto a, auto b) {
    if (int64_t(a) != std::numeric_limits<int32_t>::min() || int64_t(b) != -1)
      return a / b;
    fits = false;
    return a / 1;
  });
  if (!fits)
    return op.emitError("the quotient does not fit 32 bits");
  return result;
}

Result eval(tosa::MaximumOp op, Operands operands) {
  return mapTwoSame(op, operands,
                    [](auto a, auto b) { return std::max(a, b); });
}

Result eval(tosa::MinimumOp op, Operands operands) {
  return mapTwoSame(op, operands,
                    [](auto a, auto b) { return std::min(a, b); });
}

Result eval(tosa::PowOp op, Operands operands) {
  return mapTwoSame(op, operands,
                    [](auto a, auto b) { return std::pow(a, b); });
}

Result eval(tosa::EqualOp op, Operands operands) {
  return compare(op, operands, [](auto a, auto b) { return a == b; });
}

Result eval(tosa::GreaterOp op, Operands operands) {
  return compare(op, operands, [](auto a, auto b) { return a > b; });
}

Result eval(tosa::GreaterEqualOp op, Operands operands) {
  return compare(op, operands, [](auto a, auto b) { return a >= b; });
}

Result eval(tosa::SelectOp op, Operands operands) {
  Tensor result(getResultType(op));
  auto where = broadcastIndices(operands[0]->getShape(), result.getShape());
  auto yes = broadcastIndices(operands[1]->getShape(), result.getShape());
  auto no = broadcastIndices(operands[2]->getShape(), result.getShape());
  visitType(result.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    for (int64_t i = 0; i < result.size(); ++i)
      result.data<T>()[i] = operands[0]->data<bool>()[where[i]]
                                ? operands[1]->data<T>()[yes[i]]
                                : operands[2]->data<T>()[no[i]];
  });
  return result;
}

Result eval(tosa::NegateOp op, Operands operands) {
  return mapFloat(op, operands, [](float x) { return -x; });
}

Result eval(tosa::AbsOp op, Operands operands) {
  return mapFloat(op, operands, [](float x) { return std::fabs(x); });
}

Result eval(tosa::ExpOp op, Operands operands) {
  return mapFloat(op, operands, [](double x) { return std::exp(x); });
}

Result eval(tosa::LogOp op, Operands operands) {
  return mapFloat(op, operands, [](double x) { return std::log(x); });
}

Result eval(tosa::ErfOp op, Operands operands) {
  return mapFloat(op, operands, [](double x) { return std::erf(x); });
}

Result eval(tosa::SigmoidOp op, Operands operands) {
  return mapFloat(op, operands,
                  [](double x) { return 1 / (1 + std::exp(-x)); });
}

Result eval(tosa::TanhOp op, Operands operands) {
  return mapFloat(op, operands, [](double x) { return std::tanh(x); });
}

Result eval(tosa::ReciprocalOp op, Operands operands) {
  return mapFloat(op, operands, [](float x) { return 1 / x; });
}

Result eval(tosa::RsqrtOp op, Operands operands) {
  return mapFloat(op, operands, [](double x) { return 1 / std::sqrt(x); });
}

Result eval(tosa::FloorOp op, Operands operands) {
  return mapFloat(op, operands, [](float x) { return std::floor(x); });
}

Result eval(tosa::CeilOp op, Operands operands) {
  return mapFloat(op, operands, [](float x) { return std::ceil(x); });
}

} // namespace sluice::reference
