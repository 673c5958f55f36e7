// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/Onnx/Constants.h"
#include "dialects/Onnx/Folding.h"
#include "dialects/Onnx/Onnx.h"

#include "llvm/Support/CheckedArithmetic.h"

#include <numeric>

using namespace mlir;
using namespace sluice::onnx;

/// The product of sizes that countElements has accepted.
static int64_t product(ArrayRef<int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<>());
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// Spreads the pads of some axes to all dimensions, leading ones first.
static FailureOr<Shape> spreadPads(PadOp op, int64_t rank,
                                   ArrayRef<int64_t> pads,
                                   std::optional<ArrayRef<int64_t>> axes) {
  size_t count = axes ? axes->size() : rank;
  if (pads.size() != 2 * count)
    return op.emitOpError()
           << "pads has " << pads.size() << " entries, expected " << 2 * count;
  Shape spread(2 * rank, 0);
  llvm::SmallBitVector seen(rank);
  for (size_t i = 0; i < count; ++i) {
    FailureOr<int64_t> dim =
        normalizeAxis(op, "axes", axes ? (*axes)[i] : i, rank);
    if (failed(dim))
      return failure();
    if (seen.test(*dim))
      return op.emitOpError()
             << "axes names dimension " << *dim << " more than once";
    seen.set(*dim);
    spread[*dim] = pads[i];
    spread[*dim + rank] = pads[i + count];
  }
  return spread;
}

std::optional<Shape> PadOp::getAllPads() {
  auto type = dyn_cast<RankedTensorType>(getData().getType());
  std::optional<Shape> pads = readIntegers(getPads());
  std::optional<Shape> axes;
  if (!type || !pads || (getAxes() && !(axes = readIntegers(getAxes()))))
    return std::nullopt;
  FailureOr<Shape> spread = spreadPads(*this, type.getRank(), *pads, axes);
  return succeeded(spread) ? std::optional(*spread) : std::nullopt;
}

LogicalResult PadOp::inferShapes(ResultShapes &shapes) {
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, getMode()))
    return emitOpError() << "mode '" << getMode()
                         << "' is not one of constant, reflect, edge, wrap";
  ArrayRef<int64_t> input = shapeOf(getData());
  std::optional<Shape> pads = readIntegers(getPads());
  std::optional<Shape> axes;
  if (!pads || (getAxes() && !(axes = readIntegers(getAxes())))) {
    shapes.push_back(std::nullopt);
    return success();
  }
  int64_t rank = input.size();
  FailureOr<Shape> spread = spreadPads(*this, rank, *pads, axes);
  if (failed(spread))
    return failure();
  Shape shape;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t before = (*spread)[i], after = (*spread)[i + rank];
    auto isSound = [](int64_t pad) {
      return pad >= -maxElements && pad <= maxElements;
    };
    if (!isSound(before) || !isSound(after) || input[i] + before + after < 0)
      return emitOpError() << "pads " << before << " and " << after
                           << " do not fit dimension " << i << " of size "
                           << input[i];
    shape.push_back(input[i] + before + after);
  }
  shapes.push_back(shape);
  return success();
}

//===----------------------------------------------------------------------===//
// Flatten, Reshape, Transpose
//===----------------------------------------------------------------------===//

LogicalResult FlattenOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getInput());
  int64_t rank = input.size(), axis = getAxis();
  if (axis < -rank || axis > rank)
    return emitOpError() << "axis " << axis << " is out of range for rank "
                         << rank;
  if (axis < 0)
    axis += rank;
  shapes.push_back(
      Shape{product(input.take_front(axis)), product(input.drop_front(axis))});
  return success();
}

LogicalResult ReshapeOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData());
  if (shapeOf(getShape()).size() != 1)
    return emitOpError("shape must be a vector");
  std::optional<Shape> target = readIntegers(getShape());
  if (!target) {
    shapes.push_back(std::nullopt);
    return success();
  }
  std::optional<size_t> open;
  Shape shape = *target;
  for (auto [i, size] : llvm::enumerate(shape)) {
    if (size == 0 && !getAllowzero()) {
      if (i >= input.size())
        return emitOpError() << "shape has a 0 at " << i
                             << ", but the input has rank " << input.size();
      size = input[i];
    }
    if (size == -1 && open)
      return emitOpError("shape has more than one -1");
    if (size == -1)
      open = i;
  }
  if (open)
    shape[*open] = 1;
  int64_t count = product(input);
  std::optional<int64_t> others = countElements(shape);
  if (open && others && *others > 0 && count % *others == 0)
    shape[*open] = count / *others;
  if (!others || countElements(shape) != count)
    return emitOpError() << "input of shape " << formatShape(input)
                         << " can not take the shape " << formatShape(*target);
  shapes.push_back(shape);
  return success();
}

