# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/spec/integers.md in NumPy: a second oracle, written from the page alone.

Tensors are NHWC arrays of int8 or int16; section numbers are those of the page. Sums run in float64
or int64, which hold them exactly, and are then wrapped: to int32, of int16 to 48 bits in int64.
"""

import math
from decimal import Decimal, getcontext

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

getcontext().prec = 50


def wrap(values, kind=np.int8):
    """Section 2: modulo 2^32, as int32; sums of int16 modulo 2^48."""
    values = np.asarray(values).astype(np.int64)
    if kind == np.int16:
        return (values + 2**47) % 2**48 - 2**47
    return values.astype(np.uint32).astype(np.int32)


def requantize(acc, m, s, zo, lo=None, hi=None, kind=np.int8):
    """Section 3; m and s may be arrays that broadcast along the channels; `kind` is the result's type."""
    lo, hi = (end if given is None else given for given, end in zip((lo, hi), ends(kind)))
    m, s = np.asarray(m, np.int64), np.asarray(s, np.int64)
    assert (m >= 0).all() and (m <= 32767).all() and (s >= 2).all() and (s <= 47).all()
    shifted = (acc.astype(np.int64) * m + (np.int64(1) << (s - 1))) >> s
    return np.clip(shifted + zo, lo, hi).astype(kind)


def ends(kind):
    """The least and the greatest integer of a type."""
    return int(np.iinfo(kind).min), int(np.iinfo(kind).max)


def factor(r):
    """Section 3.1: a real r > 0 as (m, s)."""
    f, e = math.frexp(r)
    m = math.floor(f * 2**15 + 0.5)
    if m == 2**15:
        m, e = 2**14, e + 1
    s = 15 - e
    if s > 47:
        return 0, 47
    if s < 2:
        raise ValueError(f"factor {r} is too large")
    return m, s


def layer_factors(sx, sw, sy):
    """Section 3.1 for one input scale, one or many weight scales and one output scale, all float32."""
    pairs = [factor(float(sx) * float(w) / float(sy)) for w in np.atleast_1d(sw)]
    return np.array(pairs).T


def _windows(x, kernel, strides, pads, dilations, fill):
    """Pads [N, H, W, C] by pads [top, left, bottom, right] and cuts [N, H', W', C, kh, kw]."""
    x = np.pad(x, ((0, 0), (pads[0], pads[2]), (pads[1], pads[3]), (0, 0)), constant_values=fill)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    cut = sliding_window_view(x, reach, axis=(1, 2))[:, :: strides[0], :: strides[1]]
    return cut[..., :: dilations[0], :: dilations[1]]


def convolution(x, zx, weights, bias, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1)):
    """Section 2: weights OHWI, pads [top, left, bottom, right]."""
    taps = _windows(x.astype(np.float64) - zx, weights.shape[1:3], strides, pads, dilations, 0.0)
    acc = np.tensordot(taps, weights.astype(np.float64), axes=((3, 4, 5), (3, 1, 2)))
    return wrap(acc.astype(np.int64) + bias.astype(np.int64), x.dtype)


def depthwise(x, zx, weights, bias, strides=(1, 1), pads=(0, 0, 0, 0), dilations=(1, 1)):
    """Section 2 for one filter a channel; weights HWC."""
    taps = _windows(x.astype(np.int64) - zx, weights.shape[:2], strides, pads, dilations, 0)
    acc = np.einsum("nhwcij,ijc->nhwc", taps, weights.astype(np.int64))
    return wrap(acc + bias.astype(np.int64), x.dtype)


def fully_connected(x, zx, weights, bias):
    """Section 2 for rows [N, I] and weights [O, I]."""
    return wrap((x.astype(np.int64) - zx) @ weights.astype(np.int64).T + bias.astype(np.int64), x.dtype)


def matmul(x, zx, y, zy):
    """Section 2 for two activations [..., M, K] and [..., K, N]."""
    return wrap((x.astype(np.int64) - zx) @ (y.astype(np.int64) - zy))


