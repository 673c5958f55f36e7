#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Quantizes float ONNX models with onnxruntime's own static quantizer, into QDQ form."""

import argparse
import pathlib
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper, version_converter
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process


class Samples(quantization.CalibrationDataReader):
    """Hands arrays of N samples to the calibrator one by one, each with a batch of 1."""

    def __init__(self, arrays):
        count = min(len(array) for array in arrays.values())
        self.feeds = iter([{name: array[i : i + 1] for name, array in arrays.items()} for i in range(count)])

    def get_next(self):
        return next(self.feeds, None)


FOUR_BITS_OPSET = 21


def quantize(model, calibration, bits=8, weight_bits=8):
    """Returns `model` in QDQ form: per-channel symmetric int8 or int4 weights, asymmetric int8 or symmetric int16
    activations.

    `calibration` maps each input's name to an array of N samples.
    """
    types = quantization.QuantType
    if weight_bits == 4:
        model = version_converter.convert_version(model, FOUR_BITS_OPSET)
    with tempfile.TemporaryDirectory() as scratch:
        source, ready, result = (pathlib.Path(scratch) / f"{stage}.onnx" for stage in ("float", "ready", "int8"))
        onnx.save(model, source)
        quant_pre_process(source, ready, skip_symbolic_shape=True)
        quantization.quantize_static(
            ready,
            result,
            Samples(calibration),
            quant_format=quantization.QuantFormat.QDQ,
            per_channel=True,
            activation_type=types.QInt16 if bits == 16 else types.QInt8,
            weight_type=types.QInt4 if weight_bits == 4 else types.QInt8,
            extra_options={"WeightSymmetric": True, "ActivationSymmetric": bits == 16},
        )
        return onnx.load(result)


def constants(model):
    """Returns every initializer of the model's graph as an array, by name."""
    return {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}


def _input_quantizer(model, op):
    """Follows the model's one input through layout changes to the `op` node it meets; returns both."""
    name = model.graph.input[0].name
    node = _only_user(model.graph, name)
    while node.op_type in ("Transpose", "Reshape"):
        name = node.output[0]
        node = _only_user(model.graph, name)
    if node.op_type != op:
        raise ValueError(f"input {model.graph.input[0].name} meets {node.op_type}, not {op}")
    return node, name


def input_quantization(model):
    """Scale and zero point of the one input of a QDQ model with integer inputs."""
    values = constants(model)
    node, _ = _input_quantizer(model, "DequantizeLinear")
    return float(values[node.input[1]]), int(values[node.input[2]])


def strip_boundary(model):
    """Makes a QDQ model's one input and its outputs integers; returns it.

    Layout changes between the input and its QuantizeLinear stay, now on integers.
    """
    inner = onnx.ModelProto()
    inner.CopyFrom(model)
    graph = inner.graph
    entry, before = _input_quantizer(inner, "QuantizeLinear")
    kinds = {tensor.name: tensor.data_type for tensor in graph.initializer}
    graph.input[0].type.tensor_type.elem_type = kinds[entry.input[2]]
    _remove(graph, entry, entry.output[0], before)
    for output in graph.output:
        last = next(node for node in graph.node if output.name in node.output)
        if last.op_type != "DequantizeLinear":
            raise ValueError(f"output {output.name} is not dequantized last")
        output.type.tensor_type.elem_type = kinds[last.input[2]]
        _remove(graph, last, last.input[0], output.name)
    del graph.value_info[:]
    inner = onnx.shape_inference.infer_shapes(inner, strict_mode=True, data_prop=True)
    onnx.checker.check_model(inner)
    return inner


def _only_user(graph, name):
    users = [node for node in graph.node if name in node.input]
    if len(users) != 1:
        raise ValueError(f"tensor {name} has {len(users)} users where one is expected")
    return users[0]


def _remove(graph, gone, old, new):
    """Removes a node and gives the tensor `old` the name `new` in all others."""
    graph.node.remove(gone)
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i] = new


def quantize_array(x, scale, zero_point, kind=np.int8):
    """QuantizeLinear to int8 or int16, as ONNX defines it."""
    ends = np.iinfo(kind)
    return np.clip(np.rint(x / np.float32(scale)) + zero_point, ends.min, ends.max).astype(kind)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--calibrate", required=True, metavar="DATA.npz")
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    onnx.save(quantize(onnx.load(args.model), dict(np.load(args.calibrate))), args.output)


if __name__ == "__main__":
    main()
