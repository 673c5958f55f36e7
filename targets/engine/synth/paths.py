# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The longest paths between registers of a board's netlist as Yosys leaves it: known in a minute, long before routing.

usage: paths.py (--target engine:BOARD[,NAME=VALUE...] | NETLIST.json) [--count N] [--cells]

A line for each pair of registers' names, longest first: nanoseconds, how many registers end so, LUTs on the way, from,
to; behind a signal stands how many inputs hang on it. Cells take what an ECP5 of speed grade 6 takes; a wire, which is
not laid yet, BASE and SPREAD more for each doubling of what hangs on it, near to what nextpnr's router1 makes of paths
that it finds late. --cells prints what is on the way. Ends with 2 for bad usage, 3 for bad input or a missing tool, 5 when the file system
refuses, 130 when interrupted.
"""

import collections
import json
import math
import re
import tempfile
from pathlib import Path

import bitstream
import shared
import synthesis

BASE, SPREAD = 0.75, 0.22  # ns
PACKED = 0.1               # from a LUT into the register beside it
LUT = 0.24
# From the clock to an output, and before it at an input.
CLOCKED = {"TRELLIS_FF": 0.52, "DP16KD": 0.9, "MULT18X18D": 1.0, "TRELLIS_DPR16X4": 0.5}
SETUP = {"CE": 0.1, "LSR": 0.3, "DI": 0.0}
OTHER_SETUP = 0.2
CLOCKS = {"CLK", "CLK0", "CLKA", "CLKB", "WCK"}
# By cell and output: its inputs, the time from them, and whether a wire leads there that must be laid.
LOW, HIGH = ("A0", "B0", "C0", "D0"), ("A1", "B1", "C1", "D1")
ARCS = {
    ("LUT4", "Z"): [("ABCD", LUT, True)],
    ("TRELLIS_DPR16X4", "DO"): [(("RAD",), LUT, True)],
    ("CCU2C", "S0"): [(LOW, 0.24, True), (("CIN",), 0.44, False)],
    ("CCU2C", "S1"): [(HIGH, 0.24, True), (LOW, 0.68, True), (("CIN",), 0.47, False)],
    ("CCU2C", "COUT"): [(LOW + HIGH, 0.45, True), (("CIN",), 0.06, False)],
}


class Netlist:
    """Of Yosys's JSON; a bit is its number there."""

    def __init__(self, design):
        module = next(m for m in design["modules"].values() if int(m.get("attributes", {}).get("top", "0"), 2))
        self.cells = module["cells"]
        self.names = self.name_bits(module["netnames"])
        self.fanout, self.driver = collections.Counter(), {}
        for name, cell in self.cells.items():
            for port in cell["connections"]:
                for bit in self.bits(cell, port):
                    if cell["port_directions"].get(port) == "input":
                        self.fanout[bit] += 1
                    else:
                        self.driver[bit] = name, port
        self.arrivals = {}  # of a bit: ns after the clock, and the bit before it on the longest way
        self.paths = sorted(self.ends(), key=lambda path: -path[0])

    @staticmethod
    def bits(cell, port):
        return [bit for bit in cell["connections"].get(port, []) if isinstance(bit, int)]

    @staticmethod
    def name_bits(netnames):
        """Of a bit's names, the one that a person gave, and of those the outermost."""
        best = {}
        for name, net in netnames.items():
            rank = net.get("hide_name", 0), "$" in name or bool(re.search("_(LUT4|CCU2C)_", name)), name.count("."), len(name)
            for index, bit in enumerate(net["bits"]):
                if isinstance(bit, int) and (bit not in best or rank < best[bit][0]):
                    best[bit] = rank, name + (f"[{index}]" if len(net["bits"]) > 1 else "")
        return {bit: name for bit, (_, name) in best.items()}

    def wire(self, bit):
        return BASE + SPREAD * math.log2(max(self.fanout[bit], 1))

    def sources(self, bit):
        """(bit, ns to this one) of those that reach it without a clock; None if it begins a path."""
        name, port = self.driver.get(bit, (None, None))
        arcs = name and ARCS.get((self.cells[name]["type"], port))
        if not arcs:
            return None
        return [(source, time + (self.wire(source) if laid else 0))
                for ports, time, laid in arcs for p in ports for source in self.bits(self.cells[name], p)]

    def arrival(self, bit):
        pending = [bit]
        while pending:
            now = pending[-1]
            sources = None if now in self.arrivals else self.sources(now)
            missing = [source for source, _ in sources or () if source not in self.arrivals]
            if missing:
                pending += missing
                continue
            pending.pop()
            if now in self.arrivals:
                continue
            cell = self.cells[self.driver[now][0]]["type"] if now in self.driver else None
            self.arrivals[now] = max(((self.arrivals[source][0] + time, source) for source, time in sources or ()),
                                     default=(CLOCKED.get(cell, 0.0), None))
        return self.arrivals[bit][0]

    def ends(self):
        """(ns, where, bit) of all paths' ends."""
        for name, cell in self.cells.items():
            if cell["type"] not in CLOCKED:
                continue
            is_register = cell["type"] == "TRELLIS_FF"
            for port, direction in cell["port_directions"].items():
                if direction != "input" or port in CLOCKS or port == "RAD":
                    continue
                for bit in self.bits(cell, port):
                    driver = self.cells.get(self.driver.get(bit, (None,))[0], {"type": None})["type"]
                    is_packed = is_register and port == "DI" and driver in ("LUT4", "CCU2C") and self.fanout[bit] == 1
                    where = self.names[self.bits(cell, "Q")[0]] if is_register else name
                    yield (self.arrival(bit) + (PACKED if is_packed else self.wire(bit)) + SETUP.get(port, OTHER_SETUP),
                           where + ("" if is_register and port == "DI" else "." + port), bit)

    def way(self, bit):
        way = []
        while bit is not None:
            way.append(bit)
            bit = self.arrivals[bit][1]
        return way[::-1]

    def label(self, bit):
        name, _ = self.driver.get(bit, (None, None))
        block = name and self.cells[name]["type"] in ("DP16KD", "MULT18X18D")
        return name if block else self.names.get(bit, str(bit))


