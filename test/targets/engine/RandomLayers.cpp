// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "RandomLayers.h"

#include "llvm/Support/FormatVariadic.h"

#include <algorithm>
#include <cmath>
#include <vector>

using namespace sluice::engine;
using llvm::formatv;

std::string LayerWriter::typeOf(const Value &value,
                                const std::string &element) {
  return formatv("tensor<1x{0}x{1}x{2}x{3}>", value.h, value.w, value.c,
                 element);
}

std::string LayerWriter::constant(const std::string &type, int64_t count,
                                  int64_t lo, int64_t hi,
                                  const std::string &shape) {
  std::string name = fresh(), values, full;
  if (shape.empty()) {
    for (int64_t i = 0; i < count; ++i)
      values += (i ? ", " : "") + std::to_string(draw(lo, hi));
    values = "[" + values + "]";
    full = formatv("tensor<{0}x{1}>", count, type);
  } else {
    for (int64_t i = 0; i < count; ++i)
      values += formatv("{0:X-2}", uint8_t(draw(lo, hi)));
    values = "\"0x" + values + "\"";
    full = formatv("tensor<{0}x{1}>", shape, type);
  }
  body += formatv("    {0} = \"tosa.const\"() <{{values = dense<{1}> : {2}}> : "
                  "() -> {2}\n",
                  name, values, full);
  return name;
}

std::string LayerWriter::scalar(const std::string &type, int64_t value) {
  return constant(type, 1, value, value);
}

LayerWriter::Value LayerWriter::addInput(int64_t h, int64_t w, int64_t c,
                                         unsigned bits) {
  Value value{formatv("%in{0}", inputValues.size()), h, w, c, bits};
  inputValues.push_back(value);
  return value;
}

/// The square root of the mean square of `x`'s random values.
static double spreadOf(const LayerWriter::Value &x) {
  return x.bits == 8 ? 74 : 18919;
}

/// Bits of a sum of products of `x`.
static unsigned sumBitsOf(const LayerWriter::Value &x) {
  return x.bits == 8 ? 32 : 48;
}

std::string LayerWriter::zeroPoint(const Value &x, int64_t value) {
  return scalar(elementOf(x), x.bits == 8 ? value : 0);
}

/// Requantizes so that a sum of about `spread` spans the type of `result`, and
/// clamps now and then.
LayerWriter::Value LayerWriter::requantize(const std::string &acc, Value result,
                                           unsigned sumBits, bool perChannel,
                                           double spread) {
  int64_t channels = perChannel ? result.c : 1;
  int64_t shift = std::max<int64_t>(15, std::lround(std::log2(spread)) + 17 -
                                            int64_t(result.bits));
  std::string sum = "i" + std::to_string(sumBits);
  std::string m = constant("i16", channels, 8192, 32767);
  std::string s =
      constant("i8", channels, shift, std::min<int64_t>(47, shift + 1));
  std::string zi = scalar(sum, 0), zo = zeroPoint(result, draw(-30, 30));
  std::string in = typeOf(result, sum), out = typeOf(result);
  result.name = fresh();
  body += formatv("    {0} = tosa.rescale {1}, {2}, {3}, {4}, {5} "
                  "{{input_unsigned = false, "
                  "output_unsigned = false, per_channel = {6}, rounding_mode = "
                  "SINGLE_ROUND, scale32 = false} : ({7}, tensor<{8}xi16>, "
                  "tensor<{8}xi8>, tensor<1x{9}>, tensor<1x{10}>) -> {11}\n",
                  result.name, acc, m, s, zi, zo, perChannel ? "true" : "false",
                  in, channels, sum, elementOf(result), out);
  if (draw(0, 1))
    return result;
  int64_t lo = draw(-128, -20), hi = draw(20, 127);
  if (result.bits == 16)
    lo = lo * 256 + 3, hi = hi * 256 + 200;
  Value clamped = result;
  clamped.name = fresh();
  body +=
      formatv("    {0} = tosa.clamp {1} {{min_val = {2} : {3}, max_val = {4} "
              ": {3}} : ({5}) -> {5}\n",
              clamped.name, result.name, lo, elementOf(result), hi, out);
  return clamped;
}

