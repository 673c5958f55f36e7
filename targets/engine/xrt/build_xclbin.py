# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the engine's xclbin for XRT.

usage: build_xclbin.py OUTPUT.xclbin [--board FILE.json] [NAME=VALUE...] [--platform NAME] [--sources-only]
       build_xclbin.py OUTPUT.xclbin [--board FILE.json] [NAME=VALUE...] --emulation [--models FOLDER]

For a card: writes the kernel's kernel.xml, package.tcl, link.cfg, timing.xdc and Verilog top into
OUTPUT.kernel, then has Vivado package it and v++ link it. With --emulation: an xclbin that
libxrt runs under XCL_EMULATION_MODE=hw_emu, for any board, with the Verilated engine as the device.
What the tools say is in OUTPUT.kernel/tools.log. Ends with 0, 2 for bad usage, 3 for bad input or a missing tool, 5 when
the file system refuses, 130 when interrupted.
"""

import hashlib
import io
import shutil
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sim")]

import axlf
import build_model
import kernel
import shared
from shared import Failure

TOOLS = ["vivado", "v++"]
EMULATOR = "sluice-xrt-emulator"
# Where XRT sees the engine's registers and memory. Memory does not begin at 0, so that a pointer left out shows.
REGISTERS = 0x1800000
MEMORY = axlf.Bank("bank0", 0x10000, 0x10000000 - 0x10000)
FOLDER = "behav_waveform/xsim"  # where libxrt looks for simulate.sh in the BITSTREAM section
# libxrt spins for ever when its simulator has died: end the process that waits for it.
SIMULATE = """#!/bin/sh
./emulator ./engine.so 2>emulator.log || kill -KILL $PPID
"""


def write_kernel(board, folder, platform):
    """All that Vivado and v++ need for this board, with the RTL beside it."""
    rtl = [path for path in build_model.sources(HERE.parent / "rtl") if path.suffix == ".sv"]
    top = f"{kernel.NAME}.v"
    files = {
        "kernel.xml": kernel.kernel_xml(board),
        "package.tcl": kernel.package_tcl(board, [f"./rtl/{path.name}" for path in rtl] + [f"./{top}"]),
        "link.cfg": kernel.link_configuration(board, platform),
        "timing.xdc": kernel.constraints(board),
        top: kernel.top((HERE / top).read_text(), board),
        **{f"rtl/{path.name}": path.read_text() for path in rtl},
    }
    (folder / "rtl").mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        shared.write(folder / name, text)


def kernel_folder(board, output):
    folder = Path(f"{board['name']}.kernel") if shared.is_special(output) else output.with_suffix(".kernel")
    if folder == output:
        raise Failure(2, f"{output}: is the name of the folder of the kernel's sources; name another file")
    return folder


def write_sources(board, output, platform):
    """The folder of the kernel's sources."""
    if "xrt" not in board:
        raise Failure(3, f"board '{board['name']}' is no XRT card: it has no 'xrt' in its file; use --emulation")
    folder = kernel_folder(board, output)
    write_kernel(board, folder, platform or board["xrt"]["platform"])
    return folder


def build_hardware(board, output, platform):
    """Writes the kernel's sources and has Vitis build them; the xclbin's bytes."""
    folder = write_sources(board, output, platform)
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise Failure(3, f"{' and '.join(missing)} not found: an xclbin for {board['description']} needs AMD Vitis "
                         f"on the path (source its settings64.sh); the kernel's sources are in {folder}; "
                         "--emulation makes an xclbin without a card")
    log, made = folder / "tools.log", folder / output.name
    log.unlink(missing_ok=True)
    for command in (["vivado", "-mode", "batch", "-nojournal", "-nolog", "-source", "package.tcl"],
                    ["v++", "--link", "--config", "link.cfg", "--output", output.name, f"{kernel.NAME}.xo"]):
        print(f"sluice: {command[0]} runs; what it says is in {log}", file=sys.stderr)
        shared.run(command, log, where=f"; see {log}", cwd=folder)
    if not made.exists():
        raise Failure(3, f"v++ ended well but left no {made}; see {log}")
    data = made.read_bytes()
    made.unlink()
    return data


