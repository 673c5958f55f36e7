# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Float ops, run as code of each level, against NumPy in double.

usage: execute_floats.py STEM [EMULATOR...]; writes STEM.mlir and STEM.so
"""

import math
import sys

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from tosa import Case, Region, array, run_levels, window

rng = np.random.default_rng(11)
F32 = np.float32


def normal(*shape, scale=1.0):
    return (rng.normal(0, 1, shape) * scale).astype(F32)


def windows(x, kernel, strides, pads, fill):
    x = np.pad(x, ((0, 0), (pads[0], pads[2]), (pads[1], pads[3]), (0, 0)), constant_values=fill)
    return sliding_window_view(x, kernel, axis=(1, 2))[:, :: strides[0], :: strides[1]]


def convolution(name, shape, out, kernel, strides=(1, 1), pads=(0,) * 4, depthwise=False, clamp=None):
    x = normal(*shape)
    channels = shape[3] if depthwise else out
    w = normal(*kernel, channels) if depthwise else normal(out, *kernel, shape[3])
    w /= math.sqrt(w[0].size)
    b = normal(channels)
    taps = windows(x.astype(np.float64), kernel, strides, pads, 0)
    equation = "nhwcij,ijc->nhwc" if depthwise else "nhwcij,oijc->nhwo"
    expected = np.einsum(equation, taps, w) + b
    region = Region(name, (shape, F32))
    zero = region.constant([0], F32)
    operands = [region.inputs[0], region.constant(w[..., None] if depthwise else w, F32), region.constant(b, F32)]
    value = window(region, "depthwise_conv2d" if depthwise else "conv2d", [*operands, zero, zero], expected.shape,
                   F32, strides, pads, dilation=array((1, 1)), acc_type="f32")  # fmt: skip
    if clamp:
        value = region.clamp(value, *clamp)
        expected = np.clip(expected, *clamp)
    return Case(region.finish(value), [x], expected, tolerance=1e-5)


def convolutions():
    yield convolution("stem", (1, 9, 11, 3), 17, (3, 3), (2, 2), (1, 1, 1, 1))
    yield convolution("square", (1, 16, 16, 16), 32, (3, 3), pads=(1, 1, 1, 1), clamp=(0, 6))
    yield convolution("narrow", (1, 6, 5, 64), 40, (3, 3), pads=(1, 1, 1, 1))
    yield convolution("pointwise", (1, 5, 25, 64), 64, (1, 1))
    yield convolution("connected", (1, 1, 1, 641), 130, (1, 1))
    yield convolution("batch", (3, 6, 6, 5), 18, (3, 3), pads=(1, 0, 1, 0))
    yield convolution("depthwise", (1, 11, 9, 21), 0, (3, 3), (1, 1), (1, 1, 1, 1), depthwise=True, clamp=(-1, 1))
    yield convolution("depthwise_strided", (1, 12, 12, 8), 0, (3, 3), (2, 2), (0, 0, 1, 1), depthwise=True)


def transposed():
    """Each input pixel adds its weights times itself to a window of the output."""
    x, w, b = normal(1, 4, 5, 6), normal(7, 3, 3, 6) / 8, normal(7)
    expected = np.zeros((1, 9, 11, 7)) + b
    for row in range(4):
        for col in range(5):
            part = np.einsum("i,oyxi->yxo", x[0, row, col].astype(np.float64), w)
            expected[0, 2 * row : 2 * row + 3, 2 * col : 2 * col + 3] += part
    region = Region("transposed", (x.shape, F32))
    zero = region.constant([0], F32)
    operands = [region.inputs[0], region.constant(w, F32), region.constant(b, F32), zero, zero]
    value = region.op("transpose_conv2d", operands, expected.shape, F32, acc_type="f32",
                      out_pad=array((0,) * 4), stride=array((2, 2)))  # fmt: skip
    yield Case(region.finish(value), [x], expected, tolerance=1e-5)


def matmuls():
    for name, rows, depth, columns in (("matmul", 7, 33, 19), ("vector", 1, 64, 10)):
        x, w = normal(1, rows, depth), normal(1, depth, columns) / 8
        region = Region(name, (x.shape, F32))
        zero = region.constant([0], F32)
        operands = [region.inputs[0], region.constant(w, F32), zero, zero]
        value = region.op("matmul", operands, (1, rows, columns), F32)
        yield Case(region.finish(value), [x], x.astype(np.float64) @ w, tolerance=1e-5)
    x, y = normal(3, 5, 6), normal(3, 6, 4)
    region = Region("matmul_two_inputs", (x.shape, F32), (y.shape, F32))
    zero = region.constant([0], F32)
    value = region.op("matmul", [*region.inputs, zero, zero], (3, 5, 4), F32)
    yield Case(region.finish(value), [x, y], x.astype(np.float64) @ y, tolerance=1e-5)


def pools():
    x = normal(1, 8, 9, 13)
    region = Region("max_pool", (x.shape, F32))
    expected = windows(x, (2, 3), (2, 3), (0,) * 4, -np.inf).max((4, 5))
    value = window(region, "max_pool2d", region.inputs, expected.shape, F32, (2, 3), (0,) * 4, kernel=array((2, 3)))
    yield Case(region.finish(value), [x], expected)
    region = Region("average_pool", (x.shape, F32))
    zero = region.constant([0], F32)
    expected = x.astype(np.float64).mean((1, 2), keepdims=True)
    value = window(region, "avg_pool2d", [*region.inputs, zero, zero], expected.shape, F32, (1, 1), (0,) * 4,
                   kernel=array((8, 9)), acc_type="f32")  # fmt: skip
    yield Case(region.finish(value), [x], expected, tolerance=1e-5)


def softmaxes():
    x = normal(4, 50, scale=20)
    region, one = Region("softmax", (x.shape, F32)), (4, 1)
    op = region.op
    top = op("reduce_max", region.inputs, one, F32, axis="1 : i32")
    e = op("exp", [op("sub", [region.inputs[0], top], x.shape, F32)], x.shape, F32)
    inverse = op("reciprocal", [op("reduce_sum", [e], one, F32, axis="1 : i32")], one, F32)
    value = op("mul", [e, inverse, region.constant([0], np.int8)], x.shape, F32)
    wide = np.exp(x.astype(np.float64) - x.max(1, keepdims=True))
    yield Case(region.finish(value), [x], wide / wide.sum(1, keepdims=True), tolerance=1e-5)


def functions():
    any_ = np.concatenate([normal(200), normal(100, scale=20), F32([0, -0.0, 1e-30, 88, -88, 100, -100])])
    positive = np.abs(any_) + F32(1e-6)
    exp = lambda x: np.exp(np.minimum(x, 200.0))
    for name, f, x in (
        ("exp", exp, np.minimum(any_, 80)),
        ("tanh", np.tanh, any_),
        ("sigmoid", lambda x: 1 / (1 + np.exp(-x)), any_),
        ("erf", np.vectorize(math.erf), any_),
        ("log", np.log, positive),
        ("rsqrt", lambda x: x**-0.5, positive),
        ("sin", np.sin, any_),
        ("cos", np.cos, any_),
        ("floor", np.floor, any_),
        ("ceil", np.ceil, any_),
        ("abs", np.abs, any_),
    ):
        region = Region(name, (x.shape, F32))
        value = region.op(name, region.inputs, x.shape, F32)
        yield Case(region.finish(value), [x], f(x.astype(np.float64)), tolerance=1e-5)
    y = normal(*positive.shape)
    region = Region("pow", (positive.shape, F32), (y.shape, F32))
    value = region.op("pow", region.inputs, y.shape, F32)
    yield Case(region.finish(value), [positive, y], positive.astype(np.float64) ** y, tolerance=1e-5)


def not_a_number():
    """A clamp behind a convolution passes NaN on, as TOSA's does by default."""
    case = convolution("not_a_number", (1, 2, 2, 1), 3, (1, 1), clamp=(0, 6))
    case.inputs[0][0, 1, 1, 0] = np.nan
    case.expected[0][0, 1, 1] = np.nan
    yield case


groups = (convolutions, transposed, matmuls, pools, softmaxes, functions, not_a_number)
run_levels([case for group in groups for case in group()], sys.argv[1], sys.argv[2:])