/// The result's shape. Kernel and padding change until the window's last place
/// ends with the padded image, as TOSA demands.
LayerWriter::Value LayerWriter::slide(Value x, int64_t channels, Window &window,
                                      int64_t pad[4]) {
  // A window sees at least one pixel, so less padding than it is wide.
  auto fit = [](int64_t size, int64_t &kernel, int64_t stride, int64_t dil,
                int64_t before, int64_t *pads) {
    before = std::min(before, (kernel - 1) * dil);
    int64_t after = before;
    kernel = std::min(kernel, (size + before + after - 1) / dil + 1);
    before = after = std::min(before, (kernel - 1) * dil);
    int64_t room = size - 1 + before + after - (kernel - 1) * dil;
    int64_t excess = room % stride;
    if (excess && after + stride - excess < kernel)
      after += stride - excess;
    else if (after >= excess)
      after -= excess;
    else if (before >= excess)
      before -= excess;
    else
      return int64_t(0);
    pads[0] = before;
    pads[1] = after;
    return (size - 1 + before + after - (kernel - 1) * dil) / stride + 1;
  };
  Value result{"", 0, 0, channels, x.bits};
  result.h = fit(x.h, window.kh, window.strideY, window.dilY, window.padY, pad);
  if (!result.h) {
    window.strideY = 1;
    result.h = fit(x.h, window.kh, 1, window.dilY, window.padY, pad);
  }
  result.w =
      fit(x.w, window.kw, window.strideX, window.dilX, window.padX, pad + 2);
  if (!result.w) {
    window.strideX = 1;
    result.w = fit(x.w, window.kw, 1, window.dilX, window.padX, pad + 2);
  }
  return result;
}

static std::string writePads(const int64_t pad[4]) {
  return formatv("array<i64: {0}, {1}, {2}, {3}>", pad[0], pad[1], pad[2],
                 pad[3]);
}

LayerWriter::Value LayerWriter::addConvolution(Value x, int64_t channels,
                                               Window window, unsigned bits) {
  int64_t pad[4];
  Value out = slide(x, channels, window, pad);
  out.bits = bits;
  int64_t taps = window.kh * window.kw * x.c;
  int64_t most = x.bits == 8 ? 127 : std::min<int64_t>(127, 65000 / taps);
  std::string shape =
      formatv("{0}x{1}x{2}x{3}", channels, window.kh, window.kw, x.c);
  std::string w = constant("i8", channels * taps, -most, most, shape);
  std::string sum = "i" + std::to_string(sumBitsOf(x));
  std::string b = constant(sum, channels, -3000, 3000);
  std::string zx = zeroPoint(x, draw(-20, 20)), zw = scalar("i8", 0);
  std::string acc = fresh();
  body += formatv(
      "    {0} = tosa.conv2d {1}, {2}, {3}, {4}, {5} {{acc_type = {15}, "
      "dilation = array<i64: {6}, {7}>, pad = {8}, stride = array<i64: {9}, "
      "{10}>} : ({11}, tensor<{12}xi8>, tensor<{13}x{15}>, tensor<1x{16}>, "
      "tensor<1xi8>) -> {14}\n",
      acc, x.name, w, b, zx, zw, window.dilY, window.dilX, writePads(pad),
      window.strideY, window.strideX, typeOf(x), shape, channels,
      typeOf(out, sum), sum, elementOf(x));
  return requantize(acc, out, sumBitsOf(x), true,
                    std::sqrt(double(taps)) * double(most) * 0.58 *
                        spreadOf(x));
}

static std::string depthwiseText(const std::string &acc, const std::string &x,
                                 const std::string &w, const std::string &b,
                                 const std::string &zx, const std::string &zw,
                                 const LayerWriter::Window &window,
                                 const int64_t pad[4], const std::string &sum) {
  return formatv(
      "    {0} = tosa.depthwise_conv2d {1}, {2}, {3}, {4}, {5} "
      "{{acc_type = {11}, dilation = array<i64: {6}, {7}>, pad = {8}, "
      "stride = array<i64: {9}, {10}>} : ",
      acc, x, w, b, zx, zw, window.dilY, window.dilX, writePads(pad),
      window.strideY, window.strideX, sum);
}

