# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes one quantized (QDQ) model through the user's commands, against two independent oracles.

usage: qdq_model.py MODEL WORK [--inputs IN.npz] [--label-inputs IN.npz] [--target TARGET]

The model's own scales must be kept: CPU (100 inputs), Verilated engine (3), reference interpreter and
golden.py (docs/spec/integers.md in NumPy) give the same bytes, and each layer, fed the same inputs by
onnxruntime, is within 1 in 99.9 % of its values and takes at least 20 of them. With --label-inputs the
top-1 of these float inputs, quantized, agrees with onnxruntime's on 99 %.
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import golden
import make
import numpy as np
import onnx
import ort
import qdq

CPU_INPUTS, ENGINE_INPUTS = 100, 3
WITHIN_ONE, DISTINCT = 0.999, 20
SAME_TOP1 = 0.99


def random_samples(model):
    """100 inputs that suit an int8 input; smooth, so that every layer takes many values."""
    value = model.graph.input[0]
    shape = tuple(d.dim_value for d in value.type.tensor_type.shape.dim)[1:]
    samples = make.random_inputs(shape, (-128.0, 127.0), CPU_INPUTS, np.random.RandomState(5))
    return {value.name: np.rint(samples).astype(np.int8)}


def check_layers(failures, model, tensors):
    """Each layer of `tensors` against onnxruntime fed the same inputs."""
    # onnxruntime's fused layers know no int16.
    wide = any(tensor.data_type == onnx.TensorProto.INT16 for tensor in model.graph.initializer)
    result = ort.compare(model, tensors, optimize=not wide)
    failures.expect(not result["missing"], f"no values for {', '.join(result['missing'])}")
    for row in result["layers"]:
        told = f"{row['output']}: {row['within_one']:.3%} within 1, {row['distinct']} values"
        failures.expect(row["within_one"] >= WITHIN_ONE and row["distinct"] >= DISTINCT, told)


def check_top1(failures, model, package, work, labelled):
    """The engine's choices on real inputs against onnxruntime's."""
    name = model.graph.input[0].name
    scale, zero_point = qdq.input_quantization(model)
    real = np.load(labelled)
    floats = next(real[key] for key in real.files if key != "label")
    arrays = {name: qdq.quantize_array(floats, scale, zero_point)}
    ours, _ = harness.run_package(package, work, "cpu", arrays)
    theirs = ort.run(model, arrays)
    share = ort.agreement(*(next(iter(results.values())) for results in (ours, theirs)))
    failures.expect(share >= SAME_TOP1, f"the same top-1 on only {share:.1%} of {len(floats)} real inputs")


def check_engine(failures, package, work, arrays, on_cpu):
    """The Verilated engine against the CPU."""
    few = {name: array[:ENGINE_INPUTS] for name, array in arrays.items()}
    on_engine, profile = harness.run_package(package, work, "sim", few)
    failures.expect(harness.same_bytes(on_engine, on_cpu, ENGINE_INPUTS), "engine and CPU differ")
    failures.expect(profile["transitions"] <= 2, f"{profile['transitions']} transitions")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--inputs", type=pathlib.Path)
    parser.add_argument("--label-inputs", type=pathlib.Path)
    parser.add_argument("--target", default=harness.TARGET)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    failures = harness.Failures(args.model.stem)
    model = onnx.load(args.model)
    arrays = dict(np.load(args.inputs)) if args.inputs else random_samples(model)
    arrays = {name: array[:CPU_INPUTS] for name, array in arrays.items()}

    package = args.work / "package"
    harness.compile_model(args.model, package, args.target)
    on_cpu, _ = harness.run_package(package, args.work, "cpu", arrays)
    check_engine(failures, package, args.work, arrays, on_cpu)
    by_reference = harness.run_reference(package, args.work, arrays)
    failures.expect(harness.same_bytes(on_cpu, by_reference), "CPU and reference differ")
    failures.expect(harness.same_bytes(on_cpu, golden.run(model, arrays)), "CPU and golden.py differ")
    tensors = harness.run_reference(package, args.work, arrays, everything=True)
    check_layers(failures, model, {**tensors, **arrays})
    if args.label_inputs:
        check_top1(failures, model, package, args.work, args.label_inputs)
    failures.end()


if __name__ == "__main__":
    main()
