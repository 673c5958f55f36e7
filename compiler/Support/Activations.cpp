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

/// 2/√π · e^−x² · Σ 2^n · x^(2n+1) / (1 · 3 · … · (2n+1)): all terms are
/// positive, so that nothing cancels.
static double erf(double x) {
  double y = std::fabs(x), sum = 0;
  if (y > 6)
    return x < 0 ? -1 : 1;
  double term = y;
  for (int n = 1; term > sum * 0x1p-54; ++n) {
    sum += term;
    term *= 2 * y * y / (2 * n + 1);
  }
  constexpr double twoOverRootPi = 1.1283791670955126;
  double value = twoOverRootPi * expOfNegative(y * y) * sum;
  return x < 0 ? -value : value;
}

static double tanh(double x) { return 2 * sigmoid(2 * x) - 1; }

static double gelu(double x, bool byTanh) {
  constexpr double rootHalf = 0.70710678118654752,
                   rootTwoOverPi = 0.79788456080286536;
  double share = byTanh ? tanh(rootTwoOverPi * (x + 0.044715 * x * x * x))
                        : erf(x * rootHalf);
  return 0.5 * x * (1 + share);
}

double evaluateActivation(Operation *op, double x) {
  return llvm::TypeSwitch<Operation *, double>(op)
      .Case([&](onnx::ReluOp) { return std::max(x, 0.0); })
      .Case([&](onnx::LeakyReluOp relu) {
        return x >= 0 ? x : x * relu.getAlpha().convertToFloat();
      })
      .Case([&](onnx::SigmoidOp) { return sigmoid(x); })
      .Case([&](onnx::TanhOp) { return tanh(x); })
      .Case([&](onnx::ErfOp) { return erf(x); })
      .Case([&](onnx::GeluOp op) { return gelu(x, op.getTanh()); })
      .Case([&](onnx::SwishOp op) {
        return x * sigmoid(op.getAlpha().convertToFloat() * x);
      })
      .Case([&](onnx::EluOp op) {
        return x >= 0
                   ? x
                   : op.getAlpha().convertToFloat() * (expOfNegative(-x) - 1);
      })
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
