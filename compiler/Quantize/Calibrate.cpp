// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Quantize/Calibrate.h"
#include "compiler/Conversion/OnnxToTosa/OnnxToTosa.h"
#include "compiler/Quantize/Histogram.h"
#include "compiler/Quantize/Range.h"
#include "compiler/Reference/Interpreter.h"
#include "dialects/Onnx/Names.h"
#include "dialects/Onnx/Onnx.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"

using namespace mlir;

namespace sluice {

/// The tensors' histograms by the model's names.
using Histograms = llvm::StringMap<Histogram>;

static void addTo(Histograms &histograms, StringRef name,
                  const reference::Tensor &tensor) {
  if (tensor.getElementType().isF32() && !name.empty())
    histograms[name].add(tensor.data<float>());
}

/// A copy of the function as float TOSA, in a module of its own.
static FailureOr<OwningOpRef<ModuleOp>> lower(func::FuncOp function) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(function.getLoc());
  module->push_back(function.clone());
  PassManager passes(function.getContext());
  passes.addNestedPass<func::FuncOp>(createConvertOnnxToTosa());
  if (failed(passes.run(*module)))
    return failure();
  return module;
}

LogicalResult calibrate(func::FuncOp function,
                        ArrayRef<SmallVector<reference::Tensor>> samples,
                        const CalibrateOptions &options) {
  FailureOr<OwningOpRef<ModuleOp>> module = lower(function);
  if (failed(module))
    return failure();
  auto lowered = *(*module)->getOps<func::FuncOp>().begin();
  Histograms histograms;
  auto observe = [&](Value value, const reference::Tensor &tensor) {
    if (auto argument = dyn_cast<BlockArgument>(value))
      addTo(histograms, onnx::getTensorName(argument), tensor);
    else if (auto name = value.getDefiningOp()->getAttrOfType<StringAttr>(
                 onnx::outputNameAttr))
      addTo(histograms, name.getValue(), tensor);
  };
  for (const SmallVector<reference::Tensor> &sample : samples)
    if (failed(reference::interpret(lowered, sample, observe)))
      return failure();
  auto record = [&](Value value) {
    auto it = histograms.find(onnx::getTensorName(value));
    if (it == histograms.end())
      return;
    // A constant may be made so, as a mask is.
    if (it->second.getLeftOut() && !value.getDefiningOp<onnx::ConstantOp>())
      emitWarning(value.getLoc())
          << it->second.getLeftOut() << " values of tensor '" << it->first()
          << "' are not finite and count for no range; see whether these "
             "samples suit the model";
    if (it->second.isEmpty())
      return;
    auto [min, max] = it->second.getRange(options.percentile);
    TensorRange{min, max}.set(function, value);
  };
  llvm::for_each(function.getArguments(), record);
  for (Operation &op : function.getBody().front().without_terminator())
    if (op.getNumResults() == 1)
      record(op.getResult(0));
  return success();
}

} // namespace sluice
