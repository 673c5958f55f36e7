// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Layer.h"

#include "compiler/Support/LayerMatch.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace sluice;

llvm::StringRef sluice::stringify(LayerKind kind) {
  switch (kind) {
  case LayerKind::Convolution:
    return "convolution";
  case LayerKind::MatMul:
    return "matmul";
  case LayerKind::Depthwise:
    return "depthwise";
  case LayerKind::AveragePool:
    return "average_pool";
  case LayerKind::Rescale:
    return "rescale";
  case LayerKind::MaxPool:
    return "max_pool";
  case LayerKind::Add:
    return "add";
  case LayerKind::Lookup:
    return "lookup";
  case LayerKind::Softmax:
    return "softmax";
  case LayerKind::Quantize:
    return "quantize";
  case LayerKind::Dequantize:
    return "dequantize";
  case LayerKind::Reshape:
    return "reshape";
  case LayerKind::Move:
    return "move";
  case LayerKind::Other:
    return "other";
  }
  return "other";
}

Value Layer::getOutput() const { return getRoot()->getResult(0); }

bool Layer::isInteger() const {
  return kind == LayerKind::Convolution || kind == LayerKind::MatMul ||
         kind == LayerKind::Depthwise || kind == LayerKind::AveragePool ||
         kind == LayerKind::Rescale || kind == LayerKind::MaxPool ||
         kind == LayerKind::Add || kind == LayerKind::Lookup;
}

std::array<int64_t, 4> Layer::getInputShape(unsigned index) const {
  if (kind != LayerKind::MatMul || index == 0)
    return inputShape;
  int64_t inner = inputShape[3], outputs = outputShape[3];
  if (hasChannelRows)
    return {1, 1, outputs, inner};
  return {1, 1, inner, outputs};
}

bool sluice::isActivation(Value value) {
  Type type = getElementTypeOrSelf(value.getType());
  return type.isSignlessInteger(8) || type.isSignlessInteger(16);
}

int64_t Layer::getLargestSum() const {
  int64_t reach = inputBits == 8 ? 255 : 32768;
  if (!weights)
    return reach * kernel.area();
  std::vector<int32_t> values = *readIntegers(weights),
                       biases = *readIntegers(bias);
  int64_t channels = outputShape[3], most = 0;
  int64_t taps = values.size() / channels;
  bool depthwise = kind == LayerKind::Depthwise;
  for (int64_t c = 0; c < channels; ++c) {
    int64_t sum = 0;
    for (int64_t tap = 0; tap < taps; ++tap)
      sum += std::abs(values[depthwise ? tap * channels + c : c * taps + tap]);
    int64_t start = biases[biases.size() == 1 ? 0 : c];
    most = std::max(most, std::abs(start) + reach * sum);
  }
  return most;
}

bool sluice::isConstant(Operation *op) {
  return op->hasTrait<OpTrait::ConstantLike>() || isa<tosa::ConstShapeOp>(op);
}

template <typename T>
static std::vector<int32_t> readAs(ArrayRef<char> bytes, int64_t count) {
  std::vector<int32_t> result(count);
  for (int64_t i = 0; i < count; ++i) {
    T element;
    std::memcpy(&element, bytes.data() + i * sizeof(T), sizeof(T));
    result[i] = element;
  }
  return result;
}

/// `count` elements of 8, 16 or 32 bits that lie one after the other.
static std::vector<int32_t> readBytes(ArrayRef<char> bytes, int64_t count,
                                      Type type) {
  if (type.isInteger(8))
    return readAs<int8_t>(bytes, count);
  if (type.isInteger(16))
    return readAs<int16_t>(bytes, count);
  return readAs<int32_t>(bytes, count);
}

/// Elements of 48 bits, if 32 hold them.
static std::optional<std::vector<int32_t>>
readWide(DenseIntElementsAttr elements) {
  std::vector<int32_t> result;
  for (const APInt &element : elements) {
    if (!element.isSignedIntN(32))
      return std::nullopt;
    result.push_back(int32_t(element.getSExtValue()));
  }
  return result;
}

/// The constant that `value` is, if its elements are integers of 8, 16, 32 or
/// 48 bits.
static ElementsAttr getIntegers(Value value) {
  ElementsAttr elements;
  if (!value || !matchPattern(value, m_Constant(&elements)) ||
      !elements.getElementType().isInteger())
    return {};
  unsigned width = elements.getElementType().getIntOrFloatBitWidth();
  if (width != 8 && width != 16 && width != 32 && width != 48)
    return {};
  // A resource comes from a file and need not be there, or whole.
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    if (!blob || int64_t(blob->getData().size()) !=
                     elements.getNumElements() * width / 8)
      return {};
  } else if (!isa<DenseIntElementsAttr>(elements)) {
    return {};
  }
  return elements;
}

