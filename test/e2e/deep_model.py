# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes models whose windows read more than a device's local memory holds at once.

usage: deep_model.py FOLDER

Writes deep_fp32.onnx and deep_int8_qdq.onnx: a 3 x 3 convolution of 2,500 channels, and a product of 30,000
values.
"""

import pathlib
import sys

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import qdq
from topology import Builder

CHANNELS, ROWS, COLUMNS = 2500, 3, 4


def make():
    """The float model, and samples to calibrate it with."""
    builder = Builder("deep", np.random.RandomState(4))
    samples = np.random.RandomState(5).normal(0, 1, (2, CHANNELS, ROWS, COLUMNS)).astype(np.float32)
    x = builder.input("x", samples)
    builder.output(builder.relu(builder.conv(x, 24, (3, 3))))
    builder.output(builder.dense(builder.reshape(x, [-1, CHANNELS * ROWS * COLUMNS]), 20))
    return builder.model(), samples


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    model, samples = make()
    onnx.save(model, folder / "deep_fp32.onnx")
    onnx.save(qdq.strip_boundary(qdq.quantize(model, {"x": samples})), folder / "deep_int8_qdq.onnx")


if __name__ == "__main__":
    main()
