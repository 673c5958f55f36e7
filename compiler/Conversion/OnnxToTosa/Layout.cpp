// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where dimensions lie, and the operators that only move elements.

#include "compiler/Conversion/OnnxToTosa/Converter.h"
#include "compiler/Conversion/OnnxToTosa/Weights.h"
#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Names.h"

using namespace mlir;

namespace sluice {

ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

SmallVector<int64_t> getIdentity(int64_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(0, rank));
}

/// Whether the dimensions of `value` in the order `perm` hold its elements in
/// the order in which they lie: moving dimensions of size one moves no element.
static bool isInOrder(Value value, ArrayRef<int64_t> perm) {
  int64_t last = -1;
  for (int64_t dim : perm) {
    if (getShape(value)[dim] == 1)
      continue;
    if (dim < last)
      return false;
    last = dim;
  }
  return true;
}

Value Converter::permute(TosaBuilder &b, Value value, ArrayRef<int64_t> perm) {
  if (!isInOrder(value, perm))
    return b.transpose(value, perm);
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(getShape(value)[dim]);
  return b.reshape(value, shape);
}

Value Converter::materialize(const Mapped &mapped) {
  TosaBuilder b(builder, mapped.value.getLoc());
  Value value = permute(b, mapped.value, mapped.perm);
  return mapped.flat ? b.reshape(value, *mapped.flat) : value;
}

Mapped Converter::get(Value value) {
  if (auto it = values.find(value); it != values.end())
    return it->second;
  // A constant that is used as a tensor like any other.
  ElementsAttr elements = getConstant(value);
  assert(elements && "operands are converted before their users");
  TosaBuilder b(builder, value.getLoc());
  Mapped mapped{b.constant(elements), getIdentity(getShape(value).size()),
                std::nullopt};
  values[value] = mapped;
  return mapped;
}

Value Converter::getCanonical(Value value) {
  Mapped mapped = get(value);
  if (mapped.flat || mapped.perm != getIdentity(mapped.perm.size())) {
    mapped.value = materialize(mapped);
    mapped.perm = getIdentity(getShape(mapped.value).size());
    mapped.flat.reset();
  }
  return mapped.value;
}

Value Converter::getNhwc(Value value) {
  Mapped mapped = get(value);
  TosaBuilder b(builder, mapped.value.getLoc());
  if (mapped.flat)
    mapped = {materialize(mapped), getIdentity(4), std::nullopt};
  const auto &perm = mapped.perm;
  return permute(b, mapped.value, {perm[0], perm[2], perm[3], perm[1]});
}

void Converter::set(Value onnx, Mapped mapped) {
  values[onnx] = std::move(mapped);
}

void Converter::set(Value onnx, Value value) {
  nameOutput(onnx.getDefiningOp(), value);
  values[onnx] = {value, getIdentity(getShape(value).size()), std::nullopt};
}

void Converter::setNhwc(Value onnx, Value value) {
  values[onnx] = {value, {0, 3, 1, 2}, std::nullopt};
  nameOutput(onnx.getDefiningOp(), value);
}

void Converter::nameOutput(Operation *op, Value value) {
  Operation *made = value.getDefiningOp();
  StringRef name = onnx::getOutputName(op->getResult(0));
  if (!made || made->hasAttr(onnx::outputNameAttr) || name.empty() ||
      !names.insert(name).second)
    return;
  made->setAttr(onnx::outputNameAttr, builder.getStringAttr(name));
  // Whoever compares with the model needs its order of dimensions.
  if (auto it = values.find(op->getResult(0)); it != values.end())
    if (it->second.perm != getIdentity(it->second.perm.size()))
      made->setAttr(onnx::dimensionOrderAttr,
                    builder.getDenseI64ArrayAttr(it->second.perm));
}

/// The dimensions of the model's tensor that `made` yields.
static SmallVector<int64_t> getNamedOrder(Operation *made) {
  if (auto perm =
          made->getAttrOfType<DenseI64ArrayAttr>(onnx::dimensionOrderAttr))
    return llvm::to_vector(perm.asArrayRef());
  return getIdentity(getShape(made->getResult(0)).size());
}

