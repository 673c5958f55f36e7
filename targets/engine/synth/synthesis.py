# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The engine and its shell through Yosys."""

import json
import os
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent
sys.path.insert(0, str(ENGINE / "sim"))

import build_model  # noqa: E402
import shared  # noqa: E402
from shared import Failure  # noqa: E402

RTL, SHELL = ENGINE / "rtl", ENGINE / "shell"
# The environment of a checkout has the tools in its own place.
PINNED = [Path(sys.executable).parent, ENGINE.parent.parent / "build/venv/bin"]
XILINX = {"XCU50": "xcup", "XCK26": "xcup"}
# Yosys's declarations of what the leaves instantiate, by TECH.
CELLS = {1: "+/lattice/cells_sim_ecp5.v +/lattice/cells_bb_ecp5.v", 2: "+/xilinx/cells_xtra.v"}
# What becomes of the name that Yosys gives a module with parameters, in engine.v.
PLAIN_NAME = (r"^module \\\S*engine_top *\(", "module engine_top(")


class Tools:
    """The programs of the flow, by Yosys's own names for them."""

    def __init__(self, choice):
        self.prefix = "yowasp-" if choice == "pinned" else ""
        self.found = None

    def path(self, name):
        places = os.pathsep.join(map(str, PINNED)) + os.pathsep if self.prefix else ""
        remedy = ("pip install the yowasp-* packages of tools/packages/pypi.txt" if self.prefix
                  else "install it, or leave out --tools native")
        return shared.find_tool(self.prefix + name, remedy, places + os.environ.get("PATH", ""))

    def versions(self):
        if self.found is None:
            told = [shared.ask([self.path(name), "--version"]) for name in ("yosys", "nextpnr-ecp5")]
            # "Yosys 0.70 (git sha1 …" and "… (Version 0.11-…)"; those from PyPI say first when they are run for the first time.
            found = [re.search(r"(?:Yosys |Version )([^\s)]+)", text) for text in told]
            self.found = [f"{name} {match[1] if match else 'unknown'}" for name, match in zip(("yosys", "nextpnr"), found)]
        return self.found

    def run(self, name, *arguments, cwd, watch=lambda log: None):
        """The tools from PyPI see the files below `cwd` alone: all paths are relative."""
        log = cwd / f"{name}.log"
        log.unlink(missing_ok=True)  # of another seed
        shared.run([self.path(name), *arguments], log, watch, cwd=cwd)


def rtl_sources():
    return sorted(RTL.glob("*.sv"), key=lambda p: (p.name != "engine_pkg.sv", p.name))


def sources(board):
    return [*rtl_sources(), *sorted(SHELL.glob("*.sv")), SHELL / f"{board['shell']}.lpf"]


def read_script(names, top, parameters, tech):
    parameters = {**parameters, "TECH": tech}
    changed = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    package, *rest = names
    return [f"read_verilog -sv {package}", f"read_verilog -sv -defer {' '.join(rest)}",
            f"read_verilog -lib {CELLS[tech]}",
            f"hierarchy -check -top {top} {changed}"]


def check_shell(board):
    missing = [name for name in (f"{board['shell']}_top.sv", f"{board['shell']}.lpf") if not (SHELL / name).exists()]
    if missing:
        known = ", ".join(sorted(path.stem for path in SHELL.glob("*.lpf")))
        raise Failure(3, f"board '{board['name']}': no shell '{board['shell']}' for the open flow; it knows {known}; "
                         f"another has its {' and '.join(missing)} in {SHELL}")


