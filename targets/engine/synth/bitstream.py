# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the bitstream of a board: the engine in its shell, synthesized, placed and routed.

usage: bitstream.py --target engine:BOARD[,NAME=VALUE...] [-o FILE] [--seed N] [--seeds N] [--tools pinned|native]
                    [--json]
       bitstream.py --target engine:BOARD[,NAME=VALUE...] [-o FILE] [--platform NAME | --emulation] [--json]
       bitstream.py --target ... --estimate [--json]
       bitstream.py --target ... --netlist FOLDER

An ECP5 board's goes through Yosys, nextpnr and ecppack: by default those from PyPI, whose results do not depend on
the machine, with `--tools native` those on the path. Placement begins with the board file's seed; `--seeds` goes on to
the next one, and so on, until the board's clock is reached. What was made once lies in the user's cache folder under
the digest of all that decides it, and is copied from there. FILE.json says what FILE is. An xclbin, for a board with
XRT or with --emulation for any, is left to xrt/build_xclbin.py. --estimate only counts cells. --netlist writes what
synthesis makes of the engine, for simulation.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

import synthesis
from synthesis import ENGINE

sys.path.insert(0, str(ENGINE / "xrt"))

import build_model  # noqa: E402
import build_xclbin  # noqa: E402
import shared  # noqa: E402
from shared import Failure  # noqa: E402

