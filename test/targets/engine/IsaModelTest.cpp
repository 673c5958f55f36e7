// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each instruction against plain loops over tensors, and what the model
// refuses.

#include "targets/engine/IsaModel.h"
#include "llvm/Support/MathExtras.h"
#include <functional>
#include <gtest/gtest.h>
#include <random>

using namespace sluice::engine;

// Two chunks a word, so that words and chunks are told apart.
static const Parameters kParameters = {8, 4, 4096, 2, 128, 8, 8};

namespace {

/// An NHWC image of int8, batch 1; outside it reads as `pad`.
struct Image {
  int h, w, c;
  int8_t pad = 0;
  std::vector<int8_t> data = std::vector<int8_t>(h * w * c);

  int8_t at(int y, int x, int k) const {
    bool in = 0 <= y && y < h && 0 <= x && x < w;
    return in ? data[(y * w + x) * c + k] : pad;
  }
};

/// A model with a tile of ACT per image, and what tests need around it.
class IsaModelTest : public testing::Test {
protected:
  std::mt19937 random{7};
  IsaModel model{kParameters, 1};
  std::vector<uint8_t> constants = std::vector<uint8_t>(1 << 16);
  std::vector<uint8_t> arena = std::vector<uint8_t>(1 << 16);

  int pick(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  }

  void SetUp() override {
    for (uint8_t &byte : constants)
      byte = random();
  }

  Image randomImage(int h, int w, int c) {
    Image image{h, w, c};
    for (int8_t &value : image.data)
      value = random();
    return image;
  }

  static int pixelChunks(int channels) {
    return llvm::divideCeil(channels, 8) * 2;
  }

  /// Writes `image` into ACT from `chunk` on as the ISA lays tiles out.
  void place(const Image &image, int chunk) {
    for (int i = 0; i < image.h * image.w; ++i)
      for (int c = 0; c < image.c; ++c)
        model.act[(chunk + i * pixelChunks(image.c)) * 4 + c] =
            image.data[i * image.c + c];
  }

  int8_t placed(int chunk, int pixel, int channels, int c) {
    return model.act[(chunk + pixel * pixelChunks(channels)) * 4 + c];
  }

  /// Runs one instruction without tokens.
  std::string run(Opcode opcode, decltype(Instruction::fields) fields) {
    return run({{opcode, {}, fields}});
  }
  std::string run(std::vector<Instruction> program) {
    program.push_back({});
    return llvm::toString(model.run(program, constants, arena));
  }

  /// Fills PRM word `p` with legal entries and returns their parts.
  struct Prm {
    int32_t bias;
    int multiplier, shift;
  };
  std::vector<Prm> fillPrm(int p, int words) {
    std::vector<Prm> entries;
    for (int i = 0; i < 4 * words; ++i) {
      Prm entry = {pick(-5000, 5000), pick(0, 32767), pick(18, 26)};
      uint8_t *out = &model.prm[(p * 4 + i) * 8];
      for (int b = 0; b < 4; ++b)
        out[b] = entry.bias >> 8 * b;
      out[4] = entry.multiplier;
      out[5] = entry.multiplier >> 8;
      out[6] = entry.shift;
      out[7] = 0;
      entries.push_back(entry);
    }
    return entries;
  }

  /// A window over a random image whose sizes fit the scratchpads.
  WindowFields randomWindow(Image &image, int outChannels) {
    WindowFields f;
    int channels = image.c;
    f.kh = pick(1, 3), f.kw = pick(1, 3);
    f.stride_y = pick(1, 2), f.stride_x = pick(1, 3);
    f.dil_y = pick(1, 2), f.dil_x = pick(1, 2);
    f.pad_y = pick(0, 2), f.pad_x = pick(0, 2);
    f.ih = image.h, f.iw = image.w;
    f.oh = std::max(
        1, (image.h + 2 * f.pad_y - (f.kh - 1) * f.dil_y - 1) / f.stride_y + 1);
    f.ow = std::max(
        1, (image.w + 2 * f.pad_x - (f.kw - 1) * f.dil_x - 1) / f.stride_x + 1);
    f.groups = llvm::divideCeil(outChannels, 4);
    int pixel = pixelChunks(channels), row = pixel * image.w;
    f.x = 2 - f.pad_y * row - f.pad_x * pixel;
    f.x_step_oy = f.stride_y * row, f.x_step_ox = f.stride_x * pixel;
    f.x_step_ky = f.dil_y * row, f.x_step_kx = f.dil_x * pixel;
    f.o = 600;
    f.o_step_ox = pixelChunks(outChannels);
    f.o_step_oy = f.ow * f.o_step_ox;
    f.pad = image.pad = random();
    f.zo = pick(-20, 20);
    f.lo = pick(-128, -20), f.hi = pick(20, 127);
    place(image, 2);
    return f;
  }

