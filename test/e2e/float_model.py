# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Takes one float model through the user's commands and holds it to the project's figures.

usage: float_model.py NAME WORK [--shared DIR]

NAME is digits or a model of make.py; with --shared its published weights are taken from DIR/models. The
model is calibrated and compiled for the 8 x 8 engine, twice; checked; run on CPU (100 inputs) and on the
Verilated engine (3 inputs, then again with random stalls); compared with the reference interpreter.
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import make
import numpy as np
import onnx

LARGEST_CYCLES = {"resnet8": 330_000, "vww": 350_000, "dscnn": 120_000}
ESTIMATE_WITHIN = 0.15
COMPILE_SECONDS, COMPILE_MIB = 10, 1024  # of one processor's time
SIMULATE_SECONDS = 60
CPU_INPUTS, ENGINE_INPUTS = 100, 3


def prepare(name, work, shared):
    """Returns the model's path, its calibration's path and 100 inputs {name: array}."""
    if name == "digits":
        import data

        _, (images, _), calibration = data.split()
        np.savez(work / "calibration.npz", **{data.INPUT: calibration})
        model = harness.TEST / "models" / "digits" / "digits.onnx"
        return model, work / "calibration.npz", {data.INPUT: images[:CPU_INPUTS]}
    model, inputs = make.build(name, seed=1)
    path = work / f"{name}.onnx"
    if shared:
        path = shared / "models" / f"{name}_fp32.onnx"
    else:
        onnx.save(model, path)
    calibration = work / "calibration.npz"
    if shared and name == "dscnn":
        calibration = shared / "data" / "kws_calibration.npz"
    else:
        np.savez(calibration, **{onnx.load(path).graph.input[0].name: inputs(64, 2)})
    return path, calibration, {onnx.load(path).graph.input[0].name: inputs(CPU_INPUTS, 3)}


def check_placement(failures, model, calibration):
    """At least 99 % of the MACs on the engine, every node placed, and a reason for each that is not there."""
    plan = harness.sluice_json("check", model, "--target", harness.TARGET, "--calibrate", calibration)
    share = sum(node["macs"] for node in plan["nodes"] if node["place"] == "engine")
    share /= sum(node["macs"] for node in plan["nodes"])
    failures.expect(share >= 0.99, f"only {share:.2%} of the MACs are placed on the engine")
    for node in plan["nodes"]:
        if node["place"] != "engine":
            failures.expect(node["reason"], f"check gives no reason for {node['name']} on {node['place']}")


def check_cycles(failures, name, package, profile):
    """Cycles within the bound, the compiler's estimate near them, the regions' sums consistent."""
    cycles = profile["cycles"]
    limit = LARGEST_CYCLES.get(name)
    print(f"{name}: {cycles} cycles, {profile['mac_utilisation']:.1%} of the multipliers")
    failures.expect(not limit or cycles <= limit, f"{cycles} cycles, {limit} allowed")
    estimate = sum(region["estimated_cycles"] for region in harness.regions(package))
    failures.expect(
        abs(estimate - cycles) <= ESTIMATE_WITHIN * cycles, f"estimated {estimate} cycles, measured {cycles}"
    )
    failures.expect(profile["transitions"] <= 2, f"{profile['transitions']} transitions")
    failures.expect(profile["fallbacks"] == 0, f"{profile['fallbacks']} regions fell back to the CPU")


def check_bytes(failures, name, package, work, arrays):
    """Engine, CPU and reference agree byte for byte; outputs differ between inputs."""
    on_cpu, _ = harness.run_package(package, work, "cpu", arrays)
    few = {key: array[:ENGINE_INPUTS] for key, array in arrays.items()}
    before = harness.child_seconds()
    on_engine, profile = harness.run_package(package, work, "sim", few)
    seconds = harness.child_seconds() - before
    failures.expect(seconds <= SIMULATE_SECONDS, f"the simulation took {seconds:.0f} s")
    failures.expect(harness.same_bytes(on_engine, on_cpu, ENGINE_INPUTS), "engine and CPU differ")
    stalled, _ = harness.run_package(package, work, "sim:stall=7", {key: a[:1] for key, a in few.items()})
    failures.expect(harness.same_bytes(stalled, on_cpu, 1), "engine with stalls and CPU differ")
    by_reference = harness.run_reference(package, work, arrays)
    failures.expect(harness.same_bytes(on_cpu, by_reference), "CPU and reference differ")
    for key, array in on_cpu.items():
        failures.expect(len(np.unique(array, axis=0)) > 1, f"output {key} is the same for all inputs")
    return profile


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--shared", type=pathlib.Path)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    failures = harness.Failures(args.name)
    model, calibration, arrays = prepare(args.name, args.work, args.shared)

    package = args.work / "first"
    seconds, mib = harness.compile_model(model, package, calibration=calibration)
    failures.expect(seconds <= COMPILE_SECONDS, f"compiling took {seconds:.1f} s")
    failures.expect(mib <= COMPILE_MIB, f"compiling took {mib:.0f} MiB")
    harness.compile_model(model, args.work / "second", calibration=calibration)
    different = harness.same_trees(package, args.work / "second")
    failures.expect(not different, f"compiling twice gives different files: {', '.join(different)}")

    check_placement(failures, model, calibration)
    profile = check_bytes(failures, args.name, package, args.work, arrays)
    check_cycles(failures, args.name, package, profile)
    failures.end()


if __name__ == "__main__":
    main()
