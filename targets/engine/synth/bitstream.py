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
the digest of all that goes in, and is copied from there. FILE.json says what FILE is. An xclbin, for a board with XRT or
with --emulation for any, is left to xrt/build_xclbin.py. --estimate only counts cells. --netlist writes what synthesis makes of the engine, for simulation.
Ends with 0, 1 when the board's clock is not reached or routing does not end, 2 for bad usage, 3 for bad input or a missing tool, 5 when the
file system refuses.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENGINE = HERE.parent
sys.path.insert(0, str(ENGINE / "sim"))

import build_model  # noqa: E402
import synthesis  # noqa: E402

# nextpnr's names of devices, and the package and speed grade that the ULX3S has them in.
DEVICES = {"LFE5U-25F": "--25k", "LFE5U-45F": "--45k", "LFE5U-85F": "--85k"}
PACKAGE = ["--package", "CABGA381", "--speed", "6"]
# Router1 serves the latest wires first; router2, quicker where the device is empty, leaves these engines 15 to 28 MHz
# slower.
ROUTER = ["--router", "router1"]
# With a few seeds router1 never ends; it lays each wire two to five times otherwise, and is given up after so many.
STEPS = 10
# Cells of nextpnr that the table shows.
CELLS = {"TRELLIS_COMB": "luts", "TRELLIS_FF": "registers", "MULT18X18D": "multipliers", "DP16KD": "block_rams"}


def read_target(target):
    """The board file of engine:BOARD[,NAME=VALUE...], its parameters changed as the target says."""
    kind, _, rest = target.partition(":")
    name, *changes = rest.split(",")
    if kind != "engine" or not name:
        raise synthesis.Failure(2, f"target '{target}': is not engine:BOARD")
    path = Path(name) if name.endswith(".json") else ENGINE / "boards" / f"{name}.json"
    try:
        board = json.loads(path.read_text())
        board["parameters"] = build_model.complete(board["parameters"])
        board = {**board, "clock_mhz": board["clock_mhz"], "device": board["device"], "shell": board["shell"]}
    except OSError:
        known = ", ".join(sorted(p.stem for p in (ENGINE / "boards").glob("*.json")))
        raise synthesis.Failure(2, f"target '{target}': unknown board '{name}'; known: {known}; or the path of a "
                                ".json file") from None
    except (ValueError, KeyError, TypeError) as error:
        raise synthesis.Failure(3, f"{path}: not a board file: {error}") from None
    for change in changes:
        key, _, value = change.partition("=")
        if key not in build_model.NAMES or not value.isdigit():
            raise synthesis.Failure(2, f"target '{target}': '{change}' is not NAME=VALUE with a NAME among "
                                    f"{', '.join(build_model.NAMES)}")
        board["parameters"][key] = int(value)
    fault = build_model.find_fault(board["parameters"])
    if fault:
        raise synthesis.Failure(2, f"target '{target}': {fault}")
    return path, board, changes


def cache_folder():
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "sluice" / "bitstream"


def digest(board, tools, seed):
    """Names a result: the sources, the parameters and the tools that it comes from."""
    state = hashlib.sha256()
    for path in [*synthesis.sources(board), HERE / "synthesis.py", HERE / "bitstream.py"]:
        state.update(f"{path.name}\0".encode() + path.read_bytes() + b"\0")
    state.update(json.dumps([board["parameters"], board["clock_mhz"], board["device"], tools.versions(), seed]).encode())
    return state.hexdigest()


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
    """engine.json to board.bit; nextpnr's report."""
    progress("placing and routing")
    tools.run("nextpnr-ecp5", DEVICES[board["device"]], *PACKAGE, "--json", "board.json", "--lpf", "board.lpf", "--freq",
              str(board["clock_mhz"]), "--seed", str(seed), *ROUTER, "--timing-allow-fail",
              "--textcfg", "board.config", "--report", "report.json", cwd=work, watch=watch_router(progress))
    progress("packing")
    tools.run("ecppack", "--compress", "board.config", "board.bit", cwd=work)
    return json.loads((work / "report.json").read_text())


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
    report = place_and_route(work, board, tools, seed, progress)
    seconds["place_and_route"] = round(time.monotonic() - begin, 1)
    result = work / "result"
    result.mkdir()
    shutil.move(work / "board.bit", result)
    shutil.copy(work / "engine.v", result)
    notes = describe(board, report, seconds, tools, result / "board.bit")
    (result / "board.json").write_text(json.dumps(notes, indent=2) + "\n")
    try:
        result.rename(folder)
    except OSError:  # another has made the same meanwhile
        if not (folder / "board.json").exists():
            raise
        shutil.rmtree(result)


