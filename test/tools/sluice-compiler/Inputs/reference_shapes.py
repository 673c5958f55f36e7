# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Prints the shapes of a vector's results, of the reference and of `sluice run`.

usage: reference_shapes.py FOLDER
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def compile_model(folder, name, node, inputs, constants):
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], name, inputs, [y], constants)
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / f"{name}.onnx")
    package = folder / name
    subprocess.run(["sluice", "compile", folder / f"{name}.onnx", "--target", "cpu", "-o", package], check=True)
    return package


def run(folder, package, arrays):
    np.savez(folder / "shapes.npz", **arrays)
    shapes = []
    for command in (["sluice-compiler", "reference"], ["sluice", "run", "--device", "cpu"]):
        taken = folder / "shapes_out.npz"
        options = ["--input", folder / "shapes.npz", "--output", taken]
        subprocess.run([*command, package, *options], check=True, stdout=subprocess.DEVNULL)
        shapes.append(str(np.load(taken)["y"].shape))
    return " and ".join(shapes)


def main():
    folder = Path(sys.argv[1])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [9])
    package = compile_model(folder, "vector", helper.make_node("Relu", ["x"], ["y"]), [x], [])
    for shape in ((9,), (1, 9), (3, 9)):
        print(f"x is {shape}: y is {run(folder, package, {'x': np.ones(shape, np.float32)})}")
    constant = numpy_helper.from_array(np.ones(2, np.float32), "c")
    package = compile_model(folder, "constant", helper.make_node("Relu", ["c"], ["y"]), [], [constant])
    print(f"no input: y is {run(folder, package, {})}")


if __name__ == "__main__":
    main()