LayerWriter::Value LayerWriter::addDepthwise(Value x, Window window) {
  int64_t pad[4];
  Value out = slide(x, x.c, window, pad);
  std::string shape = formatv("{0}x{1}x{2}x1", window.kh, window.kw, x.c);
  std::string w = constant("i8", window.kh * window.kw * x.c, -127, 127, shape);
  std::string sum = "i" + std::to_string(sumBitsOf(x));
  std::string b = constant(sum, x.c, -3000, 3000);
  std::string zx = zeroPoint(x, draw(-20, 20)), zw = scalar("i8", 0);
  std::string acc = fresh();
  body += depthwiseText(acc, x.name, w, b, zx, zw, window, pad, sum);
  body += formatv("({0}, tensor<{1}xi8>, tensor<{2}x{4}>, tensor<1x{5}>, "
                  "tensor<1xi8>) -> {3}\n",
                  typeOf(x), shape, x.c, typeOf(out, sum), sum, elementOf(x));
  double taps = double(window.kh * window.kw);
  return requantize(acc, out, sumBitsOf(x), true,
                    std::sqrt(taps) * 74 * spreadOf(x));
}

LayerWriter::Value LayerWriter::addAveragePool(Value x, Window window) {
  int64_t pad[4];
  Value out = slide(x, x.c, window, pad);
  std::string shape = formatv("{0}x{1}x{2}x1", window.kh, window.kw, x.c);
  std::string w = constant("i8", window.kh * window.kw * x.c, 1, 1, shape);
  std::string sum = "i" + std::to_string(sumBitsOf(x));
  std::string b = constant(sum, x.c, 0, 0);
  std::string zx = zeroPoint(x, draw(-20, 20)), zw = scalar("i8", 0);
  std::string acc = fresh();
  body += depthwiseText(acc, x.name, w, b, zx, zw, window, pad, sum);
  body += formatv("({0}, tensor<{1}xi8>, tensor<{2}x{4}>, tensor<1x{5}>, "
                  "tensor<1xi8>) -> {3}\n",
                  typeOf(x), shape, x.c, typeOf(out, sum), sum, elementOf(x));
  return requantize(acc, out, sumBitsOf(x), false,
                    double(window.kh * window.kw) * spreadOf(x));
}

LayerWriter::Value LayerWriter::addMaxPool(Value x, Window window) {
  window.dilY = window.dilX = 1;
  int64_t pad[4];
  Value out = slide(x, x.c, window, pad);
  out.name = fresh();
  body += formatv("    {0} = tosa.max_pool2d {1} {{kernel = array<i64: {2}, "
                  "{3}>, pad = {4}, stride = array<i64: {5}, {6}>} : ({7}) -> "
                  "{8}\n",
                  out.name, x.name, window.kh, window.kw, writePads(pad),
                  window.strideY, window.strideX, typeOf(x), typeOf(out));
  return out;
}

LayerWriter::Value LayerWriter::addAdd(Value a, Value b) {
  std::string terms[2];
  for (auto [term, x] : {std::pair(&terms[0], &a), std::pair(&terms[1], &b)}) {
    std::string m = scalar("i32", draw(4096, 16384) * 4), s = scalar("i8", 2);
    std::string zx = zeroPoint(*x, draw(-20, 20)), z0 = scalar("i32", 0);
    *term = fresh();
    body += formatv(
        "    {0} = tosa.rescale {1}, {2}, {3}, {4}, {5} {{input_unsigned = "
        "false, output_unsigned = false, per_channel = false, rounding_mode = "
        "SINGLE_ROUND, scale32 = true} : ({6}, tensor<1xi32>, tensor<1xi8>, "
        "tensor<1x{8}>, tensor<1xi32>) -> {7}\n",
        *term, x->name, m, s, zx, z0, typeOf(*x), typeOf(*x, "i32"),
        elementOf(*x));
  }
  std::string sum = fresh(), type = typeOf(a, "i32");
  body += formatv("    {0} = tosa.add {1}, {2} : ({3}, {3}) -> {3}\n", sum,
                  terms[0], terms[1], type);
  return requantize(sum, a, 32, false, 16000 * spreadOf(a));
}

