// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

namespace {

/// Emits the body of a depthwise kernel: a tile of pixels of one row times one
/// vector of channels is summed in registers.
class DepthwiseEmitter {
public:
  DepthwiseEmitter(KernelBuilder &b, const DepthwiseShape &shape,
                   const Epilogue &epilogue, func::FuncOp func);

  void emit(Value firstRow, Value lastRow);

private:
  void emitRow(Value channel, int64_t lanes, Value row);
  void emitTile(Value channel, int64_t lanes, Value inputStart,
                Value outputStart, int64_t cols);
  /// `offset` into `buffer`, as a vector of the sum's type.
  Value loadWide(Value buffer, Value offset, int64_t lanes);

  KernelBuilder &b;
  const DepthwiseShape &shape;
  const Epilogue &epilogue;
  bool isFloat;
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
      isFloat(epilogue.kind == Epilogue::Float) {
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

Value DepthwiseEmitter::loadWide(Value buffer, Value offset, int64_t lanes) {
  Value value = b.load(buffer, offset, lanes);
  if (isFloat)
    return value;
  return arith::ExtSIOp::create(b, b.vector(lanes, b.getI32Type()), value);
}

void DepthwiseEmitter::emitTile(Value channel, int64_t lanes, Value inputStart,
                                Value outputStart, int64_t cols) {
  SmallVector<Value> start(cols, b.load(tables.bias, channel, lanes));
  auto tap = [&](Value kr, Value kc, ValueRange sums) {
    Value tapIndex = b.add(b.multiply(kr, shape.kernelCols), kc);
    Value weight = loadWide(
        weights, b.add(channel, b.multiply(tapIndex, shape.channels)), lanes);
    Value at = b.add(b.add(inputStart, b.multiply(kr, shape.kernelRowStep)),
                     b.multiply(kc, shape.kernelColStep));
    SmallVector<Value> results;
    for (int64_t x = 0; x < cols; ++x) {
      Value value = loadWide(input, b.add(at, x * shape.colStep), lanes);
      if (isFloat)
        results.push_back(b.multiplyAdd(value, weight, sums[x]));
      else
        results.push_back(arith::AddIOp::create(
            b, sums[x], arith::MulIOp::create(b, value, weight)));
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
    b.finish(epilogue, sum, tables, channel, lanes, output,
             b.add(b.add(outputStart, channel), x * shape.channels));
}

void DepthwiseEmitter::emitRow(Value channel, int64_t lanes, Value row) {
  Value inputRow =
      b.add(b.add(inputImage, channel), b.multiply(row, shape.rowStep));
  Value outputRow =
      b.add(outputImage, b.multiply(row, shape.cols * shape.channels));
  auto tileAt = [&](Value column, int64_t cols) {
    emitTile(channel, lanes, b.add(inputRow, b.multiply(column, shape.colStep)),
             b.add(outputRow, b.multiply(column, shape.channels)), cols);
  };
  int64_t full = shape.cols / tileCols;
  b.loop(0, full,
         [&](Value tile) { tileAt(b.multiply(tile, tileCols), tileCols); });
  if (int64_t rest = shape.cols % tileCols)
    tileAt(b.index(full * tileCols), rest);
}

void DepthwiseEmitter::emit(Value firstRow, Value lastRow) {
  int64_t lanes = b.level.lanes;
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
                  s.rowStep, s.colStep, s.inputSize},
                 epilogue);
  int64_t units = s.rows;
  if (auto known = module.lookupSymbol<func::FuncOp>(name))
    return {known, units};
  KernelBuilder b(module.getLoc(), level);
  bool isFloat = epilogue.kind == Epilogue::Float;
  Type sum = epilogue.getSumType(b);
  SmallVector<Type> types = {
      MemRefType::get({s.inputSize}, isFloat ? sum : b.getI8Type()),
      MemRefType::get({s.kernelRows * s.kernelCols * s.channels},
                      isFloat ? sum : b.getI16Type()),
      MemRefType::get({s.channels}, sum)};
  if (epilogue.kind == Epilogue::Requantize)
    for (unsigned bits : {32, 32, 64})
      types.push_back(MemRefType::get({s.channels}, b.getIntegerType(bits)));
  types.push_back(MemRefType::get({s.batch * s.rows * s.cols * s.channels},
                                  epilogue.getResultType(b)));
  func::FuncOp func = b.beginKernel(module, name, types);
  DepthwiseEmitter(b, s, epilogue, func)
      .emit(func.getArguments().end()[-2], func.getArguments().back());
  b.endKernel();
  return {func, units};
}
