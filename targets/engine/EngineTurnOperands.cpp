// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Layer.h"
#include "compiler/Tile/TileLayer.h"
#include "dialects/Deploy/Deploy.h"
#include "targets/engine/Passes.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

namespace sluice::engine {
#define GEN_PASS_DEF_ENGINETURNOPERANDS
#include "targets/engine/Passes.h.inc"
} // namespace sluice::engine

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

struct EngineTurnOperands final
    : engine::impl::EngineTurnOperandsBase<EngineTurnOperands> {
  void runOnOperation() override;
};

/// Rewrites one region.
class Turner {
public:
  explicit Turner(deploy::RegionOp region)
      : body(region.getBodyBlock()), builder(region.getContext()) {}

  void run();

private:
  void turn(const Layer &layer);
  Value makeTransposed(Location loc, Value matrix);
  Value getIdentity(int64_t size);
  template <typename T> Value scalar(Location loc, Type type, T value);

  Block &body;
  OpBuilder builder;
  DenseMap<int64_t, Value> identities;
  /// What is transposed already.
  DenseMap<Value, Value> turned;
};

} // namespace

Value Turner::getIdentity(int64_t size) {
  Value &identity = identities[size];
  if (identity)
    return identity;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&body);
  SmallVector<int8_t> values(size * size);
  for (int64_t i = 0; i < size; ++i)
    values[i * size + i] = 1;
  auto type = RankedTensorType::get({1, size, size}, builder.getI8Type());
  return identity = tosa::ConstOp::create(
             builder, builder.getUnknownLoc(), type,
             DenseElementsAttr::get(type, ArrayRef<int8_t>(values)));
}

template <typename T> Value Turner::scalar(Location loc, Type type, T value) {
  auto tensor = RankedTensorType::get({1}, type);
  return tosa::ConstOp::create(builder, loc, tensor,
                               DenseElementsAttr::get(tensor, value));
}

static Value transpose(OpBuilder &builder, Location loc, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  return tosa::TransposeOp::create(
      builder, loc, type.clone({1, type.getDimSize(2), type.getDimSize(1)}),
      matrix, ArrayRef<int32_t>{0, 2, 1});
}

/// The rows of `matrix` as columns: sums of one value and zeros, requantized by
/// the factor 1.
Value Turner::makeTransposed(Location loc, Value matrix) {
  auto type = cast<RankedTensorType>(matrix.getType());
  int64_t rows = type.getDimSize(1), columns = type.getDimSize(2);
  Type i8 = builder.getI8Type(), i32 = builder.getI32Type();
  Value zero = scalar<int8_t>(loc, i8, 0);
  Value sum = tosa::MatMulOp::create(
      builder, loc, RankedTensorType::get({1, columns, rows}, i32),
      getIdentity(columns), transpose(builder, loc, matrix), zero, zero);
  sum = tile::reshape(builder, loc, sum, {1, 1, columns, rows});
  constexpr int8_t shift = 14;
  Value result = tosa::RescaleOp::create(
      builder, loc, cast<RankedTensorType>(sum.getType()).clone(i8), sum,
      scalar<int16_t>(loc, builder.getI16Type(), 1 << shift),
      scalar<int8_t>(loc, i8, shift), scalar<int32_t>(loc, i32, 0), zero,
      /*scale32=*/false, tosa::RoundingMode::SINGLE_ROUND,
      /*per_channel=*/false, /*input_unsigned=*/false,
      /*output_unsigned=*/false);
  return tile::reshape(builder, loc, result, {1, columns, rows});
}

void Turner::turn(const Layer &layer) {
  auto product = *llvm::find_if(
      layer.ops, [](Operation *op) { return isa<tosa::MatMulOp>(op); });
  Value matrix = layer.inputs[1];
  builder.setInsertionPoint(product);
  Location loc = NameLoc::get(builder.getStringAttr(layer.name + "_transpose"));
  Value &rows = turned[matrix];
  if (!rows)
    rows = makeTransposed(loc, matrix);
  product->setOperand(1, transpose(builder, product->getLoc(), rows));
}

void Turner::run() {
  for (const Layer &layer : matchLayers(body))
    if (layer.kind == LayerKind::MatMul && !layer.hasChannelRows)
      turn(layer);
}

void EngineTurnOperands::runOnOperation() {
  getOperation().walk([](deploy::RegionOp region) {
    if (region.getTarget() == "engine")
      Turner(region).run();
  });
}
