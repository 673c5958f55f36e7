// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of two activations. In int8 every entry of the batch is a layer of
// its own, on slices of the operands: heads of an attention are channels of one
// image, and stay where they lie.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Names.h"

using namespace mlir;

namespace sluice {

namespace {

/// One operand: a matrix for each index of its batch dimensions.
class Matrices {
public:
  Matrices(TosaBuilder &b, const Mapped &mapped);

  /// The matrix at `index`, which may have more dimensions in front; where the
  /// operand has a size of 1 it is repeated. Rows × columns with a leading 1.
  Value get(ArrayRef<int64_t> index);

private:
  int64_t size(int64_t dim) const { return getShape(value)[perm[dim]]; }

  TosaBuilder &b;
  Value value;
  SmallVector<int64_t> perm;
  /// Batch dimensions before and after the matrix's outer dimension, as they
  /// lie, and whether the columns lie outside the rows.
  SmallVector<int64_t> before, between;
  bool isTransposed;
};

} // namespace

Matrices::Matrices(TosaBuilder &b, const Mapped &mapped)
    : b(b), value(mapped.value), perm(mapped.perm) {
  int64_t rank = perm.size();
  int64_t rows = perm[rank - 2], columns = perm[rank - 1];
  isTransposed = columns < rows;
  // A batch dimension inside the matrix's rows would scatter them.
  if (std::max(rows, columns) != rank - 1) {
    value = b.transpose(value, perm);
    perm = getIdentity(rank);
    isTransposed = false;
  }
  int64_t outer = std::min(perm[rank - 2], perm[rank - 1]);
  for (int64_t at = 0; at < rank - 1; ++at)
    if (at != outer)
      (at < outer ? before : between)
          .push_back(llvm::find(perm, at) - perm.begin());
}

Value Matrices::get(ArrayRef<int64_t> index) {
  int64_t rank = perm.size();
  index = index.take_back(rank - 2);
  auto locate = [&](ArrayRef<int64_t> dims) {
    int64_t place = 0, count = 1;
    for (int64_t dim : dims) {
      place = place * size(dim) + (size(dim) == 1 ? 0 : index[dim]);
      count *= size(dim);
    }
    return std::pair(place, count);
  };
  auto [image, images] = locate(before);
  auto [part, parts] = locate(between);
  int64_t outer = size(rank - (isTransposed ? 1 : 2)),
          inner = size(rank - (isTransposed ? 2 : 1));
  Value all = b.reshape(value, {1, images, outer, parts * inner});
  Value matrix =
      b.slice(all, {0, image, 0, part * inner}, {1, 1, outer, inner});
  matrix = b.reshape(matrix, {1, outer, inner});
  return isTransposed ? b.transpose(matrix, {0, 2, 1}) : matrix;
}

/// The one user of `value` behind changes of type.
static Operation *getOnlyUser(Value value) {
  while (value.hasOneUse()) {
    auto cast = dyn_cast<quant::StorageCastOp>(*value.user_begin());
    if (!cast)
      return *value.user_begin();
    value = cast.getResult();
  }
  return nullptr;
}

/// How a product of batch × M × N is best held: heads that a Transpose brings
/// before N next are channels, as N is, else dimensions keep their order. The
/// first dimension is the model's batch and no head.
static SmallVector<int64_t> getResultOrder(onnx::MatMulOp op) {
  int64_t rank = getShape(op.getY()).size(), rows = rank - 2;
  SmallVector<int64_t> order = getIdentity(rank);
  auto next = dyn_cast_or_null<onnx::TransposeOp>(getOnlyUser(op.getY()));
  if (!next)
    return order;
  const int64_t *end = llvm::find(next.getPerm(), rank - 1), *begin = end;
  while (begin != next.getPerm().begin() && begin[-1] != rows && begin[-1] != 0)
    --begin;
  SmallVector<int64_t> heads(begin, end);
  llvm::erase_if(order, [&](int64_t dim) {
    return dim == rank - 1 || llvm::is_contained(heads, dim);
  });
  llvm::append_range(order, heads);
  order.push_back(rank - 1);
  return order;
}

/// Calls fn with every index of `shape`, the last dimension first.
template <typename F> static void forEachIndex(ArrayRef<int64_t> shape, F fn) {
  SmallVector<int64_t> index(shape.size());
  for (int64_t i = 0, e = ShapedType::getNumElements(shape); i < e; ++i) {
    int64_t rest = i;
    for (size_t dim = shape.size(); dim-- > 0; rest /= shape[dim])
      index[dim] = rest % shape[dim];
    fn(index);
  }
}

FailureOr<Value> Converter::multiplyMatrices(onnx::MatMulOp op, Value x,
                                             Value y) {
  Quantization in = *getQuantization(op.getA().getType()),
               weights = *getQuantization(op.getB().getType()),
               out = *getQuantization(op.getType());
  TosaBuilder b = at(op);
  Value sum = b.matmul(x, y, in.zeroPoint, weights.zeroPoint);
  ArrayRef<int64_t> shape = getShape(sum);
  // Of four dimensions, as all that is joined and cut.
  sum = b.reshape(sum, {1, 1, shape[1], shape[2]});
  return requantize(op, sum, in.scales[0] * weights.scales[0] / out.scales[0],
                    255.0 * 255.0 * static_cast<double>(getShape(x)[2]));
}

LogicalResult Converter::convertQuantizedMatMul(onnx::MatMulOp op) {
  for (Value value : {op.getA(), op.getB(), op.getY()}) {
    std::optional<Quantization> quantization = getQuantization(value.getType());
    if (!quantization || quantization->scales.size() != 1)
      return op.emitOpError("of activations needs one int8 scale a tensor");
  }
  TosaBuilder b = at(op);
  auto getMatrices = [&](Value operand) {
    Mapped mapped = get(operand);
    if (mapped.flat)
      mapped = {materialize(mapped), getIdentity(mapped.flat->size()),
                std::nullopt};
    return Matrices(b, mapped);
  };
  Matrices a = getMatrices(op.getA()), c = getMatrices(op.getB());
  ArrayRef<int64_t> shape = getShape(op.getY());
  int64_t rank = shape.size(), rows = shape[rank - 2], columns = shape.back();
  SmallVector<int64_t> order = getResultOrder(op);
  // Batch dimensions behind the rows are channels of the result, those before
  // them images.
  SmallVector<int64_t> held, batch, perm(rank);
  bool between = false;
  int64_t parts = 1;
  for (auto [at, dim] : llvm::enumerate(order)) {
    perm[dim] = at;
    held.push_back(shape[dim]);
    if (dim >= rank - 2) {
      between |= dim == rank - 2;
      continue;
    }
    batch.push_back(dim);
    parts *= between ? shape[dim] : 1;
  }
  SmallVector<int64_t> sizes =
      llvm::map_to_vector(batch, [&](int64_t dim) { return shape[dim]; });
  SmallVector<Value> images, channels;
  bool failedAny = false;
  forEachIndex(sizes, [&](ArrayRef<int64_t> at) {
    SmallVector<int64_t> index(rank - 2);
    for (auto [dim, i] : llvm::zip_equal(batch, at))
      index[dim] = i;
    if (failedAny)
      return;
    FailureOr<Value> product = multiplyMatrices(op, a.get(index), c.get(index));
    failedAny = failed(product);
    if (failedAny)
      return;
    channels.push_back(*product);
    if (static_cast<int64_t>(channels.size()) < parts)
      return;
    images.push_back(b.concat(channels, 3));
    channels.clear();
  });
  if (failedAny)
    return failure();
  Value joined = b.concat(images, 1);
  assert(getShape(joined) ==
         ArrayRef<int64_t>(
             {1, static_cast<int64_t>(images.size()), rows, parts * columns}));
  Value result = b.reshape(joined, held);
  set(op.getY(), Mapped{result, perm, std::nullopt});
  nameOutput(op, joined);
  if (order != getIdentity(rank))
    joined.getDefiningOp()->setAttr(onnx::heldShapeAttr,
                                    builder.getDenseI64ArrayAttr(held));
  return success();
}

LogicalResult Converter::convert(onnx::MatMulOp op) {
  ArrayRef<int64_t> as = getShape(op.getA()), bs = getShape(op.getB());
  if (getConstant(op.getB()) && bs.size() == 2) {
    FailureOr<Weights> weights =
        Weights::ofMatrix(op, op.getB(), /*transposed=*/false);
    if (failed(weights))
      return failure();
    return convertProduct(op, op.getA(), *weights, /*bias=*/nullptr);
  }
  if (as.size() < 2 || bs.size() < 2)
    return op.emitOpError("multiplies a vector, which is not supported");
  if (getQuantization(op.getType()))
    return convertQuantizedMatMul(op);
  if (as.drop_back(2) != bs.drop_back(2))
    return op.emitOpError("broadcasts its operands, which is not supported");
  TosaBuilder b = at(op);
  int64_t batch = ShapedType::getNumElements(as.drop_back(2));
  Value x =
      b.reshape(getCanonical(op.getA()), {batch, as[as.size() - 2], as.back()});
  Value y =
      b.reshape(getCanonical(op.getB()), {batch, bs[bs.size() - 2], bs.back()});
  set(op.getY(), b.reshape(b.matmul(x, y), getShape(op.getY())));
  return success();
}

} // namespace sluice
