// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/opencl/RegionKernels.h"

#include "compiler/Support/Layer.h"
#include "dialects/Deploy/Placement.h"
#include "targets/opencl/KernelWriter.h"
#include "targets/opencl/Windows.h"

#include "mlir/Dialect/Tosa/IR/TosaOps.h"

using namespace mlir;
using namespace sluice;
using namespace sluice::opencl;

/// Every buffer that a kernel gets begins at a multiple: no device asks for
/// more.
static constexpr uint64_t bufferAlignment = 4096;

std::string opencl::judgeOp(Operation *op) {
  for (Value result : op->getResults())
    if (std::string reason = judgeType(result.getType()); !reason.empty())
      return reason;
  for (Value operand : op->getOperands())
    if (Operation *made = operand.getDefiningOp(); !made || !isConstant(made))
      if (std::string reason = judgeType(operand.getType()); !reason.empty())
        return reason;
  if (!isHeart(op))
    return judgeElements(op);
  std::string reason;
  if (isWindow(op))
    readWindow(op, reason);
  else if (getElementTypeOrSelf(op->getOperand(0)).isInteger(8))
    reason = "there is no kernel for a reduction of int8";
  return reason;
}

namespace {

class RegionWriter {
public:
  explicit RegionWriter(deploy::RegionOp region)
      : region(region), block(region.getBodyBlock()), fusion(block) {}

  FailureOr<RegionParts> write();

private:
  LogicalResult findPlaces();
  LogicalResult writeKernels();
  void placeScratch();
  std::string getKernelName(const std::string &source);
  KernelArgument getArgument(Value value) const;
  KernelArgument addConstants(ArrayRef<uint8_t> bytes);
  void addLaunch(const Kernel &kernel, KernelArgument output);
  void addLayers();

  deploy::RegionOp region;
  Block &block;
  Fusion fusion;
  RegionParts parts;
  /// By the value that each stores, in the order of the launches.
  std::vector<std::pair<Value, Kernel>> kernels;
  llvm::StringMap<std::string> names; // of kernels, by source
  llvm::MapVector<Value, KernelArgument> places;
  /// Results that are another result, or an input, once more.
  SmallVector<std::pair<Value, KernelArgument>> copies;
  llvm::DenseMap<Operation *, unsigned> launchOf;
};

} // namespace

/// Inputs and results of the region lie in its tensors, the rest in scratch.
LogicalResult RegionWriter::findPlaces() {
  for (BlockArgument argument : block.getArguments())
    places[argument] = {KernelArgument::Tensor, argument.getArgNumber(), 0};
  for (OpOperand &yielded : block.getTerminator()->getOpOperands()) {
    Value value = skipReshapes(yielded.get());
    Operation *made = value.getDefiningOp();
    if (made && isConstant(made))
      return region.emitOpError("yields a constant");
    KernelArgument place{KernelArgument::Tensor,
                         block.getNumArguments() + yielded.getOperandNumber(),
                         0};
    if (!places.try_emplace(value, place).second)
      copies.push_back({value, place});
  }
  placeScratch();
  return success();
}

/// A value lives from the launch that makes it to the last that reads it.
void RegionWriter::placeScratch() {
  SmallVector<Value> values;
  SmallVector<deploy::PlacedBuffer> buffers;
  for (auto [step, made] : llvm::enumerate(kernels)) {
    if (places.contains(made.first))
      continue;
    deploy::PlacedBuffer buffer;
    buffer.size = llvm::alignTo(deploy::getPackedBytes(made.first.getType()),
                                bufferAlignment);
    buffer.first = buffer.last = step;
    for (auto [reader, kernel] : llvm::enumerate(kernels))
      if (llvm::is_contained(kernel.second.inputs, made.first))
        buffer.last = reader;
    values.push_back(made.first);
    buffers.push_back(buffer);
  }
  parts.kernels.scratchSize = deploy::placeBuffers(buffers);
  for (auto [value, buffer] : llvm::zip_equal(values, buffers))
    places[value] = {KernelArgument::Scratch, uint64_t(buffer.offset),
                     uint64_t(buffer.size)};
}

