# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What it takes to get one result of a small model: libsluice beside onnxruntime, by turns on one machine.

usage: footprint.py [--models DIR] [--library FILE] [--rounds N] [--untimed] [--json]

Runs int8 resnet8 (DIR: ../shared/models unless told) once in a fresh process: libsluice, of a release build
unless told, from a C program; onnxruntime from Python, as its wheel has no C header; and Python with numpy
alone, to be taken off that. Prints the library's size without symbols, the most memory that was resident, and the
time from the process's start to its first result, the least and the median of N. Exits with 1 where libsluice takes
more than 400 KB, 8 MB or 5 ms.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
MODEL = "resnet8_int8_qdq"
LIMITS = {"library_kb": 400, "resident_mb": 8, "least_ms": 5}
# Measured elsewhere, on one model of that list: IREE is not at hand to be measured here.
ELSEWHERE = "elsewhere: IREE's native runner 10.8 MB, 9 ms; onnxruntime 62 MB, 375 ms"

REPORT = """
import re, time
print(time.monotonic_ns(), re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
"""
PEER = """
import sys
import numpy, onnxruntime
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
(tensor,) = session.get_inputs()
session.run(None, {tensor.name: numpy.load(sys.argv[2])})
"""


def build(library, folder):
    """The C program, linked with the library, which is built where it is the default."""
    if library is None:
        quiet = {"stdout": subprocess.DEVNULL}
        subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True, **quiet)
        subprocess.run(["ninja", "-C", "build/release", "sluice_runtime"], cwd=ROOT, check=True, **quiet)
        library = ROOT / "build/release/lib/libsluice.so"
    program = folder / "first_result"
    subprocess.run(
        ["clang-22", "-O2", f"-I{ROOT}/runtime/include", HERE / "Inputs/first_result.c", library,
         f"-Wl,-rpath,{library.parent}", "-o", program],
        check=True,
    )
    return library, program


def stripped_size(library, folder):
    subprocess.run(["llvm-strip-22", library, "-o", folder / "stripped"], check=True)
    return (folder / "stripped").stat().st_size


def start(command):
    """One fresh process: milliseconds to its result, and MB resident at most."""
    reader, writer = os.pipe()
    begin = time.monotonic_ns()
    child = os.posix_spawn(command[0], command, os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, writer, 1)])
    os.close(writer)
    with open(reader) as stream:
        words = stream.read().split()
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"{command[0]}: ended with {os.waitstatus_to_exitcode(status)}")
    return (int(words[0]) - begin) / 1e6, int(words[1]) * 1024 / 1e6


def make_inputs(model, folder):
    (tensor,) = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).get_inputs()
    kind = {"tensor(float)": np.float32, "tensor(int8)": np.int8}[tensor.type]
    values = np.random.default_rng(1).integers(-100, 100, tensor.shape).astype(kind)
    np.save(folder / "input.npy", values)
    values.tofile(folder / "input.bin")


def measure(models, library, rounds, folder):
    model = models / f"{MODEL}.onnx"
    library, program = build(library, folder)
    subprocess.run([ROOT / "build/bin/sluice", "compile", model, "--target", "cpu", "-o", folder / "package"], check=True)
    make_inputs(str(model), folder)
    peer_library = next(Path(onnxruntime.__file__).parent.glob("capi/onnxruntime_pybind11_state*.so"))
    python = [sys.executable, "-c"]
    arguments = [str(model), str(folder / "input.npy")]
    runners = {
        "sluice": (library, [str(program), str(folder / "package"), str(folder / "input.bin")]),
        "onnxruntime in Python": (peer_library, [*python, PEER + REPORT, *arguments]),
        "Python with numpy": (None, [*python, "import numpy" + REPORT]),
    }
    results = {name: [] for name in runners}
    for _ in range(rounds):
        for name, (_, command) in runners.items():
            results[name].append(start(command))
    rows = []
    for name, (file, _) in runners.items():
        times, sizes = zip(*results[name])
        rows.append({
            "name": name,
            "library_kb": round(stripped_size(file, folder) / 1000) if file else None,
            "resident_mb": round(max(sizes), 1),
            "least_ms": round(min(times), 2),
            "median_ms": round(statistics.median(times), 2),
        })
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--library", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--untimed", action="store_true", help="judge no times: for a machine that is busy")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(options.models, options.library, options.rounds, Path(folder))
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print(f"{MODEL:24}{'library KB':>12}{'resident MB':>13}{'first ms':>10}{'median':>10}")
        for row in rows:
            print(f"{row['name']:24}{row['library_kb'] or '':>12}{row['resident_mb']:13}{row['least_ms']:10}{row['median_ms']:10}")
        print(ELSEWHERE)
    over = [f"{key} is {rows[0][key]}, at most {most} are allowed" for key, most in LIMITS.items()
            if rows[0][key] > most and not (options.untimed and key.endswith("_ms"))]
    print("\n".join(over), file=sys.stderr, end="\n" if over else "")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
