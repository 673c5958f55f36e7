#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random float models of 1 to 12 layers with odd sizes, for differential tests.

  random_model.py SEED --out DIR     writes DIR/SEED.onnx, SEED_calibration.npz, SEED_inputs.npz

A seed fixes everything. Layers: convolution (kernels to 5 x 5, strides 1 and 2, uneven pads, dilated, in
groups), depthwise, pointwise, transposed, fully connected, residual add, average and max pool, global pools,
nearest and linear resize, with and without Relu or another activation; concatenations, splits and slices
among them, activations by themselves ("lookup"), and products of two activations ("product"): attentions over
an image's pixels, with softmax and without.
"""

import argparse
import pathlib
from collections import Counter

import numpy as np
import onnx
from topology import ACTIVATIONS, Builder

CHANNELS = (1, 3, 7, 33, 130)
LARGEST_LAYER = 1_500_000  # MACs: an engine of 4 x 4 simulates it in about a second
LARGEST_TENSOR = 60_000  # elements
MOST_TOKENS = 200  # pixels of an attention
INPUT = "x"
KINDS = (  # of layers that some model has
    ["convolution", "dilated", "grouped", "pointwise", "depthwise", "transposed", "dense", "add"]
    + ["average", "max", "global", "nearest", "linear", "concat", "split", "slice"]
    + ["activation", "lookup", "product"]
)
PLAIN = {"average", "max", "global", "nearest", "linear", "concat", "split", "slice", "lookup"}  # no Relu


class RandomModel:
    """One generated model: `model`, `layers` (how many of each kind), `branches` (values used twice).

    With `most` it is what the seed gives, cut off after that many layers: to shrink a failure. Without `tables` its
    activation functions are Relu, without `products` no layer multiplies two activations, without `linear` resizing is
    to the nearest.
    """

    def __init__(self, seed, most=12, tables=True, products=True, linear=True):
        self.tables = tables
        self.products = products
        self.linear = linear
        self.rng = np.random.RandomState([seed, 77])
        self.builder = Builder(f"random{seed}", np.random.RandomState([seed, 78]))
        self.layers = Counter()
        self.uses = Counter()
        self.shape = self._input_shape()
        x = self.builder.input(INPUT, self.inputs(12, 1, seed))
        self.values = [x]
        self._grow(int(self.rng.randint(1, 13)), most)
        for value in self.values[1:]:
            if not self.uses[value.name]:
                self.builder.output(value)
        self.model = self.builder.model()
        self.branches = sum(count > 1 for count in self.uses.values())

    def inputs(self, count, stream, seed):
        """float32 inputs [count, channels, height, width] of zero mean."""
        return np.random.RandomState([seed, 79, stream]).normal(0, 1, (count, *self.shape)).astype(np.float32)

    def _input_shape(self):
        channels = int(self.rng.choice(CHANNELS))
        # Mostly large: the larger of two draws.
        height, width = self.rng.randint(1, 41, 2).max(), self.rng.randint(1, 18, 2).max()
        return channels, int(height), int(width)

    def _grow(self, count, most):
        while self.layers.total() < min(count, most):
            images = [v for v in self.values if len(v.shape) == 4]
            # Mostly go on from the last value, sometimes branch off an earlier one.
            x = images[-1] if self.rng.rand() < 0.7 else images[self.rng.randint(len(images))]
            left = count - self.layers.total()
            kinds = [self._conv] * 6 + [self._pointwise, self._depthwise] * 2 + [self._average, self._max]
            kinds += [self._transposed, self._resize, self._linear, self._global, self._grouped]
            kinds += [self._concat, self._split, self._slice, self._lookup, self._attention]
            kinds += [self._residual] * 8 if left >= 2 else []
            kinds += [self._dense] * 4 if left == 1 and self.layers else []
            kinds[self.rng.randint(len(kinds))](x)

    def _take(self, kind, result, *operands):
        """Books a layer and, half of the time, gives it a Relu or another activation."""
        self.layers[kind] += 1
        for operand in operands:
            self.uses[operand.name] += 1
        draw = self.rng.rand()
        if kind not in PLAIN and draw < 0.35:
            self.uses[result.name] += 1
            result = self.builder.relu(result)
        elif kind not in PLAIN and draw < 0.5:
            self.uses[result.name] += 1
            self.layers["activation"] += 1
            result = self._activate(result)
        self.values.append(result)
        return result

    def _kernel(self, x, largest):
        """A kernel, strides and pads that fit the image: kernel at most image plus pads."""
        kernel, before, after, strides = [], [], [], []
        for size in x.shape[2:]:
            k = int(self.rng.randint(1, largest + 1))
            top, bottom = (int(self.rng.randint(0, k)) for _ in range(2))
            if size + top + bottom < k:
                top, bottom = k - 1 - (k - 1) // 2, (k - 1) // 2
            kernel.append(k)
            before.append(top)
            after.append(bottom)
            strides.append(int(self.rng.randint(1, 3)))
        return tuple(kernel), tuple(strides), before + after

    def _outputs(self, x, kernel, strides, pads):
        """How many channels a convolution of these extents may give: None when even one is too many."""
        sizes = [
            (n + pads[i] + pads[i + 2] - kernel[i]) // strides[i] + 1 for i, n in enumerate(x.shape[2:])
        ]
        area = int(np.prod(sizes))
        each = area * int(np.prod(kernel)) * x.shape[1]
        fitting = [c for c in CHANNELS if each * c <= LARGEST_LAYER and area * c <= LARGEST_TENSOR]
        return int(self.rng.choice(fitting)) if fitting else None

    def _conv(self, x, extents=None):
        extents = extents or self._kernel(x, 5)
        outputs = self._outputs(x, *extents)
        if not outputs:
            return
        kind = "pointwise" if extents[0] == (1, 1) else "convolution"
        dilations = self._dilations(x, extents)
        if dilations != (1, 1):
            kind = "dilated"
        self._take(kind, self.builder.conv(x, outputs, *extents, dilations=dilations), x)

    def _dilations(self, x, extents):
        """Mostly 1; what the padded image has room for."""
        kernel, _, pads = extents
        wanted = [int(d) for d in self.rng.choice((1, 1, 2, 3), 2)]
        fits = [
            (k - 1) * d < n + pads[i] + pads[i + 2] and max(pads[i], pads[i + 2]) <= (k - 1) * d
            for i, (k, d, n) in enumerate(zip(kernel, wanted, x.shape[2:]))
        ]
        return tuple(d if fit and k > 1 else 1 for d, fit, k in zip(wanted, fits, kernel))

    def _grouped(self, x):
        groups = [g for g in (2, 3, 7, 11) if x.shape[1] % g == 0 and x.shape[1] > g]
        if groups:
            group = int(self.rng.choice(groups))
            outputs = group * int(self.rng.choice((1, 4, 8)))
            kernel = (3, 3)
            macs = int(np.prod(x.shape)) * 9 * outputs // group
            if macs <= LARGEST_LAYER and x.shape[2] * x.shape[3] * outputs <= LARGEST_TENSOR:
                self._take("grouped", self.builder.conv(x, outputs, kernel, groups=group), x)

    def _transposed(self, x):
        kernel = tuple(int(self.rng.randint(1, 5)) for _ in range(2))
        strides = tuple(int(self.rng.randint(1, 4)) for _ in range(2))
        extra = [int(self.rng.randint(0, s)) for s in strides]
        pads = [int(self.rng.randint(0, k)) for k in kernel * 2]
        sizes = [
            (n - 1) * s + k + e - pads[i] - pads[i + 2]
            for i, (n, s, k, e) in enumerate(zip(x.shape[2:], strides, kernel, extra))
        ]
        each = int(np.prod(x.shape)) * int(np.prod(kernel))
        fitting = [c for c in CHANNELS if each * c <= LARGEST_LAYER and np.prod(sizes) * c <= LARGEST_TENSOR]
        if min(sizes) > 0 and fitting:
            outputs = int(self.rng.choice(fitting))
            self._take(
                "transposed", self.builder.transposed_conv(x, outputs, kernel, strides, pads, extra), x
            )

    def _factors(self, x):
        factors = [int(self.rng.randint(1, 4)) for _ in range(2)]
        return factors if int(np.prod(x.shape)) * int(np.prod(factors)) <= LARGEST_TENSOR // 2 else None

    def _resize(self, x):
        if factors := self._factors(x):
            self._take("nearest", self.builder.resize(x, factors, "nearest"), x)

    def _linear(self, x):
        if not self.linear:
            self._resize(x)
        elif factors := self._factors(x):
            coordinates = str(self.rng.choice(("half_pixel", "asymmetric")))
            self._take("linear", self.builder.resize(x, factors, "linear", coordinates), x)

    def _activate(self, x):
        if not self.tables:
            return self.builder.relu(x)
        return self.builder.activation(x, list(ACTIVATIONS)[self.rng.randint(len(ACTIVATIONS))])

    def _attention(self, x):
        """Four convolutions around two products; what it makes has the shape of x."""
        heads, width = int(self.rng.randint(1, 4)), int(self.rng.choice((1, 3, 8, 20)))
        tokens, channels = int(np.prod(x.shape[2:])), heads * width
        softmax = self.rng.rand() < 0.5
        macs = tokens * channels * max(4 * x.shape[1], 2 * tokens)
        fits = tokens <= MOST_TOKENS and macs <= LARGEST_LAYER and heads * tokens**2 <= LARGEST_TENSOR
        if fits and self.products:
            self.layers.update(pointwise=4, product=1)
            self._take("product", self.builder.attention(x, heads, width, softmax), x)

    def _lookup(self, x):
        self._take("lookup", self._activate(x), x)

    def _global(self, x):
        kind = str(self.rng.choice(("Average", "Max")))
        # A model that ends in one pixel early is a small model.
        if self.rng.rand() < 0.3:
            self._take("global", self.builder.global_pool(x, kind), x)

    def _concat(self, x):
        """Joins x with an earlier value that agrees in the other dimensions, or with itself."""
        axis = int(self.rng.randint(1, 4))
        others = [
            v
            for v in self.values
            if len(v.shape) == 4 and all(i == axis or v.shape[i] == x.shape[i] for i in range(4))
        ]
        parts = [x] + [others[self.rng.randint(len(others))] for _ in range(self.rng.randint(1, 3))]
        if sum(int(np.prod(part.shape)) for part in parts) <= LARGEST_TENSOR:
            self._take("concat", self.builder.concat(parts, axis), *parts)

    def _cut(self, x):
        """An axis of x, and where to cut it in two."""
        axes = [axis for axis in (1, 2, 3) if x.shape[axis] > 1]
        axis = int(self.rng.choice(axes)) if axes else None
        return (axis, int(self.rng.randint(1, x.shape[axis]))) if axes else (None, None)

    def _split(self, x):
        axis, at = self._cut(x)
        if axis:
            parts = self.builder.split(x, [at, x.shape[axis] - at], axis)
            for part in parts[:-1]:
                self.values.append(part)
            self._take("split", parts[-1], x)

    def _slice(self, x):
        axis, at = self._cut(x)
        if axis:
            end = int(self.rng.randint(at + 1, x.shape[axis] + 1))
            self._take("slice", self.builder.slice(x, at, end, axis), x)

    def _pointwise(self, x):
        stride = int(self.rng.randint(1, 3))
        self._conv(x, ((1, 1), (stride, stride), [0] * 4))

    def _depthwise(self, x):
        if x.shape[1] > 1:
            self._take("depthwise", self.builder.conv(x, None, *self._kernel(x, 5), depthwise=True), x)

    def _residual(self, x):
        """A branch that keeps the shape of x, and the sum of both."""
        kernel = tuple(int(self.rng.choice((1, 3, 5))) for _ in range(2))
        macs = int(np.prod(kernel)) * int(np.prod(x.shape)) * x.shape[1]
        depthwise = x.shape[1] > 1 and (macs > LARGEST_LAYER or self.rng.rand() < 0.3)
        if macs <= LARGEST_LAYER or depthwise:
            kind = "depthwise" if depthwise else "convolution"
            y = self._take(kind, self.builder.conv(x, x.shape[1], kernel, depthwise=depthwise), x)
            self._take("add", self.builder.add(x, y), x, y)

    def _average(self, x):
        extents = self._kernel(x, 4)
        counted = self.rng.rand() < 0.5
        self._take("average", self.builder.average_pool(x, *extents, count_padding=counted), x)

    def _max(self, x):
        self._take("max", self.builder.max_pool(x, *self._kernel(x, 4)), x)

    def _dense(self, x):
        features = int(np.prod(x.shape[1:]))
        if features <= 4096:
            self.uses[x.name] += 1
            flat = self.builder.reshape(x, (-1, features))
            self._take("dense", self.builder.dense(flat, int(self.rng.choice(CHANNELS))), flat)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seed", type=int)
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--inputs", type=int, default=3, metavar="N", help="inputs to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    made = RandomModel(args.seed)
    onnx.save(made.model, args.out / f"{args.seed}.onnx")
    for name, count, stream in (("calibration", 16, 2), ("inputs", args.inputs, 3)):
        np.savez(args.out / f"{args.seed}_{name}.npz", **{INPUT: made.inputs(count, stream, args.seed)})
    print(dict(made.layers), "branches", made.branches, "macs", made.builder.macs, "input", made.shape)


if __name__ == "__main__":
    main()