OpFoldResult ReshapeOp::fold(FoldAdaptor adaptor) {
  if (getData().getType() == getType() &&
      cast<ShapedType>(getType()).hasStaticShape())
    return getData();
  if (auto values = readFoldable(adaptor.getData()))
    return makeFolded(getType(), *values);
  return {};
}

LogicalResult TransposeOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData()), perm = getPerm();
  Shape sorted(perm);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, input.size())))
    return emitOpError() << "perm is not a permutation of the " << input.size()
                         << " dimensions";
  shapes.push_back(llvm::map_to_vector(
      perm, [&](int64_t dim) -> int64_t { return input[dim]; }));
  return success();
}

OpFoldResult TransposeOp::fold(FoldAdaptor adaptor) {
  if (getData().getType() == getType() &&
      llvm::equal(getPerm(), llvm::seq<int64_t>(0, getPerm().size())))
    return getData();
  return {};
}

//===----------------------------------------------------------------------===//
// Squeeze, Unsqueeze
//===----------------------------------------------------------------------===//

LogicalResult SqueezeOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData());
  std::optional<Shape> axes = getAxes() ? readIntegers(getAxes()) : Shape();
  if (!axes) {
    shapes.push_back(std::nullopt);
    return success();
  }
  FailureOr<Shape> dims = normalizeAxes(*this, "axes", *axes, input.size());
  if (failed(dims))
    return failure();
  Shape shape;
  for (auto [i, size] : llvm::enumerate(input)) {
    bool isNamed = llvm::is_contained(*dims, static_cast<int64_t>(i));
    if (isNamed && size != 1)
      return emitOpError() << "dimension " << i << " has the size " << size
                           << " and can not be taken out";
    if (!isNamed && (getAxes() || size != 1))
      shape.push_back(size);
  }
  shapes.push_back(shape);
  return success();
}

OpFoldResult SqueezeOp::fold(FoldAdaptor adaptor) {
  if (auto values = readFoldable(adaptor.getData()))
    return makeFolded(getType(), *values);
  return {};
}

LogicalResult UnsqueezeOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData());
  std::optional<Shape> axes = readIntegers(getAxes());
  if (!axes) {
    shapes.push_back(std::nullopt);
    return success();
  }
  FailureOr<Shape> dims =
      normalizeAxes(*this, "axes", *axes, input.size() + axes->size());
  if (failed(dims))
    return failure();
  Shape shape(input);
  for (int64_t dim : *dims)
    shape.insert(shape.begin() + dim, 1);
  shapes.push_back(shape);
  return success();
}

OpFoldResult UnsqueezeOp::fold(FoldAdaptor adaptor) {
  if (auto values = readFoldable(adaptor.getData()))
    return makeFolded(getType(), *values);
  return {};
}

//===----------------------------------------------------------------------===//
// Concat, Split
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferShapes(ResultShapes &shapes) {
  if (getInputs().empty())
    return emitOpError("has no inputs");
  Shape shape(shapeOf(getInputs().front()));
  FailureOr<int64_t> axis =
      normalizeAxis(*this, "axis", getAxis(), shape.size());
  if (failed(axis))
    return failure();
  for (Value input : getInputs().drop_front()) {
    Shape other(shapeOf(input));
    if (failed(verifySameElementType(*this, getInputs().front(), input)))
      return failure();
    if (other.size() == shape.size())
      std::swap(other[*axis], shape[*axis]);
    bool fits = other.size() == shape.size();
    for (size_t i = 0; fits && i < shape.size(); ++i)
      fits = static_cast<int64_t>(i) == *axis || other[i] == shape[i];
    if (!fits)
      return emitOpError() << "input of shape " << formatShape(shapeOf(input))
                           << " does not join one of shape "
                           << formatShape(shapeOf(getInputs().front()))
                           << " along dimension " << *axis;
    shape[*axis] += other[*axis];
  }
  shapes.push_back(shape);
  return success();
}

