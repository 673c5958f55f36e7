// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

int64_t DepthwiseShape::widen(int64_t lanes) {
  int64_t repeat = 1;
  if (colStep != channels)
    return repeat;
  for (int64_t next = 2; channels * next <= lanes; ++next)
    if (cols % next == 0)
      repeat = next;
  cols /= repeat;
  colStep *= repeat;
  channels *= repeat;
  return repeat;
}

int64_t DepthwiseShape::paddedChannels(const Level &level) const {
  return llvm::alignTo(channels, level.lanes);
}

namespace {

/// Emits the body of a depthwise kernel: a tile of pixels of one row times one
/// vector of channels is summed in registers.
class DepthwiseEmitter {
public:
  DepthwiseEmitter(KernelBuilder &b, const DepthwiseShape &shape,
                   const Epilogue &epilogue, func::FuncOp func);

  void emit(Value firstRow, Value lastRow);

private:
  /// `valid` of a vector's channels from `channel` on.
  void emitRow(Value channel, int64_t valid, Value row);
  void emitTile(Value channel, int64_t valid, Value inputStart,
                Value outputStart, int64_t cols);
  Value loadInput(Value offset, int64_t valid);

  KernelBuilder &b;
  const DepthwiseShape &shape;
  const Epilogue &epilogue;
  bool isFloat;
  int64_t lanes, quantum; // quantum: elements of weights a channel
  int64_t tileCols;
  Value input, weights, output;
  Value inputImage, outputImage;
  ChannelTables tables;
};

} // namespace

DepthwiseEmitter::DepthwiseEmitter(KernelBuilder &b,
                                   const DepthwiseShape &shape,
                                   const Epilogue &epilogue, func::FuncOp func)
    : b(b), shape(shape), epilogue(epilogue),
      isFloat(epilogue.kind == Epilogue::Float), lanes(b.level.lanes),
      quantum(isFloat ? 1 : b.level.pair.quantum) {
  // Half of the registers sum; weights and inputs take the rest.
  int64_t tiles = llvm::divideCeil(shape.cols, b.level.accumulators / 2);
  tileCols = llvm::divideCeil(shape.cols, tiles);
  unsigned next = 0;
  input = func.getArgument(next++);
  weights = func.getArgument(next++);
  tables.bias = func.getArgument(next++);
  if (epilogue.kind == Epilogue::Requantize) {
    tables.multipliers = func.getArgument(next++);
    tables.shifts = func.getArgument(next++);
    tables.halves = func.getArgument(next++);
  }
  output = func.getArgument(next++);
}

/// A vector of inputs, each in an element as wide as the sum's.
Value DepthwiseEmitter::loadInput(Value offset, int64_t valid) {
  Value value = b.loadPart(input, offset, valid, lanes);
  if (isFloat)
    return value;
  Value wide =
      arith::ExtSIOp::create(b, b.vector(lanes, b.getI32Type()), value);
  if (b.level.pair.intrinsic.empty())
    return wide;
  return vector::BitCastOp::create(b, b.vector(lanes * 2, b.getI16Type()),
                                   wide);
}

void DepthwiseEmitter::emitTile(Value channel, int64_t valid, Value inputStart,
                                Value outputStart, int64_t cols) {
  SmallVector<Value> start(cols, b.load(tables.bias, channel, lanes));
  auto tap = [&](Value kr, Value kc, ValueRange sums) {
    Value tapIndex = b.add(b.multiply(kr, shape.kernelCols), kc);
    Value weightStart =
        b.add(channel, b.multiply(tapIndex, shape.paddedChannels(b.level)));
    Value weight =
        b.load(weights, b.multiply(weightStart, quantum), lanes * quantum);
    Value at = b.add(b.add(inputStart, b.multiply(kr, shape.kernelRowStep)),
                     b.multiply(kc, shape.kernelColStep));
    SmallVector<Value> results;
    for (int64_t x = 0; x < cols; ++x) {
      Value value = loadInput(b.add(at, x * shape.colStep), valid);
      results.push_back(
          isFloat ? b.multiplyAdd(value, weight, sums[x])
                  : b.multiplyAdd(b.level.pair, value, weight, sums[x]));
    }
    return results;
  };
  // Short rows of taps are unrolled.
  constexpr int64_t longestUnrolled = 7;
  SmallVector<Value> sums =
      b.loop(0, shape.kernelRows, 1, start, [&](Value kr, ValueRange carried) {
        SmallVector<Value> sums(carried);
        if (shape.kernelCols > longestUnrolled)
          return b.loop(0, shape.kernelCols, 1, sums,
                        [&](Value kc, ValueRange carried) {
                          return tap(kr, kc, carried);
                        });
        for (int64_t kc = 0; kc < shape.kernelCols; ++kc)
          sums = tap(kr, b.index(kc), sums);
        return sums;
      });
  for (auto [x, sum] : llvm::enumerate(sums))
    b.finish(epilogue, sum, tables, channel, valid, output,
             b.add(b.add(outputStart, channel), x * shape.channels));
}