LayerWriter::Value LayerWriter::addTrailingCut(Value x) {
  Value cut{fresh(), std::max<int64_t>(1, x.h - 1),
            std::max<int64_t>(1, x.w - 1), x.c, x.bits};
  body += formatv(
      "    {0}_b = tosa.const_shape {{values = dense<0> : tensor<4xindex>} : "
      "() "
      "-> !tosa.shape<4>\n"
      "    {0}_s = tosa.const_shape {{values = dense<[1, {1}, {2}, {3}]> : "
      "tensor<4xindex>} : () -> !tosa.shape<4>\n"
      "    {0} = tosa.slice {4}, {0}_b, {0}_s : ({5}, !tosa.shape<4>, "
      "!tosa.shape<4>) -> {6}\n",
      cut.name, cut.h, cut.w, cut.c, x.name, typeOf(x), typeOf(cut));
  return cut;
}

LayerWriter::Value LayerWriter::addFlatten(Value x) {
  Value flat{fresh(), 1, 1, x.h * x.w * x.c, x.bits};
  body +=
      formatv("    {0}_s = tosa.const_shape {{values = dense<[1, 1, 1, {1}]> "
              ": tensor<4xindex>} : () -> !tosa.shape<4>\n"
              "    {0} = tosa.reshape {2}, {0}_s : ({3}, !tosa.shape<4>) -> "
              "{4}\n",
              flat.name, flat.c, x.name, typeOf(x), typeOf(flat));
  return flat;
}

LayerWriter::Value LayerWriter::addRescale(Value x) {
  std::string m = scalar("i16", draw(8192, 32767)), s = scalar("i8", 15);
  std::string zx = zeroPoint(x, draw(-20, 20)), zo = zeroPoint(x, 5);
  bool flat = x.h * x.w == 1;
  std::string element = elementOf(x), in = x.name, out = fresh();
  std::string type =
      flat ? formatv("tensor<1x{0}x{1}>", x.c, element) : typeOf(x);
  auto reshape = [&](const std::string &from, const std::string &fromType,
                     const std::string &shape, unsigned rank,
                     const std::string &toType) {
    std::string to = fresh();
    body += formatv("    {0}_s = tosa.const_shape {{values = dense<[{1}]> : "
                    "tensor<{2}xindex>} : () -> !tosa.shape<{2}>\n"
                    "    {0} = tosa.reshape {3}, {0}_s : ({4}, "
                    "!tosa.shape<{2}>) -> {5}\n",
                    to, shape, rank, from, fromType, toType);
    return to;
  };
  if (flat)
    in = reshape(in, typeOf(x), formatv("1, {0}", x.c), 2, type);
  body += formatv(
      "    {0} = tosa.rescale {1}, {2}, {3}, {4}, {5} {{input_unsigned = "
      "false, "
      "output_unsigned = false, per_channel = false, rounding_mode = "
      "SINGLE_ROUND, scale32 = false} : ({6}, tensor<1xi16>, tensor<1xi8>, "
      "tensor<1x{7}>, tensor<1x{7}>) -> {6}\n",
      out, in, m, s, zx, zo, type, element);
  if (flat)
    out = reshape(out, type, formatv("1, 1, 1, {0}", x.c), 4, typeOf(x));
  return {out, x.h, x.w, x.c, x.bits};
}

std::string LayerWriter::addReshape(const std::string &x,
                                    const std::string &from,
                                    llvm::ArrayRef<int64_t> shape,
                                    const char *element) {
  std::string list, type = "tensor<", name = fresh();
  for (int64_t size : shape) {
    list += (list.empty() ? "" : ", ") + std::to_string(size);
    type += std::to_string(size) + "x";
  }
  body += formatv("    {0}_s = tosa.const_shape {{values = dense<[{1}]> : "
                  "tensor<{2}xindex>} : () -> !tosa.shape<{2}>\n"
                  "    {0} = tosa.reshape {3}, {0}_s : ({4}, !tosa.shape<{2}>) "
                  "-> {5}{6}>\n",
                  name, list, shape.size(), x, from, type, element);
  return name;
}

