#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a QDQ model in integers alone, by integers.py: the bytes every device must give.

  golden.py MODEL --input IN.npz -o OUT.npz [--all]

N samples stand in place of a leading 1; `--all` writes every array that the graph passes through,
inputs included, in the model's layout.
"""

import argparse
from dataclasses import dataclass, field

import integers
import numpy as np
import onnx
import qdq


@dataclass
class Quantized:
    """A real tensor that stands as integers; `scale` and `zero` may hold one value a channel."""

    values: np.ndarray
    scale: np.ndarray
    zero: np.ndarray


@dataclass
class Layer:
    """A real tensor not computed yet: it becomes integers where it is quantized."""

    op: str
    attributes: dict
    operands: list
    bias: object = None
    least: list = field(default_factory=list)  # real lower bounds, from Relu and Clip
    most: list = field(default_factory=list)


def to_nhwc(x):
    return x.transpose(0, 2, 3, 1)


def to_nchw(x):
    return x.transpose(0, 3, 1, 2)


class Golden:
    """Evaluates one model; `tensors` holds arrays, Quantized and Layers by tensor name."""

    def __init__(self, model, inputs):
        self.constants = qdq.constants(model)
        self.tensors = {**self.constants, **inputs}
        self.count = len(next(iter(inputs.values())))
        for node in model.graph.node:
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            operands = [self.tensors[name] if name else None for name in node.input]
            method = getattr(self, node.op_type, None) or self.layer
            self.tensors[node.output[0]] = method(node.op_type, attributes, *operands)

    # Crossings.

    def QuantizeLinear(self, _op, _attributes, x, scale, zero):
        kind = zero.dtype
        if isinstance(x, np.ndarray):
            return integers.quantize(x, scale, int(zero), kind)
        lo, hi = integers.ends(kind)
        bounds = {"lo": lo, "hi": hi, "kind": kind}
        if isinstance(x, Layer):
            quantize = lambda v: int(integers.quantize(v, scale, int(zero), kind))
            bounds["lo"] = max([lo, *[quantize(v) for v in x.least]])
            bounds["hi"] = min([hi, *[quantize(v) for v in x.most]])
        else:
            x = Layer("Identity", {}, [x])
        return getattr(self, "run" + x.op)(x, float(scale), int(zero), bounds)

    def DequantizeLinear(self, _op, _attributes, x, scale, zero):
        return Quantized(x, scale, zero.astype(np.int64))

    # Layers: gathered here, run where their result is quantized.

    def layer(self, op, attributes, *operands):
        return Layer(op, attributes, list(operands))

    def Add(self, op, attributes, x, y):
        if isinstance(x, Layer) and isinstance(y, Quantized) and y.values.dtype == np.int32:
            x.bias = y
            return x
        return self.layer(op, attributes, x, y)

    def Relu(self, _op, _attributes, x):
        return self.Clip(_op, _attributes, x, np.float32(0))

    def Clip(self, _op, _attributes, x, least=None, most=None):
        if isinstance(x, Quantized):
            x = Layer("Identity", {}, [x])
        x.least += [] if least is None else [least]
        x.most += [] if most is None else [most]
        return x

    # Moves: on whatever holds the values.

    def _moved(self, x, move):
        return Quantized(move(x.values), x.scale, x.zero) if isinstance(x, Quantized) else move(x)

    def Transpose(self, _op, attributes, x):
        return self._moved(x, lambda v: v.transpose(attributes["perm"]))

    def Reshape(self, _op, _attributes, x, shape):
        return self._moved(x, lambda v: v.reshape(self.count, *shape[1:]))

    def Flatten(self, _op, _attributes, x):
        return self._moved(x, lambda v: v.reshape(self.count, -1))

    # One method a layer: operands, output scale and zero point, clamp and type -> integers in the model's layout.

    def runConv(self, layer, scale, zero, bounds):
        x, w = layer.operands[:2]
        bias = layer.operands[2].values if len(layer.operands) > 2 else np.zeros(len(w.values), np.int32)
        geometry = [layer.attributes.get(key, default) for key, default in
                    (("strides", [1, 1]), ("pads", [0] * 4), ("dilations", [1, 1]))]
        image, zx = to_nhwc(x.values), int(x.zero)
        if layer.attributes.get("group", 1) == 1:
            acc = integers.convolution(image, zx, w.values.transpose(0, 2, 3, 1), bias, *geometry)
        else:
            acc = integers.depthwise(image, zx, w.values[:, 0].transpose(1, 2, 0), bias, *geometry)
        m, s = integers.layer_factors(x.scale, w.scale, scale)
        return to_nchw(integers.requantize(acc, m, s, zero, **bounds))

    def runMatMul(self, layer, scale, zero, bounds):
        x, y = layer.operands
        if layer.bias or np.ndim(y.scale) or np.ndim(y.values) == 2:
            return self.runGemm(layer, scale, zero, bounds)
        m, s = integers.factor(float(x.scale) * float(y.scale) / scale)
        acc = integers.matmul(x.values, int(x.zero), y.values, int(y.zero))
        return integers.requantize(acc, m, s, zero, **bounds)

    def runGemm(self, layer, scale, zero, bounds):
        x, w = layer.operands[:2]
        weights = w.values if layer.attributes.get("transB") else w.values.T
        bias = layer.operands[2] if len(layer.operands) > 2 else layer.bias
        bias = bias.values if bias else np.zeros(len(weights), np.int32)
        acc = integers.fully_connected(x.values, int(x.zero), weights, bias)
        m, s = integers.layer_factors(x.scale, w.scale, scale)
        return integers.requantize(acc, m, s, zero, **bounds)

    def runAdd(self, layer, scale, zero, bounds):
        a, b = layer.operands
        return integers.add(
            a.values, a.scale, int(a.zero), b.values, b.scale, int(b.zero), scale, zero, **bounds
        )

    def runAveragePool(self, layer, scale, zero, bounds):
        (x,), get = layer.operands, layer.attributes.get
        kernel = get("kernel_shape", x.values.shape[2:])
        window = kernel, get("strides", [1, 1]), get("pads", [0] * 4), bool(get("count_include_pad", 0))
        image, kind = to_nhwc(x.values), bounds["kind"]
        return to_nchw(integers.average_pool(image, x.scale, int(x.zero), scale, zero, *window, kind=kind))

    runGlobalAveragePool = runAveragePool

    def runMaxPool(self, layer, scale, zero, bounds):
        (x,), get = layer.operands, layer.attributes.get
        window = get("kernel_shape"), get("strides", [1, 1]), get("pads", [0] * 4)
        most = Quantized(to_nchw(integers.max_pool(to_nhwc(x.values), *window)), x.scale, x.zero)
        return self.runIdentity(Layer("Identity", {}, [most]), scale, zero, bounds)

    def runSoftmax(self, layer, scale, zero, _bounds):
        (x,) = layer.operands
        return integers.softmax(x.values, x.scale, scale, zero)

    def runMul(self, layer, scale, zero, bounds):
        """By a constant scalar."""
        x, c = layer.operands
        factor = float(c.values - c.zero) * float(c.scale)
        return self.runIdentity(Layer("Identity", {}, [x]), scale / factor, zero, bounds)

    def runIdentity(self, layer, scale, zero, bounds):
        (x,) = layer.operands
        if float(x.scale) == scale and int(x.zero) == zero and x.values.dtype == bounds["kind"]:
            return np.clip(x.values, bounds["lo"], bounds["hi"])
        return integers.rescale(x.values, x.scale, int(x.zero), scale, zero, **bounds)


def run(model, inputs, everything=False):
    """Returns the model's outputs on N samples, or with `everything` its inputs and all arrays."""
    tensors = Golden(model, inputs).tensors
    outputs = {output.name for output in model.graph.output}
    computed = {name for node in model.graph.node for name in node.output}
    results = {}
    for name in sorted(computed | set(inputs) if everything else outputs):
        value = tensors[name]
        if isinstance(value, Quantized) and name in outputs:
            value = integers.dequantize(value.values, value.scale, value.zero)
        if isinstance(value, np.ndarray):
            results[name] = value
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--input", required=True)
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--all", action="store_true")
    args = parser.parse_args()
    np.savez(args.output, **run(onnx.load(args.model), dict(np.load(args.input)), args.all))


if __name__ == "__main__":
    main()