void Converter::nameReshaped(Value onnx, const Mapped &source) {
  Operation *made = source.value.getDefiningOp();
  StringRef name = onnx::getTensorName(onnx);
  bool inOrder = isInOrder(source.value, source.perm);
  while (auto reshape = dyn_cast_or_null<tosa::ReshapeOp>(made)) {
    if (!inOrder || made->hasAttr(onnx::outputNameAttr))
      break;
    made = reshape.getInput1().getDefiningOp();
  }
  if (name.empty() || !made || !made->hasAttr(onnx::outputNameAttr) ||
      made->hasAttr(onnx::heldShapeAttr))
    return;
  SmallVector<int64_t> order = getNamedOrder(made);
  bool same = made->getResult(0) == source.value && order == source.perm;
  if (!same && !(inOrder && isInOrder(made->getResult(0), order)))
    return;
  if (!names.insert(name).second)
    return;
  NamedAttrList list(made->getAttrOfType<DictionaryAttr>(onnx::reshapedAttr));
  list.set(name, builder.getDenseI64ArrayAttr(getShape(onnx)));
  made->setAttr(onnx::reshapedAttr, list.getDictionary(builder.getContext()));
}

namespace {
/// Dimensions of a tensor that become dimensions of its reshape, as few as
/// possible: [first, last) of each.
struct ReshapedGroup {
  size_t firstIn, lastIn, firstOut, lastOut;
};
} // namespace

static SmallVector<ReshapedGroup> groupDimensions(ArrayRef<int64_t> from,
                                                  ArrayRef<int64_t> to) {
  SmallVector<ReshapedGroup> groups;
  size_t in = 0, out = 0;
  while (in < from.size() || out < to.size()) {
    ReshapedGroup group{in, in, out, out};
    int64_t left = in < from.size() ? from[in++] : 1;
    int64_t right = out < to.size() ? to[out++] : 1;
    while (left != right)
      left < right ? left *= from[in++] : right *= to[out++];
    group.lastIn = in;
    group.lastOut = out;
    groups.push_back(group);
  }
  return groups;
}

/// `mapped` in another shape, where only dimensions are split or joined that
/// lie one behind the other, so that nothing moves; nothing if others are, too.
static std::optional<Mapped>
reshapeInPlace(TosaBuilder &b, const Mapped &mapped, ArrayRef<int64_t> shape) {
  ArrayRef<int64_t> held = getShape(mapped.value);
  SmallVector<int64_t> from =
      llvm::map_to_vector(mapped.perm, [&](int64_t dim) { return held[dim]; });
  // The place among those that are not of size 1.
  SmallVector<int64_t> placeOf(held.size());
  for (int64_t place = 0, dim = 0, e = held.size(); dim < e; ++dim)
    placeOf[dim] = held[dim] == 1 ? -1 : place++;
  SmallVector<std::pair<int64_t, ReshapedGroup>> groups;
  for (const ReshapedGroup &group : groupDimensions(from, shape)) {
    int64_t first = -1, next = -1;
    for (size_t i = group.firstIn; i < group.lastIn; ++i) {
      int64_t place = placeOf[mapped.perm[i]];
      if (place < 0)
        continue;
      if (first >= 0 && place != next)
        return std::nullopt;
      first = first < 0 ? place : first;
      next = place + 1;
    }
    groups.push_back({first, group});
  }
  llvm::stable_sort(groups, llvm::less_first());
  Mapped result;
  result.perm.resize(shape.size());
  SmallVector<int64_t> order;
  for (const auto &[place, group] : groups)
    for (size_t i = group.firstOut; i < group.lastOut; ++i) {
      result.perm[i] = order.size();
      order.push_back(shape[i]);
    }
  result.value = b.reshape(mapped.value, order);
  return result;
}

/// Flatten, Reshape, Squeeze, Unsqueeze: the result's shape says it all.
LogicalResult Converter::convertReshape(Operation *op) {
  Mapped mapped = get(op->getOperand(0));
  SmallVector<int64_t> shape(getShape(op->getResult(0)));
  nameReshaped(op->getResult(0), mapped);
  if (isInOrder(mapped.value, mapped.perm)) {
    TosaBuilder b = at(op);
    Value value = b.reshape(mapped.value, shape);
    set(op->getResult(0),
        Mapped{value, getIdentity(shape.size()), std::nullopt});
    return success();
  }
  TosaBuilder b = at(op);
  std::optional<Mapped> moved;
  if (!mapped.flat)
    moved = reshapeInPlace(b, mapped, shape);
  mapped.flat = shape;
  set(op->getResult(0), moved.value_or(mapped));
  return success();
}

