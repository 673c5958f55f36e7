// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of operators on images. `auto_pad` is resolved and defaults are filled
// in, so that the dialect has one form of a window.

#include "compiler/Import/NodeImport.h"

using namespace mlir;

namespace sluice {

using Ints = SmallVector<int64_t>;

namespace {
/// The attributes of a window with their defaults filled in.
struct Window {
  Ints kernel, strides, dilations, pads;
  StringRef autoPad;

  /// Whether sizes can be computed with; if not, the operation's verifier says
  /// what is wrong.
  bool isSound(size_t rank) const {
    auto isSize = [](int64_t value) {
      return value >= 1 && value <= INT32_MAX;
    };
    return kernel.size() == rank && strides.size() == rank &&
           dilations.size() == rank && llvm::all_of(kernel, isSize) &&
           llvm::all_of(strides, isSize) && llvm::all_of(dilations, isSize);
  }
  int64_t extent(size_t i) const { return dilations[i] * (kernel[i] - 1) + 1; }

  /// Pads dimension `i` by `total`, the odd one at the end for SAME_UPPER.
  void setTotalPad(size_t i, int64_t total, bool oddAtEnd) {
    int64_t half = total / 2;
    pads[i] = oddAtEnd ? half : total - half;
    pads[i + kernel.size()] = total - pads[i];
  }

  void append(NodeImport &node, SmallVectorImpl<NamedAttribute> &attributes) {
    attributes.push_back(node.named("kernel_shape", ArrayRef(kernel)));
    attributes.push_back(node.named("strides", ArrayRef(strides)));
    attributes.push_back(node.named("pads", ArrayRef(pads)));
    attributes.push_back(node.named("dilations", ArrayRef(dilations)));
  }
};
} // namespace

/// The sizes of the spatial dimensions of N x C x spatial; nullopt if they are
/// not known.
static std::optional<Ints> getSpatialShape(NodeImport &node) {
  auto type = dyn_cast<RankedTensorType>(node.getInput(0).getType());
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  return Ints(type.getShape().drop_front(std::min<size_t>(2, type.getRank())));
}

static FailureOr<Window> readWindow(NodeImport &node, size_t rank,
                                    std::optional<Ints> kernel) {
  Window window;
  window.autoPad = node.getString("auto_pad", "NOTSET");
  if (!llvm::is_contained({"NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"},
                          window.autoPad))
    return node.error() << "auto_pad '" << window.autoPad
                        << "' is not one of NOTSET, SAME_UPPER, SAME_LOWER, "
                           "VALID";
  std::optional<Ints> stated = node.getInts("kernel_shape");
  if (!stated && !kernel)
    return node.hasFailed() ? failure() : node.error() << "has no kernel_shape";
  window.kernel = stated ? *stated : *kernel;
  window.strides = node.getInts("strides").value_or(Ints(rank, 1));
  window.dilations = node.getInts("dilations").value_or(Ints(rank, 1));
  window.pads = node.getInts("pads").value_or(Ints(2 * rank, 0));
  if (window.autoPad != "NOTSET")
    window.pads.assign(2 * rank, 0);
  return window;
}

/// SAME pads so that the output has the input's size divided by the stride.
static void resolveSame(Window &window, ArrayRef<int64_t> input) {
  if (!window.autoPad.starts_with("SAME") || !window.isSound(input.size()))
    return;
  for (auto [i, size] : llvm::enumerate(input)) {
    int64_t windows = llvm::divideCeil(size, window.strides[i]);
    int64_t total = (windows - 1) * window.strides[i] + window.extent(i) - size;
    window.setTotalPad(i, std::max<int64_t>(total, 0),
                       window.autoPad == "SAME_UPPER");
  }
}

/// The kernel's size from the weights, which are channels x channels x kernel.
static std::optional<Ints> getWeightsKernel(NodeImport &node) {
  auto type = dyn_cast<RankedTensorType>(node.getInput(1).getType());
  if (!type || type.getRank() < 2)
    return std::nullopt;
  return Ints(type.getShape().drop_front(2));
}

static LogicalResult importConv(NodeImport &node) {
  std::optional<Ints> spatial = getSpatialShape(node);
  if (!spatial)
    return node.keepAsNode();
  FailureOr<Window> window =
      readWindow(node, spatial->size(), getWeightsKernel(node));
  if (failed(window))
    return failure();
  resolveSame(*window, *spatial);
  SmallVector<NamedAttribute> attributes{
      node.named("group", node.getInt("group", 1))};
  window->append(node, attributes);
  return node.finish<onnx::ConvOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)}, attributes);
}

