// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Instructions with activations of 16 bits against plain loops over tensors.

#include "targets/engine/IsaModel.h"
#include "llvm/Support/MathExtras.h"
#include <functional>
#include <gtest/gtest.h>
#include <random>

using namespace sluice::engine;
using llvm::divideCeil;

/// Two chunks of four bytes a word.
static Parameters parametersWithInt16() {
  Parameters parameters = {8, 4, 4096, 2, 512, 16, 8};
  parameters.INT16 = 1;
  return parameters;
}

namespace {

/// An HWC image whose values take `bytes` each; outside it reads as 0.
struct Image {
  int h, w, c, bytes;
  std::vector<int> data = std::vector<int>(h * w * c);

  int at(int y, int x, int k) const {
    bool in = 0 <= y && y < h && 0 <= x && x < w;
    return in ? data[(y * w + x) * c + k] : 0;
  }
  /// Chunks of a pixel of `c` values, in whole words.
  int pixel() const { return divideCeil(c * bytes, 8) * 2; }
};

struct Prm {
  int32_t bias;
  int multiplier, shift;
};

class IsaModelInt16Test : public testing::Test {
protected:
  std::mt19937 random{11};
  IsaModel model{parametersWithInt16(), 1};

  int pick(int least, int most) {
    return std::uniform_int_distribution<int>(least, most)(random);
  }

  /// An image in ACT from `chunk` on.
  Image place(int chunk, int h, int w, int c, int bytes) {
    Image image{h, w, c, bytes};
    for (int i = 0; i < h * w; ++i)
      for (int k = 0; k < c; ++k) {
        int value = bytes == 2 ? int16_t(random()) : int8_t(random());
        image.data[i * c + k] = value;
        for (int b = 0; b < bytes; ++b)
          model.act[(chunk + i * image.pixel()) * 4 + k * bytes + b] =
              value >> 8 * b;
      }
    return image;
  }

  /// Value `k` of the pixel whose first chunk is `chunk`.
  int placed(int chunk, int k, int bytes) {
    const uint8_t *at = &model.act[chunk * 4 + k * bytes];
    return bytes == 2 ? int16_t(at[0] | at[1] << 8) : int8_t(at[0]);
  }

  /// An entry of PRM.
  Prm fillPrm(int word, int lane) {
    Prm prm = {pick(-500000, 500000), pick(0, 32767), pick(18, 30)};
    uint8_t *out = &model.prm[(word * 4 + lane) * 8];
    for (int b = 0; b < 4; ++b)
      out[b] = prm.bias >> 8 * b;
    out[4] = prm.multiplier, out[5] = prm.multiplier >> 8;
    out[6] = prm.shift, out[7] = 0;
    return prm;
  }

  /// Fields of a window over `image`, which lies from chunk 2 on, with `c`
  /// channels of results.
  WindowFields randomWindow(const Image &image, int c, uint8_t types) {
    WindowFields f;
    f.types = types;
    f.kh = pick(1, 3), f.kw = pick(1, 3);
    f.stride_y = pick(1, 2), f.stride_x = pick(1, 2);
    f.pad_y = pick(0, f.kh - 1), f.pad_x = pick(0, f.kw - 1);
    f.ih = image.h, f.iw = image.w;
    f.oh = std::max(1, (image.h + f.pad_y - f.kh) / f.stride_y + 1);
    f.ow = std::max(1, (image.w + f.pad_x - f.kw) / f.stride_x + 1);
    int pixel = image.pixel(), row = pixel * image.w;
    f.x = 2 - f.pad_y * row - f.pad_x * pixel;
    f.x_step_oy = f.stride_y * row, f.x_step_ox = f.stride_x * pixel;
    f.x_step_ky = row, f.x_step_kx = pixel;
    Image out{f.oh, f.ow, c, types & kTypesInt16Out ? 2 : 1};
    f.groups = divideCeil(c * out.bytes, 4);
    f.o = 600;
    f.o_step_ox = out.pixel(), f.o_step_oy = f.ow * f.o_step_ox;
    if (out.bytes == 2)
      setClamp(f, {pick(-32768, -300), pick(200, 32767)});
    else
      setClamp(f, {pick(-128, -20), pick(20, 127)}), f.zo = pick(-20, 20);
    return f;
  }

