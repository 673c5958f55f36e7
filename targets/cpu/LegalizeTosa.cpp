// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/cpu/Constants.h"
#include "targets/cpu/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace sluice::cpu {
#define GEN_PASS_DEF_LEGALIZETOSA
#include "targets/cpu/Passes.h.inc"
} // namespace sluice::cpu

using namespace mlir;
using namespace sluice;

namespace {

struct LegalizeTosa : public cpu::impl::LegalizeTosaBase<LegalizeTosa> {
  void runOnOperation() override;
};

} // namespace

/// How an operand of `shape` is read by an op of shape `result`: dimensions of
/// size 1 are stretched.
static AffineMap getBroadcastMap(ArrayRef<int64_t> shape,
                                 ArrayRef<int64_t> result, Builder &builder) {
  SmallVector<AffineExpr> exprs;
  for (auto [index, sizes] : llvm::enumerate(llvm::zip_equal(shape, result))) {
    bool stretched = std::get<0>(sizes) == 1 && std::get<1>(sizes) != 1;
    exprs.push_back(stretched ? builder.getAffineConstantExpr(0)
                              : builder.getAffineDimExpr(index));
  }
  return AffineMap::get(result.size(), 0, exprs, builder.getContext());
}

using BodyBuilder =
    llvm::function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

/// Replaces `op` by a parallel linalg.generic that reads `inputs` by `maps`.
static void replaceByGeneric(Operation *op, ValueRange inputs,
                             ArrayRef<AffineMap> maps,
                             PatternRewriter &rewriter, BodyBuilder body) {
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  Location loc = op->getLoc();
  Value empty = tensor::EmptyOp::create(rewriter, loc, type.getShape(),
                                        type.getElementType());
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      rewriter, loc, type, inputs, empty, allMaps, iterators,
      [&](OpBuilder &builder, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder b(loc, builder);
        linalg::YieldOp::create(b, body(b, arguments));
      });
  rewriter.replaceOp(op, generic);
}

static Value constant(ImplicitLocOpBuilder &b, unsigned bits, int64_t value) {
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(b.getIntegerType(bits), value));
}

//===----------------------------------------------------------------------===//
// tosa.rescale
//===----------------------------------------------------------------------===//

namespace {

/// The constants of a tosa.rescale.
struct Rescale {
  std::vector<int64_t> multipliers, shifts;
  int64_t inputZero, outputZero;
  unsigned inputBits, outputBits;
  bool scale32;

  bool isPerTensor() const { return multipliers.size() == 1; }

  /// The type that values are scaled from.
  unsigned valueBits() const { return inputBits > 32 ? 64 : 32; }

  /// The whole computation fits 32 bits.
  bool isNarrow() const {
    if (!isPerTensor() || inputBits > 16)
      return false;
    // |x - zero point| is below 2^inputBits.
    double bound = std::ldexp(double(std::abs(multipliers[0])), inputBits) +
                   std::ldexp(1.0, shifts[0] - 1);
    return bound < std::ldexp(1.0, 31);
  }

  /// The upper half of acc · (m · 2^16) holds all that the shift leaves.
  bool isHigh() const {
    return !scale32 && inputBits <= 32 &&
           llvm::all_of(shifts, [](int64_t s) { return s >= 16 && s <= 47; });
  }
};

} // namespace

static std::optional<Rescale> readRescale(tosa::RescaleOp op) {
  auto input = dyn_cast<RankedTensorType>(op.getInput().getType());
  auto output = dyn_cast<RankedTensorType>(op.getOutput().getType());
  auto multipliers = cpu::getIntegers(op.getMultiplier());
  auto shifts = cpu::getIntegers(op.getShift());
  auto inputZero = cpu::getInteger(op.getInputZp());
  auto outputZero = cpu::getInteger(op.getOutputZp());
  if (!input || !output || !output.hasStaticShape() || !multipliers ||
      !shifts || !inputZero || !outputZero || op.getInputUnsigned() ||
      op.getOutputUnsigned() || input.getElementTypeBitWidth() > 48 ||
      (op.getScale32() && input.getElementTypeBitWidth() > 32) ||
      output.getElementTypeBitWidth() > 32 ||
      op.getRoundingMode() != tosa::RoundingMode::SINGLE_ROUND ||
      multipliers->size() != shifts->size())
    return std::nullopt;
  if (!llvm::all_of(*shifts, [](int64_t s) { return s >= 2 && s <= 62; }))
    return std::nullopt;
  return Rescale{std::move(*multipliers),
                 std::move(*shifts),
                 *inputZero,
                 *outputZero,
                 input.getElementTypeBitWidth(),
                 output.getElementTypeBitWidth(),
                 op.getScale32()};
}

