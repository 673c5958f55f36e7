# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes models through the user's commands for an OpenCL device.

usage: opencl_model.py WORK MODEL...

Each model, quantized (QDQ) or float, is compiled for `opencl` and runs on the device as a whole. On random
inputs a quantized model gives the reference interpreter's bytes, a float one's outputs are within 1e-5 of
the largest of them. Its CPU twin gives the bytes too, and takes over when the device fails.
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import make
import numpy as np
import onnx

INPUTS = 5
CLOSE, CPU_CLOSE = 1e-5, 1e-4  # of the largest: floats


def random_inputs(model):
    """INPUTS smooth samples of the model's one input."""
    value = model.graph.input[0]
    is_int8 = value.type.tensor_type.elem_type == onnx.TensorProto.INT8
    shape = tuple(d.dim_value for d in value.type.tensor_type.shape.dim)[1:]
    limits = (-128.0, 127.0) if is_int8 else (-1.0, 1.0)
    samples = make.random_inputs(shape, limits, INPUTS, np.random.RandomState(6))
    return {value.name: np.rint(samples).astype(np.int8) if is_int8 else samples.astype(np.float32)}


def is_close(ours, theirs, close):
    """Integers to the byte, floats to a share of the largest."""
    if sorted(ours) != sorted(theirs):
        return False
    for name, array in theirs.items():
        apart = np.abs(ours[name].astype(np.float64) - array.astype(np.float64)).max()
        limit = close * np.abs(array).max() if array.dtype == np.float32 else 0
        if apart > limit:
            return False
    return True


def check(path, work):
    failures = harness.Failures(path.stem)
    arrays = random_inputs(onnx.load(path))
    package = work / path.stem
    harness.compile_model(path, package, "opencl")
    for region in harness.regions(package):
        failures.expect(region["target"] == "opencl", f"region {region['name']} is for {region['target']}")
    by_reference = harness.run_reference(package, work, arrays)
    on_device, profile = harness.run_package(package, work, "opencl:0", arrays)
    failures.expect(profile["fallbacks"] == 0, "the device failed")
    failures.expect(all(r["device"] == "opencl" for r in profile["regions"]), "a region ran elsewhere")
    failures.expect(is_close(on_device, by_reference, CLOSE), "device and reference differ")
    on_cpu, _ = harness.run_package(package, work, "cpu", arrays)
    failures.expect(is_close(on_cpu, by_reference, CPU_CLOSE), "CPU and reference differ")
    few = {name: array[:2] for name, array in arrays.items()}
    after_fault, profile = harness.run_package(package, work, "fault:opencl,kind=error,at=2", few)
    failures.expect(profile["fallbacks"] >= 1, "no fault was injected")
    expected = {name: array[:2] for name, array in by_reference.items()}
    failures.expect(is_close(after_fault, expected, CPU_CLOSE), "the twin differs")
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("models", type=pathlib.Path, nargs="+")
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    every = harness.Failures("models")
    for path in args.models:
        every.expect(not check(path, args.work).count, path.stem)
    every.end()


if __name__ == "__main__":
    main()
