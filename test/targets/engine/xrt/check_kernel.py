# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks what build_xclbin.py writes for a card, and how it calls Vitis.

usage: check_kernel.py WORK

Three texts must agree on the registers: the specification, engine_regs.sv and the kernel.xml made here. Vivado and
v++ are stood for by scripts that record how they were called: neither is at hand, so that what they make of these
files is not shown here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
ENGINE = ROOT / "targets/engine"
BUILD = ENGINE / "xrt/build_xclbin.py"
RECORD = """#!/bin/sh
echo "$(basename $0) $*" >>"$RECORD"
case $(basename $0) in
vivado) touch sluice_engine.xo ;;
v++) while [ "$1" != --output ]; do shift; done; echo linked >"$2"; exit ${VPP_EXIT:-0} ;;
esac
"""


def expect(holds, message):
    if not holds:
        sys.exit(f"FAILED {message}")


def build(work, *arguments, path=os.environ["PATH"], **environment):
    return subprocess.run([sys.executable, BUILD, *map(str, arguments)], cwd=work, capture_output=True, text=True,
                          env={"PATH": path, "HOME": str(work), **environment})


def specified_registers():
    """Address → name of every register from 0x10 on that the specification's table lets a host write."""
    registers = {}
    for line in (ROOT / "docs/spec/engine-isa.md").read_text().splitlines():
        if match := re.match(r"\| ((?:0x[0-9a-f]{2}(?:, )?)+) \| ([A-Z]+)(.*?) \|", line):
            addresses = [int(text, 16) for text in match[1].split(", ")]
            if len(addresses) == 3 and " low, high, SIZE" in match[2] + match[3]:
                registers |= {addresses[0]: match[2].lower(), addresses[2]: match[2].lower() + "_size"}
            elif len(addresses) == 1 and match[2] == "WATCHDOG":
                registers[addresses[0]] = "watchdog"
    return registers


def rtl_words():
    """The addresses that engine_regs.sv keeps values for."""
    text = (ENGINE / "rtl/engine_regs.sv").read_text()
    table = re.search(r"PlainAddr =\s*\{([^}]*)\}", text)[1]
    return {int(word, 16) for word in re.findall(r"12'h([0-9a-f]+)", table)}


def check_registers(folder, board):
    kernel = ElementTree.parse(folder / "kernel.xml").getroot().find("kernel")
    expect(kernel.get("hwControlProtocol") == "ap_ctrl_chain", "kernel.xml: not ap_ctrl_chain")
    arguments = kernel.findall("args/arg")
    expect([int(a.get("id")) for a in arguments] == list(range(len(arguments))), "kernel.xml: ids have gaps")
    spec = {address: name.replace("const", "constants") for address, name in specified_registers().items()}
    ours = {int(a.get("offset"), 16): a.get("name") for a in arguments}
    expect(ours == spec, f"kernel.xml has arguments {ours}, the specification {spec}")
    words = set()
    for argument in arguments:
        offset, size = int(argument.get("offset"), 16), int(argument.get("size"), 16)
        words |= set(range(offset, offset + size, 4))
        port = {"1": "m_axi_gmem", "0": "s_axi_control"}[argument.get("addressQualifier")]
        expect(argument.get("port") == port, f"kernel.xml: {argument.get('name')} is not on {port}")
    expect(words == rtl_words(), f"kernel.xml's words {sorted(words)} are not engine_regs.sv's {sorted(rtl_words())}")
    ports = {p.get("name"): p for p in kernel.findall("ports/port")}
    expect(ports["m_axi_gmem"].get("dataWidth") == str(8 * board["parameters"]["AXI_BYTES"]), "width of m_axi_gmem")
    return ports


def kernel_name(port):
    """What a port of engine_top is called at a kernel."""
    special = {"clk_i": "ap_clk", "rst_ni": "ap_rst_n"}
    return special.get(port) or port[:-2].replace("s_axi_", "s_axi_control_").replace("m_axi_", "m_axi_gmem_")


