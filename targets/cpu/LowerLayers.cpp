// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/DenseLayer.h"
#include "targets/cpu/KernelCalls.h"
#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Tosa/Transforms/Passes.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_LOWERLAYERS
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;
using namespace sluice::cpu;

namespace {

struct LowerLayers : public cpu::impl::LowerLayersBase<LowerLayers> {
  using Base::Base;
  void runOnOperation() override;
};

} // namespace

/// The input with its padding, as kernels for `layer` read it.
static PackShape getPackShape(const DenseLayer &layer, const Level &level) {
  PackShape shape;
  ArrayRef<int64_t> input = layer.inputShape;
  shape.batch = input[0];
  shape.rows = input[1];
  shape.cols = input[2];
  shape.channels = input[3];
  shape.top = layer.pad[0];
  shape.bottom = layer.pad[1];
  shape.left = layer.pad[2];
  shape.right = layer.pad[3];
  shape.isFloat = layer.isFloat;
  bool dense = !layer.isDepthwise;
  const DotProduct &dot = getDot(level, layer.inputBits);
  shape.inputBits = layer.inputBits;
  shape.bits = !layer.isFloat && dense ? dot.elementBits : layer.inputBits;
  shape.offset = !layer.isFloat && dense && dot.offsetInput;
  shape.fill = layer.inputZeroPoint;
  shape.slack = layer.isFloat || !dense ? 0 : dot.quantum - 1;
  return shape;
}

/// What a value of the packed input stands for is (value - zero) · scale.
static int64_t getPackedZero(const PackShape &shape) {
  return shape.fill + (shape.offset ? 128 : 0);
}

/// The sums start at the bias less the share of the zero point, modulo 2^32.
template <typename GetWeight>
static std::vector<int32_t> foldZero(const DenseLayer &layer, int64_t zero,
                                     int64_t taps, GetWeight getWeight) {
  std::vector<int32_t> folded;
  for (int64_t c = 0; c < layer.channels; ++c) {
    int64_t sum = 0;
    for (int64_t tap = 0; tap < taps; ++tap)
      sum += getWeight(c, tap);
    folded.push_back(static_cast<int32_t>(layer.bias[c] - zero * sum));
  }
  return folded;
}

/// Elements as a type that the kernel reads them in.
template <typename To, typename From>
static std::vector<To> convert(ArrayRef<From> values) {
  return std::vector<To>(values.begin(), values.end());
}

/// Adds a table: `values` `repeat` times, continued with zeros to `count`.
template <typename T>
static void addTable(KernelCall &call, ArrayRef<T> values, int64_t repeat,
                     int64_t count) {
  std::vector<T> table;
  for (int64_t i = 0; i < repeat; ++i)
    table.insert(table.end(), values.begin(), values.end());
  table.resize(count, T(0));
  call.addConstant(table);
}

/// Adds the operands multipliers, shifts and halves of `count` elements.
static void addFactors(KernelCall &call, const DenseLayer &layer,
                       int64_t repeat, int64_t count) {
  if (layer.epilogue.kind != Epilogue::Requantize)
    return;
  std::vector<int32_t> multipliers, shifts;
  std::vector<int64_t> halves;
  bool high = layer.epilogue.high;
  for (int64_t c = 0; c < layer.channels; ++c) {
    int64_t m = layer.multipliers[c % layer.multipliers.size()];
    int64_t s = layer.shifts[c % layer.shifts.size()];
    // In the upper word 16 bits of multiplier and shift have gone.
    multipliers.push_back(static_cast<int32_t>(high ? m << 16 : m));
    shifts.push_back(static_cast<int32_t>(high ? s - 16 : s));
    halves.push_back(int64_t(1) << (high ? s + 15 : s - 1));
  }
  addTable<int32_t>(call, multipliers, repeat, count);
  addTable<int32_t>(call, shifts, repeat, count);
  addTable<int64_t>(call, halves, repeat, count);
}

/// Adds the operands bias, multipliers, shifts and halves of `count` elements.
static void addTables(KernelCall &call, const DenseLayer &layer,
                      ArrayRef<int32_t> bias, int64_t repeat, int64_t count) {
  if (layer.isFloat)
    return addTable<float>(call, layer.floatBias, repeat, count);
  addTable<int32_t>(call, bias, repeat, count);
  addFactors(call, layer, repeat, count);
}

