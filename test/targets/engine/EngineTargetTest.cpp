// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "targets/engine/EngineTarget.h"
#include "compiler/Support/Layer.h"
#include "llvm/ADT/STLExtras.h"
#include <gtest/gtest.h>

using namespace sluice;
using namespace sluice::engine;

static std::unique_ptr<Target> target(llvm::StringRef spec) {
  registerEngineTarget();
  auto target = createTarget(spec);
  EXPECT_TRUE(bool(target));
  return target ? std::move(*target) : nullptr;
}

/// A 3x3 convolution of 8x8x16 to 8x8x32.
static Layer convolution() {
  Layer layer;
  layer.kind = LayerKind::Convolution;
  layer.inputs.resize(1);
  layer.inputShape = {1, 8, 8, 16};
  layer.outputShape = {1, 8, 8, 32};
  layer.kernel = {3, 3};
  layer.padBefore = layer.padAfter = {1, 1};
  layer.macs = 8 * 8 * 32 * 9 * 16;
  layer.multipliers = {16384};
  layer.shifts = {20};
  return layer;
}

/// What a board says of the convolution after `change`.
static std::string reason(llvm::function_ref<void(Layer &)> change,
                          llvm::StringRef spec = "engine:ulx3s-85f") {
  Layer layer = convolution();
  change(layer);
  return target(spec)->judge(layer).reason;
}

TEST(EngineTarget, DescribesItself) {
  auto engine = target("engine:ulx3s-85f-16x8,ACT_BYTES=65536");
  EXPECT_EQ(engine->name(), "engine");
  EXPECT_EQ(engine->description(), "engine:ulx3s-85f-16x8,ACT_BYTES=65536");
  auto device = engine->device();
  ASSERT_TRUE(device.has_value());
  EXPECT_EQ(device->board, "ulx3s-85f-16x8");
  EXPECT_EQ(device->parameter("PC"), 16u);
  EXPECT_EQ(device->parameter("ACT_BYTES"), 65536u);
  EXPECT_EQ(device->parameters.back().first, "INT16");
}

TEST(EngineTarget, UnknownTargetsListWhatIsKnown) {
  registerEngineTarget();
  auto unknown = createTarget("gpu:x");
  ASSERT_FALSE(bool(unknown));
  EXPECT_EQ(llvm::toString(unknown.takeError()),
            "unknown target 'gpu:x'; known targets: engine");
}

TEST(EngineTarget, TakesIntegerLayers) {
  EXPECT_EQ(reason([](Layer &) {}), "");
  EXPECT_EQ(reason([](Layer &l) { l.kernel = {255, 2}; }), "");
  EXPECT_EQ(reason([](Layer &l) { l.shifts = {2, 47}; }), "");
  EXPECT_EQ(reason([](Layer &l) {
              l.kind = LayerKind::MaxPool;
              l.stride = {2, 2};
            }),
            "");
}

TEST(EngineTarget, NamesTheBrokenLimit) {
  EXPECT_EQ(reason([](Layer &l) { l.kind = LayerKind::Softmax; }),
            "the engine has no softmax; it runs int8 convolution, product, "
            "depthwise, pooling, rescale, add and tables");
  EXPECT_EQ(reason([](Layer &l) { l.kernel = {300, 1}; }),
            "kernel 300x1 exceeds the engine's 255");
  EXPECT_EQ(reason([](Layer &l) { l.stride = {1, 256}; }),
            "stride 1x256 exceeds the engine's 255");
  EXPECT_EQ(reason([](Layer &l) { l.padBefore = {256, 0}; }),
            "padding 256x0 exceeds the engine's 255");
  EXPECT_EQ(reason([](Layer &l) { l.dilation = {256, 1}; }),
            "dilation 256x1 exceeds the engine's 255");
  EXPECT_EQ(reason([](Layer &l) {
              l.kernel = {3, 2};
              l.padAfter = {2, 2};
            }),
            "padding 2x2 after the image is not smaller than the window's 3x2");
  EXPECT_EQ(reason([](Layer &l) { l.inputShape[0] = l.outputShape[0] = 4; }),
            "batch 4; the engine takes one image at a time");
  EXPECT_EQ(reason([](Layer &l) { l.inputShape[1] = 70000; }),
            "input 70000x8 exceeds the engine's 65535 rows and columns");
  EXPECT_EQ(reason([](Layer &l) { l.outputShape = {1, 60000, 60000, 2}; }),
            "output of 60000x60000x2 bytes exceeds the engine's 32-bit "
            "addresses");
  EXPECT_EQ(reason([](Layer &l) { l.multipliers = {32768}; }),
            "multiplier 32768 is not in the engine's 0..32767");
  EXPECT_EQ(reason([](Layer &l) { l.shifts = {20, 1}; }),
            "shift 1 is not in the engine's 2..47");
  EXPECT_EQ(reason([](Layer &l) {
              l.kind = LayerKind::Add;
              l.inputFactors = {8192, -5};
            }),
            "factor -5 of a sum is not in the engine's 0..32767");
  EXPECT_EQ(reason([](Layer &l) { l.inputShape[3] = 1024; }),
            "8 output channels need 1152 words of weights; WGT holds 1024");
  EXPECT_EQ(reason([](Layer &l) {
              l.kind = LayerKind::AveragePool;
              l.inputShape = {1, 300, 300, 16};
              l.kernel = {200, 100};
            }),
            "one output pixel needs 160008 bytes of activations; ACT holds "
            "131072");
}

