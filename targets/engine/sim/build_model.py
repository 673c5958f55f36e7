# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Verilates one configuration of the engine into OUTPUT/<configuration hash>.so.

usage: build_model.py OUTPUT [--board FILE.json | NAME=VALUE...] [--rtl FOLDER [--dsp48e2] | --netlist FILE.v...]
                      [--print-hash | --whole-board] [--quiet]

Parameters are those of docs/spec/engine-isa.md; what is not given has its value of
board ulx3s-85f. A model that is there and was made from the same sources in the same way
is left alone: PATH.sources holds a digest of both. Prints the path; with --quiet only says, on standard
error, when there is something to verilate. Where a tool fails, what it said is in
OUTPUT/<configuration hash>.log.
--whole-board: makes the program OUTPUT/<board's name> instead, which simulates the board
at its pins, as sim/<shell>_board.sv wires them, with a pseudo-terminal as its serial port (BoardSim.cpp).
--dsp48e2: with the multipliers of UltraScale+ (TECH = 2), by the model of them in synth.
--netlist: simulates what synthesis made of the engine, with its cells, in place of the RTL.
Ends with 0, 2 for bad usage, 3 for bad input or a missing tool, 5 when the file system refuses,
130 when interrupted.
"""

import contextlib
import fcntl
import hashlib
import json
import math
import os
import re
import shutil
import sys
from pathlib import Path

import shared

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


# ------------------------------------------------------------------------------
# Boards
# ------------------------------------------------------------------------------

# What stands in a board file, as Configuration.cpp reads it, and what the scripts read besides.
KINDS = {
    "string": lambda value: isinstance(value, str),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "whole number": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 64,
    "object": lambda value: isinstance(value, dict),
}
REQUIRED = {"name": "string", "description": "string", "device": "string", "shell": "string", "clock_mhz": "number",
            "multipliers": "whole number", "memory_bits": "whole number", "parameters": "object"}
OPTIONAL = {"seed": "whole number", "memory_block_bits": "whole number", "multiplier_bits": "whole number",
            "luts": "whole number", "link_bytes_per_second": "number", "memory": "object", "xrt": "object"}
MEMORY = {"latency": "whole number", "bytes_per_cycle": "whole number"}
XRT = {"part": "string", "platform": "string", "clock": "string"}
XRT_OPTIONAL = {"memory": "string", "slr": "string"}
XRT_CLOCKS = ["kernel_frequency", "freqHz"]


def check_fields(fields, place, required, optional):
    for key, kind in {**required, **optional}.items():
        if key in fields and not KINDS[kind](fields[key]):
            raise ValueError(f"expected {kind} at {place}.{key}")
        if key in required and key not in fields:
            raise ValueError(f"missing value at {place}.{key}")


def check_board(board):
    """Raises what is wrong with the contents of a board file as a ValueError."""
    if not isinstance(board, dict):
        raise ValueError("expected object when parsing board")
    check_fields(board, "board", REQUIRED, OPTIONAL)
    parameters, memory, xrt = board["parameters"], board.get("memory"), board.get("xrt")
    needed = {name: "whole number" for name in NAMES if name not in FALLBACKS}
    check_fields(parameters, "board.parameters", needed, dict.fromkeys(FALLBACKS, "whole number"))
    if memory is not None:
        check_fields(memory, "board.memory", MEMORY, {})
    if xrt is None and board["shell"] == "xrt":
        raise ValueError("missing value at board.xrt")
    if xrt is not None:
        check_fields(xrt, "board.xrt", XRT, XRT_OPTIONAL)
    for broken, text in (
        (not 0 < board["clock_mhz"] < math.inf, "is not positive at board.clock_mhz"),
        (board["shell"] == "ulx3s" and board["clock_mhz"] % 5, "is no multiple of 5, as ulx3s's PLL makes, at board.clock_mhz"),
        (board.get("seed", 0) >= 1 << 31, "is more than 31 bits hold at board.seed"),
        (board.get("memory_block_bits", 512) < 512, "is less than 512 at board.memory_block_bits"),
        (memory and (memory["latency"] > 100000 or not 1 <= memory["bytes_per_cycle"] <= 1024),
         "is no memory that an engine has: latency is at most 100000, bytes_per_cycle 1 to 1024 at board.memory"),
        (xrt and xrt["clock"] not in XRT_CLOCKS, f"is none of {', '.join(XRT_CLOCKS)} at board.xrt.clock"),
        *((name not in NAMES, f"is none of {', '.join(NAMES)} at board.parameters.{name}") for name in parameters),
        *((value >= 1 << 32, f"is more than 32 bits hold at board.parameters.{name}") for name, value in parameters.items()),
    ):
        if broken:
            raise ValueError(text)


def refuse_constant(text):
    raise ValueError(f"{text} is no number of JSON")


def read_board(path):
    """The board file, with all parameters."""
    try:
        board = json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse_constant)
        check_board(board)
    except OSError as error:
        raise shared.Failure(5, f"cannot read board file '{path}': {error.strerror}; name one that can be read") from None
    except (ValueError, RecursionError) as error:
        raise shared.Failure(3, f"{path}: not a board file: {error}; see the fields of ulx3s-85f.json") from None
    return {**board, "parameters": complete(board["parameters"])}


def read_engine(path, changes, target="", is_on_board=True):
    """The board file, with the changes NAME=VALUE made to its parameters; those of an engine that the board has room
    for, unless it only gives parameters. `target` stands before what is wrong with them."""
    board = read_board(path)
    parameters = board["parameters"]
    for change in changes:
        name, _, value = change.partition("=")
        if name not in NAMES or not re.fullmatch("[0-9]{1,10}", value) or int(value) >= 1 << 32:
            raise shared.Failure(2, f"{target}'{change}' is not NAME=VALUE with a NAME among {', '.join(NAMES)}")
        parameters[name] = int(value)
    fault = find_fault(parameters) or is_on_board and find_shortage(board)
    if fault:
        raise shared.Failure(2 if changes else 3, f"{target}{fault}")
    return board


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
        (not 8 <= p["PC"] * p["PK"] <= 2048, f"PC = {{PC}} by PK = {{PK}} makes a word of {p['PC'] * p['PK']} weights, not 8 to 2048"),
        (p["PK"] % p["RQ_CYCLES"], "PK = {PK} is not a multiple of RQ_CYCLES = {RQ_CYCLES}"),
        (p["INT16"] and lanes < 2, "INT16 = 1 needs two lanes of requantize, and PK = {PK} by RQ_CYCLES = {RQ_CYCLES} leaves one"),
        (bank < 2 * p["PC"], "ACT_BYTES = {ACT_BYTES} in ACT_BANKS = {ACT_BANKS} banks leaves less than two words of PC = {PC} bytes a bank"),
        (p["ACT_BYTES"] // p["PK"] > 65536, "ACT_BYTES = {ACT_BYTES} in chunks of PK = {PK} bytes is more than 16 address bits reach"),
        (max(p["WGT_WORDS"], p["PRM_WORDS"]) > 65536,
         "WGT_WORDS = {WGT_WORDS} or PRM_WORDS = {PRM_WORDS} is more than 16 address bits reach"),
    ):
        if broken:
            return text.format(**p)
    return ""


def find_shortage(board):
    """Says when the board has too few multipliers, as `Configuration::validate` and `countResources` have it."""
    p = board["parameters"]
    lanes, macs = p["PK"], p["PC"] * p["PK"]
    is_shared = board.get("multiplier_bits", 18) >= 27 and p["PC"] > 8 and lanes > 1
    needed = macs - (p["PC"] - 8) * lanes // 2 * is_shared + 2 * (lanes // p["RQ_CYCLES"])
    if needed <= board["multipliers"]:
        return ""
    return (f"PC = {p['PC']} and PK = {lanes} need {needed} multipliers; {board['device']} has {board['multipliers']}: "
            "make PC or PK smaller")


def configuration_hash(parameters):
    """FNV-1a 64 over the configuration's text, as docs/spec/engine-isa.md has it."""
    text = "".join(f"{name}={parameters[name]} " for name in NAMES if parameters[name] != FALLBACKS.get(name)) + "ISA=1"
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value