  std::string run(Opcode opcode, decltype(Instruction::fields) fields) {
    return llvm::toString(model.run({{opcode, {}, fields}, {}}, {}, {}));
  }

  template <typename FieldsT>
  static int scale(int64_t acc, const Prm &prm, const FieldsT &f) {
    auto [lo, hi] = getClamp(f);
    return std::clamp<int64_t>((((acc + prm.bias) * prm.multiplier +
                                 (int64_t(1) << (prm.shift - 1))) >>
                                prm.shift) +
                                   f.zo,
                               lo, hi);
  }

  /// Calls body(y, x of the input, tap) for the taps of (oy, ox).
  static void forTaps(const WindowFields &f, int oy, int ox,
                      const std::function<void(int, int, int)> &body) {
    for (int ky = 0; ky < f.kh; ++ky)
      for (int kx = 0; kx < f.kw; ++kx)
        body(oy * f.stride_y + ky - f.pad_y, ox * f.stride_x + kx - f.pad_x,
             ky * f.kw + kx);
  }

  template <typename FieldsT>
  void expectOutputs(const FieldsT &f, int channels,
                     const std::function<int(int, int, int)> &expected) {
    for (int oy = 0; oy < f.oh; ++oy)
      for (int ox = 0; ox < f.ow; ++ox)
        for (int k = 0; k < channels; ++k)
          ASSERT_EQ(placed(f.o + oy * f.o_step_oy + ox * f.o_step_ox, k,
                           f.types & kTypesInt16Out ? 2 : 1),
                    expected(oy, ox, k))
              << oy << ' ' << ox << ' ' << k;
  }
};

} // namespace

/// Of all mixtures of types; a last chunk may be alone.
TEST_F(IsaModelInt16Test, Conv) {
  for (int trial = 0; trial < 60; ++trial) {
    uint8_t types =
        std::array{kTypesInt16, kTypesInt16In, kTypesInt16Out}[trial % 3];
    int bytes = types & kTypesInt16In ? 2 : 1, co = pick(1, 12);
    Image image = place(2, pick(1, 4), pick(1, 4), pick(1, 9), bytes);
    WindowFields f = randomWindow(image, co, types);
    f.w = 3, f.p = 1, f.ci = image.pixel() / 2;
    auto weight = [&](int o, int tap, int i) {
      return i < image.c ? int8_t(o * 37 + tap * 11 + i * 5 + trial) : 0;
    };
    int taps = f.kh * f.kw, passes = divideCeil(co, 4);
    std::vector<Prm> prm;
    for (int o = 0; o < passes * 4; ++o) {
      prm.push_back(fillPrm(f.p + o / 4, o % 4));
      for (int n = 0; n < taps * f.ci; ++n)
        for (int j = 0; j < 8; ++j)
          model.wgt[((f.w + o / 4 * taps * f.ci + n) * 4 + o % 4) * 8 + j] =
              weight(o, n / f.ci, (n % f.ci * 8 + j) / bytes);
    }
    uint8_t beyond = model.act[(f.o + f.groups) * 4];
    ASSERT_EQ(run(Opcode::Conv, f), "");
    if (f.oh * f.ow == 1) {
      EXPECT_EQ(model.act[(f.o + f.groups) * 4], beyond);
    }
    expectOutputs(f, co, [&](int oy, int ox, int o) {
      int64_t acc = 0;
      forTaps(f, oy, ox, [&](int y, int x, int tap) {
        for (int i = 0; i < image.c; ++i)
          acc += image.at(y, x, i) * weight(o, tap, i);
      });
      return scale(acc, prm[o], f);
    });
  }
}

TEST_F(IsaModelInt16Test, Depthwise) {
  for (int trial = 0; trial < 40; ++trial) {
    Image image = place(2, pick(1, 5), pick(1, 5), pick(1, 7), 2);
    WindowFields f = randomWindow(image, image.c, kTypesInt16);
    f.flags = trial % 4 == 0;
    f.w = 1, f.p = 1;
    auto weight = [&](int k, int tap) {
      return f.flags ? 1 : int8_t(k * 41 + tap * 7 + trial);
    };
    int taps = f.kh * f.kw, words = divideCeil(taps, 8);
    std::vector<Prm> prm;
    for (int k = 0; k < image.c; ++k) {
      prm.push_back(fillPrm(f.p + k / 2, k % 2 * 2));
      for (int n = 0; n < taps; ++n)
        for (int lane = k % 2 * 2; lane < k % 2 * 2 + 2; ++lane)
          model.wgt[((f.w + k / 2 * words + n / 8) * 4 + lane) * 8 + n % 8] =
              weight(k, n);
    }
    if (image.c % 2)
      fillPrm(f.p + image.c / 2, 2);
    ASSERT_EQ(run(Opcode::Depthwise, f), "");
    expectOutputs(f, image.c, [&](int oy, int ox, int k) {
      int64_t acc = 0;
      forTaps(f, oy, ox, [&](int y, int x, int tap) {
        acc += image.at(y, x, k) * weight(k, tap);
      });
      return scale(acc, prm[k], f);
    });
  }
}

