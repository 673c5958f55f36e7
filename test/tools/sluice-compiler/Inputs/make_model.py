# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes small models and arrays to compile.

usage: make_model.py FOLDER

net.onnx: input x (1x3x6x6) → Conv "conv" → Relu "relu" → Flatten "flat" → Gemm "fc" → output y (1x4).
image.onnx: Conv, Mul with itself, Conv: an output of 1x2x2x2 that lies as NHWC inside, a float tensor between int8 ones.
int16.onnx: QDQ in int16, of which Conv "conv" is computed in integers, Sigmoid "table" and Relu "uneven" are not.
several.onnx: the same input into Conv, then nodes that are not supported, one behind another.
steep.onnx: Mul "steep" by so much that finite inputs become infinite, then Conv.
reversed.onnx: net.onnx with its nodes in reversed order.
broken.onnx: one node that is not supported, whose name has a line break.
data.npz holds 4 samples of x; named.npz, shaped.npz, typed.npz, nan.npz and inf.npz (in sample 2) hold them wrongly;
text.npz is none.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def save(path, nodes, outputs, weights, opset=17):
    """Writes a model of one input x."""
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 6, 6])
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()]
    graph = helper.make_graph(nodes, "net", [x], results, tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)


def save_int16(path):
    """Scales and zero points are one, but that of Relu's result."""
    zero = lambda value: np.array(value, np.int16)
    weights = {"w": np.ones((2, 3, 3, 3), np.int8), "s": np.float32(0.5), "z": zero(0), "five": zero(5)}
    nodes = []

    def cross(name, z):
        nodes.append(helper.make_node("QuantizeLinear", [name, "s", z], [name + "q"], name + "_quantize"))
        nodes.append(helper.make_node("DequantizeLinear", [name + "q", "s", z], [name + "d"], name + "_dequantize"))

    cross("x", "z")
    nodes.append(helper.make_node("DequantizeLinear", ["w", "s"], ["wd"], "weights"))
    nodes.append(helper.make_node("Conv", ["xd", "wd"], ["c"], "conv"))
    cross("c", "z")
    nodes.append(helper.make_node("Sigmoid", ["cd"], ["t"], "table"))
    cross("t", "z")
    nodes.append(helper.make_node("Relu", ["td"], ["r"], "uneven"))
    cross("r", "five")
    save(path, nodes, {"rd": [1, 2, 4, 4]}, weights, opset=21)


def main():
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.RandomState(1)
    weights = {
        "w": rng.normal(0, 1, (2, 3, 3, 3)).astype(np.float32),
        "b": rng.normal(0, 1, 2).astype(np.float32),
        "v": rng.normal(0, 1, (4, 32)).astype(np.float32),
    }
    conv = helper.make_node("Conv", ["x", "w", "b"], ["c"], "conv")
    net = [
        conv,
        helper.make_node("Relu", ["c"], ["r"], "relu"),
        helper.make_node("Flatten", ["r"], ["f"], "flat"),
        helper.make_node("Gemm", ["f", "v"], ["y"], "fc", transB=1),
    ]
    save(folder / "net.onnx", net, {"y": [1, 4]}, weights)
    image = [
        conv,
        helper.make_node("Mul", ["c", "c"], ["t"], "square"),
        helper.make_node("Conv", ["t", "u"], ["y"], "last"),
    ]
    weights["u"] = rng.normal(0, 1, (2, 2, 3, 3)).astype(np.float32)
    save(folder / "image.onnx", image, {"y": [1, 2, 2, 2]}, weights)
    save_int16(folder / "int16.onnx")
    several = [
        conv,
        helper.make_node("Celu", ["c"], ["d"], "celu"),
        helper.make_node("Relu", ["d"], ["e"], "behind"),
        helper.make_node("MaxPool", ["x"], ["p"], "dilated", kernel_shape=[2, 2], dilations=[2, 2]),
    ]
    save(folder / "several.onnx", several, {"e": [1, 2, 4, 4], "p": [1, 3, 4, 4]}, weights)
    save(folder / "reversed.onnx", net[::-1], {"y": [1, 4]}, weights)
    steep = [helper.make_node("Mul", ["x", "h"], ["s"], "steep"), helper.make_node("Conv", ["s", "w"], ["y"], "last")]
    save(folder / "steep.onnx", steep, {"y": [1, 2, 4, 4]}, {"h": np.float32(3e38), "w": weights["w"]})
    broken = [helper.make_node("Celu", ["x"], ["y"], "two\nlines")]
    save(folder / "broken.onnx", broken, {"y": [1, 3, 6, 6]}, {})
    samples = rng.normal(0, 1, (4, 3, 6, 6)).astype(np.float32)
    np.savez(folder / "data.npz", x=samples)
    np.savez(folder / "named.npz", z=samples)
    np.savez(folder / "shaped.npz", x=samples[:, :, :5])
    np.savez(folder / "typed.npz", x=samples.astype(np.float64))
    np.savez(folder / "nan.npz", x=np.full_like(samples, np.nan))
    samples[2, 1, 2, 3] = np.inf
    np.savez(folder / "inf.npz", x=samples)
    (folder / "text.npz").write_text("no archive")


if __name__ == "__main__":
    main()
