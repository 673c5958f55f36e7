// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Tile/TileLayer.h"

#include "compiler/Tile/TileAttributes.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/IR/IRMapping.h"

#include <map>

using namespace mlir;
using namespace sluice;
using namespace sluice::tile;

Value tile::reshape(OpBuilder &builder, Location loc, Value value,
                    ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  auto shapeType = tosa::shapeType::get(builder.getContext(), shape.size());
  Value target = tosa::ConstShapeOp::create(builder, loc, shapeType,
                                            builder.getIndexTensorAttr(shape));
  return tosa::ReshapeOp::create(builder, loc, type.clone(shape), value,
                                 target);
}

std::array<int64_t, 4> tile::toArray(Shape shape) {
  return {1, shape.h, shape.w, shape.c};
}

SmallVector<OpFoldResult> tile::toFold(Builder &builder,
                                       ArrayRef<int64_t> values) {
  return getAsIndexOpFoldResult(builder.getContext(), values);
}

tensor::InsertSliceOp tile::getInsertion(Value value) {
  if (!value.hasOneUse())
    return {};
  auto insert = dyn_cast<tensor::InsertSliceOp>(*value.user_begin());
  return insert && insert.getSource() == value ? insert
                                               : tensor::InsertSliceOp();
}

namespace {

class Tiler {
public:
  Tiler(const Layer &layer, int64_t number, const LayerTiling &tiling)
      : layer(layer), number(number), tiling(tiling), builder(layer.getRoot()),
        loc(layer.getRoot()->getLoc()) {}

  void run();

private:
  Value cutInput(unsigned index, const Box &box);
  Value cutChannels(Value constant, unsigned dim, const Box &output);
  void mapConstants(Operation *op, const Box &output, IRMapping &mapping);
  Value makeTile(const OutputTile &tile);
  Value makeOp(Operation *op, const OutputTile &tile, const InputTile &input,
               IRMapping &mapping);
  Value makeMatrixOp(Operation *op, const OutputTile &tile, IRMapping &mapping);
  Value insert(Value part, Value whole, const Box &box);
  Value getDestination();
  void finish(Value result);

  const Layer &layer;
  int64_t number;
  const LayerTiling &tiling;
  OpBuilder builder;
  Location loc;
  /// Where the layer's result goes, if into a part of a tensor, and the box.
  tensor::InsertSliceOp target;
  Box whole;
  SmallVector<Value, 2> images;
  /// Slices that several tiles share.
  std::map<std::pair<unsigned, std::array<int64_t, 6>>, Value> inputSlices;
  std::map<std::pair<void *, int64_t>, Value> constantSlices;
};

} // namespace

Value Tiler::cutInput(unsigned index, const Box &box) {
  Value image = images[index];
  bool loads = tiling.loads[index];
  if (!loads && box == Box::all(toShape(layer.getInputShape(index))))
    return image;
  Value &slice = inputSlices[{
      index, {box.y, box.x, box.c, box.shape.h, box.shape.w, box.shape.c}}];
  if (slice)
    return slice;
  auto op = tensor::ExtractSliceOp::create(
      builder, loc, image, toFold(builder, {0, box.y, box.x, box.c}),
      toFold(builder, toArray(box.shape)), toFold(builder, {1, 1, 1, 1}));
  if (loads)
    op->setAttr(loadAttrName, builder.getUnitAttr());
  return slice = op;
}

/// The part of a constant that has one entry an output channel in `dim`.
Value Tiler::cutChannels(Value constant, unsigned dim, const Box &output) {
  auto type = cast<RankedTensorType>(constant.getType());
  if (type.getDimSize(dim) == output.shape.c)
    return constant;
  Value &slice = constantSlices[{constant.getAsOpaquePointer(), output.c}];
  if (slice)
    return slice;
  SmallVector<int64_t> offsets(type.getRank()), sizes(type.getShape());
  offsets[dim] = output.c;
  sizes[dim] = output.shape.c;
  return slice = tensor::ExtractSliceOp::create(
             builder, loc, constant, toFold(builder, offsets),
             toFold(builder, sizes),
             toFold(builder, SmallVector<int64_t>(type.getRank(), 1)));
}

/// Maps the constants of `op` to the tile's channels.
void Tiler::mapConstants(Operation *op, const Box &output, IRMapping &mapping) {
  auto map = [&](Value constant, unsigned dim) {
    auto type = cast<RankedTensorType>(constant.getType());
    if (type.getDimSize(dim) == layer.outputShape[3])
      mapping.map(constant, cutChannels(constant, dim, output));
  };
  if (auto conv = dyn_cast<tosa::Conv2DOp>(op)) {
    map(conv.getWeight(), 0);
    map(conv.getBias(), 0);
  } else if (auto depthwise = dyn_cast<tosa::DepthwiseConv2DOp>(op)) {
    map(depthwise.getWeight(), 2);
    map(depthwise.getBias(), 0);
  } else if (auto rescale = dyn_cast<tosa::RescaleOp>(op)) {
    if (!rescale.getPerChannel())
      return;
    map(rescale.getMultiplier(), 0);
    map(rescale.getShift(), 0);
  }
}

