# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Layers in QDQ form that onnxruntime's quantizer does not write, but others do: within one step of onnxruntime.

usage: qdq_by_hand.py WORK [NAME...]

Each model is one layer between a DequantizeLinear and a QuantizeLinear. The Verilated engine, the CPU and the
reference interpreter give the same bytes, unless the layer has no integer form.
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import ort
from onnx import TensorProto, helper, numpy_helper

TARGET = "engine:ulx3s-25f,start=0"
SAMPLES = 4
SCALE = 1 / 32
IMAGE, VECTOR, TOKENS = (1, 4, 5, 6), (1, 8), (1, 3, 8)


class Graph:
    """Nodes and constants; `x` is the dequantized input."""

    def __init__(self, shape):
        self.shape = shape
        self.nodes = []
        self.initializers = []
        self.rng = np.random.RandomState(len(shape))
        self.x = self.op("DequantizeLinear", "input", *self.scale(SCALE, np.int8(3)))

    def constant(self, value):
        name = f"constant{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def scale(self, scale, zero):
        return self.constant(np.float32(scale)), self.constant(zero)

    def op(self, kind, *inputs, **attributes):
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [f"{name}:0"], name=name, **attributes))
        return f"{name}:0"

    def weights(self, shape, axis=None):
        """Dequantized weights with one scale, or one a slice of `axis`."""
        scales = np.float32(0.01) if axis is None else np.linspace(0.002, 0.02, shape[axis], dtype=np.float32)
        zero = np.zeros(scales.shape, np.int8)
        integers = self.rng.randint(-127, 128, shape).astype(np.int8)
        inputs = [self.constant(array) for array in (integers, scales, zero)]
        return self.op("DequantizeLinear", *inputs, **({} if axis is None else {"axis": axis}))

    def clip(self, x, low, high):
        return self.op("Clip", x, *(self.constant(np.float32(end)) for end in (low, high)))

    def model(self, y, scale):
        self.op("QuantizeLinear", y, *self.scale(scale, np.int8(3)))
        (output,) = self.nodes[-1].output
        inputs = [helper.make_tensor_value_info("input", TensorProto.INT8, self.shape)]
        outputs = [helper.make_tensor_value_info(output, TensorProto.INT8, None)]
        graph = helper.make_graph(self.nodes, "layer", inputs, outputs, self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        return onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)


def sliced(g):
    return g.op("Slice", g.x, *(g.constant(np.array([bound])) for bound in (1, 3, 1)))


def padded(g):
    return g.op("Pad", g.x, g.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1])))


# What a Relu or Clip follows, in the scale of its operand.
BOUNDED = {
    "relu_of_tanh": lambda g: g.op("Relu", g.op("Tanh", g.x)),
    "clip_of_softmax": lambda g: g.clip(g.op("Softmax", g.op("Flatten", g.x)), 0.01, 0.3),
    "relu_of_clip": lambda g: g.op("Relu", g.clip(g.x, -1, 1)),
    "clip_of_relu": lambda g: g.clip(g.op("Relu", g.x), -2, 2),
    "clip_of_clip": lambda g: g.clip(g.clip(g.x, -1, 0.5), 1, 2),
    "clip_of_leaky_relu": lambda g: g.clip(g.op("LeakyRelu", g.x, alpha=0.2), -0.25, 1.5),
    "relu_of_flatten": lambda g: g.op("Relu", g.op("Flatten", g.x)),
    "relu_of_transpose": lambda g: g.op("Relu", g.op("Transpose", g.x, perm=[0, 2, 3, 1])),
    "relu_of_slice": lambda g: g.op("Relu", sliced(g)),
    "relu_of_pad": lambda g: g.op("Relu", padded(g)),
    "clip_of_pad": lambda g: g.clip(padded(g), 0.5, 2),
    "relu_of_scaling": lambda g: g.op("Relu", g.op("Mul", g.x, g.constant(np.float32(0.5)))),
    "relu_of_max_pool": lambda g: g.op("Relu", g.op("MaxPool", g.x, kernel_shape=[2, 2])),
}

# Products: the input, and how the weights are scaled. Scales by input channel keep a product in float.
PRODUCTS = {
    "matmul": (VECTOR, lambda g: g.op("MatMul", g.x, g.weights((8, 6)))),
    "matmul_by_channel": (VECTOR, lambda g: g.op("MatMul", g.x, g.weights((8, 6), 1))),
    "matmul_by_input": (VECTOR, lambda g: g.op("MatMul", g.x, g.weights((8, 6), 0))),
    "matmul_of_tokens": (TOKENS, lambda g: g.op("MatMul", g.x, g.weights((8, 6)))),
    "matmul_of_tokens_by_channel": (TOKENS, lambda g: g.op("MatMul", g.x, g.weights((8, 6), -1))),
    "gemm_by_input": (VECTOR, lambda g: g.op("Gemm", g.x, g.weights((8, 8), 0))),
    "gemm_transposed_by_channel": (VECTOR, lambda g: g.op("Gemm", g.x, g.weights((8, 8), 0), transB=1)),
    "gemm_transposed_by_input": (VECTOR, lambda g: g.op("Gemm", g.x, g.weights((8, 8), 1), transB=1)),
    "conv_by_input": (IMAGE, lambda g: g.op("Conv", g.x, g.weights((4, 4, 1, 1), 1))),
    "transposed_by_input": (IMAGE, lambda g: g.op("ConvTranspose", g.x, g.weights((4, 4, 2, 2), 0))),
    "transposed_by_channel": (IMAGE, lambda g: g.op("ConvTranspose", g.x, g.weights((4, 6, 2, 2), 1))),
}


def make(name):
    if name in BOUNDED:
        g = Graph(IMAGE)
        return g.model(BOUNDED[name](g), SCALE)
    shape, layer = PRODUCTS[name]
    g = Graph(shape)
    return g.model(layer(g), 1 / 8)


def check(failures, name, work):
    folder = work / name
    folder.mkdir(parents=True)
    model = make(name)
    onnx.save(model, folder / "model.onnx")
    package = folder / "package"
    harness.compile_model(folder / "model.onnx", package, TARGET)
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    arrays = {"input": np.random.RandomState(1).randint(-128, 128, (SAMPLES, *shape[1:])).astype(np.int8)}
    by_reference = harness.run_reference(package, folder, arrays)
    for device in ("cpu", "sim"):
        results, _ = harness.run_package(package, folder, device, arrays)
        same = name.endswith("_by_input") or harness.same_bytes(results, by_reference)
        failures.expect(same, f"{name}: {device} and reference differ")
    (expected,) = ort.run(model, arrays, optimize=False).values()
    (got,) = by_reference.values()
    steps = np.abs(got.astype(int).reshape(expected.shape) - expected).max()
    failures.expect(steps <= 1, f"{name}: {steps} steps off onnxruntime")
    print(f"{name}: within {steps} steps", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    failures = harness.Failures("QDQ layers by hand")
    for name in args.names or [*BOUNDED, *PRODUCTS]:
        with failures.of(name):
            check(failures, name, args.work)
    failures.end()


if __name__ == "__main__":
    main()
