# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the shapes of an imported model against onnx.shape_inference.

usage: compare_shapes.py MODEL.onnx IMPORTED.mlir [--shape NAME=SIZE,SIZE,...]...

IMPORTED.mlir is printed with --mlir-print-debuginfo --mlir-print-local-scope and
elided resources: the innermost name of an operation's location is the tensor's.
Every tensor that a node makes must be there with the shape that ONNX states.
"""

import re
import sys

import onnx

ELEMENTS = {"FLOAT": "f32", "FLOAT16": "f16", "DOUBLE": "f64", "BOOL": "i1",
            "INT8": "i8", "INT16": "i16", "INT32": "i32", "INT64": "i64",
            "UINT8": "ui8", "UINT16": "ui16", "UINT32": "ui32", "UINT64": "ui64"}


def stated(path, shapes):
    """Types that onnx infers, as MLIR writes them, of all that nodes make."""
    model = onnx.load(path)
    for value in model.graph.input:
        if value.name in shapes:
            for dim, size in zip(value.type.tensor_type.shape.dim, shapes[value.name]):
                dim.dim_value = size
    # Symbolic sizes that the file states elsewhere would win over inference.
    del model.graph.value_info[:]
    for value in model.graph.output:
        value.type.tensor_type.ClearField("shape")
    graph = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    types = {}
    for value in list(graph.value_info) + list(graph.output):
        tensor = value.type.tensor_type
        sizes = [str(dim.dim_value) for dim in tensor.shape.dim]
        element = ELEMENTS[onnx.TensorProto.DataType.Name(tensor.elem_type)]
        types[value.name] = f"tensor<{'x'.join(sizes + [element])}>"
    return {name: types[name] for node in graph.node for name in node.output if name}


def imported(path):
    """Types of all tensors of an imported model, by their names."""
    types = {}
    for line in open(path, encoding="utf-8"):
        if " = onnx." not in line:
            continue
        text, location = line.rstrip().rsplit(" loc(", 1)
        names = [re.sub(r"\\([0-9A-F]{2})", lambda code: chr(int(code[1], 16)), name)
                 for name in re.findall(r'"((?:[^"\\]|\\.)*)"', location)[1:]]
        results = re.split(r" -> | : ", text)[-1].strip("()").split(", ")
        types.update(zip(names, results))
    return types


def main():
    model, mlir, *options = sys.argv[1:]
    shapes = {}
    for option in options:
        if option != "--shape":
            name, sizes = option.rsplit("=", 1)
            shapes[name] = [int(size) for size in sizes.split(",")]
    expected, actual = stated(model, shapes), imported(mlir)
    wrong = {name: type for name, type in expected.items() if actual.get(name) != type}
    for name, type in wrong.items():
        print(f"{name}: expected {type}, got {actual.get(name)}")
    print(f"{len(expected)} tensors, {len(wrong)} wrong")
    return 1 if wrong or not expected else 0


if __name__ == "__main__":
    sys.exit(main())
