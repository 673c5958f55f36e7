// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From a region's tiled body to a TileProgram.

#include "compiler/Tile/TileAttributes.h"
#include "compiler/Tile/TileLayer.h"
#include "dialects/Deploy/Deploy.h"
#include "targets/engine/TileProgram.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::engine;

namespace {

class Reader {
public:
  Reader(deploy::RegionOp region, bool planned)
      : region(region), planned(planned) {}

  FailureOr<TileProgram> read();

private:
  LogicalResult readArguments();
  LogicalResult readLayer(const Layer &layer);
  LogicalResult readOutput(const Layer &layer, Tile &tile);
  LogicalResult readYield();
  LogicalResult check();

  std::optional<int64_t> getOffset(Value value) const {
    return planned ? deploy::getArenaOffset(value) : 0;
  }
  FailureOr<Operand> resolve(Value value);
  FailureOr<Operand> resolveSlice(tensor::ExtractSliceOp slice);
  FailureOr<Operand> resolveReshape(tosa::ReshapeOp reshape);
  FailureOr<unsigned> addTensor(Value root, Shape shape);

  deploy::RegionOp region;
  bool planned;
  TileProgram program;
  /// By the value that stands for a tensor: an argument, a layer's result, or
  /// the first insertion of a box.
  DenseMap<Value, unsigned> tensorOf;
  /// Numbers of the boxes that are moved.
  DenseMap<Value, unsigned> transferOf;
  IntegerAttr previousLayer;
};

} // namespace

/// What stands for a tensor: the first insertion of the chain that ends in
/// `value`, or `value`. Not the empty tensor before it, which chains may share.
static Value getRoot(Value value) {
  while (auto insert = value.getDefiningOp<tensor::InsertSliceOp>()) {
    if (!insert.getDest().getDefiningOp<tensor::InsertSliceOp>())
      break;
    value = insert.getDest();
  }
  return value;
}

/// Chains of insertions do not branch: each names one tensor.
static LogicalResult checkChain(tensor::InsertSliceOp insert) {
  Value dest = insert.getDest();
  if (dest.getDefiningOp<tensor::EmptyOp>())
    return success();
  unsigned insertions = llvm::count_if(dest.getUses(), [](OpOperand &use) {
    auto other = dyn_cast<tensor::InsertSliceOp>(use.getOwner());
    return other && other.getDest() == use.get();
  });
  if (!dest.getDefiningOp<tensor::InsertSliceOp>() || insertions != 1)
    return insert.emitError("must continue the only chain of insertions into "
                            "a tensor that begins empty");
  return success();
}

/// Where a slice of an image lies, which must be static and have all channels
/// between two.
template <typename T> static FailureOr<Box> getBox(T slice) {
  ArrayRef<int64_t> offsets = slice.getStaticOffsets();
  ArrayRef<int64_t> sizes = slice.getStaticSizes();
  ArrayRef<int64_t> strides = slice.getStaticStrides();
  if (offsets.size() != 4 || ShapedType::isDynamicShape(offsets) ||
      ShapedType::isDynamicShape(sizes) ||
      ShapedType::isDynamicShape(strides) || offsets[0] != 0 || sizes[0] != 1 ||
      strides[0] != 1 || strides[1] < 1 || strides[2] < 1 || strides[3] != 1)
    return slice.emitError("must cut a static box out of one NHWC image");
  return Box{offsets[1],
             offsets[2],
             offsets[3],
             {sizes[1], sizes[2], sizes[3]},
             {strides[1], strides[2]}};
}

/// The shape as an image. What is none layers read and write reshaped, and its
/// elements then lie as here.
static Shape getShape(Value value) {
  if (auto image = getImageShape(value); image && (*image)[0] == 1)
    return tile::toShape(*image);
  return {1, 1, cast<RankedTensorType>(value.getType()).getNumElements()};
}