/// Elements of the box that `slice` cuts out of `source`, run by run.
static std::vector<int32_t> cut(tensor::ExtractSliceOp slice,
                                ArrayRef<int32_t> source) {
  SmallVector<int64_t> strides =
      computeSuffixProduct(slice.getSourceType().getShape());
  ArrayRef<int64_t> sizes = slice.getStaticSizes();
  int64_t run = sizes.back();
  SmallVector<int64_t> runStrides = computeSuffixProduct(sizes.drop_back());
  std::vector<int32_t> result;
  result.reserve(computeProduct(sizes));
  for (int64_t i = 0, e = computeProduct(sizes.drop_back()); i < e; ++i) {
    SmallVector<int64_t> at = delinearize(i, runStrides);
    at.push_back(0);
    for (auto [index, offset] : llvm::zip_equal(at, slice.getStaticOffsets()))
      index += offset;
    const int32_t *begin = source.data() + linearize(at, strides);
    result.insert(result.end(), begin, begin + run);
  }
  return result;
}

/// Whether all of the slice's numbers are known and its strides are 1.
static bool isPlainSlice(tensor::ExtractSliceOp slice) {
  return !ShapedType::isDynamicShape(slice.getStaticOffsets()) &&
         !ShapedType::isDynamicShape(slice.getStaticSizes()) &&
         slice.hasUnitStride() && slice.getSourceType().hasStaticShape();
}

std::optional<std::vector<int32_t>> sluice::readIntegers(Value value) {
  if (auto slice = value ? value.getDefiningOp<tensor::ExtractSliceOp>()
                         : tensor::ExtractSliceOp()) {
    auto source = readIntegers(slice.getSource());
    if (!source || !isPlainSlice(slice))
      return std::nullopt;
    return cut(slice, *source);
  }
  ElementsAttr elements = getIntegers(value);
  if (!elements)
    return std::nullopt;
  int64_t count = elements.getNumElements();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(elements)) {
    return readBytes(resource.getRawHandle().getBlob()->getData(), count,
                     elements.getElementType());
  }
  auto dense = cast<DenseIntElementsAttr>(elements);
  if (dense.getElementType().isInteger(48))
    return readWide(dense);
  if (dense.isSplat())
    return std::vector<int32_t>(
        count, int32_t(dense.getSplatValue<APInt>().getSExtValue()));
  return readBytes(dense.getRawData(), count, elements.getElementType());
}

bool sluice::isIntegerConstant(Value value) {
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    return isPlainSlice(slice) && isIntegerConstant(slice.getSource());
  return static_cast<bool>(getIntegers(value));
}

std::optional<std::array<int64_t, 4>> sluice::getImageShape(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || type.getRank() == 0 ||
      type.getRank() > 4 || type.getNumElements() == 0)
    return std::nullopt;
  std::array<int64_t, 4> image{1, 1, 1, 1};
  llvm::copy(type.getShape(), image.end() - type.getRank());
  return image;
}

std::string sluice::getLocationName(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : llvm::reverse(fused.getLocations()))
      if (std::string name = getLocationName(part); !name.empty())
        return name;
  return {};
}

//===----------------------------------------------------------------------===//
// Layers that are not integer layers
//===----------------------------------------------------------------------===//

static bool isMove(Operation *op) {
  return isa<tosa::ConcatOp, tosa::SliceOp, tosa::ReshapeOp>(op) &&
         isActivation(op->getResult(0));
}

/// What a run of ops with one name computes, told by the ops that only one row
/// of the table has.
static LayerKind classify(ArrayRef<Operation *> ops) {
  auto any = [&](auto predicate) { return llvm::any_of(ops, predicate); };
  auto castsTo = [&](bool toFloat) {
    return any([&](Operation *op) {
      auto cast = dyn_cast<tosa::CastOp>(op);
      return cast &&
             isa<FloatType>(getElementTypeOrSelf(cast.getInput())) != toFloat &&
             isa<FloatType>(getElementTypeOrSelf(cast.getOutput())) == toFloat;
    });
  };
  if (llvm::all_of(ops, [](Operation *op) { return isa<tosa::ReshapeOp>(op); }))
    return LayerKind::Reshape;
  if (llvm::all_of(ops, isMove))
    return LayerKind::Move;
  if (any([](Operation *op) { return isa<tosa::GatherOp>(op); }) &&
      any([](Operation *op) { return isa<tosa::IntDivOp>(op); }))
    return LayerKind::Softmax;
  if (castsTo(true) && !castsTo(false))
    return LayerKind::Dequantize;
  if (castsTo(false) && !castsTo(true))
    return LayerKind::Quantize;
  return LayerKind::Other;
}

