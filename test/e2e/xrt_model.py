# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs one quantized (QDQ) model on the Verilated engine through XRT's own library, all well and with faults.

usage: xrt_model.py MODEL XCLBIN WORK [--faults one|every]

XRT gives the reference interpreter's bytes and the very cycles that driver `sim` counts. With --faults, the device
fails in each of its ways (targets/engine/xrt/Emulator.cpp), at one command of the engine's program or at every one:
each request ends with the same bytes, from the CPU where the device did not answer in time, and says what happened.
"""

import argparse
import json
import os
import pathlib
import shutil
import time

import harness

import numpy as np
import onnx
from qdq_model import random_samples

INPUTS = 2
# A device that is well answers each millisecond. The other faults are found out at once, however busy the machine.
TIMEOUTS = {"hang": ",timeout=1000", "late": ",timeout=1000"}
# The whole request, on a machine with much else to do; a device that is late is so for two minutes.
MOST_SECONDS = 60
# What a failure's message says.
KINDS = {
    "die": "the device is gone",
    "hang": "the device does not answer",
    "late": "the device does not answer",
    "vanish": "no engine answers any more",
    "corrupt": "reads differently the second time",
    "abort": "aborted",
}


def check_well(failures, package, work, xclbin, arrays):
    """The bytes that all devices must give."""
    reference = harness.run_reference(package, work, arrays)
    simulated, on_sim = harness.run_package(package, work, "sim", arrays)
    outputs, on_xrt = harness.run_package(package, work, f"xrt:xclbin={xclbin}", arrays)
    failures.expect(harness.same_bytes(outputs, reference), "XRT and the reference differ")
    failures.expect(harness.same_bytes(simulated, reference), "sim and the reference differ")
    failures.expect(on_xrt["fallbacks"] == 0, f"{on_xrt['fallbacks']} fallbacks")
    failures.expect(on_xrt["cycles"] == on_sim["cycles"], f"{on_xrt['cycles']} cycles, sim has {on_sim['cycles']}")
    return reference


def check_fault(failures, package, work, xclbin, arrays, reference, kind, command):
    where = f"{kind} at command {command}"
    os.environ["SLUICE_EMULATION_FAULT"] = f"{kind}@{command}"
    given, taken = work / "fault_in.npz", work / "fault_out.npz"
    np.savez(given, **arrays)
    begin = time.monotonic()
    done = harness.sluice("run", package, "--input", given, "--output", taken, "--json",
                          "--device", f"xrt:xclbin={xclbin}{TIMEOUTS.get(kind, '')}")
    seconds = time.monotonic() - begin
    del os.environ["SLUICE_EMULATION_FAULT"]
    with np.load(taken) as outputs:
        failures.expect(harness.same_bytes(dict(outputs), reference), f"{where}: wrong bytes")
    failures.expect(json.loads(done.stdout)["fallbacks"] == 1, f"{where}: the CPU did not take over")
    failures.expect(KINDS[kind] in done.stderr, f"{where}: {done.stderr}")
    failures.expect(seconds < MOST_SECONDS, f"{where}: took {seconds:.1f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("xclbin", type=pathlib.Path)
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--faults", choices=["one", "every"])
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    failures = harness.Failures(args.model.stem)
    arrays = {name: array[:INPUTS] for name, array in random_samples(onnx.load(args.model)).items()}
    package = args.work / "package"
    harness.compile_model(args.model, package)
    reference = check_well(failures, package, args.work, args.xclbin, arrays)
    (commands,) = [r["commands"] for r in harness.regions(package) if r["target"] == "engine"]
    arrays = {name: array[:1] for name, array in arrays.items()}
    reference = {name: array[:1] for name, array in reference.items()}
    # The last command, END, belongs to no unit.
    at = {None: [], "one": [commands // 2], "every": range(commands - 1)}[args.faults]
    for command in at:
        for kind in KINDS:
            check_fault(failures, package, args.work, args.xclbin, arrays, reference, kind, command)
    failures.end()


if __name__ == "__main__":
    main()