def make(board, output, platform=None, is_emulation=False, models=None, emulator=None):
    """Writes the xclbin and OUTPUT.json, by which `sluice device program` knows what it holds; returns what that says."""
    shared.check_output(output)
    data = build_emulation(board, models, emulator) if is_emulation else build_hardware(board, output, platform)
    parameters = board["parameters"]
    notes = {"sha256": hashlib.sha256(data).hexdigest(), "board": board["name"],
             "hash": f"{build_model.configuration_hash(parameters):016x}", "parameters": parameters}
    shared.write_with_notes(output, data, notes)
    return notes


def find_emulator():
    """The device process: in this tree's build, or where this is installed."""
    root = HERE.parent.parent.parent
    places = [*sorted(root.glob(f"build/*/lib/sluice/xrt/{EMULATOR}")), root.parent / "lib/sluice/xrt" / EMULATOR]
    for place in places:
        if place.exists():
            return place
    raise Failure(3, f"{EMULATOR} is in none of {', '.join(map(str, places))}; build it, or name it by --emulator")


def bitstream(emulator, model):
    """The zip file that libxrt unpacks and starts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (("simulate.sh", SIMULATE.encode()), ("emulator", emulator.read_bytes()),
                           ("engine.so", model.read_bytes())):
            entry = zipfile.ZipInfo(f"{FOLDER}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.external_attr = 0o100755 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=1)
    return buffer.getvalue()


def build_emulation(board, models, emulator):
    """Verilates the engine where need be; the xclbin's bytes."""
    emulator = emulator or find_emulator()
    models = models or shared.cache_folder("sim")
    model = build_model.build(board["parameters"], HERE.parent / "rtl", models.resolve())
    platform = f"sluice_{board['name']}_emulation"
    pointers = [index for index, argument in enumerate(kernel.ARGUMENTS) if argument.is_pointer]
    memory = axlf.memory_topology([MEMORY])
    connections = axlf.connectivity([(argument, 0, 0) for argument in pointers])
    ip = axlf.Ip(f"{kernel.NAME}:{kernel.INSTANCE}", REGISTERS, axlf.CONTROL_CHAIN, 0)
    return axlf.container(axlf.MODE_HW_EMU, platform, [
        (axlf.BITSTREAM, "behav", bitstream(emulator, model)),
        (axlf.EMBEDDED_METADATA, "", kernel.metadata_xml(board, platform, REGISTERS).encode()),
        (axlf.MEM_TOPOLOGY, "", memory),
        (axlf.CONNECTIVITY, "", connections),
        (axlf.IP_LAYOUT, "", axlf.ip_layout([ip])),
        (axlf.GROUP_TOPOLOGY, "", memory),
        (axlf.GROUP_CONNECTIVITY, "", connections),
    ])


def parse_arguments():
    parser = shared.Parser(prog="build_xclbin.py")
    parser.add_argument("output", type=Path, metavar="OUTPUT.xclbin")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--board", type=Path, default=HERE.parent / "boards/u50.json")
    parser.add_argument("--platform", help="v++'s platform, in place of the board file's")
    parser.add_argument("--sources-only", action="store_true", help="stop after writing OUTPUT.kernel")
    parser.add_argument("--emulation", action="store_true", help="make an xclbin for hw_emu")
    parser.add_argument("--models", type=Path, help="where Verilated engines are kept; by default in the user's cache")
    parser.add_argument("--emulator", type=Path, help="the device process to put in")
    return parser.parse_intermixed_args()


def run(arguments):
    board = build_model.read_engine(arguments.board, arguments.parameters)
    if arguments.sources_only:
        print(write_sources(board, arguments.output, arguments.platform))
        return
    make(board, arguments.output, arguments.platform, arguments.emulation, arguments.models, arguments.emulator)
    print(arguments.output)


if __name__ == "__main__":
    shared.main("build_xclbin", lambda: run(parse_arguments()))
