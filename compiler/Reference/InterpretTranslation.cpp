// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// `sluice-translate --interpret`: runs every function without arguments and
// prints its results, so that a test can state operands and expected values in
// the IR.

#include "compiler/Reference/Interpreter.h"
#include "compiler/Reference/Translation.h"
#include "dialects/Deploy/Deploy.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"

using namespace mlir;

namespace sluice::reference {

static void print(const Tensor &tensor, raw_ostream &os) {
  auto type = tensor.getType();
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values(tensor.data<bool>());
    os << DenseElementsAttr::get(type, values) << "\n";
    return;
  }
  os << DenseElementsAttr::getFromRawBuffer(type, tensor.getBytes()) << "\n";
}

static LogicalResult interpretModule(ModuleOp module, raw_ostream &os) {
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.getNumArguments() != 0 || function.isExternal())
      continue;
    os << "@" << function.getName() << "\n";
    FailureOr<SmallVector<Tensor>> results = interpret(function, {});
    if (failed(results))
      return failure();
    for (const Tensor &result : *results)
      print(result, os);
  }
  return success();
}

void registerInterpretTranslation() {
  TranslateFromMLIRRegistration registration(
      "interpret",
      "run functions without arguments in the reference interpreter",
      [](Operation *op, raw_ostream &os) -> LogicalResult {
        auto module = dyn_cast<ModuleOp>(op);
        return module ? interpretModule(module, os)
                      : op->emitError("expects a module");
      },
      [](DialectRegistry &registry) {
        registry.insert<func::FuncDialect, tosa::TosaDialect,
                        tensor::TensorDialect, deploy::DeployDialect>();
      });
}

} // namespace sluice::reference
