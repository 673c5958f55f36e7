// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Activations.h"
#include "compiler/Support/FixedPoint.h"
#include "dialects/Onnx/Onnx.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;

namespace sluice {

static double sigmoid(double x) {
  double power = expOfNegative(std::fabs(x));
  return x >= 0 ? 1 / (1 + power) : power / (1 + power);
}

double evaluateActivation(Operation *op, double x) {
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case([&](onnx::ReluOp) { return std::max(x, 0.0); })
      .Case([&](onnx::LeakyReluOp relu) {
        return x >= 0 ? x : x * relu.getAlpha().convertToFloat();
      })
      .Case([&](onnx::SigmoidOp) { return sigmoid(x); })
      .Case([&](onnx::TanhOp) { return 2 * sigmoid(2 * x) - 1; })
      .Case([&](onnx::HardSigmoidOp hard) {
        return std::clamp(x * hard.getAlpha().convertToFloat() +
                              hard.getBeta().convertToFloat(),
                          0.0, 1.0);
      })
      .Case([&](onnx::HardSwishOp) {
        return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
      });
}

} // namespace sluice
