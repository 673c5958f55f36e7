// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

namespace {

/// Emits the body of a matrix kernel.
class MatrixEmitter {
public:
  MatrixEmitter(KernelBuilder &b, const MatrixShape &shape,
                const StripPlan &plan, func::FuncOp func)
      : b(b), shape(shape), plan(plan), matrix(func.getArgument(0)),
        weights(func.getArgument(1)), bias(func.getArgument(2)) {}

  void emitBlock(Value block);

private:
  Value emitWeight(Value channel, Value k);
  /// `i` or the last one below `count`, and whether it is `i`.
  std::pair<Value, Value> bound(Value i, int64_t count);

  KernelBuilder &b;
  const MatrixShape &shape;
  const StripPlan &plan;
  Value matrix, weights, bias;
};

} // namespace

std::pair<Value, Value> MatrixEmitter::bound(Value i, int64_t count) {
  Value inside =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, i, b.index(count));
  return {arith::SelectOp::create(b, inside, i, b.index(count - 1)), inside};
}

/// An element less the zero point, as i32; 0 where there is none.
Value MatrixEmitter::emitWeight(Value channel, Value k) {
  auto [atChannel, hasChannel] = bound(channel, shape.channels);
  auto [atK, hasK] = bound(k, shape.length);
  Value offset = shape.channelRows
                     ? b.add(b.multiply(atChannel, shape.length), atK)
                     : b.add(b.multiply(atK, shape.channels), atChannel);
  Value element = memref::LoadOp::create(b, matrix, offset);
  Type i32 = b.getI32Type();
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantOp::create(b, b.getIntegerAttr(i32, value));
  };
  Value value = arith::SubIOp::create(
      b, arith::ExtSIOp::create(b, i32, element), constant(shape.zeroPoint));
  Value inside = arith::AndIOp::create(b, hasChannel, hasK);
  return arith::SelectOp::create(b, inside, value, constant(0));
}

void MatrixEmitter::emitBlock(Value block) {
  Type i32 = b.getI32Type();
  auto element =
      cast<IntegerType>(cast<MemRefType>(weights.getType()).getElementType());
  Value zero = arith::ConstantOp::create(b, b.getIntegerAttr(i32, 0));
  Value start = b.multiply(block, plan.blockWidth * plan.paddedLength);
  b.loop(0, plan.blockWidth, [&](Value lane) {
    Value channel = b.add(b.multiply(block, plan.blockWidth), lane);
    Value from = b.add(start, b.multiply(lane, plan.quantum));
    SmallVector<Value> sum =
        b.loop(0, plan.paddedLength, plan.quantum, zero,
               [&](Value k, ValueRange carried) -> SmallVector<Value> {
                 Value total = carried[0];
                 Value group = b.add(from, b.multiply(k, plan.blockWidth));
                 for (int64_t j = 0; j < plan.quantum; ++j) {
                   Value weight = emitWeight(channel, b.add(k, j));
                   total = arith::AddIOp::create(b, total, weight);
                   Value narrow =
                       element.getWidth() < 32
                           ? arith::TruncIOp::create(b, element, weight)
                           : weight;
                   memref::StoreOp::create(b, narrow, weights, b.add(group, j));
                 }
                 return {total};
               });
    Value share = arith::MulIOp::create(
        b, sum[0],
        arith::ConstantOp::create(b, b.getIntegerAttr(i32, -shape.inputZero)));
    memref::StoreOp::create(b, share, bias, channel);
  });
}

Kernel cpu::getMatrixKernel(ModuleOp module, const Level &level,
                            const MatrixShape &shape, const StripPlan &plan) {
  std::string name =
      nameKernel("matrix",
                 {shape.channels, shape.length, shape.channelRows,
                  shape.zeroPoint, shape.inputZero, plan.blockWidth},
                 Epilogue());
  int64_t units = plan.blocks;
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return {known, units};
  KernelBuilder b(module.getLoc(), level);
  int64_t width = plan.blocks * plan.blockWidth;
  func::FuncOp func = b.beginKernel(
      module, name,
      {MemRefType::get({shape.channels * shape.length}, b.getI8Type()),
       MemRefType::get({width * plan.paddedLength},
                       b.getIntegerType(level.dot.elementBits)),
       MemRefType::get({width}, b.getI32Type())});
  MatrixEmitter emitter(b, shape, plan, func);
  b.loop(func.getArgument(3), func.getArgument(4),
         [&](Value block) { emitter.emitBlock(block); });
  b.endKernel();
  return {func, units};
}
