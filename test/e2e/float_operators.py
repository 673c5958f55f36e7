# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single operators in float, in forms that seldom occur: CPU and reference interpreter give what onnxruntime gives.

usage: float_operators.py WORK [NAME...]
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

CLOSE = 1e-5
SPECIAL = [np.inf, -np.inf, np.nan, 3e38, -3e38, 0, -1, 2]


def random(*shape):
    return np.random.RandomState(shape).normal(0, 1, shape).astype(np.float32)


def gemm(bias):
    return [("Gemm", ["x", "w", "c"], {})], random(5, 4), {"w": random(4, 5), "c": bias}


def conv(x, kernel, **attributes):
    weights = random(4, x[1], *kernel)
    return [("Conv", ["x", "w", "c"], attributes)], random(*x), {"w": weights, "c": random(4)}


def activation(kind, **attributes):
    return [(kind, ["x"], attributes)], np.array([SPECIAL], np.float32), {}


def clip(**bounds):
    names = [name if name in bounds else "" for name in ("low", "high")]
    constants = {name: np.float32(value) for name, value in bounds.items()}
    return [("Clip", ["x", *names], {})], np.array([SPECIAL], np.float32), constants


def normalization(before, x):
    """Behind the node `before`, which may read the constants w and c."""
    constants = {name: random(5, i + 1)[:, i] for i, name in enumerate(("s", "b", "m"))}
    constants |= {"v": np.abs(random(5)), "w": random(4, 5), "c": random(5, 1)}
    return [before, ("BatchNormalization", ["y0", "s", "b", "m", "v"], {})], x, constants


def identity(*inputs):
    """Each reads the named input, or the result of an earlier node by its number."""
    return [("Identity", [name], {}) for name in inputs], random(1, 4), {}


# The nodes, whose results are all outputs y0, y1, ...; the input x; and constants.
OPERATORS = {
    "gemm_row": gemm(random(1, 5)),
    "gemm_column": gemm(random(5, 1)),
    "gemm_matrix": gemm(random(5, 5)),
    "gemm_scalar": gemm(random(1)),
    "normalized_gemm": normalization(("Gemm", ["x", "w", "c"], {}), random(5, 4)),
    "normalized_row": normalization(("Relu", ["x"], {}), random(2, 5, 3)),
    "normalized_image": normalization(("GlobalMaxPool", ["x"], {}), random(1, 5, 3, 3)),
    "padding_alone": conv((1, 3, 1, 1), (1, 1), pads=[1, 1, 0, 0], strides=[2, 2]),
    "padding_above": conv((1, 3, 2, 5), (2, 2), pads=[3, 0, 0, 1], strides=[6, 2]),
    "padding_beside": conv((1, 3, 3, 1), (2, 1), pads=[0, 2, 0, 0], strides=[1, 4], dilations=[2, 1]),
    "relu": activation("Relu"),
    "leaky_relu": activation("LeakyRelu", alpha=0.1),
    "elu": activation("Elu", alpha=2.0),
    "clip_low": clip(low=-1),
    "clip_high": clip(high=1),
    "clip_crossed": clip(low=2, high=1),
    "input_again": identity("x"),
    "input_thrice": identity("x", "x", "y0"),
    "no_clip": ([("Clip", ["x"], {}), ("Cast", ["x"], {"to": TensorProto.FLOAT})], random(1, 4), {}),
    "transposed_back": (
        [("Transpose", ["x"], {"perm": [1, 0]}), ("Transpose", ["y0"], {"perm": [1, 0]})],
        random(2, 3),
        {},
    ),
    "flat": ([("Flatten", ["x"], {}), ("Relu", ["y0"], {}), ("Identity", ["y1"], {})], random(1, 2, 3), {}),
}


def make(nodes, x, constants):
    made = [helper.make_node(kind, names, [f"y{i}"], **given) for i, (kind, names, given) in enumerate(nodes)]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)]
    outputs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(len(made))]
    read = {name for _, names, _ in nodes for name in names}
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items() if name in read]
    graph = helper.make_graph(made, "g", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run_onnxruntime(model, arrays):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, arrays), strict=True))


def check(failures, name, work):
    folder = work / name
    folder.mkdir(parents=True)
    nodes, x, constants = OPERATORS[name]
    model, arrays = make(nodes, x, constants), {"x": x}
    onnx.save(model, folder / "model.onnx")
    package = folder / "package"
    harness.compile_model(folder / "model.onnx", package, "cpu")
    wanted = run_onnxruntime(model, arrays)
    on_cpu, _ = harness.run_package(package, folder, "cpu", arrays)
    for place, got in (("the CPU", on_cpu), ("the reference", harness.run_reference(package, folder, arrays))):
        if not failures.expect(sorted(got) == sorted(wanted), f"{name}: {place} makes {', '.join(sorted(got))}"):
            continue
        for key, array in wanted.items():
            same = np.allclose(got[key].reshape(array.shape), array, CLOSE, CLOSE, equal_nan=True)
            failures.expect(same, f"{name}: {place} gives {key} as {got[key]}, onnxruntime {array}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    failures = harness.Failures("single operators in float")
    for name in args.names or OPERATORS:
        with failures.of(name):
            check(failures, name, args.work)
    failures.end()


if __name__ == "__main__":
    main()