/// `output_shape`, or SAME by itself, states the output's size; pads cut off
/// what is beyond it, and output padding adds what is missing.
static void resolveTransposed(Window &window, ArrayRef<int64_t> input,
                              Ints &outputPadding,
                              std::optional<Ints> outputShape) {
  size_t rank = input.size();
  if (!window.isSound(rank) || outputPadding.size() != rank ||
      (outputShape && outputShape->size() != rank) ||
      (!outputShape && !window.autoPad.starts_with("SAME")))
    return;
  window.pads.assign(2 * rank, 0);
  for (auto [i, size] : llvm::enumerate(input)) {
    int64_t output = outputShape ? (*outputShape)[i] : size * window.strides[i];
    if (output < 0 || output > onnx::maxElements || outputPadding[i] < 0 ||
        outputPadding[i] > INT32_MAX)
      return;
    int64_t excess = window.strides[i] * (size - 1) + outputPadding[i] +
                     window.extent(i) - output;
    window.setTotalPad(i, std::max<int64_t>(excess, 0),
                       window.autoPad == "SAME_UPPER");
    outputPadding[i] += std::max<int64_t>(-excess, 0);
  }
}

static LogicalResult importConvTranspose(NodeImport &node) {
  std::optional<Ints> spatial = getSpatialShape(node);
  if (!spatial)
    return node.keepAsNode();
  FailureOr<Window> window =
      readWindow(node, spatial->size(), getWeightsKernel(node));
  if (failed(window))
    return failure();
  Ints outputPadding =
      node.getInts("output_padding").value_or(Ints(spatial->size(), 0));
  resolveTransposed(*window, *spatial, outputPadding,
                    node.getInts("output_shape"));
  SmallVector<NamedAttribute> attributes{
      node.named("group", node.getInt("group", 1)),
      node.named("output_padding", ArrayRef(outputPadding))};
  window->append(node, attributes);
  return node.finish<onnx::ConvTransposeOp>(
      {node.getInput(0), node.getInput(1), node.getInput(2)}, attributes);
}

/// Reads the window of a pooling operator; nullopt if the input's shape is not
/// known.
static FailureOr<std::optional<Window>> readPoolWindow(NodeImport &node) {
  std::optional<Ints> spatial = getSpatialShape(node);
  if (!spatial)
    return std::optional<Window>();
  FailureOr<Window> window = readWindow(node, spatial->size(), std::nullopt);
  if (failed(window))
    return failure();
  resolveSame(*window, *spatial);
  return std::optional(*window);
}

static LogicalResult importAveragePool(NodeImport &node) {
  FailureOr<std::optional<Window>> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  if (!*window)
    return node.keepAsNode();
  SmallVector<NamedAttribute> attributes{
      node.named("ceil_mode", node.getFlag("ceil_mode", false)),
      node.named("count_include_pad",
                 node.getFlag("count_include_pad", false))};
  (*window)->append(node, attributes);
  return node.finish<onnx::AveragePoolOp>(node.getInput(0), attributes);
}

static LogicalResult importMaxPool(NodeImport &node) {
  FailureOr<std::optional<Window>> window = readPoolWindow(node);
  if (failed(window))
    return failure();
  if (!*window)
    return node.keepAsNode();
  SmallVector<NamedAttribute> attributes{
      node.named("ceil_mode", node.getFlag("ceil_mode", false)),
      node.named("storage_order", node.getInt("storage_order", 0))};
  (*window)->append(node, attributes);
  return node.finish<onnx::MaxPoolOp>(node.getInput(0), attributes,
                                      node.hasOutput(1) ? 2 : 1);
}

