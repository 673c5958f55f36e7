# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Verilates one configuration of the engine into OUTPUT/<configuration hash>.so.

usage: build_model.py OUTPUT [--board FILE.json | NAME=VALUE...] [--rtl FOLDER [--dsp48e2] | --netlist FILE.v...]
                      [--print-hash | --whole-board] [--quiet]

Parameters are those of docs/spec/engine-isa.md; what is not given has its value of
board ulx3s-85f. A model that is there and was made from the same sources is left alone:
PATH.sources holds their digest. Prints the path; with --quiet only says, on standard
error, when there is something to verilate.
--whole-board: makes the program OUTPUT/<board's name> instead, which simulates the board
at its pins, as sim/<shell>_board.sv wires them, with a pseudo-terminal as its serial port (BoardSim.cpp).
--dsp48e2: with the multipliers of UltraScale+ (TECH = 2), by the model of them in synth.
--netlist: simulates what synthesis made of the engine, with its cells, in place of the RTL.
"""

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The repository or, where this is installed in share/sluice/engine/sim, share.
ROOT = HERE.parent.parent.parent
INCLUDE = next((f for f in (ROOT / "runtime/include", ROOT.parent / "include") if f.is_dir()), ROOT)
NAMES = ["PC", "PK", "ACT_BYTES", "ACT_BANKS", "WGT_WORDS", "PRM_WORDS", "AXI_BYTES", "RQ_CYCLES", "INT4", "INT16"]
# What an engine that knows no such parameter has; a configuration's text leaves it out.
FALLBACKS = {"RQ_CYCLES": 1, "INT4": 0, "INT16": 0}
SHELL = HERE.parent / "shell"
VERILATOR = ["--cc", "-O3", "--x-assign", "fast", "--x-initial", "fast", "--no-timing", "-Wall"]
COMPILE = ["-std=c++20", "-O2", "-fPIC", "-fvisibility=hidden", "-w", "-DVM_COVERAGE=0", "-DVM_SC=0", "-DVM_TRACE=0"]


def complete(parameters):
    """All parameters by name, of a board file that may leave out those with a fallback."""
    return {name: int(parameters[name] if name in parameters else FALLBACKS[name]) for name in NAMES}


def find_fault(parameters):
    """What makes them no engine, as `checkParameters` (dialects/Engine/Isa.cpp) has it; nothing if they are one."""
    p = parameters
    for name, value in p.items():
        if FALLBACKS.get(name) == 0:
            if value > 1:
                return f"{name} is {value}, not 0 or 1"
        elif value < 1 or value & (value - 1):
            return f"{name} is {value}, not a power of two"
    lanes, bank = p["PK"] // p["RQ_CYCLES"], p["ACT_BYTES"] // p["ACT_BANKS"]
    for broken, text in (
        *((p[name] < least, f"{name} is {p[name]}, less than {least}")
          for name, least in (("PC", 4), ("ACT_BANKS", 2), ("WGT_WORDS", 2), ("PRM_WORDS", 2))),
        (p["AXI_BYTES"] != 8, "AXI_BYTES is {AXI_BYTES}, and engines have 8"),
        (p["PC"] % p["PK"], "PC = {PC} is not a multiple of PK = {PK}"),
        (p["PK"] % p["RQ_CYCLES"], "PK = {PK} is not a multiple of RQ_CYCLES = {RQ_CYCLES}"),
        (p["INT16"] and lanes < 2, "INT16 = 1 needs two lanes of requantize, and PK = {PK} by RQ_CYCLES = {RQ_CYCLES} leaves one"),
        (bank < 2 * p["PC"], "ACT_BYTES = {ACT_BYTES} in ACT_BANKS = {ACT_BANKS} banks leaves less than two words of PC = {PC} bytes a bank"),
        (max(p["WGT_WORDS"], p["PRM_WORDS"]) > 65536,
         "WGT_WORDS = {WGT_WORDS} or PRM_WORDS = {PRM_WORDS} is more than 16 address bits reach"),
    ):
        if broken:
            return text.format(**p)
    return ""


def configuration_hash(parameters):
    """FNV-1a 64 over the configuration's text, as docs/spec/engine-isa.md has it."""
    text = "".join(f"{name}={parameters[name]} " for name in NAMES if parameters[name] != FALLBACKS.get(name)) + "ISA=1"
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


def sources(rtl):
    """The RTL, the package first."""
    return [HERE / "probe.vlt", rtl / "lint.vlt", *sorted(rtl.glob("*.sv"), key=lambda p: (p.name != "engine_pkg.sv", p.name))]


def run(command, **options):
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if result.returncode:
        sys.exit(f"build_model: {command[0]} failed\n{result.stdout}{result.stderr}")
    return result.stdout


def verilator_include():
    for line in run(["verilator", "-V"]).splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "VERILATOR_ROOT" and value.strip():
            return Path(value.strip()) / "include"
    sys.exit("build_model: verilator does not say where its files are")


def digest(files, options):
    """Of what a model is made from: times say nothing, where several trees share a cache."""
    total = hashlib.sha256(repr(options).encode())
    for file in files:
        total.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


