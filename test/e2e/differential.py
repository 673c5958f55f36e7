# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random graphs: reference interpreter, CPU and an accelerator give the same bytes.

usage: differential.py FIRST COUNT WORK [--opencl]

Runs the graphs of seeds FIRST to FIRST + COUNT - 1 (models/random_model.py) and prints how they are
distributed. The accelerator is the Verilated engine with random stalls; most graphs are compiled for one
with scratchpads so small that layers are cut in every dimension. A few graphs have int16 activations, a few int4
weights, as onnxruntime quantizes them. With --opencl it is an OpenCL device, on which each graph runs in float
too. A failing seed is shrunk to its fewest layers; the graph, its data and the IR after every phase stay in
WORK/SEED.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import qdq
import random_model

# However small a region is, the engine runs it.
SMALL = "engine:ulx3s-25f,ACT_BYTES=2048,WGT_WORDS=512,INT4=1,INT16=1,start=0"
LARGE = "engine:ulx3s-85f,start=0"
LARGE_WIDE = "engine:ulx3s-85f,INT16=1,start=0"
LARGE_EVERY = 6  # graphs; the others are for the small one
SPECIAL_EVERY = 12  # graphs, on each engine:
WIDE_AT, NARROW_AT = (6, 7), (0, 1)  # with int16 activations, with int4 weights
OPENCL = "opencl"
INPUTS = 3
CLOSE = 1e-5  # of the largest: floats
STEPS = 4 / 2**15  # of the largest: a few steps of int16
INTEGER = {"convolution", "matmul", "depthwise", "add", "max_pool", "average_pool", "rescale", "move", "lookup"}
LEAST_ON_DEVICE = 0.95  # of layers
LEAST_IN_INTEGERS = 0.9  # of layers that multiply, in graphs with int16
LEAST_IN_FOUR_BITS = 0.25  # of graphs with int4 weights: a layer in the engine's 4-bit form
LEAST_ON_OPENCL = 0.75  # which has no tables and no resizing
LEAST_DEEP = 0.5  # of graphs: 4 or more layers and a branch
LEAST_TILED = 0.12  # of graphs: a layer cut in rows, columns and channels
LEAST_OF_A_KIND = 0.02  # of graphs: each kind of layer occurs in more


@dataclass
class Outcome:
    """What one seed was and how it went."""

    kinds: Counter
    branches: int
    wide: bool = False  # int16 activations
    narrow: bool = False  # int4 weights
    in_four_bits: bool = False
    products: int = 0  # of a wide one: layers that multiply
    floats: int = 0  # and those of them in float
    elsewhere: int = 0  # layers that run on the CPU
    tiled: bool = False
    wrong: str = ""


def is_tiled(ir):
    """Whether a layer of the tiled IR has more than one tile along each of rows, columns and channels."""
    last = defaultdict(lambda: [0, 0, 0])
    for index, layer in re.findall(r"tile\.index = array<i64: ([\d, ]+)>, tile\.layer = (\d+)", ir):
        places = [int(place) for place in index.split(",")]
        last[layer] = [max(pair) for pair in zip(last[layer], places)]
    return any(all(places) for places in last.values())


def averages_floats(package):
    """Whether an average is left in float, whose last bit is the code's own, and which int16 may show."""
    report = json.loads((package / "report.json").read_text())
    return any(layer["kind"] == "other" and "Average" in layer["name"] for layer in report["layers"])


def find_apart(got, wanted, share):
    """Which array is further apart than `share` of its largest, and how far; nothing if none is."""
    for name, array in wanted.items():
        apart = np.abs(got[name].astype(np.float64) - array).max()
        if not apart <= share * np.abs(array).max():
            return f"{name} are {apart} apart"
    return ""


def run_everywhere(folder, target, arrays, seed):
    """Compiles folder/model.onnx and runs it three ways; returns what differs, or nothing."""
    package = folder / "package"
    phases = ["--dump-phases", folder / "phases"]
    calibration = folder / "calibration.npz"
    try:
        data = calibration if calibration.exists() else None
        harness.compile_model(folder / "model.onnx", package, target, data, *phases)
        by_reference = harness.run_reference(package, folder, arrays)
        on_cpu, _ = harness.run_package(package, folder, "cpu", arrays)
        on_device, profile = harness.run_package(package, folder, get_device(target, seed), arrays)
    except harness.CommandFailed as failure:
        return str(failure)
    if is_wide(seed, target == OPENCL) and averages_floats(package):
        apart = find_apart(on_cpu, by_reference, STEPS)
        if apart:
            return f"CPU and reference: {apart}"
        by_reference = on_cpu  # the device's averages are the CPU's, too
    if not harness.same_bytes(on_cpu, by_reference):
        return "CPU and reference differ"
    if profile["fallbacks"]:
        return "the device failed and the CPU took over"
    return "" if harness.same_bytes(on_device, by_reference) else "device and reference differ"