def add_factors(ra, rb, kind=np.int8):
    """Section 4, residual add: (ma, mb, s) for input scales over the output's."""
    bits, least = (15, 15) if kind == np.int16 else (14, 2)
    _, e = math.frexp(max(ra, rb))
    if math.floor(math.ldexp(max(ra, rb), bits - e) + 0.5) == 2**15:
        e += 1
    s = 14 + bits - e
    if not least <= s <= 47:
        raise ValueError(f"factors {ra} and {rb} are out of range")
    return *(math.floor(math.ldexp(r, bits - e) + 0.5) for r in (ra, rb)), s


def add(a, sa, za, b, sb, zb, sy, zy, lo=None, hi=None, kind=np.int8):
    """Section 4, residual add; the scales are float32."""
    ma, mb, s = add_factors(float(sa) / float(sy), float(sb) / float(sy), a.dtype)
    acc = (a.astype(np.int64) - za) * ma + (b.astype(np.int64) - zb) * mb
    return requantize(wrap(acc), 2**14, s, zy, lo, hi, kind)


def average_pool(x, sx, zx, sy, zy, kernel, strides, pads=(0, 0, 0, 0), count_padding=False, kind=np.int8):
    """Section 4, average pool: a sum and one rescale whose factor holds 1 / count."""
    plain = (1, 1)
    acc = _windows(x.astype(np.int64) - zx, kernel, strides, pads, plain, 0).sum((4, 5))
    inside = _windows(np.ones((1, *x.shape[1:3], 1), int), kernel, strides, pads, plain, int(count_padding))
    counts = inside.sum((4, 5))
    factors = {n: factor(float(sx) / (float(sy) * n)) for n in np.unique(counts).tolist()}
    m, s = (np.vectorize(lambda n, k=k: factors[n][k])(counts) for k in (0, 1))
    return requantize(wrap(acc, x.dtype), m, s, zy, kind=kind)


def max_pool(x, kernel, strides, pads=(0, 0, 0, 0), lo=None, hi=None):
    """Section 4: the maximum of the taps inside the input; scale and zero point stay."""
    taps = _windows(x, kernel, strides, pads, (1, 1), ends(x.dtype)[0])
    return np.clip(taps.max((4, 5)), lo, hi)


def rescale(x, sx, zx, sy, zy, lo=None, hi=None, kind=np.int8):
    """Section 4: a change of scale alone."""
    m, s = factor(float(sx) / float(sy))
    return requantize(x.astype(np.int32) - zx, m, s, zy, lo, hi, kind)


def softmax_table(sx):
    """Section 4: t[d] = floor(2^15 exp(-sx d) + 0.5), from 50 decimal digits."""
    scale = Decimal(float(sx))
    return np.array([int(32768 * (-scale * d).exp() + Decimal("0.5")) for d in range(256)], np.int64)


def softmax(x, sx, sy, zy):
    """Section 4 over the last axis, of at most 1,023 values."""
    assert x.shape[-1] <= 1023
    x = x.astype(np.int64)
    t = softmax_table(sx)[x.max(-1, keepdims=True) - x]
    total = t.sum(-1, keepdims=True)
    q = math.floor(64 / float(sy) + 0.5)
    return np.clip((t * q + (total << 5)) // (total << 6) + zy, -128, 127).astype(np.int8)


def quantize(x, scale, zero_point, kind=np.int8):
    """Section 5: float32 to integers."""
    inverse = np.float32(1 / float(np.float32(scale)))
    with np.errstate(invalid="ignore", over="ignore"):
        product = np.rint(x.astype(np.float32) * inverse)
    whole = np.clip(np.where(np.isnan(product), 0, product), -(2.0**31), 2.0**31 - 1)
    return np.clip(whole.astype(np.int64) + zero_point, *ends(kind)).astype(kind)


def dequantize(q, scale, zero_point):
    """Section 5: integers to float32."""
    return (q.astype(np.int32) - zero_point).astype(np.float32) * np.float32(scale)
