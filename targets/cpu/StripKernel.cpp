// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Kernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

void StripShape::flatten() {
  if (rowStep != cols * colStep)
    return;
  rows *= cols;
  rowStep = colStep;
  cols = 1;
  if (imagePitch == rows * rowStep) {
    rows *= batch;
    batch = 1;
  }
}

/// Steps of at most `limit` that divide `count` most evenly.
static int64_t balance(int64_t count, int64_t limit) {
  return llvm::divideCeil(count, llvm::divideCeil(count, limit));
}

StripPlan::StripPlan(const StripShape &shape, const Level &level,
                     bool isFloat) {
  quantum = isFloat ? 1 : getDot(level, shape.inputBits).quantum;
  paddedLength = llvm::alignTo(shape.length, quantum);
  int64_t total = llvm::divideCeil(shape.channels, level.lanes);
  if (shape.rows * shape.cols == 1) {
    // One pixel: many sums at once hide the latency of each.
    vectors = std::min<int64_t>(8, total);
    tileRows = tileCols = 1;
  } else {
    // Each load of weights serves all pixels, each pixel all vectors; of equal
    // waste at the last block, the first choice is best.
    vectors = 1;
    int64_t least = total + 1;
    for (int64_t choice : {4, 2, 3, 1}) {
      int64_t computed = llvm::alignTo(total, choice);
      if (choice * 3 <= int64_t(level.accumulators) / 2 && computed < least) {
        least = computed;
        vectors = choice;
      }
    }
    int64_t pixels = std::min<int64_t>(level.accumulators / vectors, 14);
    tileCols = balance(shape.cols, pixels);
    tileRows = balance(shape.rows, pixels / tileCols);
  }
  blockWidth = vectors * level.lanes;
  blocks = llvm::divideCeil(shape.channels, blockWidth);
}

namespace {

/// Emits the body of a strip kernel.
class StripEmitter {
public:
  StripEmitter(KernelBuilder &b, const StripShape &shape,
               const Epilogue &epilogue, func::FuncOp func);

  /// The whole body: the function's units are rows of tiles, or blocks of
  /// channels where there is but one row of tiles.
  void emit(Value firstUnit, Value lastUnit);
  int64_t getUnits() const { return unitsAreBlocks ? plan.blocks : tileRows; }

private:
  struct Tile {
    Value input, output; // offsets of the first pixel
    int64_t rows, cols;
  };

  /// The first `valid` channels of `block` of the tile rows in a range.
  void emitRows(Value block, int64_t valid, Value firstTile, Value lastTile);
  /// Code for a condition that is known at run time only.
  void emitIf(arith::CmpIPredicate predicate, Value a, int64_t bound,
              llvm::function_ref<void()> body);
  void emitTileRow(Value block, int64_t valid, Value row, int64_t rows);
  void emitTile(Value block, int64_t valid, const Tile &tile);
  SmallVector<Value> emitSums(Value block, const Tile &tile, ValueRange start);
  SmallVector<Value> emitStep(Value input, Value weights, const Tile &tile,
                              ValueRange sums);
  Value loadInput(Value offset);
  Value accumulate(Value sum, Value input, Value weights);

  KernelBuilder &b;
  const StripShape &shape;
  const Epilogue &epilogue;
  const StripPlan plan;
  bool isFloat;
  const DotProduct &dot;
  int64_t lanes;
  int64_t tileRows; // all rows of tiles, a smaller last one included
  bool unitsAreBlocks;
  Value inputImage, outputImage; // offsets of the image in work
  Value input, weights, output;
  ChannelTables tables;
};

} // namespace

