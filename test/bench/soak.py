# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs a model for long on a device that fails now and then, and watches its answers and its memory.

usage: soak.py [--model ONNX] [--count N] [--simulated N] [--json]

Compiles ONNX (dscnn of ../shared/models unless told) for engine:ulx3s-85f, and runs it N times (a million)
on `cpu` behind the fault-injecting driver, every class of fault in its turn, and N times (a thousand) on
`sim`. Prints a line for each: runs a second, wrong answers, faults, tries to bring the device back, and
resident memory after a tenth of the runs and at the end. Exits with 1 if an answer was wrong, if no fault
came, or if memory grew by more than 1 MiB.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "runtime/python"))
os.environ.setdefault("SLUICE_LIBRARY", str(ROOT / "build/dev/lib/libsluice.so"))
os.environ.setdefault("SLUICE_DRIVER_PATH", str(ROOT / "build/dev/lib/sluice/drivers"))
os.environ.setdefault("SLUICE_SIM_PATH", str(ROOT / "build/dev/lib/sluice/sim"))
import sluice  # noqa: E402

FAULTY = "fault:cpu,kind=any,at=100,every=1000,ms=3"
MOST_GROWTH = 1 << 20  # bytes
SAMPLES = 16


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


def samples(session):
    random = np.random.default_rng(1)
    for _ in range(SAMPLES):
        yield {
            tensor.name: random.integers(-128, 128, tensor.shape).astype(tensor.dtype)
            if tensor.dtype.kind in "iu"
            else random.standard_normal(tensor.shape).astype(tensor.dtype)
            for tensor in session.inputs
        }


def soak(package, device, count):
    """Runs `count` times; each answer is compared with that of the CPU."""
    plain, session = sluice.Session(package, "cpu"), sluice.Session(package, device)
    inputs = list(samples(plain))
    wanted = [plain.run(each) for each in inputs]
    wrong = early = 0
    begin = time.monotonic()
    for i in range(count):
        got = session.run(inputs[i % SAMPLES])
        wrong += any(not np.array_equal(got[name], value) for name, value in wanted[i % SAMPLES].items())
        if i == count // 10:
            early = resident()
    seconds = time.monotonic() - begin
    health = session.health
    return {
        "device": device, "runs": count, "runs_per_second": round(count / seconds, 1), "wrong": wrong,
        "faults": health.faults, "probes": health.probes, "resident_early": early, "resident_end": resident(),
    }  # fmt: skip


def main():
    parser = argparse.ArgumentParser(prog="tools/dev bench soak")
    parser.add_argument("--model", type=Path, default=ROOT / "../shared/models/dscnn_int8_qdq.onnx")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--simulated", type=int, default=1000)
    parser.add_argument("--calibrate", type=Path, help="sample inputs, for a float model")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    sluice.set_log(lambda level, line: None)  # one line a fault; they are counted below
    with tempfile.TemporaryDirectory() as folder:
        command = [ROOT / "build/bin/sluice", "compile", arguments.model, "--target", "engine:ulx3s-85f"]
        command += ["--calibrate", arguments.calibrate] if arguments.calibrate else []
        subprocess.run([*command, "-o", f"{folder}/pkg"], check=True)
        package = sluice.Package(f"{folder}/pkg")
        rows = []
        for device, count in ((FAULTY, arguments.count), ("sim", arguments.simulated)):
            row = soak(package, device, count)
            rows.append(row)
            if not arguments.json:
                print(
                    f"{row['device']}: {row['runs']} runs, {row['runs_per_second']} a second, {row['wrong']} wrong, "
                    f"{row['faults']} faults, {row['probes']} probes; resident "
                    f"{row['resident_early'] / 2**20:.2f} MiB, then {row['resident_end'] / 2**20:.2f} MiB",
                    flush=True,
                )
    if arguments.json:
        print(json.dumps(rows, indent=2))
    bad = any(row["wrong"] or row["resident_end"] - row["resident_early"] > MOST_GROWTH for row in rows)
    sys.exit(1 if bad or rows[0]["faults"] == 0 or rows[1]["faults"] else 0)


if __name__ == "__main__":
    main()