/// (value · m + 2^(s−1)) >> s, exact, as an i32.
static Value scale(ImplicitLocOpBuilder &b, const Rescale &rescale, Value value,
                   Value multiplier, Value shift) {
  unsigned bits = rescale.isNarrow() ? 32 : 64;
  Type type = b.getIntegerType(bits);
  auto widen = [&](Value v) -> Value {
    return v.getType() == type ? v : arith::ExtSIOp::create(b, type, v);
  };
  Value product = arith::MulIOp::create(b, widen(value), widen(multiplier));
  Value s = widen(shift);
  Value half =
      arith::ShLIOp::create(b, constant(b, bits, 1),
                            arith::SubIOp::create(b, s, constant(b, bits, 1)));
  Value sum = arith::AddIOp::create(b, product, half);
  Value shifted = arith::ShRSIOp::create(b, sum, s);
  return bits == 32 ? shifted
                    : arith::TruncIOp::create(b, b.getI32Type(), shifted);
}

/// The same for `isHigh`: 16 more bits in multiplier and shift leave a result
/// that is the upper word shifted by what is left, which vectors can do.
static Value scaleHigh(ImplicitLocOpBuilder &b, Value value, Value multiplier,
                       Value shift) {
  Type i64 = b.getI64Type();
  Value wideMultiplier =
      arith::ShLIOp::create(b, multiplier, constant(b, 32, 16));
  Value product =
      arith::MulIOp::create(b, arith::ExtSIOp::create(b, i64, value),
                            arith::ExtSIOp::create(b, i64, wideMultiplier));
  Value s = arith::ExtSIOp::create(b, i64, shift);
  Value half = arith::ShLIOp::create(
      b, constant(b, 64, 1), arith::AddIOp::create(b, s, constant(b, 64, 15)));
  Value sum = arith::AddIOp::create(b, product, half);
  Value upper = arith::TruncIOp::create(
      b, b.getI32Type(), arith::ShRUIOp::create(b, sum, constant(b, 64, 32)));
  return arith::ShRSIOp::create(
      b, upper, arith::SubIOp::create(b, shift, constant(b, 32, 16)));
}

static Value rescaleElement(ImplicitLocOpBuilder &b, const Rescale &rescale,
                            Value input, Value multiplier, Value shift) {
  Value value = input;
  unsigned valueBits = rescale.valueBits();
  if (rescale.inputBits < valueBits)
    value = arith::ExtSIOp::create(b, b.getIntegerType(valueBits), value);
  if (rescale.inputZero != 0)
    value = arith::SubIOp::create(b, value,
                                  constant(b, valueBits, rescale.inputZero));
  value = rescale.isHigh() && !rescale.isNarrow()
              ? scaleHigh(b, value, multiplier, shift)
              : scale(b, rescale, value, multiplier, shift);
  if (rescale.outputZero != 0)
    value =
        arith::AddIOp::create(b, value, constant(b, 32, rescale.outputZero));
  unsigned bits = rescale.outputBits;
  if (bits == 32)
    return value;
  value =
      arith::MaxSIOp::create(b, value, constant(b, 32, llvm::minIntN(bits)));
  value =
      arith::MinSIOp::create(b, value, constant(b, 32, llvm::maxIntN(bits)));
  return arith::TruncIOp::create(b, b.getIntegerType(bits), value);
}