def check_top(folder, board, ports):
    """The Verilog top: a port for each of the engine's, under the kernel's names, with the board's parameters."""
    top, engine = (folder / "sluice_engine.v").read_text(), (ENGINE / "rtl/engine_top.sv").read_text()
    for name, value in board["parameters"].items():
        expect(f"parameter {name} = {value}" in top, f"sluice_engine.v: {name} is not {value}")
    expect(".TECH(2)" in top, "sluice_engine.v: not UltraScale+'s multipliers")
    wanted = {kernel_name(name): direction
              for direction, name in re.findall(r"^  (input|output) +logic +(?:\[.*?\] +)?(\w+),?$", engine, re.M)}
    ours = dict(reversed(p) for p in re.findall(r"^  (input|output) +wire +(?:\[.*?\] +)?(\w+),?$", top, re.M))
    expect(ours == wanted, f"ports differ: {sorted(ours.items() ^ wanted.items())}")
    buses = {name.rsplit("_", 1)[0] for name in ours if "_axi_" in name}
    expect(buses == set(ports), f"interfaces of sluice_engine.v {buses}, of kernel.xml {set(ports)}")
    for mine, theirs in re.findall(r"\.([a-z]\w+)\((\w+)\)", top):
        expect(kernel_name(mine) == theirs, f"sluice_engine.v joins {mine} to {theirs}")
    rtl = [folder / "rtl" / path.name for path in sorted((ENGINE / "rtl").glob("*.sv"))]
    rtl.sort(key=lambda path: path.name != "engine_pkg.sv")
    done = subprocess.run(["verilator", "--lint-only", "-Wall", "-Wno-SYMRSVDWORD", "--top-module", "sluice_engine",
                           ENGINE / "rtl/lint.vlt", *rtl, ENGINE / "synth/dsp48e2_model.v", folder / "sluice_engine.v"],
                          capture_output=True, text=True)
    expect(done.returncode == 0, f"verilator: {done.stderr}")


def check_board(work, name, link):
    board_file = ENGINE / f"boards/{name}.json"
    board = json.loads(board_file.read_text())
    done = build(work, f"{name}.xclbin", "--board", board_file, "--sources-only")
    expect(done.returncode == 0, done.stderr)
    folder = work / f"{name}.kernel"
    check_top(folder, board, check_registers(folder, board))
    lines = (folder / "link.cfg").read_text().splitlines()
    for line in ["nk=sluice_engine:1:sluice_engine_1", *link]:
        expect(line in lines, f"{name}: link.cfg lacks {line}")
    package = (folder / "package.tcl").read_text()
    expect(f"-part {board['xrt']['part']}" in package, f"{name}: package.tcl is for another part")
    for file in re.findall(r"^  \{(.*)\}$", package, re.M):
        expect((folder / file).exists(), f"{name}: package.tcl adds {file}, which is not there")
    expect(f"-period {1000 / board['clock_mhz']:.3f}" in (folder / "timing.xdc").read_text(), f"{name}: timing.xdc")


def check_tools(work):
    """With Vitis on the path it is run; without, or when it fails, one line says so and nothing half-made is left."""
    done = build(work, "card.xclbin", path="/usr/bin:/bin")
    expect(done.returncode == 3 and done.stderr.startswith("build_xclbin: vivado and v++ not found"), done.stderr)
    expect(done.stderr.count("\n") == 1 and "settings64.sh" in done.stderr, done.stderr)
    tools = work / "tools"
    tools.mkdir()
    for tool in ("vivado", "v++"):
        (tools / tool).write_text(RECORD)
        (tools / tool).chmod(0o755)
    found = dict(path=f"{tools}:/usr/bin:/bin", RECORD=str(work / "record"))
    done = build(work, "card.xclbin", **found, VPP_EXIT="1")
    expect(done.returncode == 3 and "v++ failed with exit code 1" in done.stderr, done.stderr)
    expect(not (work / "card.xclbin").exists(), "v++ failed and an xclbin appeared")
    (work / "record").unlink()
    done = build(work, "card.xclbin", "--platform", "another", **found)
    expect(done.returncode == 0 and (work / "card.xclbin").read_text() == "linked\n", done.stderr)
    expect((work / "record").read_text().splitlines() == [
        "vivado -mode batch -nojournal -nolog -source package.tcl",
        "v++ --link --config link.cfg --output card.xclbin sluice_engine.xo"], "how Vitis was called")
    expect("platform=another" in (work / "card.kernel/link.cfg").read_text(), "--platform is not in link.cfg")
    done = build(work, "no.xclbin", "--board", ENGINE / "boards/ulx3s-25f.json")
    expect(done.returncode == 3 and "is no XRT card" in done.stderr, done.stderr)
    done = build(work, "no.xclbin", "PC=many")
    expect(done.returncode == 2 and "not NAME=VALUE" in done.stderr, done.stderr)
    done = build(work, "no.xclbin", "PC=3")
    expect((done.returncode, done.stderr) == (2, "build_xclbin: PC is 3, not a power of two\n"), done.stderr)
    done = build(work, "no.xclbin", "PC=128", "PK=128")
    expect(done.returncode == 2 and "makes a word of 16384 weights, not 8 to 2048" in done.stderr, done.stderr)


def main():
    work = Path(sys.argv[1])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    work = work.resolve()
    check_board(work, "u50", ["platform=xilinx_u50_gen3x16_xdma_5_202210_1", "kernel_frequency=200",
                              "sp=sluice_engine_1.m_axi_gmem:HBM[0]", "slr=sluice_engine_1:SLR0"])
    check_board(work, "kv260", ["platform=kv260_custom", "freqHz=200000000:sluice_engine_1.ap_clk"])
    check_tools(work)


if __name__ == "__main__":
    main()
