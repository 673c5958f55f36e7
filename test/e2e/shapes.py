# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tensors that are no images, or that lie in others: parts seen in another shape, more than four dimensions, batches.

usage: shapes.py WORK

What `sluice check` passes compiles; the Verilated engine, the CPU and the reference interpreter give the same bytes,
which are about what onnxruntime makes of the float model; and multiplications run on the engine.
"""

import pathlib
import shutil
import sys

import harness

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

TARGET = "engine:ulx3s-25f,start=0"
TOLERANCE = 0.1  # of the largest value


class Graph:
    """Nodes one after another, on an input x."""

    def __init__(self, shape):
        self.rng = np.random.RandomState(1)
        self.x = self.random(*shape)
        self.nodes, self.constants = [], []

    def random(self, *shape):
        return self.rng.normal(0, 1, shape).astype(np.float32)

    def hold(self, array):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def add(self, op, *inputs, outputs=1, **attributes):
        names = [f"{op}{len(self.nodes)}_{index}" for index in range(outputs)]
        inputs = [name if isinstance(name, str) else self.hold(name) for name in inputs]
        self.nodes.append(helper.make_node(op, inputs, names, f"n{len(self.nodes)}", **attributes))
        return names[0] if outputs == 1 else names

    def model(self, result):
        x = helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, self.x.shape)
        y = helper.make_tensor_value_info(result, onnx.TensorProto.FLOAT, None)
        graph = helper.make_graph(self.nodes, "shapes", [x], [y], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def rows(g):
    part = g.add("Slice", "x", np.array([2]), np.array([5]), np.array([1]))
    return g.add("MatMul", part, g.random(8, 3))


def split_rows(g):
    first, second = g.add("Split", "x", np.array([2, 3]), outputs=2, axis=1)
    return g.add("Concat", g.add("MatMul", second, g.random(8, 4)), g.add("MatMul", first, g.random(8, 4)), axis=1)


def channels_again(g):
    product = g.add("MatMul", "x", g.random(8, 8))
    part = g.add("Slice", product, np.array([2]), np.array([4]), np.array([2]))
    scaled = g.add("Mul", part, g.random(2))
    return g.add("Concat", scaled, scaled, axis=1)


def products_of_5(g):
    return g.add("MatMul", "x", "x")


def joined_constant_of_5(g):
    return g.add("Concat", g.add("MatMul", "x", "x"), g.random(1, 1, 2, 2, 2), axis=2)


def table_of_5(g):
    image = g.add("Transpose", g.add("Conv", "x", g.random(8, 8, 1, 1)), perm=[0, 2, 3, 1])
    return g.add("Tanh", g.add("Reshape", image, np.array([1, 1, 4, 4, 8])))


def batch(g):
    image = g.add("Conv", "x", g.random(8, 8, 3, 3), pads=[1] * 4)
    return g.add("Concat", image, g.add("MaxPool", image, kernel_shape=[1, 1]), axis=0)


def six(g):
    image = g.add("Transpose", g.add("Conv", "x", g.random(8, 8, 1, 1)), perm=[0, 2, 3, 1])
    seen = g.add("Reshape", image, np.array([1, 2, 2, 2, 2, 8]))
    image = g.add("Transpose", g.add("Reshape", seen, np.array([1, 2, 8, 8])), perm=[0, 3, 1, 2])
    return g.add("Conv", image, g.random(4, 8, 3, 3), pads=[1] * 4)


SHAPES = {
    rows: (1, 5, 8),
    split_rows: (1, 5, 8),
    channels_again: (1, 4, 8),
    products_of_5: (1, 1, 6, 2, 2),
    joined_constant_of_5: (1, 1, 6, 2, 2),
    table_of_5: (1, 8, 4, 4),
    batch: (1, 8, 4, 4),
    six: (1, 8, 4, 4),
}


def check_output(failures, name, output, expected):
    error = np.abs(output.reshape(expected.shape) - expected).max() / np.abs(expected).max()
    failures.expect(error < TOLERANCE, f"{name}: {error:.3f} of the largest value off")


def check(failures, make, folder):
    name = make.__name__
    folder.mkdir(parents=True)
    graph = Graph(SHAPES[make])
    result = make(graph)
    path, data, package = folder / "model.onnx", folder / "data.npz", folder / "package"
    onnx.save(graph.model(result), path)
    arrays = {"x": graph.x}
    np.savez(data, **arrays)
    placed = harness.sluice_json("check", path, "--target", TARGET)
    harness.compile_model(path, package, TARGET, data)
    failures.expect(placed["macs_on_device"] in (0, 1), f"{name}: not all products run on the engine")
    reference = harness.run_reference(package, folder, arrays)
    (expected,) = onnxruntime.InferenceSession(path).run(None, arrays)
    check_output(failures, name, reference[result], expected)
    for device in ("cpu", "sim"):
        given, profile = harness.run_package(package, folder, device, arrays)
        failures.expect(not profile["fallbacks"], f"{name}: the engine failed")
        failures.expect(harness.same_bytes(given, reference), f"{name}: {device} and reference differ")


def main():
    work = pathlib.Path(sys.argv[1])
    shutil.rmtree(work, ignore_errors=True)
    failures = harness.Failures("shapes")
    for make in SHAPES:
        with failures.of(make.__name__):
            check(failures, make, work / make.__name__)
    failures.end()


if __name__ == "__main__":
    main()
