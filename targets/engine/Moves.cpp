// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/Moves.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using llvm::formatv;
using tile::Box;

// Rows and columns that alternate are told by six dimensions: image, rows,
// which of the alternating rows, columns, which of those, channels.
static constexpr int64_t interleavedRank = 6;
static constexpr unsigned rowPhase = 2, columnPhase = 4;

static ArrayRef<int64_t> getShape(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

bool engine::isInterleaved(Value value) {
  return int64_t(getShape(value).size()) == interleavedRank;
}

std::optional<std::array<int64_t, 4>> engine::getPixels(Value value) {
  if (!isInterleaved(value))
    return getImageShape(value);
  ArrayRef<int64_t> shape = getShape(value);
  return std::array{shape[0], shape[1] * shape[rowPhase],
                    shape[3] * shape[columnPhase], shape[5]};
}

static bool hasOnePhase(Value value) {
  return getShape(value)[rowPhase] == 1 && getShape(value)[columnPhase] == 1;
}

/// Whether `value`, of six dimensions, is joined of images along the phases.
static bool isInterleaving(Value value) {
  if (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    return hasOnePhase(value) &&
           getPixels(reshape.getInput1()) == getPixels(value);
  auto concat = value.getDefiningOp<tosa::ConcatOp>();
  return concat &&
         (concat.getAxis() == rowPhase || concat.getAxis() == columnPhase) &&
         llvm::all_of(concat.getInput1(), isInterleaving);
}

/// Whether `reshape` sees joined images as the image that they make.
static bool endsInterleaving(tosa::ReshapeOp reshape) {
  return isInterleaved(reshape.getInput1()) &&
         isInterleaving(reshape.getInput1()) &&
         getPixels(reshape.getInput1()) == getPixels(reshape.getOutput());
}

namespace {

/// Collects the parts of a joined tensor.
class Collector {
public:
  Collector(Operation *join, int64_t channels)
      : join(join), channels(channels) {}

  SmallVector<Part> parts;

  /// `value` goes to `at` of the joined image.
  void addImage(Value value, Box at);
  void addConcat(tosa::ConcatOp concat, Box at);
  /// `value`, of six dimensions, goes to the phase that `at` begins at.
  void addInterleaved(Value value, Box at);

private:
  bool canBeApart(Value value, const Box &at) const;

  Operation *join;
  int64_t channels;
};

} // namespace

/// Whether the parts of `value` may lie at `at` of another tensor.
bool Collector::canBeApart(Value value, const Box &at) const {
  bool fits = at.step == Extent{1, 1} && at.c % channels == 0;
  return value.getDefiningOp() && (value.hasOneUse() || fits) &&
         llvm::none_of(value.getUsers(), [](Operation *user) {
           return user->hasTrait<OpTrait::IsTerminator>();
         });
}

void Collector::addConcat(tosa::ConcatOp concat, Box at) {
  unsigned axis = concat.getAxis() + 4 - getShape(concat.getOutput()).size();
  for (Value operand : concat.getInput1()) {
    auto image = *getImageShape(operand);
    Box part = at;
    part.shape = tile::toShape(image);
    addImage(operand, part);
    (axis == 1 ? at.y : axis == 2 ? at.x : at.c) += image[axis];
  }
}

void Collector::addImage(Value value, Box at) {
  SmallVector<Part> inner;
  if (canBeApart(value, at))
    inner = getParts(value.getDefiningOp(), channels);
  bool isJoined = !inner.empty();
  for (Part &part : inner) {
    part.box = at.cut(part.box);
    parts.push_back(part);
  }
  if (!isJoined || !value.hasOneUse())
    parts.push_back(
        {value, at, isJoined ? value.getDefiningOp() : join, isJoined});
}

void Collector::addInterleaved(Value value, Box at) {
  if (auto concat = value.getDefiningOp<tosa::ConcatOp>()) {
    for (Value operand : concat.getInput1()) {
      addInterleaved(operand, at);
      int64_t count = getShape(operand)[concat.getAxis()];
      (concat.getAxis() == rowPhase ? at.y : at.x) += count;
    }
    return;
  }
  ArrayRef<int64_t> shape = getShape(value);
  at.shape = {shape[1], shape[3], shape[5]};
  auto reshape = value.getDefiningOp<tosa::ReshapeOp>();
  addImage(reshape ? reshape.getInput1() : value, at);
}

SmallVector<Part> engine::getParts(Operation *op, int64_t channels) {
  Collector collector(op, channels);
  if (auto concat = dyn_cast<tosa::ConcatOp>(op)) {
    if (!isInterleaved(concat.getOutput()))
      collector.addConcat(concat, Box());
  } else if (auto reshape = dyn_cast<tosa::ReshapeOp>(op)) {
    if (!endsInterleaving(reshape))
      return {};
    ArrayRef<int64_t> shape = getShape(reshape.getInput1());
    Box at;
    at.step = {shape[rowPhase], shape[columnPhase]};
    collector.addInterleaved(reshape.getInput1(), at);
  }
  return std::move(collector.parts);
}

/// The first index in each dimension that `op` takes.
static std::optional<SmallVector<int64_t>> getStart(tosa::SliceOp op) {
  DenseIntElementsAttr start;
  if (!matchPattern(op.getStart(), m_Constant(&start)))
    return std::nullopt;
  return llvm::map_to_vector(
      start, [](const APInt &index) { return index.getSExtValue(); });
}

Box engine::getBox(tosa::SliceOp op) {
  SmallVector<int64_t> start = *getStart(op);
  start.insert(start.begin(), 4 - start.size(), 0);
  return {start[1], start[2], start[3],
          tile::toShape(*getImageShape(op.getOutput()))};
}

//===----------------------------------------------------------------------===//
// Legality
//===----------------------------------------------------------------------===//

std::string engine::findConstant(Value value) {
  while (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    value = reshape.getInput1();
  if (Operation *op = value.getDefiningOp(); op && isConstant(op))
    return "an input is a constant; the engine reads tensors that the model "
           "computes";
  return {};
}

static std::string checkImage(Value value) {
  auto image = getImageShape(value);
  if (!image)
    return formatv("a tensor of {0} dimensions; the engine moves images of at "
                   "most 4",
                   getShape(value).size());
  if ((*image)[0] != 1)
    return formatv("batch {0}; the engine takes one image at a time",
                   (*image)[0]);
  return findConstant(value);
}

std::string engine::findImmovable(const Layer &layer,
                                  const Parameters &parameters) {
  for (Operation *op : layer.ops) {
    Value result = op->getResult(0);
    if (!parameters.INT16 && !getElementTypeOrSelf(result).isInteger(8))
      return "int16 activations, which an engine with INT16=1 runs";
    if (auto slice = dyn_cast<tosa::SliceOp>(op); slice && !getStart(slice))
      return "a slice whose start is not constant";
    if (auto reshape = dyn_cast<tosa::ReshapeOp>(op)) {
      if (isInterleaved(reshape.getInput1()) && !endsInterleaving(reshape))
        return "a reshape of 6 dimensions that moves pixels";
      continue;
    }
    if (isInterleaved(result)) {
      if (!isInterleaving(result))
        return "a concatenation of 6 dimensions that moves pixels";
      continue;
    }
    unsigned tensors = isa<tosa::SliceOp>(op) ? 1 : op->getNumOperands();
    SmallVector<Value> images(op->getOperands().take_front(tensors));
    images.push_back(result);
    for (Value image : images)
      if (std::string reason = checkImage(image); !reason.empty())
        return reason;
  }
  return {};
}
