# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Compiles the digits model for the tensor engine and runs held-out digits on engine and CPU.

usage: demo.py [--images N] [--target TARGET] [--out DIR]

`tools/dev demo` runs it after a build. N digits go through the Verilated engine; all held-out ones
go through the CPU and, in float, through onnxruntime. Exits with 1 when a byte differs between engine
and CPU, or when the integer model reads more than 2 digits in 100 worse than the float one.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ROOT / "test" / "models"
SLUICE = ROOT / "build" / "bin" / "sluice"
LARGEST_LOSS = 0.02  # of accuracy, float to int8

sys.path[:0] = [str(MODELS), str(MODELS / "digits")]
import data  # noqa: E402
import onnx  # noqa: E402
import ort  # noqa: E402


def sluice(*arguments):
    """Runs one command of the user's; its own message has been printed when it fails."""
    command = [str(SLUICE), *map(str, arguments)]
    status = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if status.returncode:
        print(f"demo: `{' '.join(command)}` ended with {status.returncode}", file=sys.stderr)
        sys.exit(1)
    return status.stdout


def compile_and_report(out, target, calibration):
    """Leaves the package and its report in `out`; returns their paths."""
    package, page = out / "digits.sluice", out / "digits.html"
    data_file = out / "calibration.npz"
    np.savez(data_file, **{data.INPUT: calibration})
    model = MODELS / "digits" / "digits.onnx"
    sluice("compile", model, "--target", target, "--calibrate", data_file, "-o", package)
    sluice("report", package, "-o", page)
    return package, page


def run(package, out, device, images):
    """Runs the package on a device; returns its scores [N, 10] and its profile."""
    given, taken = out / f"{device}_in.npz", out / f"{device}_out.npz"
    np.savez(given, **{data.INPUT: images})
    command = ["run", package, "--input", given, "--output", taken, "--device", device]
    profile = json.loads(sluice(*command, "--profile", "--json"))
    with np.load(taken) as scores:
        return scores[scores.files[0]], profile


def table(rows):
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"  {name:<{width}}  {value}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=100, metavar="N", help="digits for the engine (1 to 1000)")
    parser.add_argument("--target", default="engine:ulx3s-85f")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "build" / "demo", metavar="DIR")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    _, (images, labels), calibration = data.split()
    count = min(max(args.images, 1), len(images))

    exact = ort.run(onnx.load(MODELS / "digits" / "digits.onnx"), {data.INPUT: images})
    package, page = compile_and_report(args.out, args.target, calibration)
    on_cpu, _ = run(package, args.out, "cpu", images)
    on_engine, profile = run(package, args.out, "sim", images[:count])

    floating = ort.accuracy(next(iter(exact.values())), labels)
    whole = ort.accuracy(on_cpu, labels)
    equal = on_engine.tobytes() == on_cpu[:count].tobytes()
    table(
        [
            ("float accuracy", f"{floating:.1%} of {len(images)} held-out images (onnxruntime)"),
            ("int8 accuracy", f"{whole:.1%} of the same (CPU)"),
            ("images", f"{count} through the Verilated engine, {ort.accuracy(on_engine, labels[:count]):.1%} read"),
            ("bytes equal", "yes" if equal else "no"),
            ("engine cycles", f"{profile['cycles']:,} an image"),
            ("time on the board", f"{profile['device_ms']:.3f} ms an image ({args.target})"),
            ("MAC utilisation", f"{profile['mac_utilisation']:.1%}"),
            ("package", package),
            ("report", page),
        ]
    )
    if not equal:
        print("demo: the engine's bytes differ from the CPU's", file=sys.stderr)
    if whole < floating - LARGEST_LOSS:
        print("demo: the integer model reads far worse than the float one", file=sys.stderr)
    return 0 if equal and whole >= floating - LARGEST_LOSS else 1


if __name__ == "__main__":
    sys.exit(main())
