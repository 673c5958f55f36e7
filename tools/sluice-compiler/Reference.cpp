// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice-compiler reference`: a package's model in the reference interpreter.

#include "compiler/Package/Package.h"
#include "compiler/Reference/Interpreter.h"
#include "compiler/Support/Files.h"
#include "dialects/Onnx/Names.h"
#include "tools/npz/Npz.h"
#include "tools/sluice-compiler/Verbs.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace sluice {

static const char *getNumpyName(Type type) {
  return reference::visitType(type, [](auto zero) -> const char * {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, bool>)
      return "bool";
    else if constexpr (std::is_same_v<T, float>)
      return "float32";
    else if constexpr (std::is_same_v<T, double>)
      return "float64";
    else
      return sizeof(T) == 1   ? "int8"
             : sizeof(T) == 2 ? "int16"
             : sizeof(T) == 4 ? "int32"
                              : "int64";
  });
}

namespace {
/// Arrays that grow by a sample at a time, as `sluice run` writes them: along
/// an axis N samples replace a leading dimension of 1, or gain one.
class Collector {
public:
  explicit Collector(bool hasAxis) : hasAxis(hasAxis) {}

  /// Takes no tensors of this name but by addResult.
  void reserve(StringRef name) { reserved.insert(name); }
  void addResult(StringRef name, const reference::Tensor &tensor);
  void add(StringRef name, const reference::Tensor &tensor) {
    if (!reserved.contains(name))
      addResult(name, tensor);
  }
  std::vector<NpzArray> take() { return std::move(arrays); }

private:
  bool hasAxis;
  std::vector<NpzArray> arrays;
  llvm::StringMap<size_t> indices;
  llvm::StringSet<> reserved;
};
} // namespace

void Collector::addResult(StringRef name, const reference::Tensor &tensor) {
  auto [it, isNew] = indices.try_emplace(name, arrays.size());
  ArrayRef<int64_t> shape = tensor.getShape();
  if (isNew) {
    NpzArray array;
    array.name = name.str();
    array.type = getNumpyName(tensor.getElementType());
    if (hasAxis) {
      array.shape.push_back(0);
      if (!shape.empty() && shape.front() == 1)
        shape = shape.drop_front();
    }
    array.shape.insert(array.shape.end(), shape.begin(), shape.end());
    arrays.push_back(std::move(array));
  }
  NpzArray &array = arrays[it->second];
  if (hasAxis)
    ++array.shape.front();
  array.data.insert(array.data.end(), tensor.getBytes().begin(),
                    tensor.getBytes().end());
}

/// The tensor in the model's order of dimensions: dimension i of the model's is
/// dimension perm[i].
static reference::Tensor restoreOrder(const reference::Tensor &tensor,
                                      ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t dim : perm)
    shape.push_back(tensor.getShape()[dim]);
  reference::Tensor result(tensor.getType().clone(shape));
  SmallVector<int64_t> from = reference::getStrides(tensor.getShape()),
                       to = reference::getStrides(shape);
  size_t bytes = tensor.getBytes().size() / std::max<int64_t>(tensor.size(), 1);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    int64_t source = 0, rest = i;
    for (auto [dim, stride] : llvm::enumerate(to)) {
      source += rest / stride * from[perm[dim]];
      rest %= stride;
    }
    std::memcpy(&result.getBytes()[i * bytes],
                &tensor.getBytes()[source * bytes], bytes);
  }
  return result;
}

/// The model's tensors that `op` yields: one, and the same in other shapes; or
/// the first alone, in the program's order of dimensions.
static void addNamed(Collector &collector, Operation *op,
                     const reference::Tensor &tensor, bool programOrder) {
  auto name = op->getAttrOfType<StringAttr>(onnx::outputNameAttr);
  if (!name)
    return;
  if (programOrder) {
    collector.add(name.getValue(), tensor);
    return;
  }
  auto perm = op->getAttrOfType<DenseI64ArrayAttr>(onnx::dimensionOrderAttr);
  auto held = op->getAttrOfType<DenseI64ArrayAttr>(onnx::heldShapeAttr);
  reference::Tensor split =
      held ? tensor.reshaped(tensor.getType().clone(held.asArrayRef()))
           : tensor;
  reference::Tensor ordered = perm ? restoreOrder(split, perm) : split;
  collector.add(name.getValue(), ordered);
  auto reshaped = op->getAttrOfType<DictionaryAttr>(onnx::reshapedAttr);
  if (!reshaped)
    return;
  for (NamedAttribute other : reshaped)
    collector.add(other.getName(),
                  ordered.reshaped(ordered.getType().clone(
                      cast<DenseI64ArrayAttr>(other.getValue()).asArrayRef())));
}

/// Collects the results, and all other tensors if they are asked for. A result
/// is what the program returns, also where an op holds the tensor in another
/// order of dimensions.
static LogicalResult runSample(func::FuncOp main,
                               ArrayRef<reference::Tensor> sample,
                               const ReferenceOptions &options,
                               Collector &collector) {
  for (unsigned i = 0; i < main.getNumResults(); ++i)
    collector.reserve(getResultName(main, i));
  auto observe = [&](Value value, const reference::Tensor &tensor) {
    if (Operation *op = value.getDefiningOp(); op && options.allTensors)
      addNamed(collector, op, tensor, options.programOrder);
  };
  auto results = reference::interpret(main, sample, observe);
  if (failed(results))
    return failure();
  for (auto [i, result] : llvm::enumerate(*results))
    collector.addResult(getResultName(main, i), result);
  return success();
}

std::optional<Stop> runReference(const ReferenceOptions &options,
                                 MLIRContext &context) {
  DiagnosticPrinter printer(&context, options.program);
  OwningOpRef<ModuleOp> module;
  if (auto stop = readPackageModel(options.program, context, module))
    return stop;
  func::FuncOp main = getMain(*module);
  auto samples = readSamples(options.input, main);
  if (!samples)
    return Stop{kBadInput, llvm::toString(samples.takeError())};
  Collector collector(samples->hasAxis);
  for (const auto &sample : samples->tensors)
    if (failed(runSample(main, sample, options, collector)))
      return Stop{kBadInput, ""};
  if (llvm::Error error =
          replaceFile(options.output, encodeNpz(collector.take())))
    return Stop{kFileSystem, llvm::toString(std::move(error))};
  return std::nullopt;
}

} // namespace sluice