FailureOr<unsigned> Reader::addTensor(Value root, Shape shape) {
  auto [it, added] = tensorOf.try_emplace(root, program.tensors.size());
  if (!added)
    return it->second;
  Tensor tensor;
  tensor.shape = shape;
  tensor.bytes = getElementTypeOrSelf(root).getIntOrFloatBitWidth() / 8;
  auto insert = root.getDefiningOp<tensor::InsertSliceOp>();
  if (auto empty = insert ? insert.getDest().getDefiningOp<tensor::EmptyOp>()
                          : tensor::EmptyOp()) {
    if (auto name = empty->getAttrOfType<StringAttr>("onnx.output"))
      tensor.name = name.str();
    if (auto offset = empty->getAttrOfType<IntegerAttr>(tile::spillAttrName)) {
      if (!region.getScratchOffset())
        return empty.emitError("is spilled before the region's memory is "
                               "planned; run deploy-plan-memory first");
      tensor.arenaOffset = *region.getScratchOffset() + offset.getInt();
    }
  }
  program.tensors.push_back(tensor);
  return it->second;
}

LogicalResult Reader::readArguments() {
  for (auto [argument, input] : llvm::zip_equal(
           region.getBodyBlock().getArguments(), region.getInputs())) {
    std::optional<int64_t> offset = getOffset(input);
    if (!offset)
      return region.emitError("reads memory that is not planned; run "
                              "deploy-plan-memory first");
    FailureOr<unsigned> tensor = addTensor(argument, getShape(argument));
    if (failed(tensor))
      return failure();
    program.tensors[*tensor].isInput = true;
    program.tensors[*tensor].arenaOffset = offset;
  }
  return success();
}

FailureOr<Operand> Reader::resolveSlice(tensor::ExtractSliceOp slice) {
  FailureOr<Operand> operand = resolve(slice.getSource());
  FailureOr<Box> box = getBox(slice);
  if (failed(operand) || failed(box))
    return failure();
  if (operand->staged)
    return slice.emitError("cuts a box that was moved as a whole");
  operand->box = operand->box.cut(*box);
  if (slice->hasAttr(tile::loadAttrName)) {
    operand->staged = true;
    operand->transfer =
        transferOf.try_emplace(slice.getResult(), transferOf.size())
            .first->second;
  }
  return operand;
}

FailureOr<Operand> Reader::resolveReshape(tosa::ReshapeOp reshape) {
  FailureOr<Operand> operand = resolve(reshape.getInput1());
  if (failed(operand))
    return failure();
  Shape shape = getShape(reshape.getResult());
  // An input that is only seen reshaped has that shape.
  if (Tensor &tensor = program.tensors[operand->tensor];
      tensor.isInput && reshape.getInput1().hasOneUse() &&
      isa<BlockArgument>(reshape.getInput1())) {
    tensor.shape = shape;
    return Operand{operand->tensor, tensor.shape, Box::all(tensor.shape)};
  }
  if (operand->box.shape == shape)
    return operand;
  if (operand->staged || !operand->isWhole())
    return reshape.emitError("of a part of a tensor is not possible");
  operand->view = shape;
  operand->box = Box::all(operand->view);
  return operand;
}

FailureOr<Operand> Reader::resolve(Value value) {
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    return resolveSlice(slice);
  if (auto reshape = value.getDefiningOp<tosa::ReshapeOp>())
    return resolveReshape(reshape);
  auto it = tensorOf.find(getRoot(value));
  if (it == tensorOf.end() && isIntegerConstant(value)) {
    if (failed(addTensor(value, getShape(value))))
      return failure();
    it = tensorOf.find(value);
    program.tensors[it->second].isInput = true;
    program.tensors[it->second].constant = value;
  }
  if (it == tensorOf.end())
    return emitError(value.getLoc(), "reads what no layer of the region made");
  Shape shape = program.tensors[it->second].shape;
  return Operand{it->second, shape, Box::all(shape)};
}

LogicalResult Reader::readOutput(const Layer &layer, Tile &tile) {
  Value value = layer.getOutput();
  tensor::InsertSliceOp insert = tile::getInsertion(value);
  if (insert && failed(checkChain(insert)))
    return failure();
  Value root = insert ? getRoot(insert.getResult()) : value;
  FailureOr<unsigned> tensor = addTensor(
      root, insert ? getShape(root) : tile::toShape(layer.outputShape));
  if (failed(tensor))
    return failure();
  Shape shape = program.tensors[*tensor].shape;
  tile.output = {*tensor, shape, Box::all(shape)};
  if (auto name = (insert ? insert.getOperation() : layer.getRoot())
                      ->getAttrOfType<StringAttr>("onnx.output"))
    tile.outputName = name.str();
  if (Tensor &made = program.tensors[*tensor]; made.name.empty())
    made.name = tile.outputName;
  if (!insert)
    return success();
  FailureOr<Box> box = getBox(insert);
  if (failed(box))
    return failure();
  tile.output.box = *box;
  tile.output.staged = insert->hasAttr(tile::storeAttrName);
  tile.output.transfer = program.tiles.size();
  return success();
}