def find(board, tools, seeds, progress):
    """The cache's folder of the first seed that reaches the board's clock, or else of the fastest; made if need be."""
    if board["device"] not in DEVICES:
        raise synthesis.Failure(3, f"board '{board['name']}': no open flow for a {board['device']}; "
                                f"it knows {', '.join(DEVICES)}")
    cache_folder().mkdir(parents=True, exist_ok=True)
    reached = {}
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="work-") as work:
        for seed in seeds:
            folder = cache_folder() / digest(board, tools, seed)
            if (folder / "board.json").exists():
                progress("taken from " + str(folder))
            else:
                try:
                    make(folder, Path(work), board, tools, seed, progress)
                except Endless:
                    progress(f"seed {seed}: the router does not come to an end")
                    continue
            reached[folder] = json.loads((folder / "board.json").read_text())["fmax_mhz"]
            progress(f"seed {seed}: {reached[folder]} MHz")
            if reached[folder] >= board["clock_mhz"]:
                return folder
    if not reached:
        raise synthesis.Failure(1, f"board '{board['name']}': the router comes to no end; try another --seed, or more --seeds")
    return max(reached, key=reached.get)


def copy_whole(source, target):
    """Copies so that `target` appears whole or not at all."""
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as partial:
        partial.write(source.read_bytes())
    os.chmod(partial.name, 0o644)
    os.replace(partial.name, target)


def build_xclbin(arguments, path, board, changes):
    """Has the XRT kernel's script make the xclbin; its exit code."""
    output = arguments.output or Path(f"{board['name']}.xclbin")
    options = ["--platform", arguments.platform] if arguments.platform else []
    options += ["--emulation"] if arguments.emulation else []
    code = subprocess.run([sys.executable, ENGINE / "xrt/build_xclbin.py", output, "--board", path, *changes, *options],
                          stdout=subprocess.DEVNULL).returncode
    if code == 0:
        print(output.with_name(output.name + ".json").read_text() if arguments.json else output)
    return code


def print_table(notes):
    print(f"{notes['board']}: {notes['device']}, configuration {notes['hash']}")
    for name, count in notes["utilization"].items():
        share = f" of {count['of']} ({count['used'] / count['of']:.0%})" if "of" in count else ""
        print(f"  {name:16}{count['used']:8}{share}")
    if "fmax_mhz" in notes:
        print(f"  {'fmax':16}{notes['fmax_mhz']:8.2f} MHz; the board's clock is {notes['clock_mhz']} MHz")
    print(f"  {'wall time':16}" + ", ".join(f"{name} {value:.0f} s" for name, value in notes["seconds"].items()))


def run(arguments):
    path, board, changes = read_target(arguments.target)
    seed = board.get("seed", 1) if arguments.seed is None else arguments.seed
    tools = synthesis.Tools(arguments.tools)
    progress = lambda line: print(f"sluice bitstream: {line}", file=sys.stderr, flush=True)
    if arguments.estimate:
        notes = synthesis.estimate(board, tools, progress)
    elif arguments.netlist:
        arguments.netlist.mkdir(parents=True, exist_ok=True)
        made = cache_folder() / digest(board, tools, seed) / "engine.v"
        if made.exists():
            shutil.copy(made, arguments.netlist)
        else:
            synthesis.synthesize(arguments.netlist, board, tools)
        return 0
    elif board["shell"] == "xrt" or arguments.emulation:
        return build_xclbin(arguments, path, board, changes)
    else:
        folder = find(board, tools, range(seed, seed + max(arguments.seeds, 1)), progress)
        output = arguments.output or Path(f"{board['name']}.bit")
        notes = json.loads((folder / "board.json").read_text())
        copy_whole(folder / "board.json", output.with_name(output.name + ".json"))
        copy_whole(folder / "board.bit", output)
    if arguments.json:
        print(json.dumps(notes, indent=2))
    else:
        print_table(notes)
    if notes.get("fmax_mhz", notes["clock_mhz"]) < notes["clock_mhz"]:
        print(f"sluice: {arguments.target}: reaches {notes['fmax_mhz']} MHz of the board's {notes['clock_mhz']}; "
              "try more --seeds, or a lower clock_mhz in the board file", file=sys.stderr)
        return 1
    return 0


def main():
    parser = argparse.ArgumentParser(prog="sluice bitstream", description="Make the bitstream of an engine's board.")
    parser.add_argument("--target", required=True, help="engine:BOARD[,NAME=VALUE...]")
    parser.add_argument("-o", "--output", type=Path, help="BOARD.bit or BOARD.xclbin by default")
    parser.add_argument("--seed", type=int, help="of placement; by default the board file's, or else 1")
    parser.add_argument("--seeds", type=int, default=1, metavar="N",
                        help="place with N seeds from that one on, until one reaches the board's clock")
    parser.add_argument("--tools", choices=["pinned", "native"], default="pinned",
                        help="pinned: yowasp-* from PyPI; native: yosys, nextpnr-ecp5 and ecppack on the path")
    parser.add_argument("--platform", help="of a card: v++'s, in place of the board file's")
    parser.add_argument("--emulation", action="store_true", help="an xclbin that XRT runs without a card, for any board")
    parser.add_argument("--estimate", action="store_true", help="only count the cells of the engine")
    parser.add_argument("--netlist", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    try:
        return run(parser.parse_args())
    except synthesis.Failure as failure:
        print(f"sluice: {failure}", file=sys.stderr)
        return failure.code
    except OSError as error:
        print(f"sluice: {error.filename or 'bitstream'}: {error.strerror}", file=sys.stderr)
        return 5
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
