// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Many values to one: pools and reductions.

#include "compiler/Reference/Ops.h"

#include <limits>

using namespace mlir;

namespace sluice::reference {

/// For every output of a pool, calls fn(output index, input indices of the taps
/// inside the input).
template <typename Op, typename F>
static void forEachWindow(Op op, const Tensor &input, ArrayRef<int64_t> os,
                          F &&fn) {
  ArrayRef<int64_t> xs = input.getShape();
  SmallVector<int64_t> taps;
  int64_t out = 0;
  for (int64_t n = 0; n < os[0]; ++n)
    for (int64_t oy = 0; oy < os[1]; ++oy)
      for (int64_t ox = 0; ox < os[2]; ++ox)
        for (int64_t c = 0; c < os[3]; ++c) {
          taps.clear();
          for (int64_t ky = 0; ky < op.getKernel()[0]; ++ky)
            for (int64_t kx = 0; kx < op.getKernel()[1]; ++kx) {
              int64_t iy = oy * op.getStride()[0] + ky - op.getPad()[0];
              int64_t ix = ox * op.getStride()[1] + kx - op.getPad()[2];
              if (iy >= 0 && iy < xs[1] && ix >= 0 && ix < xs[2])
                taps.push_back(((n * xs[1] + iy) * xs[2] + ix) * xs[3] + c);
            }
          fn(out++, taps);
        }
}

Result eval(tosa::MaxPool2dOp op, Operands operands) {
  const Tensor &input = *operands[0];
  Tensor result(getResultType(op));
  visitType(input.getElementType(), [&](auto zero) {
    using T = decltype(zero);
    forEachWindow(op, input, result.getShape(),
                  [&](int64_t out, ArrayRef<int64_t> taps) {
                    T best = std::numeric_limits<T>::lowest();
                    for (int64_t tap : taps)
                      best = std::max(best, input.data<T>()[tap]);
                    result.data<T>()[out] = best;
                  });
  });
  return result;
}

/// Float only: an integer average is a sum with a requantization
/// (docs/spec/integers.md, section 4).
Result eval(tosa::AvgPool2dOp op, Operands operands) {
  const Tensor &input = *operands[0];
  if (!input.getElementType().isF32())
    return op.emitError(
        "an integer average pool must be a depthwise sum and a rescale");
  Tensor result(getResultType(op));
  forEachWindow(
      op, input, result.getShape(), [&](int64_t out, ArrayRef<int64_t> taps) {
        double sum = 0;
        for (int64_t tap : taps)
          sum += input.data<float>()[tap];
        result.data<float>()[out] =
            static_cast<float>(sum / static_cast<double>(taps.size()));
      });
  return result;
}

/// Folds `axis` of the operand into one element with `fn`, from `init`.
template <typename T, typename Acc, typename F>
static Tensor reduce(Operation *op, const Tensor &input, int64_t axis, Acc init,
                     F &&fn) {
  Tensor result(getResultType(op));
  int64_t inner = getStrides(input.getShape())[axis],
          length = input.getShape()[axis];
  for (int64_t i = 0; i < result.size(); ++i) {
    int64_t base = i / inner * inner * length + i % inner;
    Acc acc = init;
    for (int64_t k = 0; k < length; ++k)
      acc = fn(acc, static_cast<Acc>(input.data<T>()[base + k * inner]));
    result.data<T>()[i] = static_cast<T>(acc);
  }
  return result;
}

/// Integer sums wrap in the element's own width; float sums are taken in
/// double.
template <typename T>
using WideType =
    std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

Result eval(tosa::ReduceSumOp op, Operands operands) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    using T = decltype(zero);
    using Wide = WideType<T>;
    return reduce<T, Wide>(op, *operands[0], op.getAxis(), 0,
                           [](Wide a, Wide b) { return a + b; });
  });
}

Result eval(tosa::ReduceProductOp op, Operands operands) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    using T = decltype(zero);
    using Wide = WideType<T>;
    return reduce<T, Wide>(op, *operands[0], op.getAxis(), 1,
                           [](Wide a, Wide b) { return a * b; });
  });
}

Result eval(tosa::ReduceMaxOp op, Operands operands) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    using T = decltype(zero);
    return reduce<T, T>(op, *operands[0], op.getAxis(),
                        std::numeric_limits<T>::lowest(),
                        [](T a, T b) { return std::max(a, b); });
  });
}

Result eval(tosa::ReduceMinOp op, Operands operands) {
  return visitType(operands[0]->getElementType(), [&](auto zero) -> Result {
    using T = decltype(zero);
    return reduce<T, T>(op, *operands[0], op.getAxis(),
                        std::numeric_limits<T>::max(),
                        [](T a, T b) { return std::min(a, b); });
  });
}

} // namespace sluice::reference