def run_floats(folder, arrays):
    """Compiles folder/model.onnx in float and runs it on the OpenCL device; returns what is apart, or nothing."""
    package = folder / "floats"
    try:
        harness.compile_model(folder / "model.onnx", package, OPENCL)
        by_reference = harness.run_reference(package, folder, arrays)
        on_device, profile = harness.run_package(package, folder, OPENCL, arrays)
    except harness.CommandFailed as failure:
        return str(failure)
    if profile["fallbacks"] or any(region["device"] != OPENCL for region in profile["regions"]):
        return "the floats did not run on the device"
    apart = find_apart(on_device, by_reference, CLOSE)
    return f"floats of {apart}" if apart else ""


def is_wide(seed, opencl):
    return not opencl and seed % SPECIAL_EVERY in WIDE_AT


def is_narrow(seed, opencl):
    return not opencl and seed % SPECIAL_EVERY in NARROW_AT


def get_target(seed, opencl):
    if opencl:
        return OPENCL
    if seed % LARGE_EVERY:
        return SMALL
    return LARGE_WIDE if is_wide(seed, opencl) else LARGE


def get_device(target, seed):
    return target if target == OPENCL else f"sim:stall={seed + 1}"


def write_model(folder, made, outcome, samples):
    """Writes folder/model.onnx, and the samples where the compiler is to quantize it."""
    model = made.model
    if outcome.wide or outcome.narrow:
        bits, weight_bits = 16 if outcome.wide else 8, 4 if outcome.narrow else 8
        model = qdq.quantize(model, samples, bits, weight_bits)
    onnx.save(model, folder / "model.onnx")
    # onnxruntime leaves graphs that only move data in float.
    if not any(node.op_type == "QuantizeLinear" for node in model.graph.node):
        np.savez(folder / "calibration.npz", **samples)