StripEmitter::StripEmitter(KernelBuilder &b, const StripShape &shape,
                           const Epilogue &epilogue, func::FuncOp func)
    : b(b), shape(shape), epilogue(epilogue),
      plan(shape, b.level, epilogue.kind == Epilogue::Float),
      isFloat(epilogue.kind == Epilogue::Float),
      dot(getDot(b.level, shape.inputBits)), lanes(b.level.lanes),
      tileRows(llvm::divideCeil(shape.rows, plan.tileRows)),
      unitsAreBlocks(tileRows == 1) {
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

/// `quantum` adjacent inputs in every lane.
Value StripEmitter::loadInput(Value offset) {
  if (isFloat)
    return b.loadBroadcast(input, offset, lanes);
  if (dot.quantum == 1) {
    Value element = memref::LoadOp::create(b, input, offset);
    Value wide = arith::ExtSIOp::create(b, b.getI32Type(), element);
    return vector::BroadcastOp::create(b, b.vector(lanes, b.getI32Type()),
                                       wide);
  }
  Value group = b.load(input, offset, dot.quantum);
  Value word = vector::ExtractOp::create(
      b, vector::BitCastOp::create(b, b.vector(1, b.getI32Type()), group), 0);
  Value words =
      vector::BroadcastOp::create(b, b.vector(lanes, b.getI32Type()), word);
  Type element = b.getIntegerType(dot.elementBits);
  return vector::BitCastOp::create(b, b.vector(lanes * dot.quantum, element),
                                   words);
}

Value StripEmitter::accumulate(Value sum, Value input, Value weights) {
  if (isFloat)
    return b.multiplyAdd(input, weights, sum);
  return b.multiplyAdd(dot, input, weights, sum);
}

/// One quantum of products for each pixel and vector of the tile.
SmallVector<Value> StripEmitter::emitStep(Value inputOffset, Value weightOffset,
                                          const Tile &tile, ValueRange sums) {
  SmallVector<Value> loaded, results;
  int64_t width = lanes * plan.quantum;
  for (int64_t j = 0; j < plan.vectors; ++j)
    loaded.push_back(b.load(weights, b.add(weightOffset, j * width), width));
  for (int64_t y = 0; y < tile.rows; ++y)
    for (int64_t x = 0; x < tile.cols; ++x) {
      int64_t pixel = y * shape.rowStep + x * shape.colStep;
      Value value = loadInput(b.add(inputOffset, pixel));
      for (int64_t j = 0; j < plan.vectors; ++j)
        results.push_back(accumulate(sums[results.size()], value, loaded[j]));
    }
  return results;
}

SmallVector<Value> StripEmitter::emitSums(Value block, const Tile &tile,
                                          ValueRange start) {
  int64_t tapSize = plan.paddedLength * plan.blockWidth;
  int64_t rowSize = tapSize * shape.kernelCols;
  Value blockStart = b.multiply(block, rowSize * shape.kernelRows);
  // Short steps are unrolled until the loop's own cost does not count.
  int64_t sums = tile.rows * tile.cols * plan.vectors;
  int64_t unroll = std::max<int64_t>(1, 16 / sums);
  int64_t step = unroll * plan.quantum;
  int64_t unrolled = plan.paddedLength / step * step;

  auto strip = [&](Value inputTap, Value weightTap, ValueRange carried) {
    auto steps = [&](Value k, int64_t count, ValueRange carried) {
      SmallVector<Value> sums(carried);
      Value x = b.add(inputTap, k);
      Value w = b.add(weightTap, b.multiply(k, plan.blockWidth));
      for (int64_t i = 0; i < count; ++i)
        sums =
            emitStep(b.add(x, i * plan.quantum),
                     b.add(w, i * plan.quantum * plan.blockWidth), tile, sums);
      return sums;
    };
    SmallVector<Value> sums(carried);
    if (unrolled > 0)
      sums = b.loop(0, unrolled, step, sums, [&](Value k, ValueRange carried) {
        return steps(k, unroll, carried);
      });
    int64_t rest = (plan.paddedLength - unrolled) / plan.quantum;
    return rest == 0 ? sums : steps(b.index(unrolled), rest, sums);
  };
  return b.loop(
      0, shape.kernelRows, 1, start, [&](Value kr, ValueRange carried) {
        Value inputRow = b.add(tile.input, b.multiply(kr, shape.kernelRowStep));
        Value weightRow = b.add(blockStart, b.multiply(kr, rowSize));
        return b.loop(
            0, shape.kernelCols, 1, carried, [&](Value kc, ValueRange carried) {
              return strip(b.add(inputRow, b.multiply(kc, shape.kernelColStep)),
                           b.add(weightRow, b.multiply(kc, tapSize)), carried);
            });
      });
}

void StripEmitter::emitTile(Value block, int64_t valid, const Tile &tile) {
  Value channel = b.multiply(block, plan.blockWidth);
  SmallVector<Value> start, bias;
  for (int64_t j = 0; j < plan.vectors; ++j)
    bias.push_back(b.load(tables.bias, b.add(channel, j * lanes), lanes));
  for (int64_t pixel = 0; pixel < tile.rows * tile.cols; ++pixel)
    start.append(bias);
  SmallVector<Value> sums = emitSums(block, tile, start);
  unsigned next = 0;
  for (int64_t y = 0; y < tile.rows; ++y)
    for (int64_t x = 0; x < tile.cols; ++x)
      for (int64_t j = 0; j < plan.vectors; ++j) {
        Value sum = sums[next++];
        int64_t stored = std::min(lanes, valid - j * lanes);
        if (stored <= 0)
          continue;
        int64_t pixel = (y * shape.cols + x) * shape.channels + j * lanes;
        b.finish(epilogue, sum, tables, b.add(channel, j * lanes), stored,
                 output, b.add(b.add(tile.output, channel), pixel));
      }
}

/// `rows` rows of pixels from `row` on.
void StripEmitter::emitTileRow(Value block, int64_t valid, Value row,
                               int64_t rows) {
  Value inputRow = b.add(inputImage, b.multiply(row, shape.rowStep));
  Value outputRow =
      b.add(outputImage, b.multiply(row, shape.cols * shape.channels));
  auto tileAt = [&](Value column, int64_t cols) {
    emitTile(block, valid,
             {b.add(inputRow, b.multiply(column, shape.colStep)),
              b.add(outputRow, b.multiply(column, shape.channels)), rows,
              cols});
  };
  int64_t full = shape.cols / plan.tileCols;
  b.loop(0, full, [&](Value tile) {
    tileAt(b.multiply(tile, plan.tileCols), plan.tileCols);
  });
  if (int64_t rest = shape.cols % plan.tileCols)
    tileAt(b.index(full * plan.tileCols), rest);
}

void StripEmitter::emitIf(arith::CmpIPredicate predicate, Value a,
                          int64_t bound, llvm::function_ref<void()> body) {
  Value condition = arith::CmpIOp::create(b, predicate, a, b.index(bound));
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  body();
}

void StripEmitter::emitRows(Value block, int64_t valid, Value firstTile,
                            Value lastTile) {
  int64_t full = shape.rows / plan.tileRows;
  if (full > 0) {
    Value end = arith::MinSIOp::create(b, lastTile, b.index(full));
    b.loop(firstTile, end, [&](Value tile) {
      emitTileRow(block, valid, b.multiply(tile, plan.tileRows), plan.tileRows);
    });
  }
  if (int64_t rest = shape.rows % plan.tileRows)
    emitIf(arith::CmpIPredicate::sgt, lastTile, full, [&] {
      emitTileRow(block, valid, b.index(full * plan.tileRows), rest);
    });
}

void StripEmitter::emit(Value firstUnit, Value lastUnit) {
  int64_t full = shape.channels / plan.blockWidth;
  int64_t rest = shape.channels % plan.blockWidth;
  int64_t imageSize = shape.rows * shape.cols * shape.channels;
  b.loop(0, shape.batch, [&](Value image) {
    inputImage = b.multiply(image, shape.imagePitch);
    outputImage = b.multiply(image, imageSize);
    auto block = [&](Value block, int64_t valid) {
      if (unitsAreBlocks)
        emitRows(block, valid, b.index(0), b.index(1));
      else
        emitRows(block, valid, firstUnit, lastUnit);
    };
    auto wholeBlock = [&](Value index) { block(index, plan.blockWidth); };
    auto lastBlock = [&] { block(b.index(full), rest); };
    if (!unitsAreBlocks) {
      b.loop(0, full, wholeBlock);
      if (rest != 0)
        lastBlock();
      return;
    }
    Value end = arith::MinSIOp::create(b, lastUnit, b.index(full));
    b.loop(firstUnit, end, wholeBlock);
    if (rest != 0)
      emitIf(arith::CmpIPredicate::sgt, lastUnit, full, lastBlock);
  });
}

Kernel cpu::getStripKernel(ModuleOp module, const Level &level,
                           const StripShape &s, const Epilogue &epilogue) {
  bool isFloat = epilogue.kind == Epilogue::Float;
  StripPlan plan(s, level, isFloat);
  KernelBuilder b(module.getLoc(), level);
  Type sum = epilogue.getSumType(b);
  Type element =
      isFloat ? sum : b.getIntegerType(getDot(level, s.inputBits).elementBits);
  int64_t padded = plan.blocks * plan.blockWidth;
  SmallVector<Type> types = {MemRefType::get({s.inputSize}, element),
                             MemRefType::get({plan.weightCount(s)}, element),
                             MemRefType::get({padded}, sum)};
  if (epilogue.kind == Epilogue::Requantize)
    for (unsigned bits : {32, 32, 64})
      types.push_back(MemRefType::get({padded}, b.getIntegerType(bits)));
  types.push_back(MemRefType::get({s.batch * s.rows * s.cols * s.channels},
                                  epilogue.getResultType(b)));

  std::string name =
      nameKernel("strip",
                 {s.batch, s.rows, s.cols, s.channels, s.kernelRows,
                  s.kernelCols, s.length, s.kernelRowStep, s.kernelColStep,
                  s.imagePitch, s.rowStep, s.colStep, s.inputSize, s.inputBits},
                 epilogue);
  auto func = module.lookupSymbol<func::FuncOp>(name);
  bool isNew = !func;
  if (isNew)
    func = b.beginKernel(module, name, types);
  StripEmitter emitter(b, s, epilogue, func);
  if (isNew) {
    emitter.emit(func.getArguments().end()[-2], func.getArguments().back());
    b.endKernel();
  }
  return {func, emitter.getUnits()};
}