/// Adds the operand that the layer's result is written to.
static Value addOutput(KernelCall &call, const DenseLayer &layer) {
  auto type = cast<RankedTensorType>(layer.getRoot()->getResult(0).getType());
  return call.addResult(type.getShape(), type.getElementType());
}

static StripShape getStripShape(const DenseLayer &layer,
                                const PackShape &pack) {
  StripShape shape;
  shape.batch = layer.outputShape[0];
  shape.rows = layer.outputShape[1];
  shape.cols = layer.outputShape[2];
  shape.channels = layer.channels;
  shape.kernelRows = layer.kernel[0];
  bool dilated = layer.dilation[1] != 1;
  shape.kernelCols = dilated ? layer.kernel[1] : 1;
  shape.length = pack.channels * (dilated ? 1 : layer.kernel[1]);
  shape.kernelRowStep = layer.dilation[0] * pack.rowPitch();
  shape.kernelColStep = layer.dilation[1] * pack.channels;
  shape.imagePitch = pack.imagePitch();
  shape.rowStep = layer.stride[0] * pack.rowPitch();
  shape.colStep = layer.stride[1] * pack.channels;
  shape.inputSize = pack.outputSize();
  shape.inputBits = layer.inputBits;
  shape.flatten();
  return shape;
}

/// A product of two tensors that the model computes: the second is packed
/// first.
static Value lowerMatrix(const DenseLayer &layer, const PackShape &pack,
                         Value input, KernelCall &call, OpBuilder &builder,
                         const Level &level) {
  StripShape shape = getStripShape(layer, pack);
  StripPlan plan(shape, level, /*isFloat=*/false);
  int64_t width = plan.blocks * plan.blockWidth;
  Location loc = layer.getRoot()->getLoc();
  MatrixShape matrix{layer.channels, shape.length, layer.channelRows,
                     layer.matrixZeroPoint, getPackedZero(pack)};
  KernelCall first(call.module, builder, loc);
  first.addOperand(getFlatBuffer(builder, loc, layer.matrix));
  Value weights = first.addResult(
      {plan.weightCount(shape)}, builder.getIntegerType(level.dot.elementBits));
  Value bias = first.addResult({width}, builder.getI32Type());
  first.finish(getMatrixKernel(call.module, level, matrix, plan));
  call.addOperand(input);
  call.addOperand(weights);
  call.addOperand(bias);
  addFactors(call, layer, /*repeat=*/1, width);
  Value output = addOutput(call, layer);
  call.finish(getStripKernel(call.module, level, shape, layer.epilogue));
  return output;
}

static Value lowerStrip(const DenseLayer &layer, const PackShape &pack,
                        Value input, KernelCall &call, const Level &level) {
  StripShape shape = getStripShape(layer, pack);
  StripPlan plan(shape, level, layer.isFloat);
  int64_t taps = layer.kernel[0] * layer.kernel[1] * pack.channels;
  call.addOperand(input);
  std::vector<int32_t> bias;
  if (layer.isFloat) {
    call.addConstant(packStripWeights<float>(shape, plan, layer.floatWeights));
  } else {
    bias =
        foldZero(layer, getPackedZero(pack), taps, [&](int64_t c, int64_t tap) {
          return layer.weights[c * taps + tap];
        });
    std::vector<int8_t> packed =
        packStripWeights<int8_t>(shape, plan, layer.weights);
    if (getDot(level, layer.inputBits).elementBits == 8)
      call.addConstant(packed);
    else
      call.addConstant(convert<int16_t, int8_t>(packed));
  }
  addTables(call, layer, bias, /*repeat=*/1, plan.blocks * plan.blockWidth);
  Value output = addOutput(call, layer);
  call.finish(getStripKernel(call.module, level, shape, layer.epilogue));
  return output;
}

