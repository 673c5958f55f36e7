# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs one model on the CPU with several numbers of threads: the bytes must not depend on it.

usage: threads.py MODEL WORK --inputs IN.npz [--calibrate CALIBRATION.npz]
"""

import argparse
import pathlib

import harness
import numpy as np

SAMPLES = 5
THREADS = (2, 3, 7)  # some more than the machine has processors


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--inputs", type=pathlib.Path, required=True)
    parser.add_argument("--calibrate", type=pathlib.Path)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    failures = harness.Failures(args.model.stem + (" int8" if args.calibrate else ""))
    arrays = {name: array[:SAMPLES] for name, array in np.load(args.inputs).items()}
    package = args.work / "package"
    harness.compile_model(args.model, package, "cpu", args.calibrate)
    alone, _ = harness.run_package(package, args.work, "cpu", arrays)
    for threads in THREADS:
        shared, profile = harness.run_package(package, args.work, f"cpu:threads={threads}", arrays)
        failures.expect(harness.same_bytes(alone, shared), f"{threads} threads give other bytes")
        failures.expect(profile["device"] == "cpu", f"ran on {profile['device']}")
    failures.end()


if __name__ == "__main__":
    main()