LogicalResult Reader::readLayer(const Layer &layer) {
  if (layer.inputShape[0] != 1)
    return layer.getRoot()->emitError("has a batch of ")
           << layer.inputShape[0] << "; the engine takes one image at a time";
  engine::Tile tile;
  tile.layer = layer;
  auto index = layer.getRoot()->getAttrOfType<IntegerAttr>(tile::layerAttrName);
  if (!program.tiles.empty())
    tile.group =
        program.tiles.back().group + (!index || index != previousLayer);
  previousLayer = index;
  tile.form = {layer.getRoot()->hasAttr(foldTapsAttrName),
               layer.getRoot()->hasAttr(int4AttrName)};
  tile.singleBuffer = layer.getRoot()->hasAttr(singleBufferAttrName);
  if (auto offset =
          layer.getRoot()->getAttrOfType<IntegerAttr>(weightsAttrName)) {
    if (!region.getScratchOffset())
      return layer.getRoot()->emitError(
          "has weights in the region's scratch before the region's memory is "
          "planned; run deploy-plan-memory first");
    tile.weightsOffset = *region.getScratchOffset() + offset.getInt();
  }
  for (Value input : layer.inputs) {
    FailureOr<Operand> operand = resolve(input);
    if (failed(operand))
      return failure();
    tile.inputs.push_back(*operand);
  }
  if (failed(readOutput(layer, tile)))
    return failure();
  program.tiles.push_back(std::move(tile));
  return success();
}

LogicalResult Reader::readYield() {
  for (auto [index, value] : llvm::enumerate(region.getYield().getValues())) {
    FailureOr<Operand> operand = resolve(value);
    if (failed(operand))
      return failure();
    Tensor &tensor = program.tensors[operand->tensor];
    std::optional<int64_t> offset = getOffset(region.getResult(index));
    if (!offset)
      return region.emitError("writes memory that is not planned; run "
                              "deploy-plan-memory first");
    if (tensor.arenaOffset || !operand->isWhole())
      return region.emitError("yields value ")
             << index << ", which is an input, yielded twice, or a part";
    tensor.arenaOffset = offset;
    tensor.isOutput = true;
  }
  return success();
}

/// Checks that what is moved has a place in the arena and that reshapes of
/// tensors in ACT keep the channels.
LogicalResult Reader::check() {
  for (const Tile &tile : program.tiles) {
    SmallVector<const Operand *> operands{&tile.output};
    for (const Operand &input : tile.inputs)
      operands.push_back(&input);
    for (const Operand *operand : operands) {
      const Tensor &tensor = program.tensors[operand->tensor];
      Operation *root = tile.layer.getRoot();
      if (operand->staged && !tensor.arenaOffset && !tensor.constant)
        return root->emitError("moves a tensor that has no place in the arena");
      if (!operand->staged && operand->view.c != tensor.shape.c)
        return root->emitError("reads a reshape that moves data");
    }
  }
  return success();
}

FailureOr<TileProgram> Reader::read() {
  if (failed(readArguments()))
    return failure();
  for (const Layer &layer : matchLayers(region.getBodyBlock())) {
    if (layer.isInteger()) {
      if (failed(readLayer(layer)))
        return failure();
      continue;
    }
    for (Operation *op : layer.ops)
      if (!isa<tosa::ReshapeOp, tensor::EmptyOp, tensor::ExtractSliceOp,
               tensor::InsertSliceOp>(op))
        return op->emitError("is not in a layer that the engine runs");
  }
  if (failed(readYield()) || (planned && failed(check())))
    return failure();
  program.finish();
  return std::move(program);
}

FailureOr<TileProgram> engine::readTileProgram(deploy::RegionOp region,
                                               bool planned) {
  return Reader(region, planned).read();
}
