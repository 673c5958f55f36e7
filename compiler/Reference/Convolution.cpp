// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products summed: docs/spec/integers.md, section 2.

#include "compiler/Reference/Ops.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace sluice::reference {

namespace {
/// Sums wrap at 32 and, of int16, at 48 bits; float sums are taken in double,
/// which no backend can beat.
template <typename Acc> struct Sum;
template <> struct Sum<int32_t> {
  explicit Sum(int32_t init) : value(static_cast<uint32_t>(init)) {}
  uint32_t value;
  void add(int64_t x, int64_t w) { value += static_cast<uint32_t>(x * w); }
  int32_t get() const { return static_cast<int32_t>(value); }
};
template <> struct Sum<int64_t> {
  explicit Sum(int64_t init) : value(static_cast<uint64_t>(init)) {}
  uint64_t value;
  void add(int64_t x, int64_t w) { value += static_cast<uint64_t>(x * w); }
  int64_t get() const { return llvm::SignExtend64<48>(value); }
};
template <> struct Sum<float> {
  explicit Sum(float init) : value(init) {}
  double value;
  void add(double x, double w) { value += x * w; }
  float get() const { return static_cast<float>(value); }
};

/// Geometry that conv2d and depthwise_conv2d share; pad is {top, bottom, left,
/// right}.
struct Window {
  int64_t kh, kw, padTop, padLeft, strideY, strideX, dilationY, dilationX;
  int64_t inputRow(int64_t oy, int64_t ky) const {
    return oy * strideY + ky * dilationY - padTop;
  }
  int64_t inputColumn(int64_t ox, int64_t kx) const {
    return ox * strideX + kx * dilationX - padLeft;
  }
};
} // namespace

template <typename Op> static Window getWindow(Op op, int64_t kh, int64_t kw) {
  return {kh,
          kw,
          op.getPad()[0],
          op.getPad()[2],
          op.getStride()[0],
          op.getStride()[1],
          op.getDilation()[0],
          op.getDilation()[1]};
}

/// Calls fn(In(), Weight(), Acc()) for the element types that Sluice computes
/// with.
template <typename F>
static Result dispatch(Operation *op, Type in, Type weight, Type acc, F &&fn) {
  if (in.isInteger(8) && weight.isInteger(8) && acc.isInteger(32))
    return fn(int8_t(), int8_t(), int32_t());
  if (in.isInteger(16) && weight.isInteger(8) && acc.isInteger(48))
    return fn(int16_t(), int8_t(), int64_t());
  if (in.isF32() && weight.isF32() && acc.isF32())
    return fn(float(), float(), float());
  return op->emitError("the reference interpreter takes int8, int16 by int8 or "
                       "float32 operands, not ")
         << in << " by " << weight;
}

Result eval(tosa::Conv2DOp op, Operands operands) {
  const Tensor &input = *operands[0], &weight = *operands[1],
               &bias = *operands[2];
  auto run = [&](auto in, auto by, auto acc) -> Result {
    using In = decltype(in);
    using Weight = decltype(by);
    using Acc = decltype(acc);
    Tensor result(getResultType(op));
    ArrayRef<int64_t> xs = input.getShape(), ws = weight.getShape(),
                      os = result.getShape();
    Window window = getWindow(op, ws[1], ws[2]);
    ArrayRef<In> x = input.data<In>();
    ArrayRef<Weight> w = weight.data<Weight>();
    In xZero = operands[3]->data<In>()[0];
    Weight wZero = operands[4]->data<Weight>()[0];
    Acc *out = result.data<Acc>().data();
    for (int64_t n = 0; n < os[0]; ++n)
      for (int64_t oy = 0; oy < os[1]; ++oy)
        for (int64_t ox = 0; ox < os[2]; ++ox)
          for (int64_t oc = 0; oc < os[3]; ++oc) {
            Sum<Acc> sum(bias.data<Acc>()[bias.size() == 1 ? 0 : oc]);
            for (int64_t ky = 0; ky < window.kh; ++ky)
              for (int64_t kx = 0; kx < window.kw; ++kx) {
                int64_t iy = window.inputRow(oy, ky),
                        ix = window.inputColumn(ox, kx);
                if (iy < 0 || iy >= xs[1] || ix < 0 || ix >= xs[2])
                  continue;
                const In *px = &x[((n * xs[1] + iy) * xs[2] + ix) * xs[3]];
                const Weight *pw = &w[((oc * ws[1] + ky) * ws[2] + kx) * ws[3]];
                for (int64_t c = 0; c < xs[3]; ++c)
                  sum.add(px[c] - xZero, pw[c] - wZero);
              }
            *out++ = sum.get();
          }
    return result;
  };
  return dispatch(op, input.getElementType(), weight.getElementType(),
                  bias.getElementType(), run);
}

