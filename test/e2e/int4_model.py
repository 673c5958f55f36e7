# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A QDQ model with weights of four bits, its input, and what onnxruntime makes of it.

usage: int4_model.py FOLDER
       int4_model.py --compare RESULT.npz EXPECTED.npz

Writes model.onnx, input.npz and expected.npz: a 3 x 3 convolution with INT4 weights along an axis, a 1 x 1 one with UINT4 weights
(zero point 8) of one scale, a fully connected layer. Compares: 99.9 % within 1 LSB of the last scale.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

LAST = 0.05  # scale of the result


def main():
    if sys.argv[1] == "--compare":
        got, expected = (np.load(path) for path in sys.argv[2:])
        difference = np.abs(got["y"] - expected["y"]) / LAST
        near = float((difference < 1.001).mean())
        print(f"{near:.4%} within one, {len(np.unique(got['y']))} values")
        return near < 0.999 or len(np.unique(got["y"])) < 20
    folder, r = Path(sys.argv[1]), np.random.default_rng(4)
    folder.mkdir(parents=True, exist_ok=True)
    nodes, constants = [], []

    def constant(name, values, kind):
        constants.append(helper.make_tensor(name, kind, np.shape(values), np.ravel(values)))
        return name

    def quantize(x, scale):
        names = [constant(f"{x}_scale", np.float32(scale), TensorProto.FLOAT), constant(f"{x}_zero", np.int8(0), TensorProto.INT8)]
        nodes.append(helper.make_node("QuantizeLinear", [x, *names], [f"{x}_q"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"{x}_q", *names], [f"{x}_dq"]))
        return f"{x}_dq"

    def weights(name, shape, scales, unsigned=False):
        kind, low = (TensorProto.UINT4, 0) if unsigned else (TensorProto.INT4, -8)
        inputs = [constant(f"{name}_q", r.integers(low, low + 16, shape), kind), constant(f"{name}_scale", scales, TensorProto.FLOAT)]
        if unsigned:
            inputs.append(constant(f"{name}_zero", np.int64(8), kind))
        nodes.append(helper.make_node("DequantizeLinear", inputs, [name], axis=0))
        return name

    x = quantize("x", 0.02)
    w = weights("w1", (40, 16, 3, 3), r.uniform(0.01, 0.03, 40).astype(np.float32))
    nodes.append(helper.make_node("Conv", [x, w], ["c1"], pads=[1, 1, 1, 1]))
    nodes.append(helper.make_node("Relu", ["c1"], ["r1"]))
    w = weights("w2", (16, 40, 1, 1), np.float32(0.02), unsigned=True)
    nodes.append(helper.make_node("Conv", [quantize("r1", 0.05), w], ["c2"]))
    nodes.append(helper.make_node("GlobalAveragePool", [quantize("c2", 0.1)], ["p"]))
    nodes.append(helper.make_node("Flatten", [quantize("p", 0.05)], ["f"]))
    w = weights("w3", (32, 16), r.uniform(0.05, 0.2, 32).astype(np.float32))
    nodes.append(helper.make_node("Gemm", [quantize("f", 0.05), w], ["g"], transB=1))
    nodes.append(helper.make_node("Identity", [quantize("g", LAST)], ["y"]))
    graph = helper.make_graph(nodes, "int4", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 16, 10, 10])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 32])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(model)
    onnx.save(model, folder / "model.onnx")
    inputs = {"x": r.normal(0, 0.8, (1, 16, 10, 10)).astype(np.float32)}
    np.savez(folder / "input.npz", **inputs)
    import onnxruntime
    session = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
    np.savez(folder / "expected.npz", y=session.run(None, inputs)[0])


if __name__ == "__main__":
    sys.exit(main())