def run_seed(seed, work, opencl, most=12):
    """Runs one seed, or its first `most` layers."""
    folder = work / str(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    wide, narrow = is_wide(seed, opencl), is_narrow(seed, opencl)
    # OpenCL's kernels multiply by constants alone, and int16 has no product of two activations. onnxruntime leaves
    # most activation functions in float, and linear resizing that no product stands before.
    ours = not (wide or narrow)
    made = random_model.RandomModel(seed, most, tables=ours, products=not (opencl or wide), linear=ours)
    outcome = Outcome(made.layers, made.branches, wide, narrow)
    write_model(folder, made, outcome, {random_model.INPUT: made.inputs(16, 2, seed)})
    arrays = {random_model.INPUT: made.inputs(INPUTS, 3, seed)}
    target = get_target(seed, opencl)
    outcome.wrong = run_everywhere(folder, target, arrays, seed)
    if opencl and not outcome.wrong:
        outcome.wrong = run_floats(folder, arrays)
    if outcome.wrong:
        return outcome
    report = json.loads((folder / "package" / "report.json").read_text())
    outcome.products = sum(layer["macs"] > 0 for layer in report["layers"])
    outcome.floats = sum(layer["macs"] > 0 and layer["kind"] not in INTEGER for layer in report["layers"])
    outcome.elsewhere = len(
        {
            layer["name"]
            for layer in report["layers"]
            if layer["place"] == "cpu" and (layer["kind"] in INTEGER or layer["macs"])
        }
    )
    (tile,) = (folder / "phases").glob("*-tile.mlir")
    tiled = tile.read_text()
    outcome.tiled, outcome.in_four_bits = is_tiled(tiled), "engine.int4" in tiled
    shutil.rmtree(folder)
    return outcome


REDUCE = """#!/bin/sh
# Interesting (1) while device and reference differ on the IR "$1".
work=$(mktemp -d) && mkdir "$work/from" || exit 0
sluice-opt "$1" --emit-bytecode -o "$work/from/model.mlirbc" &&
  sluice compile "$work/from" --target {target} -o "$work/package" &&
  sluice diff "$work/package" --input {arrays} --against reference --device {device}
status=$?
rm -rf "$work"
[ $status -ne 1 ]
"""


def reduce_ir(folder, target, device):
    """Lets sluice-reduce replace layers that do not matter; returns the IR that is left, or the model where there is
    none yet."""
    script, reduced = folder / "differs.sh", folder / "reduced.mlir"
    script.write_text(REDUCE.format(target=target, arrays=folder / "sim_in.npz", device=device))
    script.chmod(0o755)
    legalized = next((folder / "phases").glob("*-legalize.mlir"), None)
    if not legalized:
        return folder / "model.onnx"
    option = f"--replace-by-zeros=test={script}"
    done = subprocess.run(["sluice-reduce", legalized, option, "-o", reduced], capture_output=True)
    return reduced if done.returncode == 0 else legalized


def shrink(seed, work, opencl, outcome):
    """Finds the fewest first layers of a failing seed that fail; returns a line that says so."""
    total = outcome.kinds.total()
    for most in range(1, total + 1):
        smaller = run_seed(seed, work, opencl, most)
        if smaller.wrong:
            target = get_target(seed, opencl)
            ir = reduce_ir(work / str(seed), target, get_device(target, seed))
            return f"seed {seed}, first {most} of {total} layers, reduced in {ir}: {smaller.wrong}"
    return f"seed {seed}, only as a whole and not again: {outcome.wrong}"


def print_distribution(outcomes):
    kinds = sum((outcome.kinds for outcome in outcomes), Counter())
    sizes = Counter(outcome.kinds.total() for outcome in outcomes)
    print(f"{len(outcomes)} graphs; layers: {dict(kinds.most_common())}")
    print(f"layers a graph: {dict(sorted(sizes.items()))}")


def judge(failures, outcomes, opencl):
    """Holds the distribution to its bounds."""
    wide = [outcome for outcome in outcomes if outcome.wide]
    narrow = [outcome for outcome in outcomes if outcome.narrow]
    products = sum(outcome.products for outcome in wide)
    in_integers = products - sum(outcome.floats for outcome in wide)
    layers = sum(outcome.kinds.total() for outcome in outcomes)
    on_device = layers - sum(outcome.elsewhere for outcome in outcomes)
    deep = sum(outcome.kinds.total() >= 4 and outcome.branches > 0 for outcome in outcomes)
    tiled = sum(outcome.tiled for outcome in outcomes)
    in_four_bits = sum(outcome.in_four_bits for outcome in narrow)
    for what, count, total, least in (
        ("of the products of int16 are in integers", in_integers, products, LEAST_IN_INTEGERS),
        ("of the graphs with int4 have a layer in four bits", in_four_bits, len(narrow), LEAST_IN_FOUR_BITS),
        ("of the layers run on the device", on_device, layers, LEAST_ON_OPENCL if opencl else LEAST_ON_DEVICE),
        ("of the graphs have 4 or more layers and a branch", deep, len(outcomes), LEAST_DEEP),
        ("of the graphs have a layer cut in every dimension", tiled, len(outcomes), 0 if opencl else LEAST_TILED),
    ):
        print(f"{count / max(total, 1):.1%} {what}")
        failures.expect(count >= least * total, f"at least {least:.0%} are wanted: {count} of {total} {what}")
    failures.expect(opencl or products, "no graph with int16 was drawn")
    # Fewer graphs of these are drawn.
    for kind in () if opencl else random_model.KINDS:
        count = sum(kind in outcome.kinds for outcome in outcomes)
        failures.expect(count >= LEAST_OF_A_KIND * len(outcomes), f"only {count} graphs have a layer '{kind}'")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=int)
    parser.add_argument("count", type=int)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--opencl", action="store_true")
    args = parser.parse_args()
    failures = harness.Failures("random graphs")
    outcomes = []
    for seed in range(args.first, args.first + args.count):
        outcome = run_seed(seed, args.work, args.opencl)
        outcomes.append(outcome)
        if outcome.wrong:
            failures.expect(False, shrink(seed, args.work, args.opencl, outcome))
    print_distribution(outcomes)
    judge(failures, [outcome for outcome in outcomes if not outcome.wrong], args.opencl)
    failures.end()


if __name__ == "__main__":
    main()
