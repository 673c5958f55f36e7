# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The functional model against the oracle that the RTL's tests use, on random programs.

usage: model_against_oracle.py RTL_TESTS SCRATCH COUNT

Two independent readings of the ISA page: the arena must be equal to the byte, and the
model must find no race in a program whose tokens cover all of its hazards. Programs that
let an address wrap are left out, since the compiler's verifier refuses them.
"""

import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, sys.argv[1])
from isa import CONFIGS  # noqa: E402
from programs import random_program  # noqa: E402

BOARDS = {name: ",".join(["ulx3s-85f", *CONFIGS[name].arguments()]) for name in ("4x4", "8x8", "16x8", "8x4")}


def translate(*arguments, **options):
    return subprocess.run(["sluice-translate", *arguments], capture_output=True, **options)


def window(memory, where):
    return memory[where[0] : where[0] + where[1]].tobytes()


def run_one(scratch, name, seed):
    """Whether the program was run; exits where the two differ."""
    built = random_program(CONFIGS[name], seed)
    files = {"code": built.code(), "constants": window(built.initial, built.const),
             "arena": window(built.initial, built.arena)}
    for file, data in files.items():
        (scratch / file).write_bytes(data)
    program = translate("--binary-to-engine", f"--engine-board={BOARDS[name]}",
                        f"--engine-constants={scratch / 'constants'}", str(scratch / "code"))
    if program.returncode and b"outside the" in program.stderr:
        return False
    result = translate("--engine-run", f"--engine-arena={scratch / 'arena'}", input=program.stdout)
    if program.returncode or result.returncode:
        sys.exit(f"{name}, seed {seed}: {(program.stderr + result.stderr).decode()[:500]}")
    expected = np.frombuffer(window(built.memory, built.arena), np.uint8)
    actual = np.frombuffer(result.stdout, np.uint8)
    different = np.nonzero(expected != actual)[0]
    if len(different):
        sys.exit(f"{name}, seed {seed}: {len(different)} bytes differ, first at {different[0]:#x}")
    return True


def main():
    scratch, count = Path(sys.argv[2]), int(sys.argv[3])
    scratch.mkdir(parents=True, exist_ok=True)
    for name in BOARDS:
        done = seed = 0
        while done < count:
            seed += 1
            done += run_one(scratch, name, seed)
        print(f"{name}: {done} of {seed} programs equal")


main()
