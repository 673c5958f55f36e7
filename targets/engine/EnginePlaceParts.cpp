// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tile/TileLayer.h"
#include "dialects/Deploy/Deploy.h"
#include "targets/engine/Configuration.h"
#include "targets/engine/Moves.h"
#include "targets/engine/Passes.h"

#include "llvm/ADT/SmallPtrSet.h"

namespace sluice::engine {
#define GEN_PASS_DEF_ENGINEPLACEPARTS
#include "targets/engine/Passes.h.inc"
} // namespace sluice::engine

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;
using tile::Box;
using tile::toArray;
using tile::toFold;

namespace {

struct EnginePlaceParts final
    : engine::impl::EnginePlacePartsBase<EnginePlaceParts> {
  using EnginePlacePartsBase::EnginePlacePartsBase;

  void runOnOperation() override;
};

/// Rewrites one region.
class Placer {
public:
  Placer(deploy::RegionOp region, const Parameters &parameters)
      : region(region), body(region.getBodyBlock()), parameters(parameters),
        builder(region.getContext()) {}

  void run();

private:
  void placeJoin(Operation *op, SmallVector<Part> parts);
  void orderParts(SmallVector<Part> &parts, DenseSet<Value> &written);
  void placeSlice(tosa::SliceOp op);
  void endInterleaving();
  void eraseUnused();
  void copyReshapedParts();
  void copySharedResults();
  Value copy(Value value, Location loc);
  int64_t getWordChannels(Value value) const;
  bool canBeWritten(const Part &part);
  Value insert(const Part &part, Value joined);
  Value show(Part &part, Value joined);

  deploy::RegionOp region;
  Block &body;
  const Parameters &parameters;
  OpBuilder builder;
  /// Results of layers that do not go into a joined tensor yet.
  DenseSet<Value> made;
  unsigned copies = 0;
};

} // namespace

/// `value` as an image, itself where it is one.
static Value skipReshapes(Value value) {
  while (auto reshape = value.getDefiningOp<tosa::ReshapeOp>()) {
    if (getImageShape(reshape.getInput1()) != getImageShape(value))
      break;
    value = reshape.getInput1();
  }
  return value;
}

Value Placer::copy(Value value, Location loc) {
  std::string name = getLocationName(loc);
  Location copyLoc = NameLoc::get(builder.getStringAttr(
      (name.empty() ? "part" : name) + "_copy" + Twine(copies++)));
  value = tile::reshape(builder, copyLoc, value, *getPixels(value));
  return tosa::MaxPool2dOp::create(builder, copyLoc, value.getType(), value,
                                   builder.getDenseI64ArrayAttr({1, 1}),
                                   builder.getDenseI64ArrayAttr({1, 1}),
                                   builder.getDenseI64ArrayAttr({0, 0, 0, 0}));
}

/// Channels of a word of activations such as `value`.
int64_t Placer::getWordChannels(Value value) const {
  return parameters.PC * 8 /
         getElementTypeOrSelf(value).getIntOrFloatBitWidth();
}

/// Whether the layer that makes the part's value may write it in its place.
/// Where others read it from there, it should begin with a word.
bool Placer::canBeWritten(const Part &part) {
  if (!made.contains(part.value) ||
      cast<RankedTensorType>(part.value.getType()).getRank() != 4)
    return false;
  bool isYielded = llvm::any_of(part.value.getUsers(), [](Operation *user) {
    return isa<deploy::YieldOp>(user);
  });
  return !isYielded && (part.value.hasOneUse() ||
                        part.box.c % getWordChannels(part.value) == 0);
}

Value Placer::insert(const Part &part, Value joined) {
  const Box &box = part.box;
  return tensor::InsertSliceOp::create(
      builder, part.value.getLoc(), part.value, joined,
      toFold(builder, {0, box.y, box.x, box.c}),
      toFold(builder, toArray(box.shape)),
      toFold(builder, {1, box.step.y, box.step.x, 1}));
}

static Value extract(OpBuilder &builder, Location loc, Value from,
                     const Box &box) {
  return tensor::ExtractSliceOp::create(
      builder, loc, from, toFold(builder, {0, box.y, box.x, box.c}),
      toFold(builder, toArray(box.shape)),
      toFold(builder, {1, box.step.y, box.step.x, 1}));
}

/// Decides which parts their layers write, and brings all into the order in
/// which they are there.
void Placer::orderParts(SmallVector<Part> &parts, DenseSet<Value> &written) {
  for (Part &part : parts) {
    part.value = skipReshapes(part.value);
    if (!part.isJoined && canBeWritten(part)) {
      made.erase(part.value);
      written.insert(part.value);
      part.at = part.value.getDefiningOp();
    }
  }
  llvm::stable_sort(parts, [](const Part &a, const Part &b) {
    return a.at->isBeforeInBlock(b.at);
  });
}

/// Has all that read a part read it in the joined tensor.
Value Placer::show(Part &part, Value joined) {
  Location loc = part.value.getLoc();
  auto type = cast<RankedTensorType>(part.value.getType());
  Value view = tile::reshape(
      builder, loc, extract(builder, loc, joined, part.box), type.getShape());
  part.value.replaceAllUsesExcept(view, joined.getDefiningOp());
  return view;
}