/// Writes the kernels, last ones first, that make results or what later ones
/// read: a window reads through a slice, which then nothing else may read.
LogicalResult RegionWriter::writeKernels() {
  llvm::DenseSet<Value> wanted;
  for (Value yielded : block.getTerminator()->getOperands())
    wanted.insert(skipReshapes(yielded));
  SmallVector<Value> results = fusion.getResults();
  for (Value result : llvm::reverse(results)) {
    if (!wanted.contains(result))
      continue;
    FailureOr<Kernel> kernel = writeKernel(fusion, result);
    if (failed(kernel))
      return failure();
    wanted.insert(kernel->inputs.begin(), kernel->inputs.end());
    kernels.emplace_back(result, std::move(*kernel));
  }
  std::reverse(kernels.begin(), kernels.end());
  return success();
}

/// One kernel serves all launches with the same source.
std::string RegionWriter::getKernelName(const std::string &source) {
  auto [it, isNew] = names.try_emplace(source);
  if (!isNew)
    return it->second;
  std::string name = "k" + std::to_string(names.size() - 1);
  it->second = name;
  std::string text = "\n#define NAME " + name + "\n";
  text += source + "#undef NAME\n";
  for (StringRef function : {"NAME_finish", "NAME_element"})
    for (size_t at; (at = text.find(function)) != text.npos;)
      text.replace(at, 4, name);
  parts.kernels.source += text;
  return name;
}

KernelArgument RegionWriter::addConstants(ArrayRef<uint8_t> bytes) {
  parts.constants.resize(
      llvm::alignTo(parts.constants.size(), bufferAlignment));
  KernelArgument argument{KernelArgument::Constants, parts.constants.size(),
                          std::max<uint64_t>(bytes.size(), 1)};
  parts.constants.insert(parts.constants.end(), bytes.begin(), bytes.end());
  if (bytes.empty())
    parts.constants.push_back(0); // no buffer is empty
  return argument;
}

void RegionWriter::addLaunch(const Kernel &kernel, KernelArgument output) {
  KernelLaunch launch;
  launch.kernel = getKernelName(kernel.source);
  launch.groups = kernel.groups;
  launch.items = kernel.items;
  launch.arguments.push_back(addConstants(kernel.constants));
  for (Value input : kernel.inputs)
    launch.arguments.push_back(places.lookup(input));
  launch.arguments.push_back(output);
  for (Operation *op : kernel.ops)
    launchOf.try_emplace(op, parts.kernels.launches.size());
  parts.kernels.launches.push_back(std::move(launch));
}

void RegionWriter::addLayers() {
  for (const Layer &layer : matchLayers(block)) {
    LayerParts entry;
    entry.name = layer.name;
    entry.kind = stringify(layer.kind).str();
    entry.output = layer.outputName;
    entry.macs = layer.macs;
    entry.firstCommand = ~0u;
    for (Operation *op : layer.ops)
      if (auto it = launchOf.find(op); it != launchOf.end()) {
        entry.firstCommand = std::min(entry.firstCommand, it->second);
        entry.lastCommand = std::max(entry.lastCommand, it->second + 1);
      }
    entry.firstCommand = std::min(entry.firstCommand, entry.lastCommand);
    parts.macs += entry.macs;
    parts.layers.push_back(std::move(entry));
  }
}

FailureOr<RegionParts> RegionWriter::write() {
  if (failed(writeKernels()) || failed(findPlaces()))
    return failure();
  parts.kernels.source = getTemplate("prelude").str();
  for (const auto &[result, kernel] : kernels)
    addLaunch(kernel, places.lookup(result));
  for (auto [value, place] : copies)
    addLaunch(writeCopy(value), place);
  addLayers();
  return std::move(parts);
}

FailureOr<RegionParts> opencl::makeKernels(deploy::RegionOp region) {
  return RegionWriter(region).write();
}
