// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Pipelines/Phases.h"
#include "compiler/Quantize/Range.h"
#include "compiler/Reference/Interpreter.h"
#include "dialects/Onnx/Names.h"
#include "tools/sluice-compiler/Report.h"

#include "mlir/Dialect/Quant/IR/Quant.h"

#include <cmath>

using namespace mlir;

namespace sluice {

/// Samples that are run; more change the figures by fractions of a decibel.
static constexpr size_t maxSamples = 4;

SignalToNoise::SignalToNoise(ModuleOp quantized) {
  quantized.walk([&](Operation *op) {
    if (op->getNumResults() != 1 || isa<quant::StorageCastOp>(op))
      return;
    auto type = dyn_cast<quant::UniformQuantizedType>(
        getElementTypeOrSelf(op->getResult(0)));
    if (type && type.getStorageTypeIntegralWidth() <= 16)
      entries[onnx::getOutputName(op->getResult(0))] = {type.getScale(),
                                                        type.getZeroPoint()};
  });
}

using NamedTensors = llvm::StringMap<reference::Tensor>;

/// All tensors of the model that `main` computes from `sample`.
static FailureOr<NamedTensors> computeAll(func::FuncOp main,
                                          ArrayRef<reference::Tensor> sample) {
  NamedTensors tensors;
  auto observe = [&](Value value, const reference::Tensor &tensor) {
    Operation *op = value.getDefiningOp();
    auto name =
        op ? op->getAttrOfType<StringAttr>(onnx::outputNameAttr) : StringAttr();
    if (name)
      tensors[name.getValue()] = tensor;
  };
  if (failed(reference::interpret(main, sample, observe)))
    return failure();
  return tensors;
}

LogicalResult
SignalToNoise::measure(ModuleOp imported, ModuleOp legalized,
                       ArrayRef<SmallVector<reference::Tensor>> samples) {
  if (samples.empty() || entries.empty())
    return success();
  OwningOpRef<ModuleOp> real = imported.clone();
  PassManager manager(imported.getContext());
  buildPreparePipeline(manager);
  buildLegalizePipeline(manager);
  if (failed(manager.run(*real)))
    return failure();
  auto realMain = real->lookupSymbol<func::FuncOp>("main");
  auto integerMain = legalized.lookupSymbol<func::FuncOp>("main");
  for (const auto &sample : samples.take_front(maxSamples)) {
    FailureOr<NamedTensors> reals = computeAll(realMain, sample),
                            integers = computeAll(integerMain, sample);
    if (failed(reals) || failed(integers))
      return failure();
    for (auto &[name, entry] : entries) {
      StringRef real = name;
      real.consume_back(quantizedSuffix);
      auto x = reals->find(real), q = integers->find(name);
      if (x == reals->end() || q == integers->end() ||
          x->second.size() != q->second.size() ||
          !x->second.getElementType().isF32() ||
          !q->second.getElementType().isInteger())
        continue;
      for (auto [i, value] : llvm::enumerate(x->second.data<float>())) {
        int64_t integer = q->second.getInt(static_cast<int64_t>(i));
        double error = value - entry.scale * static_cast<double>(
                                                 integer - entry.zeroPoint);
        entry.signal += static_cast<double>(value) * value;
        entry.noise += error * error;
      }
    }
  }
  return success();
}

std::optional<double> SignalToNoise::get(StringRef tensor) const {
  auto it = entries.find(tensor);
  if (it == entries.end() || it->second.signal <= 0 || it->second.noise <= 0)
    return std::nullopt;
  return 10 * std::log10(it->second.signal / it->second.noise);
}

} // namespace sluice