TEST(EngineTarget, TakesInt16WhereTheEngineHasIt) {
  auto with = [](LayerKind kind, unsigned inputBits, unsigned outputBits,
                 Extent kernel = {3, 3}) {
    return reason(
        [&](Layer &l) {
          l.kind = kind;
          l.inputBits = inputBits;
          l.outputBits = outputBits;
          l.kernel = kernel;
        },
        "engine:ulx3s-85f,INT16=1");
  };
  EXPECT_EQ(reason([](Layer &l) { l.inputBits = 16; }),
            "int16 activations, which an engine with INT16=1 runs");
  EXPECT_EQ(with(LayerKind::Convolution, 16, 16), "");
  EXPECT_EQ(with(LayerKind::Convolution, 16, 8), "");
  EXPECT_EQ(with(LayerKind::Convolution, 8, 16), "");
  EXPECT_EQ(with(LayerKind::MaxPool, 16, 16), "");
  EXPECT_EQ(with(LayerKind::AveragePool, 16, 16), "");
  EXPECT_EQ(with(LayerKind::AveragePool, 16, 8),
            "int16 that becomes int8; the engine does that in convolutions "
            "alone");
  EXPECT_EQ(with(LayerKind::AveragePool, 16, 16, {300, 300}),
            "sums of int16 reach 2949120000, more than the engine's 32 bits "
            "hold");
  // A word has half as many channels.
  EXPECT_EQ(reason(
                [](Layer &l) {
                  l.inputBits = l.outputBits = 16;
                  l.inputShape[3] = 512;
                },
                "engine:ulx3s-85f,INT16=1"),
            "8 output channels need 1152 words of weights; WGT holds 1024");
}

TEST(EngineTarget, JudgesProductsByTheirTaps) {
  auto product = [](int64_t inner, int32_t zx, int32_t zy) {
    return reason([&](Layer &l) {
      l.kind = LayerKind::MatMul;
      l.inputs.resize(2);
      l.inputZeroPoints = {zx, zy};
      l.inputShape = {1, 1, 16, inner};
      l.outputShape = {1, 1, 16, 8};
      l.kernel = {1, 1};
      l.padBefore = l.padAfter = {};
      l.hasChannelRows = true;
    });
  };
  EXPECT_EQ(product(8 * 1024, 0, 0), "");
  EXPECT_EQ(product(8 * 1025, 0, 0),
            "8 output channels need 1025 words of weights; WGT holds 1024");
  // A zero point of -128 is two taps beside the first, another one.
  EXPECT_EQ(product(8 * 342, -128, 0),
            "8 output channels need 1026 words of weights; WGT holds 1024");
  EXPECT_EQ(product(8 * 171, -128, 5),
            "8 output channels need 1026 words of weights; WGT holds 1024");
  // An operand in columns is turned first, as weights of as many values as the
  // product has channels.
  EXPECT_EQ(reason([](Layer &l) {
              l.kind = LayerKind::MatMul;
              l.inputs.resize(2);
              l.inputZeroPoints = {0, 0};
              l.inputShape = {1, 1, 16, 8};
              l.outputShape = {1, 1, 16, 8200};
              l.kernel = {1, 1};
              l.padBefore = l.padAfter = {};
            }),
            "8 output channels need 1025 words of weights; WGT holds 1024");
}

TEST(EngineTarget, WeighsHandovers) {
  auto engine = target("engine:ulx3s-85f,start=500");
  EXPECT_EQ(engine->description(), "engine:ulx3s-85f,start=500");
  EXPECT_EQ(engine->estimateHandover(800), 600);
  EXPECT_EQ(target("engine:ulx3s-85f,start=0")->estimateHandover(800), 0);
  // A nanosecond, 0.12 of a cycle, for each product and each weight.
  EXPECT_EQ(engine->estimateOnHost(convolution()),
            (8 * 8 * 32 * 9 * 16 + 32 * 9 * 16) * 12 / 100);
}

TEST(EngineTarget, DilationMakesTheSmallestTileLarger) {
  auto widen = [](Layer &l) {
    l.inputShape = {1, 300, 300, 16};
    l.dilation = {100, 20};
  };
  EXPECT_EQ(reason([&](Layer &l) { widen(l); }),
            "one output pixel needs 131864 bytes of activations; ACT holds "
            "131072");
}

TEST(EngineTarget, EstimatesTheSlowerOfComputeAndMemory) {
  auto engine = target("engine:ulx3s-85f");
  Cost cost = engine->estimate(convolution());
  EXPECT_EQ(cost.cycles, 4 * 8 * 8 * 9 * 2);
  EXPECT_EQ(cost.bytesRead, 8 * 8 * 16 + 32 * 9 * 16);
  EXPECT_EQ(cost.bytesWritten, 8 * 8 * 32);

  // Three channels and three horizontal taps share two words.
  Layer first = convolution();
  first.inputShape[3] = 3;
  EXPECT_EQ(engine->estimate(first).cycles, 4 * 8 * 8 * 3 * 2);

  Layer add = convolution();
  add.kind = LayerKind::Add;
  add.inputs.resize(2);
  add.inputShape = add.outputShape = {1, 8, 8, 32};
  EXPECT_EQ(engine->estimate(add).cycles, 3 * 8 * 8 * 32 / 8);
}