/// Opset 10 knows one way of finding pixels only; regions to crop, edges that
/// count otherwise and smoothing have no form in the dialect.
static LogicalResult importResize(NodeImport &node) {
  bool isFirst = node.getOpset() < 11;
  Value scales = node.getInput(isFirst ? 1 : 2), sizes = node.getInput(3);
  StringRef coordinates = node.getString("coordinate_transformation_mode",
                                         isFirst ? "asymmetric" : "half_pixel");
  StringRef nearest =
      node.getString("nearest_mode", isFirst ? "floor" : "round_prefer_floor");
  StringRef policy = node.getString("keep_aspect_ratio_policy", "stretch");
  node.getFloat("cubic_coeff_a", -0.75f);
  node.getFloat("extrapolation_value", 0);
  if (node.getFlag("exclude_outside", false) ||
      node.getFlag("antialias", false) || node.getInts("axes") ||
      policy != "stretch" || coordinates == "tf_crop_and_resize")
    return node.keepAsNode();
  // An exporter may leave a tensor empty instead of leaving it out.
  auto isEmpty = [](Value value) {
    auto type = value ? dyn_cast<RankedTensorType>(value.getType())
                      : RankedTensorType();
    return type && type.hasStaticShape() && type.getNumElements() == 0;
  };
  scales = isEmpty(scales) ? Value() : scales;
  SmallVector<NamedAttribute> attributes{
      node.named("mode", node.getString("mode", "nearest")),
      node.named("coordinates", coordinates),
      node.named("nearest_mode", nearest)};
  return node.finish<onnx::ResizeOp>({node.getInput(0), scales, sizes},
                                     attributes);
}

/// Resize as it was before opset 10.
static LogicalResult importUpsample(NodeImport &node) {
  if (node.getOpset() < 9)
    return node.keepAsNode();
  SmallVector<NamedAttribute> attributes{
      node.named("mode", node.getString("mode", "nearest")),
      node.named("coordinates", StringRef("asymmetric")),
      node.named("nearest_mode", StringRef("floor"))};
  return node.finish<onnx::ResizeOp>(
      {node.getInput(0), node.getInput(1), Value()}, attributes);
}

template <typename OpTy>
static LogicalResult importGlobalPool(NodeImport &node) {
  return node.finish<OpTy>(node.getInput(0));
}

/// Training, or statistics for each element (`spatial` = 0, opset 7 and 8),
/// have no form in the dialect.
static LogicalResult importBatchNormalization(NodeImport &node) {
  node.getFloat("momentum", 0.9f);
  bool trains = node.getFlag("training_mode", false);
  bool isSpatial = node.getOpset() >= 9 || node.getFlag("spatial", true);
  if (trains || !isSpatial || node.hasOutput(1))
    return node.keepAsNode();
  return node.finish<onnx::BatchNormalizationOp>(
      node.getInputs(), node.named("epsilon", node.getFloat("epsilon", 1e-5f)));
}

void addWindowOperators(OperatorTable &table) {
  table["Conv"] = {2, 3, importConv};
  table["ConvTranspose"] = {2, 3, importConvTranspose};
  table["AveragePool"] = {1, 1, importAveragePool};
  table["MaxPool"] = {1, 1, importMaxPool};
  table["GlobalAveragePool"] = {1, 1,
                                importGlobalPool<onnx::GlobalAveragePoolOp>};
  table["GlobalMaxPool"] = {1, 1, importGlobalPool<onnx::GlobalMaxPoolOp>};
  table["Resize"] = {1, 4, importResize};
  table["Upsample"] = {2, 2, importUpsample};
  table["BatchNormalization"] = {5, 5, importBatchNormalization};
}

} // namespace sluice