def write_script(board):
    """Yosys's commands, which together with the sources are all that decides the netlist."""
    top = f"{board['shell']}_top"
    names = [path.name for path in sources(board) if path.suffix == ".sv"]
    return [
        *read_script(names, top, {**board["parameters"], "CLOCK_MHZ": board["clock_mhz"]}, 1),
        # The engine stays a module up to the end, so that it can be simulated by itself.
        "setattr -mod -set keep_hierarchy 1 *engine_top",
        f"synth_lattice -family ecp5 -top {top} -run :map_luts",
        # Yosys's own flow says 300 ps a wire. Routed ones take 500 to 2500, so that levels of logic are what counts; and
        # nextpnr puts a register beside a LUT of four inputs, but not beside the wider ones that are made of several.
        "techmap -map +/lattice/latches_map.v",
        "abc9 -maxlut 4 -W 1200",
        "clean",
        f"synth_lattice -family ecp5 -top {top} -run map_cells:",
        # The output registers of ram_sdp's memories; see there.
        'setparam -set REGMODE_A "OUTREG" -set REGMODE_B "OUTREG" t:DP16KD */*block_q* %i',
        "select *engine_top *twin* cut",
        "write_verilog -noattr -selected engine.v",
        "select -clear",
        "setattr -mod -unset keep_hierarchy *",
        "flatten",
        "write_json board.json",
    ]


def synthesize(work, board, tools):
    """Writes board.json for nextpnr, board.lpf and engine.v: the engine's part of the same netlist, for simulation."""
    for path in sources(board):
        shutil.copy(path, work / ("board.lpf" if path.suffix == ".lpf" else path.name))
    (work / "synthesis.ys").write_text("\n".join(write_script(board)) + "\n")
    tools.run("yosys", "-q", "synthesis.ys", cwd=work)
    netlist = work / "engine.v"
    netlist.write_text(re.sub(*PLAIN_NAME, netlist.read_text(), flags=re.M))


def count(cells, names):
    return sum(number * cells.get(name, 0) for name, number in names.items())


def estimate(board, tools, progress):
    """What the engine alone takes by synthesis, without its shell."""
    progress("synthesizing")
    begin = time.monotonic()
    is_xilinx = board["device"] in XILINX
    family = f"synth_xilinx -family {XILINX[board['device']]} -uram" if is_xilinx else "synth_lattice -family ecp5"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        names = [shutil.copy(path, work / path.name).name for path in rtl_sources()]
        parameters = {**board["parameters"], "ADDR_BITS": 64 if is_xilinx else 32}
        script = [*read_script(names, "engine_top", parameters, 2 if is_xilinx else 1),
                  # abc9, the flow's own mapper, finds no delays of its 5-input LUT in Yosys 0.70.
                  *([f"{family} -top engine_top -flatten -noiopad -run :map_luts", "abc -lut 6", "clean"] if is_xilinx
                    else [f"{family} -top engine_top"]),
                  "tee -o cells.json stat -json"]
        (work / "estimate.ys").write_text("\n".join(script) + "\n")
        tools.run("yosys", "-q", "estimate.ys", cwd=work)
        cells = json.loads((work / "cells.json").read_text())["design"]["num_cells_by_type"]
    if is_xilinx:
        luts = {"$lut": 1, "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64X1D": 2, "SRL16E": 1}
        used = {"luts": count(cells, luts), "registers": count(cells, {n: 1 for n in ("FDRE", "FDSE", "FDCE", "FDPE")}),
                "multipliers": count(cells, {"DSP48E2": 1}), "block_rams": count(cells, {"RAMB36E2": 2, "RAMB18E2": 1}),
                "ultra_rams": count(cells, {"URAM288": 1})}
    else:
        used = {"luts": count(cells, {"LUT4": 1, "CCU2C": 2, "TRELLIS_DPR16X4": 6}),
                "registers": count(cells, {"TRELLIS_FF": 1}), "multipliers": count(cells, {"MULT18X18D": 1}),
                "block_rams": count(cells, {"DP16KD": 1})}
    return {"board": board["name"], "device": board["device"], "parameters": board["parameters"],
            "hash": f"{build_model.configuration_hash(board['parameters']):016x}", "clock_mhz": board["clock_mhz"],
            "utilization": {name: {"used": value} for name, value in used.items()},
            "seconds": {"synthesis": round(time.monotonic() - begin, 1)}, "tools": tools.versions()[:1]}