# nextpnr's names of devices, and the package and speed grade that the ULX3S has them in.
DEVICES = {"LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}
PACKAGE = ["--package", "CABGA381", "--speed", "6"]
# Router1 serves the latest wires first; router2, quicker where the device is empty, leaves these engines 15 to 28 MHz
# slower.
ROUTER = ["--router", "router1"]
PACK = ["--compress", "board.config", "board.bit"]
# With a few seeds router1 never ends; it lays each wire two to five times otherwise, and is given up after so many.
STEPS = 10
# Of a target that `sluice tune` chose (TileSchedule.h): how layers are cut, no part of the engine.
SCHEDULE = re.compile("(bands|chunks|start)=[0-9]+")
# Cells of nextpnr that the table shows.
CELLS = {"TRELLIS_COMB": "luts", "TRELLIS_FF": "registers", "MULT18X18D": "multipliers", "DP16KD": "block_rams"}


def read_target(target):
    """The board file of engine:BOARD[,NAME=VALUE...], its parameters changed as the target says."""
    kind, _, rest = target.partition(":")
    name, *changes = rest.split(",")
    if kind != "engine" or not name:
        raise Failure(2, f"target '{target}': is not engine:BOARD")
    known = {path.stem: path for path in sorted((ENGINE / "boards").glob("*.json"))}
    if name not in known and not name.endswith(".json"):
        raise Failure(2, f"target '{target}': unknown board '{name}'; known: {', '.join(known)}; or the path of a .json file")
    changes = [change for change in changes if not SCHEDULE.fullmatch(change)]
    return build_model.read_engine(known.get(name, Path(name)), changes, f"target '{target}': ")


def check_flow(board):
    if board["device"] not in DEVICES:
        raise Failure(3, f"board '{board['name']}': no open flow for a {board['device']}; it knows {', '.join(DEVICES)}")
    synthesis.check_shell(board)


def place_arguments(board, seed):
    return [DEVICES[board["device"]], *PACKAGE, "--json", "board.json", "--lpf", "board.lpf", "--freq",
            str(board["clock_mhz"]), "--seed", str(seed), *ROUTER, "--timing-allow-fail",
            "--textcfg", "board.config", "--report", "report.json"]


def digest(board, tools, seed):
    """Names a result by all that decides its bytes: sources, what the tools are told to do with them, their versions."""
    state = hashlib.sha256()
    for path in synthesis.sources(board):
        state.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    told = [synthesis.write_script(board), synthesis.PLAIN_NAME, place_arguments(board, seed), PACK]
    state.update(json.dumps([told, tools.versions()]).encode())
    return state.hexdigest()


def find_cached(board, tools, seed):
    return shared.cache_folder("bitstream") / digest(board, tools, seed)


def read_result(folder):
    """The notes of what is whole in the cache's folder, or None."""
    try:
        notes = json.loads((folder / "board.json").read_text())
        is_whole = notes["sha256"] == hashlib.sha256((folder / "board.bit").read_bytes()).hexdigest()
        return notes if is_whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


class Endless(Exception):
    """Router1 lays and takes up the same wires."""


def watch_router(progress):
    """Tells how far router1 is, once a minute; Endless when it has laid STEPS times as many wires as there are."""
    told = time.monotonic()

    def watch(log):
        nonlocal told
        text = log.read_text(errors="replace")
        wires = re.search(r"Routing (\d+) arcs", text)
        lines = re.findall(r"^Info: +(\d+) \|.*\| +(\d+)\|", text, re.M)
        if not wires or not lines:
            return
        steps, left = map(int, lines[-1])
        if steps > STEPS * int(wires[1]):
            raise Endless
        if time.monotonic() > told + 60:
            told = time.monotonic()
            progress(f"routing: {left} of {wires[1]} wires left")

    return watch


def place_and_route(work, board, tools, seed, progress):
    """board.json to board.bit and report.json."""
    progress("placing and routing")
    tools.run("nextpnr-ecp5", *place_arguments(board, seed), cwd=work, watch=watch_router(progress))
    progress("packing")
    tools.run("ecppack", *PACK, cwd=work)


def describe(board, report, seconds, tools, bitstream):
    # The engine's clock is the fastest constrained one: the pin's 25 MHz goes to the PLL alone.
    clock = max(report["fmax"].values(), key=lambda entry: entry["constraint"])
    used = {name: {"used": report["utilization"][cell]["used"], "of": report["utilization"][cell]["available"]}
            for cell, name in CELLS.items()}
    return {
        "board": board["name"], "device": board["device"], "parameters": board["parameters"],
        "hash": f"{build_model.configuration_hash(board['parameters']):016x}",
        "sha256": hashlib.sha256(bitstream.read_bytes()).hexdigest(),
        "clock_mhz": board["clock_mhz"], "fmax_mhz": round(clock["achieved"], 2),
        "utilization": used, "seconds": seconds, "tools": tools.versions(),
    }


def make(folder, work, board, tools, seed, progress):
    """The cache's folder with board.bit, board.json and engine.v. `work` keeps the netlist for the next seed."""
    notes, begin = work / "seconds", time.monotonic()
    if not notes.exists():
        progress("synthesizing")
        synthesis.synthesize(work, board, tools)
        notes.write_text(str(round(time.monotonic() - begin, 1)))
    seconds, begin = {"synthesis": float(notes.read_text())}, time.monotonic()
    place_and_route(work, board, tools, seed, progress)
    seconds["place_and_route"] = round(time.monotonic() - begin, 1)
    result = work / "result"
    result.mkdir()
    shutil.move(work / "board.bit", result)
    shutil.copy(work / "engine.v", result)
    try:
        notes = describe(board, json.loads((work / "report.json").read_text()), seconds, tools, result / "board.bit")
    except (ValueError, LookupError, TypeError) as error:
        raise Failure(3, f"nextpnr-ecp5's report is not understood: {error!r}; use the pinned tools") from None
    (result / "board.json").write_text(json.dumps(notes, indent=2) + "\n")
    try:
        result.rename(folder)
    except OSError:  # another has made the same meanwhile
        if not read_result(folder):
            raise
        shutil.rmtree(result)


def find(board, tools, seeds, progress):
    """The cache's folder of the first seed that reaches the board's clock, or else of the fastest, and its notes; made
    if need be."""
    reached = {}
    with (shared.used(shared.cache_folder("bitstream")) as cache,
          tempfile.TemporaryDirectory(dir=cache, prefix="work-") as work):
        for seed in seeds:
            folder = find_cached(board, tools, seed)
            if read_result(folder):
                progress(f"taken from {folder}")
            else:
                shutil.rmtree(folder, ignore_errors=True)  # damaged
                try:
                    make(folder, Path(work), board, tools, seed, progress)
                except Endless:
                    progress(f"seed {seed}: the router does not come to an end")
                    continue
            # Another board may have the same bitstream.
            notes = reached[folder] = {**read_result(folder), "board": board["name"]}
            progress(f"seed {seed}: {notes['fmax_mhz']} MHz")
            if notes["fmax_mhz"] >= board["clock_mhz"]:
                return folder, notes
    if not reached:
        raise Failure(1, f"board '{board['name']}': the router comes to no end; try another --seed, or more --seeds")
    return max(reached.items(), key=lambda entry: entry[1]["fmax_mhz"])


def make_xclbin(arguments, board):
    output = arguments.output or Path(f"{board['name']}.xclbin")
    notes = build_xclbin.make(board, output, arguments.platform, arguments.emulation)
    print(json.dumps(notes, indent=2) if arguments.json else output)
    return 0


def write_netlist(folder, board, tools, seed):
    check_flow(board)
    folder.mkdir(parents=True, exist_ok=True)
    made = find_cached(board, tools, seed) / "engine.v"
    if made.exists():
        shutil.copy(made, folder)
    else:
        synthesis.synthesize(folder, board, tools)
    return 0


def print_table(notes):
    print(f"{notes['board']}: {notes['device']}, configuration {notes['hash']}")
    for name, count in notes["utilization"].items():
        share = f" of {count['of']} ({count['used'] / count['of']:.0%})" if "of" in count else ""
        print(f"  {name:16}{count['used']:8}{share}")
    if "fmax_mhz" in notes:
        print(f"  {'fmax':16}{notes['fmax_mhz']:8.2f} MHz; the board's clock is {notes['clock_mhz']} MHz")
    print(f"  {'wall time':16}" + ", ".join(f"{name} {value:.0f} s" for name, value in notes["seconds"].items()))


def run(arguments):
    board = read_target(arguments.target)
    seed = board.get("seed", 1) if arguments.seed is None else arguments.seed
    tools = synthesis.Tools(arguments.tools)
    progress = lambda line: print(f"sluice bitstream: {line}", file=sys.stderr, flush=True)
    if arguments.netlist:
        return write_netlist(arguments.netlist, board, tools, seed)
    if arguments.estimate:
        notes = synthesis.estimate(board, tools, progress)
    elif board["shell"] == "xrt" or arguments.emulation:
        return make_xclbin(arguments, board)
    else:
        check_flow(board)
        output = arguments.output or Path(f"{board['name']}.bit")
        shared.check_output(output)
        folder, notes = find(board, tools, range(seed, seed + arguments.seeds), progress)
        shared.write_with_notes(output, (folder / "board.bit").read_bytes(), notes)
    if arguments.json:
        print(json.dumps(notes, indent=2))
    else:
        print_table(notes)
    if notes.get("fmax_mhz", notes["clock_mhz"]) < notes["clock_mhz"]:
        print(f"sluice: {arguments.target}: reaches {notes['fmax_mhz']} MHz of the board's {notes['clock_mhz']}; "
              "try more --seeds, or a lower clock_mhz in the board file", file=sys.stderr)
        return 1
    return 0


def parse_arguments():
    parser = shared.Parser(
        prog="sluice bitstream", description="Make the bitstream of an engine's board.",
        epilog="Exit codes: 0 done, 1 the board's clock is not reached or routing comes to no end, 2 bad usage, 3 bad input or a "
               "missing tool, 5 the file system refuses, 130 interrupted.")
    parser.add_argument("--target", required=True, help="engine:BOARD[,NAME=VALUE...]")
    parser.add_argument("-o", "--output", type=Path, help="BOARD.bit or BOARD.xclbin by default")
    parser.add_argument("--seed", type=shared.whole_from(0), help="of placement; by default the board file's, or else 1")
    parser.add_argument("--seeds", type=shared.whole_from(1), default=1, metavar="N",
                        help="place with N seeds from that one on, until one reaches the board's clock")
    parser.add_argument("--tools", choices=["pinned", "native"], default="pinned",
                        help="pinned: yowasp-* from PyPI; native: yosys, nextpnr-ecp5 and ecppack on the path")
    parser.add_argument("--platform", help="of a card: v++'s, in place of the board file's")
    parser.add_argument("--emulation", action="store_true", help="an xclbin that XRT runs without a card, for any board")
    parser.add_argument("--estimate", action="store_true", help="only count the cells of the engine")
    parser.add_argument("--netlist", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    shared.main("sluice", lambda: run(parse_arguments()))
