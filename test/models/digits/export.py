# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the trained digits network as ONNX: NCHW, float32, batch normalization kept as nodes."""

import network
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 17
EPSILON = 1e-5


class Emitter:
    """The `ops` of network.digits that append ONNX nodes; a value is a tensor name."""

    def __init__(self, parameters):
        self.parameters = parameters
        self.nodes = []
        self.initializers = []

    def constant(self, name, value):
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, op, layer, inputs, **attributes):
        name = f"/{layer}/{op}"
        self.nodes.append(helper.make_node(op, inputs, [f"{name}_output_0"], name=name, **attributes))
        return f"{name}_output_0"

    def conv(self, layer, x):
        _, _, kernel, stride, groups = network.CONVOLUTIONS[layer]
        weights = self.parameters[f"{layer}.weight"].transpose(3, 2, 0, 1)  # HWIO to OIHW
        edge = kernel // 2
        x = self.node(
            "Conv",
            layer,
            [x, self.constant(f"{layer}.weight", weights)],
            dilations=[1, 1],
            group=groups,
            kernel_shape=[kernel, kernel],
            pads=[edge] * 4,
            strides=[stride, stride],
        )
        statistics = [
            self.constant(f"{layer}.norm.{key}", self.parameters[f"{layer}.{key}"])
            for key in ("scale", "bias", "mean", "variance")
        ]
        return self.node("BatchNormalization", layer, [x, *statistics], epsilon=EPSILON)

    def relu(self, layer, x):
        return self.node("Relu", layer, [x])

    def add(self, layer, x, y):
        return self.node("Add", layer, [x, y])

    def max_pool(self, layer, x):
        return self.node("MaxPool", layer, [x], kernel_shape=[2, 2], strides=[2, 2])

    def mean(self, layer, x):
        return self.node("Flatten", layer, [self.node("GlobalAveragePool", layer, [x])], axis=1)

    def linear(self, layer, x):
        weights = self.constant(f"{layer}.weight", self.parameters[f"{layer}.weight"].T)
        bias = self.constant(f"{layer}.bias", self.parameters[f"{layer}.bias"])
        return self.node("Gemm", layer, [x, weights, bias], transB=1)


def to_onnx(parameters, source):
    """Returns the checked ModelProto; `source` says how the weights came to be."""
    emitter = Emitter(parameters)
    logits = network.digits(emitter, "image")
    emitter.nodes.append(helper.make_node("Softmax", [logits], ["probability"], name="/Softmax", axis=1))
    graph = helper.make_graph(
        emitter.nodes,
        "digits",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 1, 28, 28])],
        [helper.make_tensor_value_info("probability", TensorProto.FLOAT, [1, network.CLASSES])],
        emitter.initializers,
        doc_string=source,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return model
