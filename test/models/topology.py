# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Builds float ONNX models with seeded weights that behave like trained ones.

A Builder appends ONNX nodes and, beside them, evaluates each on a small batch of inputs in
float64. Every convolution and dense layer is scaled from what it sees there, channel by channel,
as a folded batch normalization would have: activations stay spread however deep the model is.
"""

import math

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import TensorProto, helper, numpy_helper

OPSET = 17


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ACTIVATIONS = {  # the first two are written as several nodes
    "SiLU": None,
    "GELU": None,
    "Sigmoid": sigmoid,
    "Tanh": np.tanh,
    "HardSigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "HardSwish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "LeakyRelu": lambda x: np.where(x < 0, 0.01 * x, x),
    "Elu": lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
}


class Value:
    """A tensor of the model: its name and its values on the sample batch (NCHW if of rank 4)."""

    def __init__(self, name, samples):
        self.name = name
        self.samples = samples

    @property
    def shape(self):
        """The shape in the model, whose batch is 1."""
        return [1, *self.samples.shape[1:]]


def same_pads(sizes, kernel, strides):
    """TensorFlow's SAME padding as ONNX pads [top, left, bottom, right]; the odd one goes last."""
    total = [max((-(-n // s) - 1) * s + k - n, 0) for n, k, s in zip(sizes, kernel, strides)]
    return [t // 2 for t in total] + [t - t // 2 for t in total]


def windows(x, kernel, strides, pads, fill=0.0, dilations=(1, 1)):
    """Returns x padded and cut into windows: [N, C, out height, out width, kernel h, kernel w]."""
    x = np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=fill)
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations)]
    cut = sliding_window_view(x, reach, axis=(2, 3))[:, :, :: strides[0], :: strides[1]]
    return cut[..., :: dilations[0], :: dilations[1]]


def short(array):
    """Rounds to 12 significant bits, so that no processor's order of summation shows in a weight."""
    mantissa, exponent = np.frexp(array)
    return np.ldexp(np.round(mantissa * 4096) / 4096, exponent)


class Builder:
    """Appends layers to one model. Methods take and return Values; weights come from `rng`."""

    def __init__(self, name, rng):
        self.name = name
        self.rng = rng
        self.nodes = []
        self.initializers = []
        self.inputs = []
        self.outputs = []
        self.macs = 0

    def input(self, name, samples):
        value = Value(name, np.asarray(samples, np.float64))
        self.inputs.append(value)
        return value

    def output(self, value):
        self.outputs.append(value)

    def _constant(self, name, array):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _node(self, op, inputs, samples, name=None, **attributes):
        name = name or f"{self.name}/{op}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [f"{name}:0"], name=name, **attributes))
        return Value(f"{name}:0", samples)

    def _fold(self, product):
        """Picks the channels' scales and biases that give `product` a trained layer's spread."""
        axes = tuple(i for i in range(product.ndim) if i != 1)
        mean, spread = product.mean(axes), product.std(axes)
        # A channel that the samples leave as good as constant keeps its weights.
        scale = np.exp(self.rng.uniform(-0.5, 0.5, mean.shape)) / np.where(spread < 1e-2, 1, spread)
        scale = short(scale)
        bias = short(self.rng.normal(0.8, 0.5, mean.shape) - mean * scale)
        return scale, bias

    def conv(
        self, x, outputs, kernel, strides=(1, 1), pads=None, depthwise=False, groups=1, dilations=(1, 1)
    ):
        """A Conv with bias. `pads` None means SAME; `depthwise` keeps the channels of x."""
        channels = x.shape[1]
        if depthwise:
            outputs = groups = channels
        pads = same_pads(x.shape[2:], kernel, strides) if pads is None else list(pads)
        shape = outputs, channels // groups, *kernel
        weights = short(self.rng.normal(0, np.sqrt(2 / np.prod(shape[1:])), shape))
        patches = windows(x.samples, kernel, strides, pads, dilations=dilations)
        n, _, height, width = patches.shape[:4]
        patches = patches.reshape(n, groups, channels // groups, height, width, -1)
        grouped = weights.reshape(groups, outputs // groups, channels // groups, -1)
        product = np.einsum("ngchwk,gock->ngohw", patches, grouped, optimize=True)
        product = product.reshape(n, outputs, height, width)
        scale, bias = self._fold(product)
        self.macs += int(np.prod(shape)) * height * width
        name = f"{self.name}/conv2d_{len(self.nodes)}"
        weights = weights * scale[:, None, None, None]
        names = [
            self._constant(f"{name}/weights", weights.astype(np.float32)),
            self._constant(f"{name}/bias", bias.astype(np.float32)),
        ]
        samples = product * scale[:, None, None] + bias[:, None, None]
        return self._node(
            "Conv",
            [x.name, *names],
            samples,
            name,
            dilations=list(dilations),
            group=groups,
            kernel_shape=list(kernel),
            pads=pads,
            strides=list(strides),
        )

    def transposed_conv(self, x, outputs, kernel, strides, pads, extra):
        """A ConvTranspose with bias; `extra` is its output_padding."""
        n, channels, height, width = x.samples.shape
        weights = short(self.rng.normal(0, np.sqrt(2 / channels), (channels, outputs, *kernel)))
        sizes = [(i - 1) * s + k + e for i, s, k, e in zip((height, width), strides, kernel, extra)]
        product = np.zeros((n, outputs, *sizes))
        for ky in range(kernel[0]):
            for kx in range(kernel[1]):
                rows = slice(ky, ky + (height - 1) * strides[0] + 1, strides[0])
                columns = slice(kx, kx + (width - 1) * strides[1] + 1, strides[1])
                product[:, :, rows, columns] += np.einsum("nchw,co->nohw", x.samples, weights[:, :, ky, kx])
        product = product[:, :, pads[0] : sizes[0] - pads[2], pads[1] : sizes[1] - pads[3]]
        scale, bias = self._fold(product)
        self.macs += int(np.prod(weights.shape)) * height * width
        name = f"{self.name}/transposed_{len(self.nodes)}"
        names = [
            self._constant(f"{name}/weights", (weights * scale[:, None, None]).astype(np.float32)),
            self._constant(f"{name}/bias", bias.astype(np.float32)),
        ]
        samples = product * scale[:, None, None] + bias[:, None, None]
        attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads, "output_padding": extra}
        lists = {key: list(value) for key, value in attributes.items()}
        return self._node("ConvTranspose", [x.name, *names], samples, name, **lists)

    def dense(self, x, outputs):
        """A MatMul and an Add, as tf2onnx writes a dense layer."""
        inputs = x.shape[1]
        weights = short(self.rng.normal(0, np.sqrt(2 / inputs), (inputs, outputs)))
        product = x.samples @ weights
        scale, bias = self._fold(product)
        self.macs += inputs * outputs
        name = f"{self.name}/dense_{len(self.nodes)}"
        weights = self._constant(f"{name}/weights", (weights * scale).astype(np.float32))
        y = self._node("MatMul", [x.name, weights], product * scale, f"{name}/MatMul")
        bias_name = self._constant(f"{name}/bias", bias.astype(np.float32))
        return self._node("Add", [y.name, bias_name], y.samples + bias, f"{name}/BiasAdd")

    def matmul(self, x, y):
        """The product of two activations; dimensions before the last two are a batch."""
        self.macs += int(np.prod(x.shape)) * y.shape[-1]
        return self._node("MatMul", [x.name, y.name], x.samples @ y.samples)

    def scale(self, x, factor):
        constant = self._constant(f"{self.name}/factor_{len(self.nodes)}", np.float32(factor))
        return self._node("Mul", [x.name, constant], x.samples * float(np.float32(factor)))

    def attention(self, x, heads, width, softmax=True):
        """Attention over the pixels of an image: `heads` heads of `width` channels, by 1 x 1 convolutions; an image
        again. Without `softmax` the products follow each other."""
        height, columns = x.shape[2:]
        tokens = height * columns

        def project():
            y = self.conv(x, heads * width, (1, 1))
            return self.reshape(y, (-1, heads, width, tokens))

        query, key, value = project(), project(), project()
        scores = self.matmul(self.transpose(query, (0, 1, 3, 2)), key)
        scores = self.scale(scores, 1 / np.sqrt(width if softmax else width * tokens))
        if softmax:
            scores = self.softmax(scores)
        y = self.matmul(scores, self.transpose(value, (0, 1, 3, 2)))
        y = self.reshape(self.transpose(y, (0, 1, 3, 2)), (-1, heads * width, height, columns))
        return self.conv(y, x.shape[1], (1, 1))

    def relu(self, x):
        return self._node("Relu", [x.name], np.maximum(x.samples, 0))

    def activation(self, x, kind):
        """One of ACTIVATIONS, as exporters write it."""
        s = x.samples
        if kind == "SiLU":
            gate = self._node("Sigmoid", [x.name], sigmoid(s))
            return self._node("Mul", [x.name, gate.name], s * gate.samples)
        if kind == "GELU":
            constants = [self._constant(f"{self.name}/gelu_{len(self.nodes)}_{i}", np.float32(c)) for i, c in
                         enumerate((np.sqrt(2), 1, 0.5))]
            y = self._node("Div", [x.name, constants[0]], s / np.sqrt(2))
            y = self._node("Erf", [y.name], np.vectorize(math.erf)(y.samples))
            y = self._node("Add", [y.name, constants[1]], y.samples + 1)
            y = self._node("Mul", [x.name, y.name], s * y.samples)
            return self._node("Mul", [y.name, constants[2]], y.samples * 0.5)
        return self._node(kind, [x.name], ACTIVATIONS[kind](s))

    def add(self, x, y):
        return self._node("Add", [x.name, y.name], x.samples + y.samples)

    def average_pool(self, x, kernel, strides=None, pads=(0, 0, 0, 0), count_padding=False):
        strides = strides or kernel
        total = windows(x.samples, kernel, strides, pads).sum((4, 5))
        ones = np.ones((1, 1, *x.shape[2:]))
        count = windows(ones, kernel, strides, pads, float(count_padding)).sum((4, 5))
        padding = {"pads": list(pads), "count_include_pad": int(count_padding)} if any(pads) else {}
        extents = {"kernel_shape": list(kernel), "strides": list(strides)}
        return self._node("AveragePool", [x.name], total / count, **extents, **padding)

    def max_pool(self, x, kernel, strides=None, pads=(0, 0, 0, 0)):
        strides = strides or kernel
        samples = windows(x.samples, kernel, strides, pads, -np.inf).max((4, 5))
        return self._node(
            "MaxPool", [x.name], samples, kernel_shape=list(kernel), strides=list(strides), pads=list(pads)
        )

    def global_pool(self, x, kind):
        """GlobalAveragePool or GlobalMaxPool."""
        reduce = np.max if kind == "Max" else np.mean
        return self._node(f"Global{kind}Pool", [x.name], reduce(x.samples, (2, 3), keepdims=True))

    def concat(self, parts, axis):
        samples = np.concatenate([part.samples for part in parts], axis)
        return self._node("Concat", [part.name for part in parts], samples, axis=axis)

    def split(self, x, sizes, axis):
        """Returns one Value a part."""
        name = f"{self.name}/Split_{len(self.nodes)}"
        split = self._constant(f"{name}/split", np.array(sizes, np.int64))
        outputs = [f"{name}:{i}" for i in range(len(sizes))]
        self.nodes.append(helper.make_node("Split", [x.name, split], outputs, name=name, axis=axis))
        parts = np.split(x.samples, np.cumsum(sizes)[:-1], axis)
        return [Value(output, part) for output, part in zip(outputs, parts)]

    def slice(self, x, start, end, axis):
        bounds = [np.array([bound], np.int64) for bound in (start, end, axis)]
        names = [self._constant(f"{self.name}/bound_{len(self.nodes)}_{i}", b) for i, b in enumerate(bounds)]
        samples = x.samples.take(range(start, end), axis)
        return self._node("Slice", [x.name, *names], samples)

    def resize(self, x, factors, mode, coordinates="half_pixel"):
        """A Resize of rows and columns by whole factors; mode nearest or linear."""
        samples = x.samples
        for axis, factor in zip((2, 3), factors):
            size = samples.shape[axis]
            at = np.arange(size * factor)
            if mode == "nearest":
                samples = samples.take(at // factor, axis)
                continue
            at = (at + 0.5) / factor - 0.5 if coordinates == "half_pixel" else at / factor
            low = np.floor(at)
            shape = [-1 if i == axis else 1 for i in range(4)]
            weight = (at - low).reshape(shape)
            below, above = (np.clip(low + i, 0, size - 1).astype(int) for i in (0, 1))
            samples = samples.take(below, axis) * (1 - weight) + samples.take(above, axis) * weight
        name = f"{self.name}/Resize_{len(self.nodes)}"
        scales = self._constant(f"{name}/scales", np.array([1, 1, *factors], np.float32))
        attributes = {"mode": mode, "coordinate_transformation_mode": coordinates}
        if mode == "nearest":
            attributes |= {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self._node("Resize", [x.name, "", scales], samples, name, **attributes)

    def transpose(self, x, order):
        return self._node("Transpose", [x.name], x.samples.transpose(order), perm=list(order))

    def reshape(self, x, shape):
        """`shape` begins with -1, which stands for the batch."""
        name = self._constant(f"{self.name}/shape_{len(self.nodes)}", np.array(shape, np.int64))
        return self._node("Reshape", [x.name, name], x.samples.reshape(shape))

    def softmax(self, x):
        shifted = np.exp(x.samples - x.samples.max(-1, keepdims=True))
        return self._node("Softmax", [x.name], shifted / shifted.sum(-1, keepdims=True), axis=-1)

    def model(self):
        """Returns the checked ModelProto, with every intermediate shape inferred."""

        def info(values):
            return [helper.make_tensor_value_info(v.name, TensorProto.FLOAT, v.shape) for v in values]

        graph = helper.make_graph(
            self.nodes, self.name, info(self.inputs), info(self.outputs), self.initializers
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        model = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
        onnx.checker.check_model(model, full_check=True)
        return model