OpFoldResult ConcatOp::fold(FoldAdaptor adaptor) {
  // Shapes are vectors; joining along the only dimension appends.
  auto type = dyn_cast<RankedTensorType>(getType());
  if (!type || type.getRank() != 1)
    return {};
  SmallVector<int64_t> joined;
  for (Attribute input : adaptor.getInputs()) {
    std::optional<SmallVector<int64_t>> values = readFoldable(input);
    if (!values)
      return {};
    llvm::append_range(joined, *values);
  }
  return makeFolded(type, joined);
}

/// The size of each part: as stated, or equal with a smaller last one.
static FailureOr<Shape> computeParts(SplitOp op, int64_t size,
                                     std::optional<Shape> stated) {
  int64_t count = op.getNumResults();
  if (!stated) {
    Shape parts(count, llvm::divideCeil(size, count));
    parts.back() = size - parts.front() * (count - 1);
    if (parts.back() < 0)
      return op.emitOpError()
             << "can not cut " << size << " into " << count << " parts";
    return parts;
  }
  std::optional<int64_t> sum = 0;
  for (int64_t part : *stated)
    sum = sum && part >= 0 ? llvm::checkedAdd(*sum, part) : std::nullopt;
  if (static_cast<int64_t>(stated->size()) != count || sum != size)
    return op.emitOpError()
           << "split into " << formatShape(*stated) << " does not cut " << size
           << " into " << count << " parts";
  return *stated;
}

