# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single operators in QDQ form, as onnxruntime quantizes them: on the engine, and within one step of onnxruntime.

usage: qdq_operators.py WORK [--bits 16] [NAME...]

Each model is a convolution, the operator and, where that keeps an image, another convolution. The Verilated
engine, the CPU and the reference interpreter give the same bytes; every quantized tensor that the operator makes
lies within one step of what onnxruntime makes of the same inputs.
"""

import argparse
import json
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import ort
import qdq
from topology import Builder

TARGETS = {8: "engine:ulx3s-25f,start=0", 16: "engine:ulx3s-25f,INT16=1,start=0"}
SAMPLES = 8
STALLS = "sim:stall=7"


# Activations, of int8 alone, that onnxruntime's quantizer takes.
QUANTIZED = ("Sigmoid", "LeakyRelu", "SiLU")


def transposed(b, x):
    return b.transposed_conv(x, 6, (3, 4), (2, 3), [1, 0, 0, 2], [1, 0])


def split(b, x):
    first, second = b.split(x, [3, 5], 1)
    return b.concat([b.max_pool(first, (1, 1)), b.conv(second, 4, (1, 1))], 1)


def attention(b, x):
    return b.attention(x, 2, 12)


def products(b, x):
    return b.attention(x, 3, 8, softmax=False)


OPERATORS = {
    "dilated": lambda b, x: b.conv(x, 6, (3, 3), pads=(2, 3, 2, 3), dilations=(2, 3)),
    "groups": lambda b, x: b.conv(x, 12, (3, 3), groups=4),
    "global_average": lambda b, x: b.global_pool(x, "Average"),
    "max_of_all": lambda b, x: b.max_pool(x, (7, 9)),
    "uneven_average": lambda b, x: b.average_pool(x, (3, 3), (2, 2), (1, 1, 1, 1)),
    "concat_channels": lambda b, x: b.concat([x, b.conv(x, 5, (3, 3)), x], 1),
    "concat_rows": lambda b, x: b.concat([b.max_pool(x, (2, 1)), x], 2),
    "split": split,
    "slice": lambda b, x: b.conv(b.slice(x, 1, 6, 1), 4, (1, 1)),
    "nearest": lambda b, x: b.resize(x, (2, 3), "nearest"),
    "linear": lambda b, x: b.resize(x, (2, 2), "linear"),
    "linear_asymmetric": lambda b, x: b.resize(x, (3, 2), "linear", "asymmetric"),
    "transposed": transposed,
    "attention": attention,
    "products": products,
    **{name: lambda b, x, name=name: b.activation(x, name) for name in QUANTIZED},
    **{f"{name}_of_pool": lambda b, x, name=name: b.activation(b.max_pool(x, (2, 2)), name) for name in QUANTIZED},
}


TABLES = {name for name in OPERATORS if name.split("_")[0] in QUANTIZED}
# What is float in a model with int16 activations, and so not to the byte.
ONLY_INT8 = {*TABLES, "attention", "products"}


def make(name, bits):
    """The operator's model, quantized, with integers at its boundary; and inputs for it."""
    rng = np.random.RandomState([len(name), *name.encode()])
    b = Builder(name, rng)
    images = rng.normal(0, 1, (SAMPLES, 3, 7, 9)).astype(np.float32)
    x = b.conv(b.input("x", images), 8, (3, 3))
    y = OPERATORS[name](b, x)
    b.output(b.conv(y, 4, (1, 1)))
    model = qdq.strip_boundary(qdq.quantize(b.model(), {"x": images}, bits))
    kind = np.dtype(f"int{bits}")
    return model, {"x": qdq.quantize_array(images, *qdq.input_quantization(model), kind)}


def check_place(failures, package, name):
    report = json.loads((package / "report.json").read_text())
    elsewhere = {layer["name"] for layer in report["layers"] if layer["place"] == "cpu"} - {"x"}
    kinds = {layer["kind"] for layer in report["layers"] if layer["place"] == "cpu"} - {"reshape"}
    # The host puts the model's NCHW in order, normalizes an attention's scores, and nothing else.
    allowed = {"other", "softmax"} if name == "attention" else {"other"}
    failures.expect(kinds <= allowed, f"{name}: {', '.join(sorted(elsewhere))} run on the CPU")


def check_engine(failures, package, folder, name, arrays, by_reference):
    check_place(failures, package, name)
    on_engine, profile = harness.run_package(package, folder, STALLS, arrays)
    failures.expect(not profile["fallbacks"], f"{name}: the engine failed")
    failures.expect(harness.same_bytes(on_engine, by_reference), f"{name}: engine and reference differ")


def check(failures, name, work, bits):
    folder = work / name
    folder.mkdir(parents=True)
    model, arrays = make(name, bits)
    onnx.save(model, folder / "model.onnx")
    package = folder / "package"
    harness.compile_model(folder / "model.onnx", package, TARGETS[bits])
    by_reference = harness.run_reference(package, folder, arrays)
    on_cpu, _ = harness.run_package(package, folder, "cpu", arrays)
    failures.expect(harness.same_bytes(on_cpu, by_reference), f"{name}: CPU and reference differ")
    check_engine(failures, package, folder, name, arrays, by_reference)
    tensors = harness.run_reference(package, folder, arrays, everything=True)
    # onnxruntime's fused layers know no int16.
    result = ort.compare(model, {**tensors, **arrays}, optimize=bits == 8)
    failures.expect(len(result["layers"]) >= 2, f"{name}: nothing to compare with onnxruntime")
    for row in result["layers"]:
        told = f"{name}: {row['output']} of {'+'.join(row['ops'])} is {row['largest']} steps off"
        failures.expect(row["largest"] <= 1, told)
    print(f"{name}: {len(result['layers'])} tensors within one step", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--bits", type=int, choices=(8, 16), default=8)
    args = parser.parse_args()
    names = args.names or [name for name in OPERATORS if args.bits == 8 or name not in ONLY_INT8]
    shutil.rmtree(args.work, ignore_errors=True)
    failures = harness.Failures("single operators")
    for name in names:
        with failures.of(name):
            check(failures, name, args.work, args.bits)
    failures.end()


if __name__ == "__main__":
    main()
