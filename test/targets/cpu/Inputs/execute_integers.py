# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Integer layers of every form, run as code of each level, against docs/spec/integers.md.

usage: execute_integers.py STEM TEST_MODELS [EMULATOR...]; writes STEM.mlir and STEM.so
"""

import sys

import numpy as np

sys.path.append(sys.argv[2])
import integers  # noqa: E402
from tosa import Case, Region, array, run_levels, window  # noqa: E402

rng = np.random.default_rng(7)
INT32 = np.iinfo(np.int32)


def int8(*shape):
    return rng.integers(-128, 128, shape).astype(np.int8)


def int16(*shape):
    return rng.integers(-(2**15), 2**15, shape).astype(np.int16)


def weights(*shape):
    return rng.integers(-127, 128, shape).astype(np.int8)


def factors(count, low=16, high=30):
    m, s = rng.integers(0, 32768, count), rng.integers(low, high, count)
    if low < 15:
        m = np.minimum(m, 3)  # keeps the shifted value in 32 bits
    return m, s


def convolution(name, shape, out, kernel, strides=(1, 1), pads=(0,) * 4, dilations=(1, 1), depthwise=False,
                requantized=True, clamp=None, per_channel=True, shifts=(16, 30), kind=np.int8, to=None,
                largest=False):  # fmt: skip
    """From int8 or int16 (`kind`) `to` either; with `largest` the inputs and weights that sum up most."""
    to, wide = to or kind, kind == np.int16
    x = int16(*shape) if wide else int8(*shape)
    zx = 0 if wide else int(rng.integers(-128, 128))
    zy = 0 if to == np.int16 else int(rng.integers(-128, 128))
    channels = shape[3] if depthwise else out
    w = weights(*kernel, channels) if depthwise else weights(out, *kernel, shape[3])
    b = rng.integers(-(2**20), 2**20, channels)
    if largest:
        x, w = np.full_like(x, -(2**15)), np.where(np.arange(len(w)) % 2, 127, -128).reshape(-1, 1, 1, 1) + 0 * w
        w = w.astype(np.int8)
    reference = integers.depthwise if depthwise else integers.convolution
    acc = reference(x, zx, w, b, strides, pads, dilations)
    region, sums = Region(name, (shape, kind)), np.int64 if wide else np.int32
    constant = region.constant
    operands = [region.inputs[0], constant(w[..., None] if depthwise else w, np.int8), constant(b, sums)]
    operands += [constant([zx], kind), constant([0], np.int8)]
    value = window(region, "depthwise_conv2d" if depthwise else "conv2d", operands, acc.shape, sums,
                   strides, pads, dilation=array(dilations), acc_type="i48" if wide else "i32")  # fmt: skip
    if not requantized:
        return Case(region.finish(value), [x], acc)
    m, s = factors(channels if per_channel else 1, *shifts)
    lo, hi = clamp or integers.ends(to)
    value = region.rescale(value, m, s, 0, zy, to)
    if clamp:
        value = region.clamp(value, lo, hi)
    return Case(region.finish(value), [x], integers.requantize(acc, m, s, zy, lo, hi, to))


def convolutions():
    yield convolution("stem", (1, 9, 11, 3), 17, (3, 3), (2, 2), (1, 1, 1, 1))
    yield convolution("square", (1, 16, 16, 16), 16, (3, 3), pads=(1, 1, 1, 1), clamp=(-20, 90))
    yield convolution("narrow", (1, 6, 5, 64), 40, (3, 3), pads=(1, 1, 1, 1))
    yield convolution("tall", (1, 20, 3, 5), 9, (4, 2), (2, 1), (1, 0, 1, 1))
    yield convolution("one_column", (1, 30, 1, 7), 3, (3, 1), (3, 1))
    yield convolution("pointwise", (1, 5, 25, 64), 64, (1, 1), clamp=(0, 127))
    yield convolution("pointwise_odd", (1, 7, 7, 13), 50, (1, 1))
    yield convolution("pointwise_strided", (1, 7, 9, 8), 24, (1, 1), (2, 2))
    yield convolution("dilated", (1, 12, 13, 6), 20, (3, 3), pads=(2, 2, 2, 2), dilations=(2, 2))
    yield convolution("batch", (3, 6, 6, 5), 18, (3, 3), pads=(1, 0, 1, 0))
    yield convolution("batch_pointwise", (3, 4, 4, 16), 16, (1, 1))
    yield convolution("connected", (1, 1, 1, 640), 128, (1, 1))
    yield convolution("connected_odd", (1, 1, 1, 67), 10, (1, 1))
    yield convolution("connected_batch", (5, 1, 1, 67), 10, (1, 1))
    yield convolution("whole_input", (1, 4, 4, 8), 12, (4, 4))
    yield convolution("sums", (1, 5, 5, 4), 21, (3, 3), requantized=False)
    yield convolution("per_tensor", (1, 5, 5, 4), 21, (3, 3), per_channel=False)
    yield convolution("smallest_shift", (1, 5, 5, 4), 21, (3, 3), shifts=(2, 3))
    yield convolution("mixed_shifts", (1, 5, 5, 4), 21, (3, 3), shifts=(14, 48))
    yield convolution("largest_shift", (1, 5, 5, 4), 21, (3, 3), shifts=(47, 48))
    for channels in (3, 16, 24, 64):
        name = f"depthwise_{channels}"
        yield convolution(name, (1, 11, 9, channels), 0, (3, 3), pads=(1, 1, 1, 1), depthwise=True)
    yield convolution("depthwise_strided", (1, 12, 12, 8), 0, (3, 3), (2, 2), (0, 0, 1, 1), depthwise=True)
    yield convolution("depthwise_dilated", (1, 12, 12, 8), 0, (3, 2), (1, 1), (2, 1, 2, 1), (2, 2), depthwise=True)
    yield convolution("depthwise_whole", (1, 25, 5, 33), 0, (25, 5), depthwise=True)
    yield convolution("depthwise_batch", (2, 6, 6, 20), 0, (3, 3), pads=(1, 1, 1, 1), depthwise=True, clamp=(-9, 9))
    yield convolution("depthwise_sums", (1, 6, 6, 20), 0, (3, 3), depthwise=True, requantized=False)


def wide_convolutions():
    """Of int16, and to it; the last ones with sums that leave 32 bits."""
    wide = {"kind": np.int16}
    yield convolution("wide_stem", (1, 9, 11, 3), 17, (3, 3), (2, 2), (1, 1, 1, 1), **wide)
    yield convolution("wide_square", (1, 8, 8, 16), 16, (3, 3), pads=(1, 1, 1, 1), clamp=(-20, 9000), **wide)
    yield convolution("wide_pointwise_odd", (1, 7, 7, 13), 50, (1, 1), **wide)
    yield convolution("wide_dilated", (1, 12, 13, 6), 20, (3, 3), pads=(2, 2, 2, 2), dilations=(2, 2), **wide)
    yield convolution("wide_connected", (1, 1, 1, 511), 10, (1, 1), largest=True, shifts=(30, 31), **wide)
    yield convolution("wide_batch", (3, 6, 6, 5), 18, (3, 3), pads=(1, 0, 1, 0), **wide)
    yield convolution("wide_mixed_shifts", (1, 5, 5, 4), 21, (3, 3), shifts=(15, 48), **wide)
    yield convolution("wide_to_int8", (1, 5, 5, 4), 21, (3, 3), shifts=(24, 36), to=np.int8, **wide)
    yield convolution("int8_to_wide", (1, 5, 5, 4), 21, (3, 3), to=np.int16)
    for channels in (3, 24):
        name = f"wide_depthwise_{channels}"
        yield convolution(name, (1, 11, 9, channels), 0, (3, 3), pads=(1, 1, 1, 1), depthwise=True, **wide)
    yield convolution("depthwise_to_wide", (1, 6, 6, 20), 0, (3, 3), depthwise=True, to=np.int16)
    yield convolution("wide_sum", (1, 1, 2, 1300), 5, (1, 1), shifts=(30, 36), largest=True, **wide)
    yield convolution("wide_sum_padded", (1, 6, 5, 130), 3, (3, 3), (2, 1), (1, 1, 0, 1), shifts=(20, 40), **wide)


def rescales():
    """Ties, saturation and the ends of int32."""
    corners = [INT32.min, INT32.min + 1, -3, -2, -1, 0, 1, 2, 3, INT32.max - 1, INT32.max]
    x = np.concatenate([corners, rng.integers(INT32.min, INT32.max, 50), 2 ** np.arange(31)]).astype(np.int32)
    for m, s in [(2**14, 15), (2**14, 16), (32767, 47), (1, 47), (0, 47), (32767, 31), (20001, 23)]:
        region = Region(f"rescale_{m}_{s}", (x.shape, np.int32))
        value = region.rescale(region.inputs[0], [m], [s], 0, -7)
        yield Case(region.finish(value), [x], integers.requantize(x, m, s, -7))
    x = int8(300)
    region = Region("rescale_int8", (x.shape, np.int8))
    value = region.rescale(region.inputs[0], [2**14], [13], -128, 5)
    yield Case(region.finish(value), [x], integers.requantize(x.astype(np.int32) + 128, 2**14, 13, 5))


def add(name, shape, sa, sb, sy, clamp=None, kind=np.int8):
    draw, (za, zb, zy) = (int16, (0, 0, 0)) if kind == np.int16 else (int8, (-7, 100, -128))
    a, b = draw(*shape), draw(*shape)
    expected = integers.add(a, sa, za, b, sb, zb, sy, zy, *(clamp or (None, None)), kind)
    ma, mb, s = integers.add_factors(float(sa) / float(sy), float(sb) / float(sy), kind)
    region = Region(name, (shape, kind), (shape, kind))
    scaled = [
        region.rescale(v, [m * 4], [2], z, 0, np.int32, scale32=True)
        for v, m, z in zip(region.inputs, (ma, mb), (za, zb))
    ]
    value = region.rescale(region.op("add", scaled, shape, np.int32), [2**14], [s], 0, zy, kind)
    if clamp:
        value = region.clamp(value, *clamp)
    return Case(region.finish(value), [a, b], expected)


def adds():
    yield add("add", (1, 7, 7, 19), np.float32(0.03), np.float32(0.05), np.float32(0.06))
    yield add("add_uneven", (1, 3, 3, 16), np.float32(0.5), np.float32(0.0007), np.float32(0.4), (-128, 60))
    yield add("wide_add", (1, 7, 7, 19), np.float32(0.03), np.float32(0.05), np.float32(0.06), kind=np.int16)
    yield add("wide_add_rounded_up", (1, 3, 3, 16), np.float32(0.999999), np.float32(0.7), np.float32(1), (-9, 30000),
              np.int16)  # fmt: skip


def max_pool(name, shape, kernel, strides, pads, draw=int8):
    x = draw(*shape)
    expected = integers.max_pool(x, kernel, strides, pads)
    region = Region(name, (shape, x.dtype))
    value = window(region, "max_pool2d", region.inputs, expected.shape, x.dtype, strides, pads, kernel=array(kernel))
    return Case(region.finish(value), [x], expected)


def max_pools():
    yield max_pool("max_pool", (1, 9, 9, 21), (3, 3), (2, 2), (0, 0, 0, 0))
    yield max_pool("max_pool_padded", (2, 8, 7, 4), (3, 2), (1, 1), (1, 1, 1, 0))
    yield max_pool("wide_max_pool", (2, 8, 7, 4), (3, 2), (1, 1), (1, 1, 1, 0), int16)


def softmax(name, rows, count, sx, zy):
    x, sy = int8(rows, count), np.float32(1 / 256)
    table, q = integers.softmax_table(sx), 2**14
    region = Region(name, (x.shape, np.int8))
    constant = lambda value, *shape: region.constant(np.full(shape or (1, 1), value), np.int32)
    op = region.op
    kind, one, all_ = np.int32, (rows, 1), (rows, count)
    reshape = lambda v, shape: op("reshape", [v, region.shape(shape)], shape, v.kind)
    shift = region.constant([0], np.int8)
    wide = op("cast", region.inputs, all_, kind)
    top = op("cast", [op("reduce_max", region.inputs, one, np.int8, axis="1 : i32")], one, kind)
    values = region.constant(table.reshape(1, 256, 1), np.int32)
    index = reshape(op("sub", [top, wide], all_, kind), (1, rows * count))
    t = reshape(op("gather", [values, index], (1, rows * count, 1), kind), all_)
    total = op("reduce_sum", [t], one, kind, axis="1 : i32")
    half = op("mul", [total, constant(32), shift], one, kind)
    scaled = op("add", [op("mul", [t, constant(q), shift], all_, kind), half], all_, kind)
    y = op("intdiv", [scaled, op("mul", [total, constant(64), shift], one, kind)], all_, kind)
    y = op("add", [y, constant(zy)], all_, kind)
    y = op("minimum", [op("maximum", [y, constant(-128)], all_, kind), constant(127)], all_, kind)
    return Case(region.finish(op("cast", [y], all_, np.int8)), [x], integers.softmax(x, sx, sy, zy))


def softmaxes():
    yield softmax("softmax", 1, 12, np.float32(0.11), -128)
    yield softmax("softmax_rows", 3, 1000, np.float32(0.02), -128)


def crossings():
    """Float to int8 and back, with all that a float can be."""
    special = [np.nan, np.inf, -np.inf, 3e38, -3e38, 0.25, -0.25, 0.75, -0.75, 1e-45, 2.0**31, -(2.0**31)]
    x = np.concatenate([special, rng.normal(0, 20, 500)]).astype(np.float32)
    scale, zero = np.float32(0.5), 11
    region = Region("quantize", (x.shape, np.float32))
    shift = region.constant([0], np.int8)
    value = region.op("mul", [region.inputs[0], region.constant([2.0], np.float32), shift], x.shape, np.float32)
    value = region.op("cast", [value], x.shape, np.int32)
    for name, bound in (("maximum", -128 - zero), ("minimum", 127 - zero), ("add", zero)):
        value = region.op(name, [value, region.constant([bound], np.int32)], x.shape, np.int32)
    q = region.op("cast", [value], x.shape, np.int8)
    yield Case(region.finish(q), [x], integers.quantize(x, scale, zero))

    region = Region("to_integer", (x.shape, np.float32))
    value = region.op("cast", region.inputs, x.shape, np.int32)
    rounded = np.where(np.isnan(x), 0, np.rint(x.astype(np.float64)))
    yield Case(region.finish(value), [x], np.clip(rounded, INT32.min, INT32.max).astype(np.int64).astype(np.int32))

    q = int8(1000)
    region = Region("dequantize", (q.shape, np.int8))
    wide = region.op("cast", region.inputs, q.shape, np.int32)
    wide = region.op("sub", [wide, region.constant([zero], np.int32)], q.shape, np.int32)
    value = region.op("cast", [wide], q.shape, np.float32)
    factor = region.constant([np.float32(0.037)], np.float32)
    value = region.op("mul", [value, factor, region.constant([0], np.int8)], q.shape, np.float32)
    yield Case(region.finish(value), [q], integers.dequantize(q, 0.037, zero))


def hostile():
    """Inputs that would trap or read elsewhere in careless code."""
    x = np.array([7, -7, INT32.min, 5, INT32.min], np.int32)
    d = np.array([0, 2, -1, -1, 0], np.int32)
    region = Region("divide", (x.shape, np.int32), (d.shape, np.int32))
    value = region.op("intdiv", region.inputs, x.shape, np.int32)
    yield Case(region.finish(value), [x, d], np.array([0, -3, INT32.min, -5, 0], np.int32))

    table = np.arange(100, 110, dtype=np.int32).reshape(1, 5, 2)
    i = np.array([[0, 4, 5, -1, INT32.max, INT32.min]], np.int32)
    region = Region("gather", (table.shape, np.int32), (i.shape, np.int32))
    value = region.op("gather", region.inputs, (1, 6, 2), np.int32)
    yield Case(region.finish(value), [table, i], table[:, np.clip(i[0], 0, 4)])

    source = np.arange(4, dtype=np.int32).reshape(1, 2, 2)
    i = np.array([[INT32.max, INT32.min]], np.int32)
    region = Region("scatter", (table.shape, np.int32), (i.shape, np.int32), (source.shape, np.int32))
    value = region.op("scatter", region.inputs, table.shape, np.int32)
    expected = table.copy()
    expected[0, [4, 0]] = source[0]
    yield Case(region.finish(value), [table, i, source], expected)


groups = (convolutions, wide_convolutions, rescales, adds, max_pools, softmaxes, crossings, hostile)
run_levels([case for group in groups for case in group()], sys.argv[1], sys.argv[3:])
