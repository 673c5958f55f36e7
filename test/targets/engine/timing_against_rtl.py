# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The estimate of a program's cycles against the Verilated engine's counter, on random programs.

usage: timing_against_rtl.py RTL_TESTS MODELS SCRATCH COUNT

Exits with 1 where the two differ by more than 1 percent. Programs that let an address wrap
are left out, since the compiler's verifier refuses them.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, sys.argv[1])
import device  # noqa: E402
from isa import CONFIGS  # noqa: E402
from programs import MEMORY, PROGRAM_AT, random_program  # noqa: E402

BOARDS = {name: ",".join(["ulx3s-85f", *CONFIGS[name].arguments()]) for name in ("4x4", "8x8", "16x8", "8x4", "16x8-int16", "8x4-int16")}
ALLOWED = 0.01


def estimate(scratch, board, code):
    """Cycles, or None for a program that the verifier refuses."""
    (scratch / "code").write_bytes(code)
    program = subprocess.run(["sluice-translate", "--binary-to-engine", f"--engine-board={board}", scratch / "code"],
                             capture_output=True, text=True)
    if program.returncode:
        return None
    timing = subprocess.run(["sluice-translate", "--engine-timing"], input=program.stdout, capture_output=True,
                            text=True, check=True)
    return int(timing.stdout.split()[1].rstrip(","))


def measure(model, built):
    engine = device.Device(model, MEMORY, latency=20, bytes_per_cycle=8)
    code = np.frombuffer(built.code(), np.uint8)
    engine.memory[:] = built.initial
    engine.memory[PROGRAM_AT : PROGRAM_AT + len(code)] = code
    engine.start((PROGRAM_AT, len(code)), [built.const, built.arena])
    error = engine.wait()
    assert error == "none", error
    cycles = engine.counters()["cycles"]
    engine.close()
    return cycles


def main():
    models, scratch, count = Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    scratch.mkdir(parents=True, exist_ok=True)
    for name, board in BOARDS.items():
        config = CONFIGS[name]
        model = device.build(config, models)
        done = seed = 0
        while done < count:
            seed += 1
            built = random_program(config, seed)
            estimated = estimate(scratch, board, built.code())
            if estimated is None:
                continue
            measured = measure(model, built)
            if abs(estimated - measured) > ALLOWED * measured:
                sys.exit(f"{name}, seed {seed}: estimated {estimated}, measured {measured} cycles")
            done += 1
        print(f"{name}: {done} of {seed} programs as estimated")


main()