LayerWriter::Value LayerWriter::addMatMul(Value a, Value b, bool channelRows) {
  int64_t m = a.h * a.w, k = a.c;
  int64_t n = channelRows ? b.h * b.w : b.c;
  std::string x = addReshape(a.name, typeOf(a, "i8"), {1, m, k}, "i8");
  std::string y =
      addReshape(b.name, typeOf(b, "i8"), {1, b.h * b.w, b.c}, "i8");
  if (channelRows) {
    std::string turned = fresh();
    body += formatv("    {0} = tosa.transpose {1} {{perms = array<i32: 0, 2, "
                    "1>} : (tensor<1x{2}x{3}xi8>) -> tensor<1x{3}x{2}xi8>\n",
                    turned, y, n, k);
    y = turned;
  }
  const int64_t zeroPoints[] = {0, 0, -128, 127, draw(-128, 127)};
  std::string zx = scalar("i8", zeroPoints[draw(0, 4)]),
              zy = scalar("i8", zeroPoints[draw(0, 4)]);
  std::string acc = fresh();
  std::string type = formatv("tensor<1x{0}x{1}xi32>", m, n);
  body += formatv("    {0} = tosa.matmul {1}, {2}, {3}, {4} : "
                  "(tensor<1x{5}x{6}xi8>, tensor<1x{6}x{7}xi8>, tensor<1xi8>, "
                  "tensor<1xi8>) -> {8}\n",
                  acc, x, y, zx, zy, m, k, n, type);
  acc = addReshape(acc, type, {1, 1, m, n}, "i32");
  return requantize(acc, {"", 1, m, n}, 32, false,
                    std::sqrt(double(k)) * 100 * 100);
}

LayerWriter::Value LayerWriter::addChannels(Value x, int64_t first,
                                            int64_t count) {
  Value cut{fresh(), x.h, x.w, count};
  body += formatv(
      "    {0}_b = tosa.const_shape {{values = dense<[0, 0, 0, {1}]> : "
      "tensor<4xindex>} : () -> !tosa.shape<4>\n"
      "    {0}_s = tosa.const_shape {{values = dense<[1, {2}, {3}, {4}]> : "
      "tensor<4xindex>} : () -> !tosa.shape<4>\n"
      "    {0} = tosa.slice {5}, {0}_b, {0}_s : ({6}, !tosa.shape<4>, "
      "!tosa.shape<4>) -> {7}\n",
      cut.name, first, cut.h, cut.w, count, x.name, typeOf(x), typeOf(cut));
  return cut;
}

LayerWriter::Value LayerWriter::addJoin(const std::vector<Value> &parts) {
  Value joined = parts.front();
  joined.name = fresh();
  joined.c = 0;
  std::string names, types;
  for (const Value &part : parts) {
    joined.c += part.c;
    names += (names.empty() ? "" : ", ") + part.name;
    types += (types.empty() ? "" : ", ") + typeOf(part, "i8");
  }
  body +=
      formatv("    {0} = tosa.concat {1} {{axis = 3 : i32} : ({2}) -> {3}\n",
              joined.name, names, types, typeOf(joined, "i8"));
  return joined;
}

std::string LayerWriter::finish(const std::vector<Value> &results) {
  auto list = [](const std::vector<Value> &values, auto write) {
    std::string text;
    for (const Value &value : values)
      text += (text.empty() ? "" : ", ") + write(value);
    return text;
  };
  auto type = [](const Value &value) { return typeOf(value); };
  auto name = [](const Value &value) { return value.name; };
  std::string types = list(results, type);
  std::string arguments = list(inputValues, [&](const Value &value) {
    return "%arg" + value.name.substr(3) + ": " + type(value);
  });
  std::string bindings = list(inputValues, [](const Value &value) {
    return value.name + " = %arg" + value.name.substr(3);
  });
  std::string outer = list(results, [index = 0](const Value &) mutable {
    return "%r#" + std::to_string(index++);
  });
  return formatv(
      "func.func @main({0}) -> ({1}) {{\n  %r:{2} = deploy.region \"r\" on "
      "\"engine\" ({3}) : ({4}) -> ({1}) {{\n{5}    deploy.yield {6} : {1}\n  "
      "}\n  return {7} : {1}\n}\n",
      arguments, types, results.size(), bindings, list(inputValues, type), body,
      list(results, name), outer);
}