  /// Compares all outputs of `f` with `expected`(oy, ox, channel).
  void expectOutputs(const WindowFields &f, int channels,
                     const std::function<int8_t(int, int, int)> &expected) {
    for (int oy = 0; oy < f.oh; ++oy)
      for (int ox = 0; ox < f.ow; ++ox)
        for (int c = 0; c < channels; ++c)
          ASSERT_EQ(placed(f.o, oy * f.ow + ox, channels, c),
                    expected(oy, ox, c));
  }

  /// Sums body(y, x of the input, tap) over the window at (oy, ox).
  static int64_t sumTaps(const WindowFields &f, int oy, int ox,
                         const std::function<int64_t(int, int, int)> &body) {
    int64_t sum = 0;
    for (int ky = 0; ky < f.kh; ++ky)
      for (int kx = 0; kx < f.kw; ++kx)
        sum += body(oy * f.stride_y + ky * f.dil_y - f.pad_y,
                    ox * f.stride_x + kx * f.dil_x - f.pad_x, ky * f.kw + kx);
    return sum;
  }

  static int8_t scale(int64_t acc, const Prm &prm, const WindowFields &f) {
    double exact = std::floor(
        double(acc) * prm.multiplier / double(int64_t(1) << prm.shift) + 0.5);
    return std::clamp<double>(exact + f.zo, f.lo, f.hi);
  }
};

} // namespace

TEST_F(IsaModelTest, RequantizeRoundsTiesUp) {
  EXPECT_EQ(requantize(2, 1, 2, 0, {-128, 127}), 1);
  EXPECT_EQ(requantize(-2, 1, 2, 0, {-128, 127}), 0);
  EXPECT_EQ(requantize(-3, 1, 2, 0, {-128, 127}), -1);
  EXPECT_EQ(requantize(INT32_MIN, 32767, 46, 5, {-128, 127}), 4);
  EXPECT_EQ(requantize(INT32_MAX, 32767, 2, 0, {-7, 9}), 9);
}

TEST_F(IsaModelTest, Conv) {
  for (int trial = 0; trial < 40; ++trial) {
    int ci = pick(1, 20), co = pick(1, 12);
    Image image = randomImage(pick(1, 5), pick(1, 5), ci);
    WindowFields f = randomWindow(image, co);
    f.ci = llvm::divideCeil(ci, 8);
    f.w = 3, f.p = 2;
    std::vector<Prm> prm = fillPrm(f.p, f.groups);
    // Weights [o][ky][kx][i]; lanes and bytes that pad words are zero for
    // inputs and anything for outputs.
    auto weight = [&](int o, int tap, int i) {
      return int8_t(o * 37 + tap * 11 + i * 5 + trial);
    };
    int taps = f.kh * f.kw;
    for (int g = 0; g < f.groups; ++g)
      for (int n = 0; n < taps * f.ci; ++n)
        for (int k = 0; k < 4; ++k)
          for (int j = 0; j < 8; ++j) {
            int i = n % f.ci * 8 + j;
            model.wgt[((f.w + g * taps * f.ci + n) * 4 + k) * 8 + j] =
                i < ci ? weight(g * 4 + k, n / f.ci, i) : 0;
          }
    ASSERT_EQ(run(Opcode::Conv, f), "");
    expectOutputs(f, co, [&](int oy, int ox, int o) {
      int64_t acc = sumTaps(f, oy, ox, [&](int y, int x, int tap) {
        int64_t sum = 0;
        for (int i = 0; i < ci; ++i)
          sum += image.at(y, x, i) * weight(o, tap, i);
        return sum;
      });
      return scale(acc + prm[o].bias, prm[o], f);
    });
  }
}

