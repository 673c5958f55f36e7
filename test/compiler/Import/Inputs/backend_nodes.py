# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Shapes of operators against ONNX's own backend tests, all in one model.

usage: backend_nodes.py make OUT.onnx     also writes the shapes to OUT.onnx.json
       backend_nodes.py check OUT.onnx IMPORTED.mlir

Each test case is one node with inputs and the outputs that the standard wants. Inputs
that shapes depend on become initializers. IMPORTED.mlir is printed as compare_shapes.py
needs it.
"""

import json
import sys
import warnings

import onnx
from onnx import numpy_helper

import compare_shapes

OPERATORS = """Add Sub Mul Div Relu Clip LeakyRelu Sigmoid Tanh HardSigmoid HardSwish Cast
    Identity Dropout QuantizeLinear DequantizeLinear Constant Conv ConvTranspose AveragePool
    MaxPool GlobalAveragePool GlobalMaxPool BatchNormalization Gemm MatMul Softmax ReduceMean
    Pad Flatten Reshape Transpose Squeeze Unsqueeze Concat Split Slice Gather Shape""".split()
# Types that nothing of Sluice computes with, values that are no tensors, and training.
LEFT_OUT = ("FLOAT4", "FLOAT8E8M0", "float4", "_sequence", "_opt", "training")
DATA_INPUTS = {"Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization"}


def cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cases themselves overflow on purpose
        from onnx.backend.test.case.node import collect_testcases

        for case in collect_testcases(None):
            nodes = case.model.graph.node if case.model else []
            if len(nodes) == 1 and nodes[0].op_type in OPERATORS:
                if not any(part in case.name for part in LEFT_OUT):
                    yield case


def add(graph, case, expected):
    """Adds a case's node and tensors, all prefixed with the case's name."""
    inputs, outputs = case.data_sets[0]
    node = graph.node.add()
    node.CopyFrom(case.model.graph.node[0])
    for names in (node.input, node.output):
        for i, name in enumerate(names):
            names[i] = name and f"{case.name}/{name}"
    for position, (value, array) in enumerate(zip(case.model.graph.input, inputs)):
        name = f"{case.name}/{value.name}"
        if position > 0 and node.op_type not in DATA_INPUTS:
            tensor = array if isinstance(array, onnx.TensorProto) else numpy_helper.from_array(array)
            tensor.name = name
            graph.initializer.append(tensor)
        else:
            graph.input.append(value)
            graph.input[-1].name = name
    for value, array in zip(case.model.graph.output, outputs):
        name = f"{case.name}/{value.name}"
        expected[name] = list(array.dims if isinstance(array, onnx.TensorProto) else array.shape)
        graph.output.add().name = name


def make(path):
    model = onnx.ModelProto(ir_version=10, graph=onnx.GraphProto(name="backend"))
    model.opset_import.add(domain="", version=22)
    expected = {}
    for case in cases():
        add(model.graph, case, expected)
    onnx.save(model, path)
    with open(f"{path}.json", "w", encoding="utf-8") as file:
        json.dump(expected, file)


def check(path, mlir):
    with open(f"{path}.json", encoding="utf-8") as file:
        expected = json.load(file)
    actual = compare_shapes.imported(mlir)
    wrong = 0
    for name, shape in expected.items():
        type = actual.get(name, "nothing")
        sizes = type.removeprefix("tensor<").split("x")[:-1]
        if [str(size) for size in shape] != sizes:
            print(f"{name}: expected {shape}, got {type}")
            wrong += 1
    print(f"{len(expected)} tensors, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit({"make": make, "check": check}[sys.argv[1]](*sys.argv[2:]))