# ------------------------------------------------------------------------------
# Models
# ------------------------------------------------------------------------------


def sources(rtl):
    """The RTL, the package first."""
    return [HERE / "probe.vlt", rtl / "lint.vlt", *sorted(rtl.glob("*.sv"), key=lambda p: (p.name != "engine_pkg.sv", p.name))]


def verilator_include(verilator):
    for line in shared.ask([verilator, "-V"]).splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "VERILATOR_ROOT" and value.strip():
            return Path(value.strip()) / "include"
    raise shared.Failure(3, f"{verilator} does not say where its files are; install it anew")


def digest(files, options):
    """Of what a model is made from: times say nothing, where several trees share a cache."""
    total = hashlib.sha256(repr(options).encode())
    for file in files:
        total.update(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


@contextlib.contextmanager
def held(target):
    """Has all others who want to make `target` wait until it is made."""
    with target.with_name(f"{target.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def workshop(target):
    """A folder to make `target` in, and what the tools say there, which stays where one of them fails."""
    # One folder a configuration, so that the compiler cache sees the same paths again.
    work, log, stays = target.with_suffix(".dir"), target.with_suffix(".log"), False
    shutil.rmtree(work, ignore_errors=True)
    log.unlink(missing_ok=True)
    work.mkdir()
    try:
        yield work, log
    except shared.Failure as failure:
        stays = failure.code == 3
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if not stays:
            log.unlink(missing_ok=True)


def compile_model(target, *arguments, **options):
    """Verilates module `top` as class `prefix` and links it with `units` into `target`, unless that is there."""
    with shared.used(target.parent), held(target):
        return compile_alone(target, *arguments, **options)


def compile_alone(target, top, prefix, parameters, verilog, units, flags, link, asserts=False, warnings=()):
    verilate = [*VERILATOR, "--assert" if asserts else "--noassert", "--prefix", prefix, "--top-module", top,
                *(f"-G{n}={v}" for n, v in parameters.items()), "--Mdir", "."]
    flags, link = [*COMPILE, *flags], [*link, "-fuse-ld=lld", "-pthread"]
    units = [HERE / unit for unit in units]
    made_from = digest([*verilog, *units, *sorted(HERE.glob("*.h")), INCLUDE / "sluice/sim_abi.h"], (verilate, flags, link))
    note = target.with_name(f"{target.name}.sources")
    if target.exists() and note.exists() and note.read_text() == made_from:
        os.utime(target)
        return target
    verilator = shared.find_tool("verilator", "install Verilator 5")
    compiler = shared.find_tool(os.environ.get("CXX", "clang++-22"), "install it, or let CXX name a compiler of C++20")
    print(f"sluice: verilating an engine, once, into {target}", file=sys.stderr)
    note.unlink(missing_ok=True)
    include = verilator_include(verilator)
    launcher = ["ccache"] if shutil.which("ccache") else []
    environment = dict(os.environ, CCACHE_BASEDIR=str(ROOT), CCACHE_NOHASHDIR="1")
    flags += ["-I.", f"-I{HERE}", f"-I{INCLUDE}", "-isystem", include, "-isystem", include / "vltstd"]
    with workshop(target) as (work, log):
        tool = lambda *command, **how: shared.run(command, log, where=f"; see {log}", cwd=work, env=environment, **how)
        tool(verilator, *verilate, *warnings, *verilog)
        units = [*sorted(p.relative_to(work) for p in work.glob("*.cpp")), *units,
                 include / "verilated.cpp", include / "verilated_threads.cpp"]
        for unit in units:
            tool(compiler, *flags, "-c", unit, "-o", f"{unit.stem}.o", launcher=launcher)
        tool(compiler, *link, *(f"{unit.stem}.o" for unit in units), "-o", "model")
        # The model appears whole or not at all.
        os.replace(work / "model", target)
    note.write_text(made_from)
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


def build_board(board, rtl, output):
    clock, surroundings = board["clock_mhz"], HERE / f"{board['shell']}_board.sv"
    if not surroundings.exists():
        raise shared.Failure(3, f"board '{board['name']}': shell '{board['shell']}' has no {surroundings.name} beside "
                                f"{HERE.name}/BoardSim.cpp; write one")
    verilog = [*sources(rtl), *sorted(SHELL.glob("*.sv")), HERE / "lint.vlt", HERE / "sdram_model.sv", surroundings]
    return compile_model(output / board["name"], "board", "Board", dict(board["parameters"], CLOCK_MHZ=clock), verilog,
                         ["BoardSim.cpp"], [f"-DCLOCK_MHZ={clock}", f'-DBOARD_NAME="{board["name"]}"'], [])


def parse_arguments():
    parser = shared.Parser(prog="build_model.py")
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
    return parser.parse_args()


def run(arguments):
    board = read_engine(arguments.board or HERE.parent / "boards/ulx3s-85f.json", arguments.parameters, is_on_board=False)
    parameters = board["parameters"]
    if arguments.print_hash:
        print(f"{configuration_hash(parameters):016x}")
        return
    output = arguments.output.resolve()
    if arguments.netlist:
        made = build_netlist(parameters, [f.resolve() for f in arguments.netlist], output)
    elif arguments.whole_board:
        made = build_board(board, arguments.rtl.resolve(), output)
    else:
        made = build(parameters, arguments.rtl.resolve(), output, arguments.asserts, arguments.dsp48e2)
    if not arguments.quiet:
        print(made)


def main():
    # `sluice` says itself that it was interrupted.
    shared.main("build_model", lambda: run(parse_arguments()), is_quiet="--quiet" in sys.argv)


if __name__ == "__main__":
    main()