Result eval(tosa::DepthwiseConv2DOp op, Operands operands) {
  const Tensor &input = *operands[0], &weight = *operands[1],
               &bias = *operands[2];
  auto run = [&](auto in, auto by, auto acc) -> Result {
    using In = decltype(in);
    using Weight = decltype(by);
    using Acc = decltype(acc);
    Tensor result(getResultType(op));
    ArrayRef<int64_t> xs = input.getShape(), ws = weight.getShape(),
                      os = result.getShape();
    Window window = getWindow(op, ws[0], ws[1]);
    ArrayRef<In> x = input.data<In>();
    ArrayRef<Weight> w = weight.data<Weight>();
    In xZero = operands[3]->data<In>()[0];
    Weight wZero = operands[4]->data<Weight>()[0];
    int64_t multiplier = ws[3];
    Acc *out = result.data<Acc>().data();
    for (int64_t n = 0; n < os[0]; ++n)
      for (int64_t oy = 0; oy < os[1]; ++oy)
        for (int64_t ox = 0; ox < os[2]; ++ox)
          for (int64_t oc = 0; oc < os[3]; ++oc) {
            int64_t c = oc / multiplier, m = oc % multiplier;
            Sum<Acc> sum(bias.data<Acc>()[bias.size() == 1 ? 0 : oc]);
            for (int64_t ky = 0; ky < window.kh; ++ky)
              for (int64_t kx = 0; kx < window.kw; ++kx) {
                int64_t iy = window.inputRow(oy, ky),
                        ix = window.inputColumn(ox, kx);
                if (iy < 0 || iy >= xs[1] || ix < 0 || ix >= xs[2])
                  continue;
                sum.add(
                    x[((n * xs[1] + iy) * xs[2] + ix) * xs[3] + c] - xZero,
                    w[((ky * window.kw + kx) * ws[2] + c) * multiplier + m] -
                        wZero);
              }
            *out++ = sum.get();
          }
    return result;
  };
  return dispatch(op, input.getElementType(), weight.getElementType(),
                  bias.getElementType(), run);
}

Result eval(tosa::MatMulOp op, Operands operands) {
  const Tensor &a = *operands[0], &b = *operands[1];
  auto run = [&](auto in, auto by, auto acc) -> Result {
    using In = decltype(in);
    using Weight = decltype(by);
    using Acc = decltype(acc);
    Tensor result(getResultType(op));
    int64_t batch = a.getShape()[0], rows = a.getShape()[1],
            inner = a.getShape()[2], columns = b.getShape()[2];
    ArrayRef<In> x = a.data<In>();
    ArrayRef<Weight> y = b.data<Weight>();
    In xZero = operands[2]->data<In>()[0];
    Weight yZero = operands[3]->data<Weight>()[0];
    Acc *out = result.data<Acc>().data();
    for (int64_t n = 0; n < batch; ++n)
      for (int64_t i = 0; i < rows; ++i)
        for (int64_t j = 0; j < columns; ++j) {
          Sum<Acc> sum(0);
          for (int64_t k = 0; k < inner; ++k)
            sum.add(x[(n * rows + i) * inner + k] - xZero,
                    y[(n * inner + k) * columns + j] - yZero);
          *out++ = sum.get();
        }
    return result;
  };
  return dispatch(op, a.getElementType(), b.getElementType(),
                  getResultType(op).getElementType(), run);
}

} // namespace sluice::reference