void DepthwiseEmitter::emitRow(Value channel, int64_t valid, Value row) {
  Value inputRow =
      b.add(b.add(inputImage, channel), b.multiply(row, shape.rowStep));
  Value outputRow =
      b.add(outputImage, b.multiply(row, shape.cols * shape.channels));
  auto tileAt = [&](Value column, int64_t cols) {
    emitTile(channel, valid, b.add(inputRow, b.multiply(column, shape.colStep)),
             b.add(outputRow, b.multiply(column, shape.channels)), cols);
  };
  int64_t full = shape.cols / tileCols;
  b.loop(0, full,
         [&](Value tile) { tileAt(b.multiply(tile, tileCols), tileCols); });
  if (int64_t rest = shape.cols % tileCols)
    tileAt(b.index(full * tileCols), rest);
}

void DepthwiseEmitter::emit(Value firstRow, Value lastRow) {
  int64_t full = shape.channels / lanes;
  int64_t rest = shape.channels % lanes;
  b.loop(0, shape.batch, [&](Value image) {
    inputImage = b.multiply(image, shape.imagePitch);
    outputImage = b.multiply(image, shape.rows * shape.cols * shape.channels);
    b.loop(firstRow, lastRow, [&](Value row) {
      b.loop(0, full, [&](Value block) {
        emitRow(b.multiply(block, lanes), lanes, row);
      });
      if (rest != 0)
        emitRow(b.index(full * lanes), rest, row);
    });
  });
}

Kernel cpu::getDepthwiseKernel(ModuleOp module, const Level &level,
                               const DepthwiseShape &s,
                               const Epilogue &epilogue) {
  std::string name =
      nameKernel("depthwise",
                 {s.batch, s.rows, s.cols, s.channels, s.kernelRows,
                  s.kernelCols, s.kernelRowStep, s.kernelColStep, s.imagePitch,
                  s.rowStep, s.colStep, s.inputSize, s.inputBits},
                 epilogue);
  int64_t units = s.rows;
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return {known, units};
  KernelBuilder b(module.getLoc(), level);
  bool isFloat = epilogue.kind == Epilogue::Float;
  Type sum = epilogue.getSumType(b);
  int64_t padded = s.paddedChannels(level);
  SmallVector<Type> types = {
      MemRefType::get({s.inputSize},
                      isFloat ? sum : b.getIntegerType(s.inputBits)),
      MemRefType::get({s.kernelRows * s.kernelCols * padded *
                       (isFloat ? 1 : level.pair.quantum)},
                      isFloat ? sum : b.getI16Type()),
      MemRefType::get({padded}, sum)};
  if (epilogue.kind == Epilogue::Requantize)
    for (unsigned bits : {32, 32, 64})
      types.push_back(MemRefType::get({padded}, b.getIntegerType(bits)));
  types.push_back(MemRefType::get({s.batch * s.rows * s.cols * s.channels},
                                  epilogue.getResultType(b)));
  func::FuncOp func = b.beginKernel(module, name, types);
  DepthwiseEmitter(b, s, epilogue, func)
      .emit(func.getArguments().end()[-2], func.getArguments().back());
  b.endKernel();
  return {func, units};
}