TEST_F(IsaModelInt16Test, MaxPool) {
  for (int trial = 0; trial < 20; ++trial) {
    Image image = place(2, pick(1, 5), pick(1, 5), pick(1, 7), 2);
    WindowFields f = randomWindow(image, image.c, kTypesInt16);
    f.pad = 127; // ignored
    ASSERT_EQ(run(Opcode::MaxPool, f), "");
    expectOutputs(f, image.c, [&](int oy, int ox, int k) {
      int most = -32768;
      forTaps(f, oy, ox, [&](int y, int x, int) {
        if (0 <= y && y < image.h && 0 <= x && x < image.w)
          most = std::max(most, image.at(y, x, k));
      });
      auto [lo, hi] = getClamp(f);
      return std::clamp(most, lo, hi);
    });
  }
}

TEST_F(IsaModelInt16Test, Add) {
  int h = 3, w = 2, c = 7;
  Image a = place(0, h, w, c, 2), b = place(100, h, w, c, 2);
  AddFields f;
  f.types = kTypesInt16;
  f.b = 100, f.o = 200;
  f.groups = 4, f.oh = h, f.ow = w;
  f.x_step_ox = f.b_step_ox = f.o_step_ox = a.pixel();
  f.x_step_oy = f.b_step_oy = f.o_step_oy = w * a.pixel();
  f.ma = 300, f.mb = 32767;
  setClamp(f, {-30000, 31000});
  std::vector<Prm> prm;
  for (int k = 0; k < 8; ++k)
    prm.push_back(fillPrm(k / 2, k % 2 * 2));
  ASSERT_EQ(run(Opcode::Add, f), "");
  expectOutputs(f, c, [&](int y, int x, int k) {
    return scale(int64_t(a.at(y, x, k)) * 300 + int64_t(b.at(y, x, k)) * 32767,
                 prm[k], f);
  });
}

TEST_F(IsaModelInt16Test, TypesThatGoTogether) {
  WindowFields f;
  auto runTypes = [&](Opcode opcode, uint8_t types) {
    f.types = types;
    return run(opcode, f);
  };
  f.types = kTypesInt16;
  setClamp(f, {-32768, 32767});
  EXPECT_EQ(runTypes(Opcode::MaxPool, kTypesInt16), "");
  for (uint8_t types : {kTypesInt16In, kTypesInt16Out})
    EXPECT_EQ(runTypes(Opcode::MaxPool, types),
              "instruction 0 (maxpool): types = " + std::to_string(types) +
                  " on an instruction other than CONV");
  EXPECT_EQ(runTypes(Opcode::Conv, kTypesInt16In | kTypesInt4),
            "instruction 0 (conv): types = 5 are no types that go together");
  f.lo_high = 1;
  EXPECT_EQ(runTypes(Opcode::MaxPool, 0),
            "instruction 0 (maxpool): lo_high or hi_high with results of 8 "
            "bits");
  f.t = 1;
  EXPECT_EQ(runTypes(Opcode::MaxPool, kTypesInt16),
            "instruction 0 (maxpool): t = 1 with results of 16 bits");
  setClamp(f, {5, 4}), f.t = 0;
  EXPECT_EQ(runTypes(Opcode::MaxPool, kTypesInt16),
            "instruction 0 (maxpool): lo = 5 is greater than hi = 4");
  Parameters parameters = parametersWithInt16();
  parameters.INT16 = 0;
  model = IsaModel(parameters, 1);
  EXPECT_EQ(runTypes(Opcode::Conv, kTypesInt16),
            "instruction 0 (conv): types = 17 on an engine without activations "
            "of 16 bits");
}