/// The multiplications of an op that is no layer of its own. A sum of taps, as
/// an int8 average has it, multiplies by one and does not count.
static int64_t countMacs(Operation *op) {
  auto elements = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return type && type.hasStaticShape() ? type.getNumElements() : 0;
  };
  if (auto product = dyn_cast<tosa::MatMulOp>(op)) {
    auto type = cast<RankedTensorType>(product.getA().getType());
    return elements(product.getOutput()) * type.getShape().back();
  }
  if (auto conv = dyn_cast<tosa::Conv2DOp>(op)) {
    auto type = cast<RankedTensorType>(conv.getWeight().getType());
    return elements(conv.getOutput()) * elements(conv.getWeight()) /
           std::max<int64_t>(type.getDimSize(0), 1);
  }
  auto depthwise = dyn_cast<tosa::DepthwiseConv2DOp>(op);
  if (!depthwise)
    return 0;
  std::optional<std::vector<int32_t>> integers =
      readIntegers(depthwise.getWeight());
  if (integers && llvm::all_equal(*integers) && integers->front() == 1)
    return 0;
  auto type = cast<RankedTensorType>(depthwise.getWeight().getType());
  return elements(depthwise.getOutput()) * type.getDimSize(0) *
         type.getDimSize(1);
}

/// Sets name, output name and inputs from `layer.ops`, and what others than
/// integer layers multiply.
static void describe(Layer &layer, size_t index) {
  Operation *root = layer.getRoot();
  if (!layer.isInteger())
    for (Operation *op : layer.ops)
      layer.macs += countMacs(op);
  layer.name = getLocationName(root->getLoc());
  if (layer.name.empty())
    layer.name = (stringify(layer.kind) + "_" + Twine(index)).str();
  if (auto output = root->getAttrOfType<StringAttr>("onnx.output"))
    layer.outputName = output.str();
  if (!layer.inputs.empty())
    return;
  llvm::SmallPtrSet<Operation *, 8> own(layer.ops.begin(), layer.ops.end());
  for (Operation *op : layer.ops)
    op->walk([&](Operation *nested) {
      for (Value operand : nested->getOperands()) {
        Operation *source = operand.getDefiningOp();
        bool outside = !source || (!isConstant(source) && !own.count(source) &&
                                   source->getBlock() == op->getBlock());
        if (outside && operand.getParentBlock() == op->getBlock() &&
            !llvm::is_contained(layer.inputs, operand))
          layer.inputs.push_back(operand);
      }
    });
}

std::vector<Layer> sluice::matchLayers(Block &block) {
  // Integer layers are found at their first op that only they have; each op
  // belongs to one layer at most, which runs where its last op stands.
  std::vector<Layer> integers;
  llvm::DenseMap<Operation *, size_t> layerOf;
  for (Operation &op : block) {
    std::optional<Layer> layer = matchIntegerLayer(&op);
    if (!layer || llvm::any_of(layer->ops, [&](Operation *part) {
          return layerOf.contains(part);
        }))
      continue;
    for (Operation *part : layer->ops)
      layerOf[part] = integers.size();
    integers.push_back(std::move(*layer));
  }

  std::vector<Layer> layers;
  auto finish = [&](Layer layer) {
    describe(layer, layers.size());
    layers.push_back(std::move(layer));
  };
  Layer run;
  auto flush = [&] {
    if (run.ops.empty())
      return;
    run.kind = classify(run.ops);
    finish(std::exchange(run, Layer()));
  };
  for (Operation &op : block) {
    if (isConstant(&op) || op.hasTrait<OpTrait::IsTerminator>())
      continue;
    if (auto it = layerOf.find(&op); it != layerOf.end()) {
      flush();
      if (integers[it->second].getRoot() == &op)
        finish(std::move(integers[it->second]));
      continue;
    }
    std::string name = getLocationName(op.getLoc());
    if (!run.ops.empty() &&
        (name.empty() || name != getLocationName(run.getRoot()->getLoc())))
      flush();
    run.ops.push_back(&op);
  }
  flush();
  return layers;
}