static Value lowerDepthwise(const DenseLayer &layer, const PackShape &pack,
                            Value input, KernelCall &call, const Level &level) {
  DepthwiseShape shape;
  shape.batch = layer.outputShape[0];
  shape.rows = layer.outputShape[1];
  shape.cols = layer.outputShape[2];
  shape.channels = layer.channels;
  shape.kernelRows = layer.kernel[0];
  shape.kernelCols = layer.kernel[1];
  shape.kernelRowStep = layer.dilation[0] * pack.rowPitch();
  shape.kernelColStep = layer.dilation[1] * pack.channels;
  shape.imagePitch = pack.imagePitch();
  shape.rowStep = layer.stride[0] * pack.rowPitch();
  shape.colStep = layer.stride[1] * pack.channels;
  shape.inputSize = pack.outputSize();
  shape.inputBits = layer.inputBits;
  int64_t repeat = shape.widen(level.lanes);
  call.addOperand(input);
  std::vector<int32_t> bias;
  if (layer.isFloat) {
    call.addConstant(packDepthwiseWeights<float>(shape, level, /*quantum=*/1,
                                                 repeat, layer.floatWeights));
  } else {
    bias =
        foldZero(layer, getPackedZero(pack), layer.kernel[0] * layer.kernel[1],
                 [&](int64_t c, int64_t tap) {
                   return layer.weights[tap * layer.channels + c];
                 });
    call.addConstant(
        packDepthwiseWeights<int16_t>(shape, level, level.pair.quantum, repeat,
                                      convert<int16_t, int8_t>(layer.weights)));
  }
  addTables(call, layer, bias, repeat, shape.paddedChannels(level));
  Value output = addOutput(call, layer);
  call.finish(getDepthwiseKernel(call.module, level, shape, layer.epilogue));
  return output;
}

/// Replaces the layer's ops by calls of kernels.
static void lowerLayer(const DenseLayer &layer, ModuleOp module,
                       const Level &level) {
  Operation *root = layer.getRoot();
  OpBuilder builder(root);
  Location loc = root->getLoc();
  PackShape pack = getPackShape(layer, level);
  Value input = getFlatBuffer(builder, loc, layer.input);
  bool asIs = llvm::all_of(layer.pad, [](int64_t p) { return p == 0; }) &&
              (layer.isFloat || layer.isDepthwise);
  if (!asIs) {
    KernelCall call(module, builder, loc);
    call.addOperand(input);
    input = call.addResult({pack.outputSize()}, pack.outputType(builder));
    call.finish(getPackKernel(module, level, pack));
  }
  KernelCall call(module, builder, loc);
  Value output =
      layer.isDepthwise ? lowerDepthwise(layer, pack, input, call, level)
      : layer.matrix    ? lowerMatrix(layer, pack, input, call, builder, level)
                        : lowerStrip(layer, pack, input, call, level);
  Value result = bufferization::ToTensorOp::create(
      builder, loc, root->getResult(0).getType(), output, /*restrict=*/true,
      /*writable=*/true);
  root->getResult(0).replaceAllUsesWith(result);
  for (Operation *op : llvm::reverse(layer.ops))
    op->erase();
}

/// Transposed convolutions are convolutions of a padded input.
static LogicalResult decompose(ModuleOp module) {
  RewritePatternSet patterns(module.getContext());
  tosa::populateTosaDecomposeTransposeConv(module.getContext(), patterns);
  return applyPatternsGreedily(module, std::move(patterns));
}

void LowerLayers::runOnOperation() {
  llvm::Expected<const cpu::Level *> found = cpu::findLevel(level);
  if (!found) {
    getOperation().emitError(llvm::toString(found.takeError()));
    return signalPassFailure();
  }
  if (failed(decompose(getOperation())))
    return signalPassFailure();
  SmallVector<Operation *> starts;
  getOperation().walk([&](Operation *op) {
    if (isa<tosa::Conv2DOp, tosa::DepthwiseConv2DOp, tosa::MatMulOp>(op))
      starts.push_back(op);
  });
  // Matched one by one, for a layer's input is what an earlier one became.
  for (Operation *start : starts) {
    std::optional<DenseLayer> layer = matchDenseLayer(start);
    // A byte does not hold what is left of a byte less its zero point.
    bool fits =
        layer && (!layer->matrixZeroPoint || (*found)->dot.elementBits > 8);
    if (fits)
      lowerLayer(*layer, getOperation(), **found);
  }
}
