// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/Support/Layer.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tosa/IR/TosaOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sluice;

namespace {

class LayerTest : public testing::Test {
protected:
  LayerTest() {
    context.loadDialect<func::FuncDialect, tensor::TensorDialect,
                        tosa::TosaDialect>();
  }

  /// The layers of the only function of `text`.
  std::vector<Layer> match(const std::string &text) {
    module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return {};
    auto func = *module->getOps<func::FuncOp>().begin();
    return matchLayers(func.getBody().front());
  }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

const char *const convolution = R"mlir(
func.func @f(%x: tensor<1x4x4x2xi8>) -> tensor<3x3xi8> {
  %w = "tosa.const"() <{values = dense<1> : tensor<3x3x2x2xi8>}> : () -> tensor<3x3x2x2xi8>
  %b = "tosa.const"() <{values = dense<[1, 2, 3]> : tensor<3xi32>}> : () -> tensor<3xi32>
  %zx = "tosa.const"() <{values = dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %zo = "tosa.const"() <{values = dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = "tosa.const"() <{values = dense<[16384, 20000, 30000]> : tensor<3xi16>}> : () -> tensor<3xi16>
  %s = "tosa.const"() <{values = dense<[20, 21, 22]> : tensor<3xi8>}> : () -> tensor<3xi8>
  %shape = tosa.const_shape {values = dense<[3, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %acc = tosa.conv2d %x, %w, %b, %zx, %z0 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 1, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xi8>, tensor<3x3x2x2xi8>, tensor<3xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x2x2x3xi32>
  %r = tosa.rescale %acc, %m, %s, %z32, %zo {input_unsigned = false, output_unsigned = false, per_channel = true, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x2x2x3xi32>, tensor<3xi16>, tensor<3xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x2x2x3xi8>
  %c = tosa.clamp %r {min_val = 7 : i8, max_val = 100 : i8, onnx.output = "y"} : (tensor<1x2x2x3xi8>) -> tensor<1x2x2x3xi8> loc(fused["scale", "conv1"])
  %shape4 = tosa.const_shape {values = dense<[4, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %flat = tosa.reshape %c, %shape4 : (tensor<1x2x2x3xi8>, !tosa.shape<2>) -> tensor<4x3xi8>
  %start = tosa.const_shape {values = dense<[0, 0]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %cut = tosa.slice %flat, %start, %shape : (tensor<4x3xi8>, !tosa.shape<2>, !tosa.shape<2>) -> tensor<3x3xi8>
  return %cut : tensor<3x3xi8>
}
)mlir";

TEST_F(LayerTest, ConvolutionTakesRescaleAndClamp) {
  std::vector<Layer> layers = match(convolution);
  ASSERT_EQ(layers.size(), 3u);
  const Layer &conv = layers[0];
  EXPECT_EQ(conv.kind, LayerKind::Convolution);
  EXPECT_EQ(conv.name, "conv1");
  EXPECT_EQ(conv.outputName, "y");
  EXPECT_EQ(conv.ops.size(), 3u);
  EXPECT_EQ(conv.inputShape, (std::array<int64_t, 4>{1, 4, 4, 2}));
  EXPECT_EQ(conv.outputShape, (std::array<int64_t, 4>{1, 2, 2, 3}));
  EXPECT_EQ(conv.kernel, (Extent{3, 2}));
  EXPECT_EQ(conv.stride, (Extent{2, 2}));
  EXPECT_EQ(conv.padBefore, (Extent{1, 0}));
  EXPECT_EQ(conv.padAfter, (Extent{0, 0}));
  EXPECT_EQ(conv.inputZeroPoints[0], -5);
  EXPECT_EQ(conv.outputZeroPoint, 7);
  EXPECT_EQ(conv.multipliers[1], 20000);
  EXPECT_EQ(conv.shifts[2], 22);
  EXPECT_EQ(conv.lo, 7);
  EXPECT_EQ(conv.hi, 100);
  EXPECT_EQ(conv.macs, 2 * 2 * 3 * 3 * 2 * 2);
  EXPECT_EQ(layers[1].kind, LayerKind::Reshape);
  EXPECT_EQ(layers[2].kind, LayerKind::Move);
  EXPECT_EQ(layers[2].inputs.size(), 1u);
}

/// The text with every tensor of int8 but the weights of int16, and sums as
/// TOSA has them.
std::string widen(std::string text) {
  auto replace = [&](StringRef from, StringRef to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
         at += to.size())
      text.replace(at, from.size(), to);
  };
  for (StringRef shape : {"1x4x4x2", "1x2x2x3", "4x3", "3x3"})
    replace((shape + "xi8>").str(), (shape + "xi16>").str());
  replace("xi32", "xi48");
  replace("= i32", "= i48");
  replace(" : i8", " : i16");
  replace("dense<-5> : tensor<1xi8>}> : () -> tensor<1xi8>",
          "dense<0> : tensor<1xi16>}> : () -> tensor<1xi16>");
  replace("dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>",
          "dense<0> : tensor<1xi16>}> : () -> tensor<1xi16>");
  replace("tensor<3xi48>, tensor<1xi8>,", "tensor<3xi48>, tensor<1xi16>,");
  replace("tensor<1xi48>, tensor<1xi8>", "tensor<1xi48>, tensor<1xi16>");
  return text;
}

TEST_F(LayerTest, Int16Convolution) {
  std::vector<Layer> layers = match(widen(convolution));
  ASSERT_EQ(layers.size(), 3u);
  const Layer &conv = layers[0];
  EXPECT_EQ(conv.kind, LayerKind::Convolution);
  EXPECT_EQ(conv.inputBits, 16u);
  EXPECT_EQ(conv.outputBits, 16u);
  EXPECT_EQ(conv.lo, 7);
  EXPECT_EQ(conv.hi, 100);
  EXPECT_EQ(conv.getLargestSum(), 3 + 32768 * 3 * 2 * 2);
  EXPECT_EQ(layers[2].kind, LayerKind::Move);
}

TEST_F(LayerTest, Int16WithoutAClampHasItsTypesEnds) {
  std::string text = widen(convolution);
  size_t clamp = text.find("  %c = tosa.clamp"),
         end = text.find("\n", clamp) + 1;
  text.erase(clamp, end - clamp);
  text.replace(text.find("reshape %c"), 10, "reshape %r");
  std::vector<Layer> layers = match(text);
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(layers[0].lo, -32768);
  EXPECT_EQ(layers[0].hi, 32767);
}

TEST_F(LayerTest, ABiasBeyond32BitsIsNoLayer) {
  std::string text = widen(convolution);
  text.replace(text.find("[1, 2, 3]"), 9, "[1, 2, 3000000000]");
  std::vector<Layer> layers = match(text);
  ASSERT_FALSE(layers.empty());
  for (const Layer &layer : layers)
    EXPECT_FALSE(layer.isInteger());
}

TEST_F(LayerTest, OtherRoundingIsNoLayer) {
  std::string text = convolution;
  text.replace(text.find("SINGLE_ROUND"), 12, "DOUBLE_ROUND");
  std::vector<Layer> layers = match(text);
  ASSERT_FALSE(layers.empty());
  for (const Layer &layer : layers)
    EXPECT_FALSE(layer.isInteger());
}

/// `y = f(x)` where f is a depthwise convolution of weights `weights`.
std::string depthwise(const std::string &weights) {
  return R"mlir(
func.func @f(%x: tensor<1x4x4x2xi8>) -> tensor<1x1x1x2xi8> {
  %w = "tosa.const"() <{values = dense<)mlir" +
         weights + R"mlir(> : tensor<4x4x2x1xi8>}> : () -> tensor<4x4x2x1xi8>
  %b = "tosa.const"() <{values = dense<0> : tensor<2xi32>}> : () -> tensor<2xi32>
  %z0 = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %m = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<18> : tensor<1xi8>}> : () -> tensor<1xi8>
  %acc = tosa.depthwise_conv2d %x, %w, %b, %z0, %z0 {acc_type = i32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xi8>, tensor<4x4x2x1xi8>, tensor<2xi32>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x1x1x2xi32>
  %r = tosa.rescale %acc, %m, %s, %z32, %z0 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x1x1x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x1x1x2xi8>
  return %r : tensor<1x1x1x2xi8>
}
)mlir";
}

TEST_F(LayerTest, DepthwiseOfOnesIsAveragePool) {
  std::vector<Layer> pool = match(depthwise("1"));
  ASSERT_EQ(pool.size(), 1u);
  EXPECT_EQ(pool[0].kind, LayerKind::AveragePool);
  EXPECT_EQ(pool[0].name, "average_pool_0");
  EXPECT_FALSE(pool[0].weights);
  EXPECT_EQ(pool[0].macs, 0);
  std::vector<Layer> conv = match(depthwise("2"));
  ASSERT_EQ(conv.size(), 1u);
  EXPECT_EQ(conv[0].kind, LayerKind::Depthwise);
  EXPECT_EQ(conv[0].macs, 2 * 16);
}

/// A depthwise layer on an image whose last row is cut off, padded by `after`
/// rows.
std::string cutAndPad(const std::string &after, const std::string &rows) {
  std::string text = depthwise("2");
  auto replace = [&](const std::string &from, const std::string &to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
         at += to.size())
      text.replace(at, from.size(), to);
  };
  replace("%acc = tosa.depthwise_conv2d %x", R"mlir(
  %start = tosa.const_shape {values = dense<0> : tensor<4xindex>} : () -> !tosa.shape<4>
  %size = tosa.const_shape {values = dense<[1, 4, 4, 2]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %cut = tosa.slice %x, %start, %size : (tensor<1x5x4x2xi8>, !tosa.shape<4>, !tosa.shape<4>) -> tensor<1x4x4x2xi8>
  %acc = tosa.depthwise_conv2d %cut)mlir");
  replace("%x: tensor<1x4x4x2xi8>", "%x: tensor<1x5x4x2xi8>");
  replace("pad = array<i64: 0, 0, 0, 0>",
          "pad = array<i64: 0, " + after + ", 0, 0>");
  replace("1x1x1x2", "1x" + rows + "x1x2");
  return text;
}

TEST_F(LayerTest, TrailingCutIsPartOfALayerUnlessPadded) {
  std::vector<Layer> layers = match(cutAndPad("0", "1"));
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].inputShape, (std::array<int64_t, 4>{1, 5, 4, 2}));
  layers = match(cutAndPad("1", "2"));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].kind, LayerKind::Move);
  EXPECT_EQ(layers[1].inputShape, (std::array<int64_t, 4>{1, 4, 4, 2}));
}

TEST_F(LayerTest, AddFactorsAreUnpacked) {
  std::vector<Layer> layers = match(R"mlir(
func.func @f(%x: tensor<1x1x2x2xi8>) -> tensor<1x1x2x2xi8> {
  %z3 = "tosa.const"() <{values = dense<3> : tensor<1xi8>}> : () -> tensor<1xi8>
  %z32 = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %ma = "tosa.const"() <{values = dense<65536> : tensor<1xi32>}> : () -> tensor<1xi32>
  %mb = "tosa.const"() <{values = dense<40000> : tensor<1xi32>}> : () -> tensor<1xi32>
  %s2 = "tosa.const"() <{values = dense<2> : tensor<1xi8>}> : () -> tensor<1xi8>
  %m = "tosa.const"() <{values = dense<16384> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<28> : tensor<1xi8>}> : () -> tensor<1xi8>
  %pool = tosa.max_pool2d %x {kernel = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x1x2x2xi8>) -> tensor<1x1x2x2xi8>
  %a = tosa.rescale %x, %ma, %s2, %z3, %z32 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x1x2x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x1x2x2xi32>
  %b = tosa.rescale %pool, %mb, %s2, %z3, %z32 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = true} : (tensor<1x1x2x2xi8>, tensor<1xi32>, tensor<1xi8>, tensor<1xi8>, tensor<1xi32>) -> tensor<1x1x2x2xi32>
  %sum = tosa.add %a, %b : (tensor<1x1x2x2xi32>, tensor<1x1x2x2xi32>) -> tensor<1x1x2x2xi32>
  %r = tosa.rescale %sum, %m, %s, %z32, %z3 {input_unsigned = false, output_unsigned = false, per_channel = false, rounding_mode = SINGLE_ROUND, scale32 = false} : (tensor<1x1x2x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x1x2x2xi8>
  return %r : tensor<1x1x2x2xi8>
}
)mlir");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].kind, LayerKind::MaxPool);
  EXPECT_EQ(layers[1].kind, LayerKind::Add);
  EXPECT_EQ(layers[1].ops.size(), 4u);
  EXPECT_EQ(layers[1].inputs.size(), 2u);
  EXPECT_EQ(layers[1].inputFactors, (SmallVector<int32_t, 2>{16384, 10000}));
  EXPECT_EQ(layers[1].inputZeroPoints, (SmallVector<int32_t, 2>{3, 3}));
}

TEST_F(LayerTest, ProductTakesATransposedOperand) {
  std::vector<Layer> layers = match(R"mlir(
func.func @f(%x: tensor<1x5x3xi8>, %y: tensor<1x2x3xi8>, %z: tensor<1x2x7xi8>) -> tensor<1x1x5x7xi8> {
  %zx = "tosa.const"() <{values = dense<7> : tensor<1xi8>}> : () -> tensor<1xi8>
  %zy = "tosa.const"() <{values = dense<-4> : tensor<1xi8>}> : () -> tensor<1xi8>
  %iz = "tosa.const"() <{values = dense<0> : tensor<1xi32>}> : () -> tensor<1xi32>
  %m = "tosa.const"() <{values = dense<20000> : tensor<1xi16>}> : () -> tensor<1xi16>
  %s = "tosa.const"() <{values = dense<20> : tensor<1xi8>}> : () -> tensor<1xi8>
  %n = tosa.const_shape {values = dense<[1, 1, 5, 7]> : tensor<4xindex>} : () -> !tosa.shape<4>
  %t = tosa.transpose %y {perms = array<i32: 0, 2, 1>} : (tensor<1x2x3xi8>) -> tensor<1x3x2xi8>
  %p = tosa.matmul %x, %t, %zx, %zy : (tensor<1x5x3xi8>, tensor<1x3x2xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x2xi32>
  %r = tosa.rescale %p, %m, %s, %iz, %zx {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x5x2xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x5x2xi8>
  %q = tosa.matmul %r, %z, %zx, %zy : (tensor<1x5x2xi8>, tensor<1x2x7xi8>, tensor<1xi8>, tensor<1xi8>) -> tensor<1x5x7xi32>
  %i = tosa.reshape %q, %n : (tensor<1x5x7xi32>, !tosa.shape<4>) -> tensor<1x1x5x7xi32>
  %o = tosa.rescale %i, %m, %s, %iz, %zx {scale32 = false, rounding_mode = SINGLE_ROUND, per_channel = false, input_unsigned = false, output_unsigned = false} : (tensor<1x1x5x7xi32>, tensor<1xi16>, tensor<1xi8>, tensor<1xi32>, tensor<1xi8>) -> tensor<1x1x5x7xi8>
  return %o : tensor<1x1x5x7xi8>
}
)mlir");
  ASSERT_EQ(layers.size(), 2u);
  const Layer &first = layers[0], &second = layers[1];
  using Shape = std::array<int64_t, 4>;
  EXPECT_EQ(first.kind, LayerKind::MatMul);
  EXPECT_EQ(first.ops.size(), 3u);
  EXPECT_TRUE(first.hasChannelRows);
  EXPECT_EQ(first.getInputShape(0), (Shape{1, 1, 5, 3}));
  EXPECT_EQ(first.getInputShape(1), (Shape{1, 1, 2, 3}));
  EXPECT_EQ(first.inputZeroPoints, (llvm::SmallVector<int32_t, 2>{7, -4}));
  EXPECT_EQ(first.macs, 5 * 2 * 3);
  EXPECT_EQ(second.kind, LayerKind::MatMul);
  EXPECT_FALSE(second.hasChannelRows);
  EXPECT_EQ(second.getInputShape(1), (Shape{1, 1, 2, 7}));
  EXPECT_EQ(second.inputs[0], first.getOutput());
  EXPECT_EQ(second.macs, 5 * 7 * 2);
}

TEST_F(LayerTest, RunsOfOneNameAreOneLayer) {
  std::vector<Layer> layers = match(R"mlir(
func.func @f(%x: tensor<4xf32>, %k: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tosa.add %x, %k : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("q")
  %1 = tosa.cast %0 : (tensor<4xf32>) -> tensor<4xi32> loc("q")
  %2 = tosa.cast %1 : (tensor<4xi32>) -> tensor<4xf32> loc("d")
  return %2 : tensor<4xf32>
}
)mlir");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].kind, LayerKind::Quantize);
  EXPECT_EQ(layers[0].name, "q");
  EXPECT_EQ(layers[0].ops.size(), 2u);
  EXPECT_EQ(layers[0].inputs.size(), 2u);
  EXPECT_EQ(layers[1].kind, LayerKind::Dequantize);
}

TEST_F(LayerTest, ReadsIntegersSignedAndRefusesOthers) {
  match(R"mlir(
func.func @f() {
  %0 = "tosa.const"() <{values = dense<[-128, 127]> : tensor<2xi8>}> : () -> tensor<2xi8>
  %1 = "tosa.const"() <{values = dense_resource<blob> : tensor<2xi16>}> : () -> tensor<2xi16>
  %2 = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  return
}
{-# dialect_resources: { builtin: { blob: "0x02000000FFFF0100" } } #-}
)mlir");
  auto func = *module->getOps<func::FuncOp>().begin();
  auto op = func.getBody().front().begin();
  EXPECT_EQ(readIntegers((op++)->getResult(0)),
            (std::vector<int32_t>{-128, 127}));
  EXPECT_EQ(readIntegers((op++)->getResult(0)), (std::vector<int32_t>{-1, 1}));
  EXPECT_EQ(readIntegers(op->getResult(0)), std::nullopt);
}

} // namespace