/// The same with two weights a byte, for two chunks of outputs; a last one may
/// be alone.
TEST_F(IsaModelTest, ConvOfInt4) {
  Parameters parameters = kParameters;
  parameters.INT4 = 1;
  model = IsaModel(parameters, 1);
  for (int trial = 0; trial < 40; ++trial) {
    int ci = pick(1, 20), co = pick(1, 16);
    Image image = randomImage(pick(1, 5), pick(1, 5), ci);
    WindowFields f = randomWindow(image, co);
    f.ci = llvm::divideCeil(ci, 8);
    f.w = 3, f.p = 1, f.types = kTypesInt4;
    std::vector<Prm> prm = fillPrm(f.p, f.groups);
    auto weight = [&](int o, int tap, int i) {
      return (o * 37 + tap * 11 + i * 5 + trial) % 16 - 8;
    };
    int taps = f.kh * f.kw;
    for (int g = 0; g < f.groups; ++g)
      for (int n = 0; n < taps * f.ci; ++n)
        for (int k = 0; k < 4; ++k)
          for (int j = 0; j < 8; ++j) {
            int i = n % f.ci * 8 + j;
            int value = i < ci ? weight(g * 4 + k, n / f.ci, i) : 0;
            uint8_t &byte =
                model.wgt[((f.w + g / 2 * taps * f.ci + n) * 4 + k) * 8 + j];
            byte = g % 2 ? (byte & 15) | value << 4 : value & 15;
          }
    ASSERT_EQ(run(Opcode::Conv, f), "");
    expectOutputs(f, co, [&](int oy, int ox, int o) {
      int64_t acc = sumTaps(f, oy, ox, [&](int y, int x, int tap) {
        int64_t sum = 0;
        for (int i = 0; i < ci; ++i)
          sum += image.at(y, x, i) * weight(o, tap, i);
        return sum;
      });
      return scale(acc + prm[o].bias, prm[o], f);
    });
  }
}

TEST_F(IsaModelTest, TypesAreThoseOfTheEngine) {
  WindowFields f;
  f.types = kTypesInt4;
  EXPECT_EQ(run(Opcode::Conv, f),
            "instruction 0 (conv): types = 4 on an engine without weights of "
            "four bits");
  Parameters parameters = kParameters;
  parameters.INT4 = 1;
  model = IsaModel(parameters, 1);
  EXPECT_EQ(run(Opcode::Depthwise, f),
            "instruction 0 (depthwise): types = 4 on an instruction other than "
            "CONV");
  f.types = 2;
  EXPECT_EQ(run(Opcode::Conv, f),
            "instruction 0 (conv): types = 2 are no types that go together");
}

TEST_F(IsaModelTest, Depthwise) {
  for (int trial = 0; trial < 40; ++trial) {
    int c = pick(1, 12);
    Image image = randomImage(pick(1, 5), pick(1, 5), c);
    WindowFields f = randomWindow(image, c);
    f.flags = trial % 4 == 0;
    f.w = 1, f.p = 1;
    std::vector<Prm> prm = fillPrm(f.p, f.groups);
    auto weight = [&](int channel, int tap) {
      return f.flags ? 1 : int8_t(channel * 41 + tap * 7 + trial);
    };
    int taps = f.kh * f.kw, words = llvm::divideCeil(taps, 8);
    for (int g = 0; g < f.groups; ++g)
      for (int n = 0; n < taps; ++n)
        for (int k = 0; k < 4; ++k)
          model.wgt[((f.w + g * words + n / 8) * 4 + k) * 8 + n % 8] =
              weight(g * 4 + k, n);
    ASSERT_EQ(run(Opcode::Depthwise, f), "");
    expectOutputs(f, c, [&](int oy, int ox, int k) {
      int64_t acc = sumTaps(f, oy, ox, [&](int y, int x, int tap) {
        return image.at(y, x, k) * weight(k, tap);
      });
      return scale(acc + prm[k].bias, prm[k], f);
    });
  }
}

TEST_F(IsaModelTest, MaxPool) {
  for (int trial = 0; trial < 20; ++trial) {
    int c = pick(1, 12);
    Image image = randomImage(pick(1, 5), pick(1, 5), c);
    WindowFields f = randomWindow(image, c);
    f.pad = 127; // ignored
    image.pad = -128;
    ASSERT_EQ(run(Opcode::MaxPool, f), "");
    expectOutputs(f, c, [&](int oy, int ox, int k) {
      int8_t most = -128;
      sumTaps(f, oy, ox, [&](int y, int x, int) {
        most = std::max(most, image.at(y, x, k));
        return 0;
      });
      return std::clamp(most, f.lo, f.hi);
    });
  }
}