def stem(name):
    """Of all the bits and copies of a register."""
    return re.sub(r"\[\d+\]|_\d+(?=_|$)", "#", name)


def print_paths(netlist, count, shows_cells):
    groups = {}
    for time, end, bit in netlist.paths:
        way = netlist.way(bit)
        begin = netlist.label(way[0])
        group = groups.setdefault((stem(begin), stem(end)), [time, 0, way, begin, end])
        group[1] += 1
    for time, number, way, begin, end in list(groups.values())[:count]:
        print(f"{time:6.2f} ns {number:5} x {len(way) - 1:2} LUTs  {begin} ({netlist.fanout[way[0]]}) -> {end}")
        if shows_cells:
            print("".join(f"{'':12}{netlist.label(bit)} ({netlist.fanout[bit]})\n" for bit in way[1:]), end="")


def read(path):
    try:
        return Netlist(json.loads(path.read_text()))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, StopIteration) as error:
        raise shared.Failure(3, f"{path}: not a netlist of Yosys: {error or type(error).__name__}; give what its "
                                "write_json wrote, or a --target") from None


def parse_arguments():
    parser = shared.Parser(prog="paths.py", description="The longest paths of a board's netlist.")
    parser.add_argument("netlist", type=Path, nargs="?", metavar="NETLIST.json", help="as Yosys wrote it")
    parser.add_argument("--target", help="engine:BOARD[,NAME=VALUE...]: synthesized first")
    parser.add_argument("--count", type=shared.whole_from(1), default=40, metavar="N", help="lines (40)")
    parser.add_argument("--cells", action="store_true", help="print what is on the way")
    parser.add_argument("--tools", choices=["pinned", "native"], default="pinned", help="as of bitstream.py")
    arguments = parser.parse_args()
    if (arguments.netlist is None) == (arguments.target is None):
        parser.error("give a netlist or a --target")
    return arguments


def synthesize(target, tools):
    board = bitstream.read_target(target)
    bitstream.check_flow(board)
    with tempfile.TemporaryDirectory() as work:
        synthesis.synthesize(Path(work), board, synthesis.Tools(tools))
        return read(Path(work) / "board.json")


def run(arguments):
    netlist = read(arguments.netlist) if arguments.netlist else synthesize(arguments.target, arguments.tools)
    print_paths(netlist, arguments.count, arguments.cells)


if __name__ == "__main__":
    shared.main("paths.py", lambda: run(parse_arguments()))