/// The tile of one op of a product of matrices, which have three dimensions.
Value Tiler::makeMatrixOp(Operation *op, const OutputTile &tile,
                          IRMapping &mapping) {
  Operation *copy = builder.clone(*op, mapping);
  Value result = copy->getResult(0);
  auto type = cast<RankedTensorType>(result.getType());
  if (isa<tosa::MatMulOp>(op)) {
    result.setType(type.clone({1, tile.box.shape.w, tile.box.shape.c}));
    return reshape(builder, loc, result, toArray(tile.box.shape));
  }
  auto from = cast<RankedTensorType>(copy->getOperand(0).getType());
  result.setType(type.clone({1, from.getDimSize(2), from.getDimSize(1)}));
  return result;
}

Value Tiler::makeOp(Operation *op, const OutputTile &tile,
                    const InputTile &input, IRMapping &mapping) {
  if (isa<tosa::MatMulOp, tosa::TransposeOp>(op))
    return makeMatrixOp(op, tile, mapping);
  mapConstants(op, tile.box, mapping);
  Operation *copy = builder.clone(*op, mapping);
  copy->removeAttr("onnx.output");
  if (copy->hasAttr("pad"))
    copy->setAttr("pad", builder.getDenseI64ArrayAttr(
                             {input.padBefore.y, input.padAfter.y,
                              input.padBefore.x, input.padAfter.x}));
  Value result = copy->getResult(0);
  result.setType(
      cast<RankedTensorType>(result.getType()).clone(toArray(tile.box.shape)));
  return result;
}

/// Makes the layer's ops on one tile. Reshapes and cuts inside the layer only
/// change how its values are seen, not the boxes.
Value Tiler::makeTile(const OutputTile &tile) {
  InputTile input = getInputTile(layer, /*index=*/0, tile.box);
  IRMapping mapping;
  for (auto [index, value] : llvm::enumerate(layer.inputs)) {
    Value part = cutInput(index, getInputTile(layer, index, tile.box).box);
    if (layer.kind == LayerKind::MatMul) {
      ArrayRef<int64_t> shape =
          cast<RankedTensorType>(part.getType()).getShape();
      part = reshape(builder, loc, part, shape.drop_front());
    }
    mapping.map(value, part);
  }
  Value result;
  for (Operation *op : layer.ops) {
    if (isa<tosa::ReshapeOp, tosa::SliceOp>(op))
      result = mapping.lookup(op->getOperand(0));
    else
      result = makeOp(op, tile, input, mapping);
    mapping.map(op->getResult(0), result);
  }
  Operation *last = result.getDefiningOp();
  for (NamedAttribute attribute : tiling.attributes)
    last->setAttr(attribute.getName(), attribute.getValue());
  last->setAttr(layerAttrName, builder.getI64IntegerAttr(number));
  last->setAttr(indexAttrName, builder.getDenseI64ArrayAttr(tile.index));
  return result;
}

Value Tiler::insert(Value part, Value whole, const Box &box) {
  auto op = tensor::InsertSliceOp::create(
      builder, loc, part, whole, toFold(builder, {0, box.y, box.x, box.c}),
      toFold(builder, toArray(box.shape)),
      toFold(builder, {1, box.step.y, box.step.x, 1}));
  if (tiling.stores)
    op->setAttr(storeAttrName, builder.getUnitAttr());
  return op;
}

/// The tensor that tiles are put into, and in `whole` where.
Value Tiler::getDestination() {
  Value result;
  if (target) {
    ArrayRef<int64_t> at = target.getStaticOffsets();
    ArrayRef<int64_t> strides = target.getStaticStrides();
    whole.y = at[1], whole.x = at[2], whole.c = at[3];
    whole.step = {strides[1], strides[2]};
    result = target.getDest();
  } else {
    result = tensor::EmptyOp::create(builder, loc,
                                     toArray(toShape(layer.outputShape)),
                                     getElementTypeOrSelf(layer.getOutput()));
  }
  Value first = result;
  while (auto earlier = first.getDefiningOp<tensor::InsertSliceOp>())
    first = earlier.getDest();
  if (tiling.spillOffset)
    first.getDefiningOp()->setAttr(
        spillAttrName, builder.getI64IntegerAttr(*tiling.spillOffset));
  return result;
}

/// Puts `result` in the place of the layer's and removes the layer.
void Tiler::finish(Value result) {
  Operation *root = layer.getRoot();
  if (auto name = root->getAttr("onnx.output"))
    result.getDefiningOp()->setAttr("onnx.output", name);
  if (target) {
    target.replaceAllUsesWith(result);
    target.erase();
  } else {
    auto type = cast<RankedTensorType>(layer.getOutput().getType());
    result = reshape(builder, loc, result, type.getShape());
    layer.getOutput().replaceAllUsesWith(result);
  }
  for (Operation *op : llvm::reverse(layer.ops))
    op->erase();
}

void Tiler::run() {
  for (auto [index, input] : llvm::enumerate(layer.inputs))
    images.push_back(reshape(builder, loc, input, layer.getInputShape(index)));
  Shape output = toShape(layer.outputShape);
  std::vector<OutputTile> tiles =
      enumerateTiles(output, tiling.size, tiling.channelsOuter);
  target = getInsertion(layer.getOutput());
  if (tiles.size() == 1 && !tiling.stores && !target)
    return finish(makeTile(tiles.front()));
  Value result = getDestination();
  for (const OutputTile &tile : tiles)
    result = insert(makeTile(tile), result, whole.cut(tile.box));
  finish(result);
}

void tile::tileLayer(const Layer &layer, int64_t number,
                     const LayerTiling &tiling) {
  Tiler(layer, number, tiling).run();
}
