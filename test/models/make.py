#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes the MLPerf Tiny topologies as ONNX with seeded weights, and data to go with them.

`make.py NAME --out DIR` writes into DIR
  NAME_fp32.onnx           the float model, in the form tf2onnx gives the published ones: an NHWC
                           input, a Transpose, folded batch normalization, MatMul and Add
  NAME_calibration.npz     calibration inputs
  NAME_inputs.npz          other inputs of the same kind
and with --qdq
  NAME_int8_qdq.onnx       the model quantized by onnxruntime: int8 weights with a scale a channel,
                           int8 activations with scale and zero point; float inputs and outputs
  NAME_int8_io_qdq.onnx    the same with int8 inputs and outputs, as the published ones have
  NAME_int8_inputs.npz     NAME_inputs.npz quantized for it
With `--qdq --bits 16` int16 stands for int8 in both names and activations; the closing Softmax, which has no
int16 arithmetic, is left out.
"""

import argparse
import pathlib

import numpy as np
import onnx
import qdq
from topology import Builder

INPUT = "input_1"


def resnet8(b, x):
    """CIFAR-10 residual network: 3 stages of 16, 32 and 64 channels."""
    x = b.relu(b.conv(b.transpose(x, (0, 3, 1, 2)), 16, (3, 3)))
    for channels, stride in ((16, 1), (32, 2), (64, 2)):
        strides = stride, stride
        shortcut = x if stride == 1 else b.conv(x, channels, (1, 1), strides)
        y = b.relu(b.conv(x, channels, (3, 3), strides))
        x = b.relu(b.add(shortcut, b.conv(y, channels, (3, 3))))
    x = b.reshape(b.average_pool(x, (8, 8)), (-1, 64))
    return b.softmax(b.dense(x, 10))


def dscnn(b, x):
    """Keyword spotting: one convolution and 4 depthwise-separable ones of 64 channels."""
    x = b.relu(b.conv(b.reshape(x, (-1, 1, 49, 10)), 64, (10, 4), (2, 2)))
    for _ in range(4):
        x = b.relu(b.conv(x, None, (3, 3), depthwise=True))
        x = b.relu(b.conv(x, 64, (1, 1)))
    x = b.reshape(b.average_pool(x, (25, 5)), (-1, 64))
    return b.softmax(b.dense(x, 12))


def vww(b, x):
    """Visual wake words: MobileNetV1, a quarter as wide, on 96 x 96 pictures."""
    x = b.relu(b.conv(b.transpose(x, (0, 3, 1, 2)), 8, (3, 3), (2, 2)))
    layers = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1), (128, 2), *[(128, 1)] * 5, (256, 2), (256, 1)]
    for channels, stride in layers:
        x = b.relu(b.conv(x, None, (3, 3), (stride, stride), depthwise=True))
        x = b.relu(b.conv(x, channels, (1, 1)))
    x = b.reshape(b.average_pool(x, (3, 3)), (-1, 256))
    return b.softmax(b.dense(x, 2))


def ad01(b, x):
    """Anomaly detection: a fully connected autoencoder through 8 features."""
    for features in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        x = b.relu(b.dense(x, features))
    return b.dense(x, 640)


# name: (topology, shape of the input without the batch, range of its values, MACs)
MODELS = {
    "resnet8": (resnet8, (32, 32, 3), (0.0, 255.0), 12_501_632),
    "dscnn": (dscnn, (49, 10, 1), (-60.0, 25.0), 2_656_768),
    "vww": (vww, (96, 96, 3), (0.0, 1.0), 7_489_664),
    "ad01": (ad01, (640,), (-40.0, 10.0), 264_192),
}


def random_inputs(shape, limits, count, rng):
    """Returns float32 [count, *shape]: noise on a smooth field, so that pools see differences too."""
    low, high = limits
    coarse = [-(-n // 8) for n in shape[:2]]
    field = rng.uniform(0, 1, (count, *coarse, *shape[2:]))
    for axis, n in enumerate(shape[:2]):
        field = np.repeat(field, 8, axis + 1).take(range(n), axis + 1)
    level = rng.uniform(0.2, 0.8, (count, *[1] * len(shape)))
    x = 0.4 * field + 0.2 * rng.uniform(0, 1, (count, *shape)) + 0.4 * level
    return (low + (high - low) * x).astype(np.float32)


def build(name, seed):
    """Returns the float ModelProto and a function (count, stream) -> inputs that suit it."""
    topology, shape, limits, macs = MODELS[name]

    def inputs(count, stream):
        return random_inputs(shape, limits, count, np.random.RandomState([seed, stream]))

    builder = Builder(name, np.random.RandomState([seed, 0]))
    builder.output(topology(builder, builder.input(INPUT, inputs(24, 1))))
    assert builder.macs == macs, f"{name} has {builder.macs} MACs, not {macs}"
    return builder.model(), inputs


def without_softmax(model):
    """The model without the Softmax that it ends in, if it does."""
    graph = model.graph
    last = graph.node[-1]
    if last.op_type == "Softmax":
        scores = next(node for node in graph.node if last.input[0] in node.output)
        scores.output[0] = last.output[0]
        graph.node.remove(last)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=MODELS)
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of weights and inputs")
    parser.add_argument("--inputs", type=int, default=100, metavar="N", help="inputs to write")
    parser.add_argument("--calibration", type=int, default=64, metavar="N", help="calibration inputs to write")
    parser.add_argument("--qdq", action="store_true", help="also write the quantized model")
    parser.add_argument("--bits", type=int, choices=(8, 16), default=8, help="of its activations")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model, inputs = build(args.name, args.seed)
    calibration, samples = inputs(args.calibration, 2), inputs(args.inputs, 3)
    base = args.out / args.name
    onnx.save(model, f"{base}_fp32.onnx")
    np.savez(f"{base}_calibration.npz", **{INPUT: calibration})
    np.savez(f"{base}_inputs.npz", **{INPUT: samples})
    if args.qdq:
        quantized = qdq.quantize(
            model if args.bits == 8 else without_softmax(model), {INPUT: calibration}, args.bits
        )
        base = f"{base}_int{args.bits}"
        onnx.save(quantized, f"{base}_qdq.onnx")
        inner = qdq.strip_boundary(quantized)
        onnx.save(inner, f"{base}_io_qdq.onnx")
        whole = qdq.quantize_array(samples, *qdq.input_quantization(inner), np.dtype(f"int{args.bits}"))
        np.savez(f"{base}_inputs.npz", **{INPUT: whole})


if __name__ == "__main__":
    main()