TEST_F(IsaModelTest, AddInPlace) {
  int h = 3, w = 2, c = 11;
  Image a = randomImage(h, w, c), b = randomImage(h, w, c);
  place(a, 0), place(b, 100);
  std::vector<Prm> prm = fillPrm(0, 3);
  AddFields f;
  f.x = f.o = 0, f.b = 100;
  f.groups = 3, f.oh = h, f.ow = w;
  f.x_step_ox = f.b_step_ox = f.o_step_ox = 4;
  f.x_step_oy = f.b_step_oy = f.o_step_oy = 8;
  f.ma = 300, f.mb = 16384, f.zo = 3;
  ASSERT_EQ(run(Opcode::Add, f), "");
  WindowFields clamp;
  clamp.zo = 3;
  for (int i = 0; i < h * w; ++i)
    for (int k = 0; k < c; ++k)
      EXPECT_EQ(placed(0, i, c, k),
                scale(a.data[i * c + k] * 300 + b.data[i * c + k] * 16384 +
                          prm[k].bias,
                      prm[k], clamp));
}

TEST_F(IsaModelTest, LoadActFillsOutsideTheRow) {
  // Three taps of three channels fold into words, stride 2, one pixel of pad.
  int w = 5, c = 3;
  LoadActFields f;
  f.dst = 4, f.offset = 100, f.fill = -9;
  f.ny = 2, f.nx = 3, f.len = 3 * c;
  f.stride_y = w * c, f.stride_x = 2 * c, f.pos0 = -c, f.row_len = w * c;
  f.dst_step_x = 4, f.dst_step_y = 12;
  ASSERT_EQ(run(Opcode::LoadAct, f), "");
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 3; ++x)
      for (int b = 0; b < 16; ++b) {
        int p = -c + x * 2 * c + b;
        int8_t expected = b < 9 && p >= 0 && p < w * c
                              ? int8_t(constants[100 + y * w * c + p])
                              : -9;
        EXPECT_EQ(int8_t(model.act[(4 + y * 12 + x * 4) * 4 + b]), expected);
      }
}

TEST_F(IsaModelTest, LoadWordsAndStore) {
  ASSERT_EQ(run(Opcode::LoadWgt, LoadWordsFields{2, 64, 0, 3}), "");
  EXPECT_TRUE(std::equal(&constants[64], &constants[64 + 96], &model.wgt[64]));
  ASSERT_EQ(run(Opcode::LoadPrm, LoadWordsFields{1, 8, 0, 2}), "");
  EXPECT_TRUE(std::equal(&constants[8], &constants[8 + 64], &model.prm[32]));

  StoreFields f;
  f.src = 2, f.offset = 50, f.ny = 2, f.nx = 2, f.len = 5;
  f.stride_y = -20, f.stride_x = 7, f.src_step_y = 8, f.src_step_x = 4;
  std::vector<uint8_t> expected = arena;
  for (int y = 0; y < 2; ++y)
    for (int x = 0; x < 2; ++x)
      for (int b = 0; b < 5; ++b)
        expected[50 - 20 * y + 7 * x + b] =
            model.act[(2 + 8 * y + 4 * x) * 4 + b];
  ASSERT_EQ(run(Opcode::Store, f), "");
  EXPECT_EQ(arena, expected);
}

//===----------------------------------------------------------------------===//
// What the model refuses
//===----------------------------------------------------------------------===//

TEST_F(IsaModelTest, Fences) {
  LoadActFields load;
  load.offset = 65530, load.len = 10, load.row_len = 10;
  EXPECT_EQ(run(Opcode::LoadAct, load),
            "instruction 0 (load_act): reads byte 65536 of constants of 65536 "
            "bytes");
  load.base = 1, load.offset = 0, load.stride_y = -1, load.ny = 2;
  EXPECT_EQ(
      run(Opcode::LoadAct, load),
      "instruction 0 (load_act): reads byte 4294967295 of an arena of 65536 "
      "bytes");
  StoreFields store;
  store.offset = 65535, store.len = 2;
  EXPECT_EQ(run(Opcode::Store, store),
            "instruction 0 (store): writes byte 65536 of an arena of 65536 "
            "bytes");
}

TEST_F(IsaModelTest, IllFormedPrograms) {
  EXPECT_EQ(run({{Opcode::Conv, {1, 0}, WindowFields()}}),
            "instruction 0 (conv): waits for tok[load][compute], which nothing "
            "before it signals");
  EXPECT_EQ(run({{Opcode::LoadPrm, {0, 2}, LoadWordsFields()}}),
            "instruction 1 (end): leaves tok[load][compute] at 1");
  EXPECT_EQ(llvm::toString(model.run({}, constants, arena)),
            "the program does not end with END");
  StoreFields store;
  store.src = 1;
  EXPECT_EQ(run(Opcode::Store, store),
            "instruction 0 (store): src = 1 is not a whole word of 2 chunks");
}

