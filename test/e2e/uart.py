# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Models on a board at its pins: `--device uart:PORT` gives the bytes of the CPU.

usage: uart.py WORK MODEL[,MODEL...] --board PROGRAM [--target TARGET] [--damage FRACTION --seed N]

The board is the Verilated board top with a pin-level SDRAM, its serial port a pseudo-terminal. Of the bytes on
the line FRACTION are changed or lost, each way. The package is run twice: the second time its constants are
still on the board.
"""

import argparse
import pathlib
import subprocess
import sys

import harness  # first: it finds the modules of test/models

import make
import numpy as np

sys.path.insert(0, str(harness.TEST / "rtl"))
import board as boards

SAMPLES = 2
# A line faster than any adapter's, so that the simulation spends its time on the engine; patience for a busy machine.
LINE = "baud=25000000,timeout=60000"


def check_model(failures, name, board, target, work):
    subprocess.run([sys.executable, make.__file__, name, "--out", work, "--qdq"], check=True, capture_output=True)
    package = work / f"{name}.sluice"
    harness.compile_model(work / f"{name}_int8_io_qdq.onnx", package, target)
    data = np.load(work / f"{name}_int8_inputs.npz")
    arrays = {key: data[key][:SAMPLES] for key in data.files if key != "label"}
    expected, _ = harness.run_package(package, work, "cpu", arrays)
    for turn in ("first", "second"):
        got, profile = harness.run_package(package, work, f"uart:{board.path},{LINE}", arrays)
        failures.expect(harness.same_bytes(got, expected), f"{name}, {turn} run: not the CPU's bytes")
        failures.expect(profile["fallbacks"] == 0 and profile["device"] == "uart",
                        f"{name}, {turn} run: {profile['fallbacks']} fallbacks on {profile['device']}")
        print(f"{name}: {turn} run, {profile['cycles']} cycles, utilisation {profile['mac_utilisation']:.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("models")
    parser.add_argument("--damage", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--board", required=True, help="the program that simulates it")
    parser.add_argument("--target", default=harness.TARGET, help="what the board is to the compiler")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    failures = harness.Failures("uart")
    print(f"damage {arguments.damage}, seed {arguments.seed}")
    with boards.Board(arguments.board, damage=arguments.damage, seed=arguments.seed) as board:
        for name in arguments.models.split(","):
            with failures.of(name):
                check_model(failures, name, board, arguments.target, arguments.work)
    print(board.log)
    damaged = [int(word) for word in board.log.split() if word.isdigit()][1:4:2]
    failures.expect(all(damaged) == (arguments.damage > 0), f"damaged bytes: {damaged}")
    failures.end()


if __name__ == "__main__":
    main()