/// Makes a joined tensor: insertions stand behind the layers that write parts
/// of it, in their order, and behind copies where parts are joined.
void Placer::placeJoin(Operation *op, SmallVector<Part> parts) {
  DenseSet<Value> written;
  orderParts(parts, written);
  builder.setInsertionPointToStart(&body);
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  auto empty = tensor::EmptyOp::create(builder, op->getLoc(),
                                       *getImageShape(op->getResult(0)),
                                       type.getElementType());
  if (Attribute name = op->getAttr("onnx.output"))
    empty->setAttr("onnx.output", name);
  Value joined = empty;
  DenseMap<Value, Value> views;
  for (Part &part : parts) {
    bool isWritten = written.erase(part.value);
    if (isWritten)
      builder.setInsertionPointAfterValue(part.value);
    else
      builder.setInsertionPoint(part.at);
    if (!part.isJoined) {
      // What is written already is the same part again.
      Value view = views.lookup(part.value);
      if (!isWritten)
        part.value = copy(view ? view : part.value, part.at->getLoc());
      joined = insert(part, joined);
    }
    if (isWritten || part.isJoined)
      views[part.value] = show(part, joined);
  }
  builder.setInsertionPoint(op);
  op->getResult(0).replaceAllUsesWith(
      tile::reshape(builder, op->getLoc(), joined, type.getShape()));
}

void Placer::placeSlice(tosa::SliceOp op) {
  builder.setInsertionPoint(op);
  Value image = op.getInput1();
  image = tile::reshape(builder, op.getLoc(), image, *getImageShape(image));
  Value part = extract(builder, op.getLoc(), image, getBox(op));
  op.replaceAllUsesWith(
      tile::reshape(builder, op.getLoc(), part, op.getType().getShape()));
}

/// Alternating rows and columns that are joined are an image again, whatever
/// others see it as.
void Placer::endInterleaving() {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    auto concat = dyn_cast<tosa::ConcatOp>(op);
    if (!concat || !isInterleaved(concat))
      continue;
    SmallVector<OpOperand *> readers;
    for (OpOperand &use : concat->getUses())
      if (!isa<tosa::ConcatOp>(use.getOwner()))
        readers.push_back(&use);
    if (readers.empty())
      continue;
    builder.setInsertionPointAfter(concat);
    ArrayRef<int64_t> shape = concat.getType().getShape();
    Value image =
        tile::reshape(builder, concat.getLoc(), concat, *getPixels(concat));
    Value again = tile::reshape(builder, concat.getLoc(), image, shape);
    for (OpOperand *reader : readers) {
      Operation *owner = reader->getOwner();
      if (!isa<tosa::ReshapeOp>(owner))
        reader->set(again);
      else if (owner->getResult(0).getType() == image.getType())
        owner->getResult(0).replaceAllUsesWith(image);
      else
        reader->set(image);
    }
  }
}

/// Erases views that nothing reads.
void Placer::eraseUnused() {
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isa<tensor::ExtractSliceOp, tosa::ReshapeOp>(op) && op.use_empty())
      op.erase();
}

/// What a layer reads in another shape is whole.
void Placer::copyReshapedParts() {
  for (Operation &op : llvm::make_early_inc_range(body)) {
    auto reshape = dyn_cast<tosa::ReshapeOp>(op);
    Value part = reshape ? skipReshapes(reshape.getInput1()) : Value();
    if (!part || !part.getDefiningOp<tensor::ExtractSliceOp>() ||
        getImageShape(part) == getImageShape(reshape))
      continue;
    builder.setInsertionPoint(reshape);
    reshape.setOperand(0, copy(part, reshape.getLoc()));
  }
}

/// Has each result of the region made by a layer, and no two by one: what is
/// yielded again, or is no whole tensor that the region computes, is copied.
/// The engine writes a layer's result to one place.
void Placer::copySharedResults() {
  llvm::SmallPtrSet<Value, 4> seen;
  builder.setInsertionPoint(region.getYield());
  for (OpOperand &yielded : region.getYield()->getOpOperands()) {
    Value source = yielded.get();
    while (auto reshape = source.getDefiningOp<tosa::ReshapeOp>())
      source = reshape.getInput1();
    Operation *maker = source.getDefiningOp();
    if (!getImageShape(source) || (seen.insert(source).second && maker &&
                                   !isa<tensor::ExtractSliceOp>(maker)))
      continue;
    auto type = cast<RankedTensorType>(yielded.get().getType());
    yielded.set(tile::reshape(builder, yielded.get().getLoc(),
                              copy(source, yielded.get().getLoc()),
                              type.getShape()));
  }
}

void Placer::run() {
  endInterleaving();
  SmallVector<Operation *> moves;
  for (const Layer &layer : matchLayers(body)) {
    if (layer.isInteger())
      made.insert(layer.getOutput());
    if (layer.kind == LayerKind::Move || layer.kind == LayerKind::Reshape)
      llvm::append_range(moves, layer.ops);
  }
  // From the last to the first: what is joined to be a part is then part of
  // the larger already.
  for (Operation *op : llvm::reverse(moves)) {
    SmallVector<Part> parts;
    if (!op->use_empty())
      parts = getParts(op, getWordChannels(op->getResult(0)));
    auto slice = dyn_cast<tosa::SliceOp>(op);
    if (!parts.empty())
      placeJoin(op, std::move(parts));
    else if (slice && !op->use_empty())
      placeSlice(slice);
    if (op->use_empty())
      op->erase();
  }
  eraseUnused();
  copyReshapedParts();
  eraseUnused();
  copySharedResults();
}

void EnginePlaceParts::runOnOperation() {
  llvm::Expected<Configuration> configuration = Configuration::parse(board);
  if (!configuration) {
    getOperation().emitError(llvm::toString(configuration.takeError()));
    return signalPassFailure();
  }
  SmallVector<deploy::RegionOp> regions;
  getOperation().walk([&](deploy::RegionOp region) {
    if (region.getTarget() == "engine")
      regions.push_back(region);
  });
  for (deploy::RegionOp region : regions)
    Placer(region, configuration->parameters()).run();
}
