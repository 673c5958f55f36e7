# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compiled models on an OpenCL device beside onnxruntime on the processor, in one process, by turns.

usage: opencl.py [--models DIR] [--device SPEC] [--threads N] [--rounds N] [--untimed] [NAME...]

Compiles every model of DIR (../shared/models unless told) or those named for `opencl`, and prints, a
line each, the share of the multiply-accumulates that run on the device, the least time of each, their
ratio, and how far the outputs are from the CPU code's. PoCL and onnxruntime get N threads each (all
processors unless told). Exits with 1 if a model is more than 5 times as slow as onnxruntime, does not run
on the device as a whole, or differs: int8 in any byte, floats by more than 1e-5 of the largest.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import cpu
import numpy as np

SLOWEST = 5  # times onnxruntime's time
CLOSE = 1e-5
BIN = cpu.BIN


def outputs(package, device, peer, folder):
    """What `sluice run` gives on a device, and its profile."""
    name = next(iter(peer.feed))
    np.savez(f"{folder}/in.npz", **{name: peer.input})
    command = [BIN / "sluice", "run", package, "--input", f"{folder}/in.npz", "--output", f"{folder}/out.npz"]
    done = subprocess.run(
        [*command, "--device", device, "--profile", "--json"], check=True, stdout=subprocess.PIPE
    )
    with np.load(f"{folder}/out.npz") as arrays:
        return arrays[arrays.files[0]], json.loads(done.stdout)


def share_on_device(profile):
    """The share of the MACs that ran on the device; 0 if a region fell back."""
    total = sum(region["macs"] for region in profile["regions"])
    there = sum(region["macs"] for region in profile["regions"] if region["device"] != "cpu")
    return there / total if not profile["fallbacks"] else 0


def bench(model, options):
    """Prints a model's line; False if it is too slow, wrong, or not on the device."""
    with tempfile.TemporaryDirectory() as folder:
        package = f"{folder}/package"
        subprocess.run([BIN / "sluice", "compile", model, "--target", "opencl", "-o", package], check=True)
        peer = cpu.Peer(model, options.threads)
        ours, profile = outputs(package, options.device, peer, folder)
        twin, _ = outputs(package, "cpu", peer, folder)
        share = share_on_device(profile)
        apart = np.abs(ours.astype(np.float64) - twin).max() / max(np.abs(twin.astype(np.float64)).max(), 1e-30)
        session = cpu.Session(package, options.device)
        session.set_input(peer.input)
        time, other = cpu.least_times((session.run, peer.run), options.rounds)
    print(
        f"{model.stem:20}{options.threads:7}{share:10.0%}{time * 1e6:10.1f}{other * 1e6:15.1f}"
        f"{time / other:8.2f}{apart:12.2g}",
        flush=True,
    )
    close = apart <= CLOSE if ours.dtype == np.float32 else apart == 0
    return close and share == 1 and (options.untimed or time <= SLOWEST * other)


def main():
    parser = argparse.ArgumentParser(description="Times compiled models on an OpenCL device beside onnxruntime.")
    parser.add_argument("--models", type=Path, default=cpu.ROOT.parent / "shared/models")
    parser.add_argument("--device", default="opencl:0")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--untimed", action="store_true", help="judge no times: for a machine that is busy")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.environ["POCL_MAX_PTHREAD_COUNT"] = str(options.threads)
    models = [m for m in sorted(options.models.glob("*.onnx")) if not options.names or m.stem in options.names]
    if not models:
        sys.exit(f"no such model in {options.models}")
    print(
        f"{'model':20}{'threads':>7}{'on device':>10}{'ours us':>10}{'onnxruntime us':>15}{'ratio':>8}{'apart':>12}"
    )
    results = [bench(model, options) for model in models]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
