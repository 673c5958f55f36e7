// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/KernelWriter.h"

#include "targets/opencl/Windows.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;
using llvm::divideCeil;

StringRef opencl::getTemplate(StringRef file) {
  static constexpr std::pair<StringRef, StringRef> files[] = {
#include "targets/opencl/Kernels.inc"
  };
  const auto *it = llvm::find_if(
      files, [&](const auto &entry) { return entry.first == file; });
  return it == std::end(files) ? StringRef() : it->second;
}

namespace {

/// Items of a work-group where no tile says how many.
constexpr int64_t mapItems = 64;

class KernelWriter {
public:
  /// `isStored` tells what the kernel reads from memory; `heart` may be null.
  KernelWriter(llvm::function_ref<bool(Value)> isStored, Operation *heart,
               Value result)
      : isStored(isStored), heart(heart), result(result),
        type(cast<RankedTensorType>(result.getType())) {}

  FailureOr<Kernel> write();

private:
  void define(StringRef name, const Twine &value) {
    defines.emplace_back(name, value.str());
  }
  LogicalResult writeElements();
  bool writeFunction(StringRef function, Value value, Value sum, unsigned lanes,
                     bool flat);
  std::string getParameters(bool names);
  void setCount(int64_t work);
  void writeTile(const Window &window);
  void defineWindow(const Window &window);
  void definePool(const Window &window);
  LogicalResult writeReduction();
  std::string assemble(StringRef body);

  llvm::function_ref<bool(Value)> isStored;
  Operation *const heart;
  const Value result;
  const RankedTensorType type;
  Kernel kernel;
  KernelInputs inputs;
  unsigned finishLanes = 1;
  Value source; // of a window
  Type sourceElement;
  std::vector<std::pair<std::string, std::string>> defines;
  std::string functions;
};

} // namespace

/// The parameters of a kernel and of its functions, or the arguments of a call
/// of these.
std::string KernelWriter::getParameters(bool names) {
  std::string text = names ? ", constants" : ", global const uchar *constants";
  for (auto [index, value] : llvm::enumerate(inputs.getValues())) {
    std::string name = "e" + std::to_string(index);
    text += names
                ? ", " + name
                : ", global const " +
                      getTypeName(getElementTypeOrSelf(value), 1) + " *" + name;
  }
  return text;
}

/// The widest of these lanes that divide `size`.
static unsigned getLanes(int64_t size) {
  return size % 16 == 0 ? 16 : size % 8 == 0 ? 8 : size % 4 == 0 ? 4 : 1;
}

/// Writes `function`, which computes `value` from `sum`. Its parameters after
/// the place are known only once all functions are written.
bool KernelWriter::writeFunction(StringRef function, Value value, Value sum,
                                 unsigned lanes, bool flat) {
  KernelInputs before = inputs;
  ElementCode code(inputs, isStored, sum, lanes, flat);
  FailureOr<std::string> text = code.get(value, {"at", "c"});
  if (failed(text)) {
    inputs = before;
    return false;
  }
  Type element = getElementTypeOrSelf(value);
  std::string stored = getTypeName(element, lanes);
  std::string sumParameter =
      sum ? "const " + getTypeName(getElementTypeOrSelf(sum), lanes) + " sum, "
          : "";
  if (element.isInteger(1))
    *text = llvm::formatv("convert_{0}({1} & 1)", stored, *text);
  functions += llvm::formatv("static inline {0} NAME_{1}({2}const int at, "
                             "const int c MORE) {{\n{3}  return {4};\n}\n",
                             stored, function, sumParameter,
                             code.takeStatements(), *text);
  llvm::append_range(kernel.ops, code.getOps());
  return true;
}

/// The code that makes the result of the sums, as wide as it goes.
LogicalResult KernelWriter::writeElements() {
  Value sum = heart ? heart->getResult(0) : Value();
  bool isReduction = heart && !isWindow(heart);
  unsigned inRow = type.getRank() ? getLanes(type.getShape().back()) : 1;
  // Only where there is no window may neighbours lie in different rows.
  unsigned anywhere = heart ? 1 : getLanes(type.getNumElements());
  SmallVector<std::pair<unsigned, bool>> choices;
  if (!isReduction) {
    if (anywhere > inRow)
      choices.push_back({anywhere, true});
    choices.push_back({inRow, false});
  }
  choices.push_back({1, false});
  for (auto [lanes, flat] : choices)
    if (writeFunction("finish", result, sum, lanes, flat)) {
      finishLanes = lanes;
      return success();
    }
  return result.getDefiningOp()->emitError("has no OpenCL code");
}