static LogicalResult legalizeRescale(tosa::RescaleOp op,
                                     PatternRewriter &rewriter) {
  std::optional<Rescale> rescale = readRescale(op);
  if (!rescale)
    return rewriter.notifyMatchFailure(op, "not a signed, constant rescale");
  int64_t rank = cast<RankedTensorType>(op.getOutput().getType()).getRank();
  SmallVector<Value> inputs = {op.getInput()};
  SmallVector<AffineMap> maps = {rewriter.getMultiDimIdentityMap(rank)};
  if (!rescale->isPerTensor()) {
    AffineMap last =
        AffineMap::get(rank, 0, rewriter.getAffineDimExpr(rank - 1));
    auto type = RankedTensorType::get(
        {static_cast<int64_t>(rescale->shifts.size())}, rewriter.getI32Type());
    for (const std::vector<int64_t> &values :
         {rescale->multipliers, rescale->shifts}) {
      SmallVector<int32_t> narrow(values.begin(), values.end());
      inputs.push_back(arith::ConstantOp::create(
          rewriter, op.getLoc(),
          DenseElementsAttr::get(type, ArrayRef<int32_t>(narrow))));
      maps.push_back(last);
    }
  }
  replaceByGeneric(
      op, inputs, maps, rewriter,
      [&](ImplicitLocOpBuilder &b, ValueRange arguments) -> Value {
        bool perTensor = rescale->isPerTensor();
        Value multiplier =
            perTensor ? constant(b, 32, rescale->multipliers[0]) : arguments[1];
        Value shift =
            perTensor ? constant(b, 32, rescale->shifts[0]) : arguments[2];
        return rescaleElement(b, *rescale, arguments[0], multiplier, shift);
      });
  return success();
}

//===----------------------------------------------------------------------===//
// tosa.cast, tosa.gather, tosa.scatter, tosa.intdiv
//===----------------------------------------------------------------------===//

/// Nearest integer, ties to even; saturated; 0 for NaN.
static Value toInteger(ImplicitLocOpBuilder &b, Value value, unsigned bits) {
  Type type = value.getType();
  auto real = [&](double v) -> Value {
    return arith::ConstantOp::create(b, b.getFloatAttr(type, v));
  };
  Value rounded = math::RoundEvenOp::create(b, value);
  Value integer = arith::FPToSIOp::create(b, b.getIntegerType(bits), rounded);
  auto override = [&](arith::CmpFPredicate predicate, Value bound, int64_t v) {
    Value condition = arith::CmpFOp::create(b, predicate, rounded, bound);
    integer =
        arith::SelectOp::create(b, condition, constant(b, bits, v), integer);
  };
  double limit = std::ldexp(1.0, bits - 1);
  override(arith::CmpFPredicate::OGE, real(limit), llvm::maxIntN(bits));
  override(arith::CmpFPredicate::OLT, real(-limit), llvm::minIntN(bits));
  override(arith::CmpFPredicate::UNO, rounded, 0);
  return integer;
}

static LogicalResult legalizeCast(tosa::CastOp op, PatternRewriter &rewriter) {
  auto input = dyn_cast<RankedTensorType>(op.getInput().getType());
  auto output = dyn_cast<RankedTensorType>(op.getOutput().getType());
  if (!input || !output || !output.hasStaticShape() ||
      !input.getElementType().isF32() ||
      !output.getElementType().isSignlessInteger() ||
      output.getElementTypeBitWidth() == 1)
    return rewriter.notifyMatchFailure(op, "not a cast of f32 to an integer");
  replaceByGeneric(
      op, op.getInput(), rewriter.getMultiDimIdentityMap(output.getRank()),
      rewriter, [&](ImplicitLocOpBuilder &b, ValueRange arguments) {
        return toInteger(b, arguments[0], output.getElementTypeBitWidth());
      });
  return success();
}