@contextlib.contextmanager
def held(target):
    """Has all others who want to make `target` wait until it is made."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def compile_model(target, *arguments, **options):
    """Verilates module `top` as class `prefix` and links it with `units` into `target`, unless that is there."""
    with held(target):
        return compile_alone(target, *arguments, **options)


def compile_alone(target, top, prefix, parameters, verilog, units, flags, link, asserts=False, warnings=()):
    inputs = [*verilog, *(HERE / unit for unit in units), *sorted(HERE.glob("*.h")), Path(__file__), INCLUDE / "sluice/sim_abi.h"]
    made_from = digest(inputs, (parameters, flags, asserts))
    note = target.with_name(f"{target.name}.sources")
    if target.exists() and note.exists() and note.read_text() == made_from:
        os.utime(target)
        return target
    print(f"sluice: verilating an engine, once, into {target}", file=sys.stderr)
    note.unlink(missing_ok=True)
    output = target.parent
    # One folder a configuration, so that the compiler cache sees the same paths again.
    work = target.with_suffix(".dir")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    run(["verilator", *VERILATOR, "--assert" if asserts else "--noassert", *warnings, "--prefix", prefix, "--top-module", top,
         *(f"-G{n}={v}" for n, v in parameters.items()), "--Mdir", ".", *verilog], cwd=work)
    include = verilator_include()
    compiler = os.environ.get("CXX", "clang++-22")
    launcher = ["ccache"] if shutil.which("ccache") else []
    environment = dict(os.environ, CCACHE_BASEDIR=str(ROOT), CCACHE_NOHASHDIR="1")
    flags = [*COMPILE, *flags, "-I.", f"-I{HERE}", f"-I{INCLUDE}", "-isystem", include, "-isystem", include / "vltstd"]
    units = [*sorted(p.relative_to(work) for p in work.glob("*.cpp")), *(HERE / unit for unit in units),
             include / "verilated.cpp", include / "verilated_threads.cpp"]
    objects = []
    for unit in units:
        objects.append(f"{unit.stem}.o")
        run([*launcher, compiler, *flags, "-c", unit, "-o", objects[-1]], cwd=work, env=environment)
    # The model appears whole or not at all.
    with tempfile.NamedTemporaryFile(dir=output, delete=False) as partial:
        run([compiler, *link, "-fuse-ld=lld", *objects, "-o", partial.name, "-pthread"], cwd=work)
        os.chmod(partial.name, 0o755)
        os.replace(partial.name, target)
    note.write_text(made_from)
    shutil.rmtree(work)
    return target


def build(parameters, rtl, output, asserts=False, dsp48e2=False):
    name = f"{configuration_hash(parameters):016x}"
    verilog = sources(rtl)
    if dsp48e2:
        parameters, verilog = {**parameters, "TECH": 2}, [*verilog, HERE.parent / "synth/dsp48e2_model.v"]
    return compile_model(output / f"{name}.so", "engine_top", "Engine", parameters, verilog,
                         ["AxiMemory.cpp", "SimDevice.cpp"], [f"-DCONFIGURATION_HASH=0x{name}ull"], ["-shared"], asserts)


def build_netlist(parameters, netlist, output):
    name = f"{configuration_hash(parameters):016x}"
    return compile_model(output / f"{name}.so", "engine_top", "Engine", {}, netlist, ["AxiMemory.cpp", "SimDevice.cpp"],
                         [f"-DCONFIGURATION_HASH=0x{name}ull", "-DSLUICE_NETLIST"], ["-shared"],
                         warnings=["-Wno-lint", "-Wno-fatal", *(f"-I{folder}" for folder in {file.parent for file in netlist})])


def build_board(board, parameters, rtl, output):
    clock, surroundings = board["clock_mhz"], HERE / f"{board['shell']}_board.sv"
    if not surroundings.exists():
        sys.exit(f"build_model: board '{board['name']}': shell '{board['shell']}' has no {surroundings.name} beside {HERE.name}/BoardSim.cpp")
    verilog = [*sources(rtl), *sorted(SHELL.glob("*.sv")), HERE / "lint.vlt", HERE / "sdram_model.sv", surroundings]
    return compile_model(output / board["name"], "board", "Board", dict(parameters, CLOCK_MHZ=clock), verilog,
                         ["BoardSim.cpp"], [f"-DCLOCK_MHZ={clock}", f'-DBOARD_NAME="{board["name"]}"'], [])


def main():
    parser = argparse.ArgumentParser(prog="build_model.py")
    parser.add_argument("output", type=Path)
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--board", type=Path, help="take the parameters from this board")
    parser.add_argument("--rtl", type=Path, default=HERE.parent / "rtl")
    parser.add_argument("--dsp48e2", action="store_true", help="with UltraScale+'s multipliers; into a folder of its own")
    parser.add_argument("--netlist", type=Path, nargs="+", help="Verilog of a synthesized engine and of its cells")
    parser.add_argument("--print-hash", action="store_true", help="only say the configuration's hash")
    parser.add_argument("--whole-board", action="store_true", help="make the program that simulates the board")
    parser.add_argument("--quiet", action="store_true", help="do not print the path")
    parser.add_argument("--assert", action="store_true", dest="asserts",
                        help="end the process where an assertion of the RTL fails; into a folder of its own")
    arguments = parser.parse_args()
    board = json.loads((arguments.board or HERE.parent / "boards/ulx3s-85f.json").read_text())
    parameters = complete(board["parameters"])
    for entry in arguments.parameters:
        name, _, value = entry.partition("=")
        if name not in NAMES or not value.isdigit():
            parser.error(f"'{entry}' is not NAME=VALUE with a NAME among {', '.join(NAMES)}")
        parameters[name] = int(value)
    if find_fault(parameters):
        parser.error(find_fault(parameters))
    if arguments.print_hash:
        print(f"{configuration_hash(parameters):016x}")
        return
    output = arguments.output.resolve()
    if arguments.netlist:
        made = build_netlist(parameters, [f.resolve() for f in arguments.netlist], output)
    elif arguments.whole_board:
        made = build_board(board, parameters, arguments.rtl.resolve(), output)
    else:
        made = build(parameters, arguments.rtl.resolve(), output, arguments.asserts, arguments.dsp48e2)
    if not arguments.quiet:
        print(made)


if __name__ == "__main__":
    main()