LogicalResult Converter::convert(onnx::TransposeOp op) {
  Mapped mapped = get(op.getData());
  if (mapped.flat)
    mapped = {materialize(mapped), getIdentity(mapped.flat->size()),
              std::nullopt};
  Mapped result = mapped;
  for (auto [i, dim] : llvm::enumerate(op.getPerm()))
    result.perm[i] = mapped.perm[dim];
  set(op.getTransposed(), result);
  return success();
}

LogicalResult Converter::convert(onnx::ConcatOp op) {
  TosaBuilder b = at(op);
  int64_t rank = getShape(op.getConcatResult()).size();
  auto axis = static_cast<int64_t>(op.getAxis());
  if (axis < 0)
    axis += rank;
  SmallVector<Value> parts;
  for (Value input : op.getInputs()) {
    FailureOr<Value> part = changeScale(
        op, rank == 4 ? getNhwc(input) : getCanonical(input), input.getType());
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (rank == 4)
    setNhwc(op.getConcatResult(),
            b.concat(parts, std::array{0, 3, 1, 2}[axis]));
  else
    set(op.getConcatResult(), b.concat(parts, axis));
  return success();
}

LogicalResult Converter::convert(onnx::SliceOp op) {
  auto ranges = op.getRanges();
  if (!ranges)
    return op.emitOpError("has bounds that are not constant");
  SmallVector<int64_t> start, size;
  for (const auto &range : *ranges) {
    if (range.step != 1)
      return op.emitOpError("has a step other than 1, which is not supported");
    start.push_back(range.start);
    size.push_back(range.size);
  }
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getData());
  if (mapped.flat)
    mapped = {materialize(mapped), getIdentity(mapped.flat->size()),
              std::nullopt};
  SmallVector<int64_t> from(start), count(size);
  for (auto [i, dim] : llvm::enumerate(mapped.perm)) {
    from[dim] = start[i];
    count[dim] = size[i];
  }
  mapped.value = b.slice(mapped.value, from, count);
  set(op.getOutput(), mapped);
  nameOutput(op, mapped.value);
  return success();
}

LogicalResult Converter::convert(onnx::PadOp op) {
  auto pads = op.getAllPads();
  if (!pads || llvm::any_of(*pads, [](int64_t pad) { return pad < 0; }))
    return op.emitOpError("has pads that are negative or not constant");
  if (op.getMode() != "constant")
    return op.emitOpError("has mode '")
           << op.getMode() << "'; only 'constant' is supported";
  TosaBuilder b = at(op);
  Mapped mapped = get(op.getData());
  if (mapped.flat)
    mapped = {materialize(mapped), getIdentity(mapped.flat->size()),
              std::nullopt};
  size_t rank = mapped.perm.size();
  SmallVector<int64_t> physical(2 * rank);
  for (size_t i = 0; i < rank; ++i) {
    physical[2 * mapped.perm[i]] = (*pads)[i];
    physical[2 * mapped.perm[i] + 1] = (*pads)[i + rank];
  }
  Value fill;
  if (auto quantization = getQuantization(op.getType())) {
    if (op.getConstantValue() &&
        onnx::readFloatScalar(op.getConstantValue()) != 0.0)
      return op.emitOpError(
          "pads integers with a value other than 0, which is not supported");
    fill = b.zeroPointOf(mapped.value, quantization->zeroPoint);
  } else {
    if (!cast<ShapedType>(op.getType()).getElementType().isF32())
      return op.emitOpError(
          "pads a tensor that is neither float32 nor quantized");
    auto value = op.getConstantValue()
                     ? onnx::readFloatScalar(op.getConstantValue())
                     : std::optional<double>(0.0);
    if (!value)
      return op.emitOpError("has a pad value that is not constant");
    fill = b.scalar<float>(static_cast<float>(*value));
  }
  mapped.value = b.pad(mapped.value, physical, fill);
  set(op.getOutput(), mapped);
  nameOutput(op, mapped.value);
  return success();
}

} // namespace sluice
