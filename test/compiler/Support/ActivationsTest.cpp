// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Activations.h"
#include "dialects/Onnx/Onnx.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace sluice;

namespace {

class ActivationsTest : public testing::Test {
protected:
  ActivationsTest() : builder(&context) {
    context.loadDialect<onnx::OnnxDialect>();
    module = ModuleOp::create(builder.getUnknownLoc());
    builder.setInsertionPointToStart(module->getBody());
    type = RankedTensorType::get({1}, builder.getF32Type());
    x = onnx::ConstantOp::create(builder, builder.getUnknownLoc(),
                                 DenseElementsAttr::get(type, 0.0f));
  }

  template <typename Op> Op make() {
    return Op::create(builder, builder.getUnknownLoc(), TypeRange{type},
                      ValueRange{x});
  }

  MLIRContext context;
  OpBuilder builder;
  OwningOpRef<ModuleOp> module;
  RankedTensorType type;
  Value x;
};

TEST_F(ActivationsTest, PiecesOfLines) {
  auto relu = make<onnx::ReluOp>();
  EXPECT_EQ(evaluateActivation(relu, -3), 0);
  EXPECT_EQ(evaluateActivation(relu, 3), 3);
  auto leaky = make<onnx::LeakyReluOp>();
  leaky.setAlpha(APFloat(0.25f));
  EXPECT_EQ(evaluateActivation(leaky, -4), -1);
  EXPECT_EQ(evaluateActivation(leaky, 4), 4);
  auto sigmoid = make<onnx::HardSigmoidOp>();
  sigmoid.setAlpha(APFloat(0.25f));
  sigmoid.setBeta(APFloat(0.5f));
  EXPECT_EQ(evaluateActivation(sigmoid, -9), 0);
  EXPECT_EQ(evaluateActivation(sigmoid, 1), 0.75);
  EXPECT_EQ(evaluateActivation(sigmoid, 9), 1);
  auto swish = make<onnx::HardSwishOp>();
  EXPECT_EQ(evaluateActivation(swish, -4), 0);
  EXPECT_EQ(evaluateActivation(swish, 0), 0);
  EXPECT_NEAR(evaluateActivation(swish, 1), 2.0 / 3, 1e-15);
  EXPECT_EQ(evaluateActivation(swish, 4), 4);
}

TEST_F(ActivationsTest, Exponentials) {
  auto sigmoid = make<onnx::SigmoidOp>();
  auto tanh = make<onnx::TanhOp>();
  for (double x = -40; x <= 40; x += 0.37) {
    double expected = 1 / (1 + std::exp(-x));
    EXPECT_NEAR(evaluateActivation(sigmoid, x), expected, 1e-15 * expected);
    EXPECT_NEAR(evaluateActivation(tanh, x), std::tanh(x), 1e-15);
  }
  EXPECT_EQ(evaluateActivation(sigmoid, 0), 0.5);
  EXPECT_EQ(evaluateActivation(tanh, 0), 0);
}

TEST_F(ActivationsTest, OfExponentials) {
  auto swish = make<onnx::SwishOp>();
  auto elu = make<onnx::EluOp>();
  auto erf = make<onnx::ErfOp>();
  auto gelu = make<onnx::GeluOp>();
  auto byTanh = make<onnx::GeluOp>();
  byTanh.setTanh(true);
  for (double x = -9; x <= 9; x += 0.37) {
    EXPECT_NEAR(evaluateActivation(swish, x), x / (1 + std::exp(-x)), 4e-15);
    EXPECT_NEAR(evaluateActivation(elu, x), x < 0 ? std::expm1(x) : x, 1e-15);
    EXPECT_NEAR(evaluateActivation(erf, x), std::erf(x), 2e-15);
    EXPECT_NEAR(evaluateActivation(gelu, x),
                0.5 * x * (1 + std::erf(x / std::sqrt(2.0))), 1e-14);
    double inner = std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x);
    EXPECT_NEAR(evaluateActivation(byTanh, x), 0.5 * x * (1 + std::tanh(inner)),
                1e-14);
  }
  elu.setAlpha(APFloat(2.0f));
  EXPECT_NEAR(evaluateActivation(elu, -1), 2 * std::expm1(-1), 1e-15);
}

} // namespace