TEST_F(IsaModelTest, ReadsOfOwnResults) {
  WindowFields f; // output pixel 0 is input pixel 1
  f.x = 0, f.o = 2, f.ow = 2, f.ih = 1, f.iw = 2;
  f.x_step_ox = 2, f.o_step_ox = 2;
  EXPECT_EQ(run(Opcode::MaxPool, f),
            "instruction 0 (maxpool): reads ACT chunk 2 after writing it");
}

TEST_F(IsaModelTest, IllegalParameters) {
  std::fill_n(&model.prm[0], 32, 0);
  EXPECT_EQ(
      run(Opcode::Conv, WindowFields()),
      "instruction 0 (conv): PRM word 0, lane 0 holds multiplier 0, shift "
      "0 and a last byte of 0");
}

TEST_F(IsaModelTest, Races) {
  const UnitMask load = maskOf(Unit::Load), compute = maskOf(Unit::Compute),
                 store = maskOf(Unit::Store);
  WindowFields pool;
  pool.o = 10, pool.ih = pool.iw = 1;
  StoreFields put;
  put.src = 10;
  LoadActFields get;
  get.row_len = 1;

  // LOAD → COMPUTE → STORE, and STORE → LOAD for the next round.
  std::vector<Instruction> chain = {
      {Opcode::LoadAct, {0, compute}, get},
      {Opcode::MaxPool, {load, store}, pool},
      {Opcode::Store, {compute, load}, put},
      {Opcode::LoadAct, {store, compute}, get},
      {Opcode::MaxPool, {load, store}, pool},
      {Opcode::Store, {compute, 0}, put},
  };
  EXPECT_EQ(run(chain), "");

  auto without = [&](unsigned giver, unsigned taker, UnitMask to,
                     UnitMask from) {
    std::vector<Instruction> program = chain;
    program[giver].tokens.signal &= ~to;
    program[taker].tokens.wait &= ~from;
    return run(program);
  };
  EXPECT_EQ(without(0, 1, compute, load),
            "instruction 1 (maxpool): reads ACT chunk 0, which instruction 0 "
            "(load_act) writes, and no token orders them");
  EXPECT_EQ(without(1, 2, store, compute),
            "instruction 2 (store): reads ACT chunk 10, which instruction 1 "
            "(maxpool) writes, and no token orders them");
  // The second load may overtake the first pool: its token is the store's.
  EXPECT_EQ(without(2, 3, load, store),
            "instruction 3 (load_act): writes ACT chunk 0, which instruction 1 "
            "(maxpool) reads, and no token orders them");

  // Through DRAM: a load of what a store has written.
  get.base = 1, get.dst = 20;
  EXPECT_EQ(run({{Opcode::Store, {}, put}, {Opcode::LoadAct, {}, get}}),
            "instruction 1 (load_act): reads arena byte 0, which instruction 0 "
            "(store) writes, and no token orders them");
  EXPECT_EQ(run({{Opcode::Store, {0, load}, put},
                 {Opcode::LoadAct, {store, 0}, get}}),
            "");

  // Weights and parameters.
  fillPrm(0, 1);
  EXPECT_EQ(run({{Opcode::Conv, {}, WindowFields()},
                 {Opcode::LoadWgt, {}, LoadWordsFields()}}),
            "instruction 1 (load_wgt): writes WGT word 0, which instruction 0 "
            "(conv) reads, and no token orders them");
  EXPECT_EQ(run({{Opcode::Conv, {}, WindowFields()},
                 {Opcode::LoadPrm, {}, LoadWordsFields()}}),
            "instruction 1 (load_prm): writes PRM word 0, which instruction 0 "
            "(conv) reads, and no token orders them");
}

TEST_F(IsaModelTest, TokensPairInOrder) {
  // The pool waits once: that orders it after the first load, not the second.
  WindowFields pool;
  pool.o = 10, pool.ih = pool.iw = 1;
  LoadActFields first, second;
  first.dst = 2, second.dst = 0;
  EXPECT_EQ(run({{Opcode::LoadAct, {0, 2}, first},
                 {Opcode::LoadAct, {0, 2}, second},
                 {Opcode::MaxPool, {1, 0}, pool},
                 {Opcode::MaxPool, {1, 0}, pool}}),
            "instruction 2 (maxpool): reads ACT chunk 0, which instruction 1 "
            "(load_act) writes, and no token orders them");
}