static LogicalResult legalizeGather(tosa::GatherOp op,
                                    PatternRewriter &rewriter) {
  auto values = dyn_cast<RankedTensorType>(op.getValues().getType());
  auto output = dyn_cast<RankedTensorType>(op.getOutput().getType());
  if (!values || !output || !values.hasStaticShape() ||
      !output.hasStaticShape())
    return rewriter.notifyMatchFailure(op, "shapes are not static");
  AffineMap map = AffineMap::get(
      3, 0, {rewriter.getAffineDimExpr(0), rewriter.getAffineDimExpr(1)},
      rewriter.getContext());
  replaceByGeneric(
      op, op.getIndices(), map, rewriter,
      [&](ImplicitLocOpBuilder &b, ValueRange arguments) -> Value {
        Value index = arguments[0];
        unsigned bits = index.getType().getIntOrFloatBitWidth();
        index = arith::MaxSIOp::create(b, index, constant(b, bits, 0));
        index = arith::MinSIOp::create(
            b, index, constant(b, bits, values.getDimSize(1) - 1));
        Value position = arith::IndexCastOp::create(b, b.getIndexType(), index);
        Value batch = linalg::IndexOp::create(b, 0);
        Value channel = linalg::IndexOp::create(b, 2);
        return tensor::ExtractOp::create(b, op.getValues(),
                                         ValueRange{batch, position, channel});
      });
  return success();
}

/// Keeps the indices of `op` inside its values.
static void boundIndices(tosa::ScatterOp op) {
  auto values = dyn_cast<RankedTensorType>(op.getValuesIn().getType());
  auto indices = dyn_cast<RankedTensorType>(op.getIndices().getType());
  if (!values || !indices || values.isDynamicDim(1))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto scalar = [&](int64_t value) -> Value {
    auto type = RankedTensorType::get({1, 1}, indices.getElementType());
    APInt bits(indices.getElementTypeBitWidth(), value, /*isSigned=*/true);
    return tosa::ConstOp::create(b, type, DenseElementsAttr::get(type, bits));
  };
  Value bounded =
      tosa::MaximumOp::create(b, indices, op.getIndices(), scalar(0));
  bounded = tosa::MinimumOp::create(b, indices, bounded,
                                    scalar(values.getDimSize(1) - 1));
  op.getIndicesMutable().assign(bounded);
}

static Value divide(ImplicitLocOpBuilder &b, Value dividend, Value divisor) {
  unsigned bits = divisor.getType().getIntOrFloatBitWidth();
  Value zero = constant(b, bits, 0);
  auto is = [&](int64_t value) -> Value {
    return arith::CmpIOp::create(b, arith::CmpIPredicate::eq, divisor,
                                 constant(b, bits, value));
  };
  Value isZero = is(0), isMinusOne = is(-1);
  Value special = arith::OrIOp::create(b, isZero, isMinusOne);
  Value safe =
      arith::SelectOp::create(b, special, constant(b, bits, 1), divisor);
  Value quotient = arith::DivSIOp::create(b, dividend, safe);
  Value negated = arith::SubIOp::create(b, zero, dividend);
  quotient = arith::SelectOp::create(b, isMinusOne, negated, quotient);
  return arith::SelectOp::create(b, isZero, zero, quotient);
}

static LogicalResult legalizeIntDiv(tosa::IntDivOp op,
                                    PatternRewriter &rewriter) {
  auto output = dyn_cast<RankedTensorType>(op.getOutput().getType());
  auto left = dyn_cast<RankedTensorType>(op.getInput1().getType());
  auto right = dyn_cast<RankedTensorType>(op.getInput2().getType());
  if (!output || !left || !right || !output.hasStaticShape() ||
      !left.hasStaticShape() || !right.hasStaticShape())
    return rewriter.notifyMatchFailure(op, "shapes are not static");
  ArrayRef<int64_t> shape = output.getShape();
  replaceByGeneric(op, op->getOperands(),
                   {getBroadcastMap(left.getShape(), shape, rewriter),
                    getBroadcastMap(right.getShape(), shape, rewriter)},
                   rewriter, [](ImplicitLocOpBuilder &b, ValueRange arguments) {
                     return divide(b, arguments[0], arguments[1]);
                   });
  return success();
}

void LegalizeTosa::runOnOperation() {
  getOperation().walk(boundIndices);
  RewritePatternSet patterns(&getContext());
  patterns.add(legalizeRescale);
  patterns.add(legalizeCast);
  patterns.add(legalizeGather);
  patterns.add(legalizeIntDiv);
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
    signalPassFailure();
}