void KernelWriter::setCount(int64_t work) {
  kernel.items = std::min<int64_t>(work, mapItems);
  kernel.groups = {uint32_t(divideCeil(work, kernel.items)), 1, 1};
  define("COUNT", Twine(type.getNumElements()));
  define("ITEMS", Twine(kernel.items));
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

void KernelWriter::defineWindow(const Window &window) {
  auto extent = [&](StringRef name, Extent extent) {
    define((name + "_Y").str(), Twine(extent.y));
    define((name + "_X").str(), Twine(extent.x));
  };
  define("ROWS", Twine(window.inputShape[1]));
  define("COLUMNS", Twine(window.inputShape[2]));
  define("CHANNELS", Twine(window.inputShape[3]));
  define("OUT_ROWS", Twine(window.outputShape[1]));
  define("OUT_COLUMNS", Twine(window.outputShape[2]));
  define("KERNEL_ROWS", Twine(window.kernel.y));
  define("KERNEL_COLUMNS", Twine(window.kernel.x));
  extent("STRIDE", window.stride);
  extent("PAD", window.pad);
  extent("DILATION", window.dilation);
}

/// A convolution, depthwise or not, on tiles in local memory.
void KernelWriter::writeTile(const Window &window) {
  Tiling tiling = *chooseTiling(window);
  bool isDense = window.kind == WindowKind::Dense;
  bool isFloat = window.isFloat;
  PackedWeights packed = packWeights(window, tiling);
  inputs.addConstants(packed.bytes);
  kernel.items = tiling.getItems();
  kernel.groups = {uint32_t(divideCeil(window.outputShape[2], tiling.tile.x)),
                   uint32_t(divideCeil(window.outputShape[1], tiling.tile.y)),
                   uint32_t(window.outputShape[0] * tiling.splits)};

  defineWindow(window);
  define("PITCH_ROWS", Twine(window.sourceShape[1]));
  define("PITCH_COLUMNS", Twine(window.sourceShape[2]));
  define("ITEMS", Twine(kernel.items));
  define("TILE_ROWS", Twine(tiling.tile.y));
  define("TILE_COLUMNS", Twine(tiling.tile.x));
  define("IN_ROWS", Twine(tiling.input.y));
  define("IN_COLUMNS", Twine(tiling.input.x));
  define("BLOCKS", Twine(tiling.blocks));
  define("SPLITS", Twine(tiling.splits));
  define("PIXELS", Twine(tiling.pixels));
  define("CHUNK", Twine(tiling.chunk));
  define("CHUNKS", Twine(tiling.chunks));
  define("CHUNK_BY_SPLIT", isDense ? "0" : "1");
  define("BIAS", Twine(packed.bias));
  define("CHUNK_WEIGHTS", Twine(packed.chunkElements));
  define("UNITS", Twine(tiling.getUnits()));
  define("ZERO_POINT", Twine(window.inputZeroPoint));

  unsigned stageLanes = getLanes(window.inputShape[3]);
  std::string suffix = stageLanes == 1 ? "" : std::to_string(stageLanes);
  std::string weight = isFloat ? "float" : "char";
  std::string local = isFloat ? "float" : "short";
  define("STAGE_LANES", Twine(stageLanes));
  define("X", weight);
  define("XV", weight + suffix);
  define("T", local);
  define("TV", local + suffix);
  define("CONVERT_TV", "convert_" + local + suffix);
  define("WEIGHT", weight);
  define("SUM", isFloat ? "float16" : "int16");
  if (isDense) {
    define("RUN_COLUMNS", Twine(window.dilation.x == 1 ? 1 : window.kernel.x));
    define("STEPS", Twine(packed.steps));
    define("STEP", isFloat ? "1" : "2");
    define("DOT", isFloat ? "dot1" : "dot2");
  } else {
    define("TV_LANES", local + "16");
    define("WEIGHT_LANES", weight + "16");
    define("CONVERT_WEIGHT", "convert_" + local + "16");
    define("MULTIPLY_ADD",
           isFloat ? "multiply_add_float" : "multiply_add_integer");
  }
}

void KernelWriter::definePool(const Window &window) {
  defineWindow(window);
  std::string type = getTypeName(sourceElement, finishLanes);
  setCount(this->type.getNumElements() / finishLanes);
  if (window.kind == WindowKind::AveragePool) {
    define("INITIAL", "0.0f");
    define("COMBINE(a, b)", "((a) + (b))");
    define("MEAN(sum, taps)", "((sum) / (float)(taps))");
  } else {
    define("INITIAL",
           "(" + type + ")(" + (window.isFloat ? "-INFINITY" : "-128") + ")");
    define("COMBINE(a, b)", window.isFloat ? "fmax(a, b)" : "max(a, b)");
    define("MEAN(sum, taps)", "(sum)");
  }
}

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

LogicalResult KernelWriter::writeReduction() {
  auto from = cast<RankedTensorType>(heart->getOperand(0).getType());
  if (!writeFunction("element", heart->getOperand(0), {}, 1, false))
    return heart->emitError("has no OpenCL code");
  kernel.ops.push_back(heart);
  auto axis = heart->getAttrOfType<IntegerAttr>("axis").getInt();
  bool isFloat = from.getElementType().isF32();
  define("LENGTH", Twine(from.getDimSize(axis)));
  define("INNER", Twine(computeSuffixProduct(from.getShape())[axis]));
  define("IN_CHANNELS", Twine(from.getShape().back()));
  define("ELEMENT", "NAME_element");
  setCount(type.getNumElements());
  auto [initial, combine] =
      llvm::TypeSwitch<Operation *, std::pair<const char *, const char *>>(
          heart)
          .Case([&](tosa::ReduceMaxOp) {
            return isFloat ? std::pair("-INFINITY", "fmax(a, b)")
                           : std::pair("(int)0x80000000", "max(a, b)");
          })
          .Case([&](tosa::ReduceMinOp) {
            return isFloat ? std::pair("INFINITY", "fmin(a, b)")
                           : std::pair("0x7fffffff", "min(a, b)");
          })
          .Case([&](tosa::ReduceProductOp) {
            return isFloat ? std::pair("1.0f", "((a) * (b))")
                           : std::pair("1", "as_int(as_uint(a) * as_uint(b))");
          })
          .Default([&](Operation *) {
            return isFloat ? std::pair("0.0f", "((a) + (b))")
                           : std::pair("0", "as_int(as_uint(a) + as_uint(b))");
          });
  define("INITIAL", initial);
  define("COMBINE(a, b)", combine);
  return success();
}

//===----------------------------------------------------------------------===//
// The kernel as a whole
//===----------------------------------------------------------------------===//

/// Defines, functions, the template, and the defines undone.
std::string KernelWriter::assemble(StringRef body) {
  std::string parameters = getParameters(/*names=*/false);
  std::string text = functions;
  for (size_t at; (at = text.find(" MORE")) != text.npos;)
    text.replace(at, 5, parameters);
  Type element = type.getElementType();
  Type sum = heart ? getElementTypeOrSelf(heart->getResult(0)) : element;
  define("FINISH", "NAME_finish");
  define("FINISH_LANES", Twine(finishLanes));
  define("OUT_CHANNELS", Twine(type.getRank() ? type.getShape().back() : 1));
  define("SUM_F", getTypeName(sum, finishLanes));
  define("Y_F", getTypeName(element, finishLanes));
  define("ARGUMENTS", getParameters(/*names=*/true));
  std::string all = "global const uchar *restrict constants";
  if (source)
    all += ", global const " + getTypeName(sourceElement, 1) + " *restrict x";
  for (auto [index, value] : llvm::enumerate(inputs.getValues()))
    all += llvm::formatv(", global const {0} *e{1}",
                         getTypeName(getElementTypeOrSelf(value), 1), index);
  define("PARAMETERS",
         all + ", global " + getTypeName(element, 1) + " *restrict y");
  for (const auto &[name, value] : defines)
    text += "#define " + name + " " + value + "\n";
  text += body;
  for (const auto &[name, value] : defines)
    text += "#undef " + StringRef(name).split('(').first.str() + "\n";
  return text;
}

/// A template without the comment that begins it.
static StringRef getBody(StringRef file) {
  return getTemplate(file).split("\n\n").second;
}

FailureOr<Kernel> KernelWriter::write() {
  std::optional<Window> window;
  std::string body;
  if (heart && isWindow(heart)) {
    std::string reason;
    window = readWindow(heart, reason);
    if (!window)
      return heart->emitError(reason);
    source = window->source;
    sourceElement = getElementTypeOrSelf(source);
    kernel.ops.push_back(heart);
  }
  bool isTile = window && (window->kind == WindowKind::Dense ||
                           window->kind == WindowKind::Depthwise);
  if (isTile)
    writeTile(*window); // its weights come first among the constants
  if (failed(writeElements()))
    return failure();
  if (isTile) {
    StringRef sums =
        getBody(window->kind == WindowKind::Dense ? "dense" : "depthwise");
    auto [before, after] = getBody("tile").split("    ACCUMULATE\n");
    body = (before + sums + after).str();
  } else if (window) {
    definePool(*window);
    body = getBody("pool");
  } else if (heart) {
    if (failed(writeReduction()))
      return failure();
    body = getBody("reduce");
  } else {
    setCount(type.getNumElements() / finishLanes);
    body = getBody("map");
  }
  kernel.source = assemble(body);
  if (source)
    kernel.inputs.push_back(source);
  llvm::append_range(kernel.inputs, inputs.getValues());
  kernel.constants = inputs.getConstants();
  return std::move(kernel);
}

FailureOr<Kernel> opencl::writeKernel(const Fusion &fusion, Value result) {
  auto isStored = [&](Value value) {
    return value != result && fusion.isStored(value);
  };
  return KernelWriter(isStored, fusion.getHeart(result), result).write();
}

Kernel opencl::writeCopy(Value stored) {
  auto isStored = [&](Value value) { return value == stored; };
  return *KernelWriter(isStored, nullptr, stored).write();
}