std::string sluice::engine::makeRandomLayers(uint32_t seed, unsigned layers,
                                             int64_t size, int64_t channels,
                                             bool wide) {
  LayerWriter writer(seed);
  auto draw = [&](int64_t lo, int64_t hi) { return writer.draw(lo, hi); };
  auto drawBits = [&] { return wide && draw(0, 3) ? 16 : 8; };
  std::vector<LayerWriter::Value> values{writer.addInput(
      draw(1, size), draw(1, size), draw(1, channels), drawBits())};
  for (unsigned i = 0; i < layers; ++i) {
    LayerWriter::Value x =
        values[std::max<int64_t>(0, int64_t(values.size()) - draw(1, 2))];
    int64_t most = draw(0, 4) ? 4 : 7;
    LayerWriter::Window window{draw(1, most), draw(1, most), draw(1, 2),
                               draw(1, 2),    draw(0, 2),    draw(0, 2)};
    switch (draw(0, 9)) {
    case 0:
    case 1:
      values.push_back(
          writer.addConvolution(x, draw(1, channels), window, drawBits()));
      break;
    case 2:
      values.push_back(writer.addDepthwise(x, window));
      break;
    case 3:
      values.push_back(writer.addAveragePool(x, window));
      break;
    case 4:
      values.push_back(writer.addMaxPool(x, window));
      break;
    case 5:
      values.push_back(writer.addConvolution(x, x.c, {3, 3, 1, 1, 1, 1}));
      values.push_back(writer.addAdd(x, values.back()));
      break;
    case 6:
      // Without padding, which would hide what is cut off.
      window = draw(0, 1) ? LayerWriter::Window{1, 1, 2, 2}
                          : LayerWriter::Window{window.kh, window.kw};
      values.push_back(writer.addConvolution(writer.addTrailingCut(x),
                                             draw(1, channels), window));
      break;
    case 7:
      values.push_back(writer.addRescale(x));
      break;
    case 8:
      values.push_back(writer.addAdd(x, x));
      break;
    case 9:
      values.push_back(writer.addAveragePool(x, {x.h, x.w}));
      if (draw(0, 1))
        values.back() =
            writer.addConvolution(writer.addFlatten(x), draw(1, channels), {});
      break;
    }
  }
  std::vector<LayerWriter::Value> results{values.back()};
  if (values.size() > 3 && draw(0, 1))
    results.push_back(values[values.size() / 2]);
  if (draw(0, 7) == 0)
    results.push_back(writer.addFlatten(values[0]));
  return writer.finish(results);
}

std::string sluice::engine::makeRandomProducts(uint32_t seed, int64_t tokens,
                                               int64_t channels) {
  LayerWriter writer(seed);
  auto draw = [&](int64_t lo, int64_t hi) { return writer.draw(lo, hi); };
  int64_t heads = draw(1, 3), inner = draw(1, (channels + heads - 1) / heads),
          outer = draw(1, (channels + heads - 1) / heads);
  LayerWriter::Value x = writer.addInput(1, draw(1, tokens), draw(1, channels));
  LayerWriter::Value y =
      draw(0, 1) ? writer.addInput(1, draw(1, tokens), heads * inner)
                 : writer.addConvolution(x, heads * inner, {});
  LayerWriter::Value query = writer.addConvolution(x, heads * inner, {});
  LayerWriter::Value value = writer.addConvolution(y, heads * outer, {});
  std::vector<LayerWriter::Value> sums, results;
  for (int64_t head = 0; head < heads; ++head) {
    auto cut = [&](LayerWriter::Value all) {
      int64_t count = all.c / heads;
      return heads == 1 ? all : writer.addChannels(all, head * count, count);
    };
    LayerWriter::Value scores =
        writer.addMatMul(cut(query), cut(y), /*channelRows=*/true);
    if (draw(0, 3) == 0)
      results.push_back(scores);
    sums.push_back(writer.addMatMul(scores, cut(value), /*channelRows=*/false));
  }
  LayerWriter::Value joined = heads == 1 ? sums.front() : writer.addJoin(sums);
  results.push_back(writer.addConvolution(joined, draw(1, channels), {}));
  return writer.finish(results);
}