LogicalResult SplitOp::inferShapes(ResultShapes &shapes) {
  Shape shape(shapeOf(getInput()));
  FailureOr<int64_t> axis =
      normalizeAxis(*this, "axis", getAxis(), shape.size());
  if (failed(axis))
    return failure();
  if (getNumResults() == 0)
    return emitOpError("has no results");
  std::optional<Shape> stated;
  if (getSplit() && !(stated = readIntegers(getSplit()))) {
    shapes.assign(getNumResults(), std::nullopt);
    return success();
  }
  FailureOr<Shape> parts = computeParts(*this, shape[*axis], stated);
  if (failed(parts))
    return failure();
  for (int64_t part : *parts) {
    shape[*axis] = part;
    shapes.push_back(shape);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Slice, Gather, Shape
//===----------------------------------------------------------------------===//

/// Numpy's rules: negative bounds count from the end, then both are clamped.
static SliceOp::Range clampRange(int64_t start, int64_t end, int64_t step,
                                 int64_t size) {
  bool back = step < 0;
  int64_t low = back ? -1 : 0, high = back ? size - 1 : size;
  auto clamp = [&](int64_t bound) {
    return std::clamp(bound < 0 ? bound + size : bound, low, high);
  };
  start = clamp(start);
  end = clamp(end);
  int64_t distance = back ? start - end : end - start;
  // Beyond the size of the dimension, all steps are alike.
  step = std::clamp(step, -size - 1, size + 1);
  int64_t count =
      distance <= 0 ? 0 : llvm::divideCeil(distance, std::abs(step));
  return {start, step, count};
}

/// An operand's constant value, or its default where it is absent.
static std::optional<Shape> readOr(Value operand, Shape absent) {
  return operand ? readIntegers(operand) : absent;
}

std::optional<SmallVector<SliceOp::Range>> SliceOp::getRanges() {
  auto type = dyn_cast<RankedTensorType>(getData().getType());
  std::optional<Shape> starts = readIntegers(getStarts());
  std::optional<Shape> ends = readIntegers(getEnds());
  if (!type || !type.hasStaticShape() || !starts || !ends)
    return std::nullopt;
  auto axes =
      readOr(getAxes(), llvm::to_vector(llvm::seq<int64_t>(0, starts->size())));
  auto steps = readOr(getSteps(), Shape(starts->size(), 1));
  if (!axes || !steps || ends->size() != starts->size() ||
      axes->size() != starts->size() || steps->size() != starts->size())
    return std::nullopt;
  SmallVector<Range> ranges;
  for (int64_t size : type.getShape())
    ranges.push_back({0, 1, size});
  for (auto [axis, start, end, step] :
       llvm::zip(*axes, *starts, *ends, *steps)) {
    int64_t dim = axis < 0 ? axis + type.getRank() : axis;
    if (dim < 0 || dim >= type.getRank() || step == 0)
      return std::nullopt;
    ranges[dim] = clampRange(start, end, step, type.getDimSize(dim));
  }
  return ranges;
}

LogicalResult SliceOp::inferShapes(ResultShapes &shapes) {
  int64_t rank = shapeOf(getData()).size();
  ArrayRef<int64_t> count = shapeOf(getStarts());
  for (Value other : {getEnds(), getAxes(), getSteps()})
    if (count.size() != 1 || (other && shapeOf(other) != count))
      return emitOpError(
          "starts, ends, axes and steps must be vectors of one size");
  std::optional<Shape> axes = readOr(getAxes(), Shape());
  std::optional<Shape> steps = readOr(getSteps(), Shape());
  if (axes && failed(normalizeAxes(*this, "axes", *axes, rank)))
    return failure();
  if (!getAxes() && count[0] > rank)
    return emitOpError() << "starts has " << count[0]
                         << " entries, but the input has rank " << rank;
  if (steps && llvm::is_contained(*steps, 0))
    return emitOpError("steps has an entry 0");
  std::optional<SmallVector<Range>> ranges = getRanges();
  if (ranges)
    shapes.push_back(llvm::map_to_vector(
        *ranges, [](const Range &range) { return range.size; }));
  else
    shapes.push_back(std::nullopt);
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor adaptor) {
  std::optional<SmallVector<int64_t>> values = readFoldable(adaptor.getData());
  std::optional<SmallVector<Range>> ranges = getRanges();
  if (!values || !ranges || ranges->size() != 1)
    return {};
  SmallVector<int64_t> taken;
  for (int64_t i = 0; i < ranges->front().size; ++i)
    taken.push_back(
        (*values)[ranges->front().start + i * ranges->front().step]);
  return makeFolded(getType(), taken);
}

LogicalResult GatherOp::inferShapes(ResultShapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(getData());
  FailureOr<int64_t> axis =
      normalizeAxis(*this, "axis", getAxis(), input.size());
  if (failed(axis))
    return failure();
  Shape shape(input.take_front(*axis));
  llvm::append_range(shape, shapeOf(getIndices()));
  llvm::append_range(shape, input.drop_front(*axis + 1));
  shapes.push_back(shape);
  return success();
}

OpFoldResult GatherOp::fold(FoldAdaptor adaptor) {
  auto type = dyn_cast<RankedTensorType>(getData().getType());
  std::optional<SmallVector<int64_t>> values = readFoldable(adaptor.getData());
  std::optional<SmallVector<int64_t>> indices =
      readFoldable(adaptor.getIndices());
  if (!type || type.getRank() != 1 || !values || !indices)
    return {};
  int64_t size = values->size();
  SmallVector<int64_t> taken;
  for (int64_t index : *indices) {
    if (index < -size || index >= size)
      return {};
    taken.push_back((*values)[index < 0 ? index + size : index]);
  }
  return makeFolded(getType(), taken);
}

/// The dimensions of a Shape's operand that it yields.
static ArrayRef<int64_t> takeDims(ShapeOp op) {
  ArrayRef<int64_t> shape = shapeOf(op.getData());
  int64_t rank = shape.size();
  auto clamp = [&](int64_t bound) {
    return std::clamp<int64_t>(bound < 0 ? bound + rank : bound, 0, rank);
  };
  int64_t start = clamp(op.getStart());
  int64_t end = clamp(op.getEnd().value_or(rank));
  return shape.slice(start, std::max<int64_t>(end - start, 0));
}

LogicalResult ShapeOp::inferShapes(ResultShapes &shapes) {
  shapes.push_back(Shape{static_cast<int64_t>(takeDims(*this).size())});
  return success();
}

Type ShapeOp::inferElementType(unsigned result) {
  return IntegerType::get(getContext(), 64);
}

OpFoldResult ShapeOp::fold(FoldAdaptor adaptor) {
  if (!hasStaticShape(getData()))
    return {};
  return makeFolded(getType(), takeDims(*this));
}
