# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the engine's xclbin for XRT.

usage: build_xclbin.py OUTPUT.xclbin [--board FILE.json] [NAME=VALUE...] [--platform NAME] [--sources-only]
       build_xclbin.py OUTPUT.xclbin [--board FILE.json] [NAME=VALUE...] --emulation [--models FOLDER]

For a card: writes the kernel's kernel.xml, package.tcl, link.cfg, timing.xdc and Verilog top into
OUTPUT.kernel, then has Vivado package it and v++ link it. With --emulation: an xclbin that
libxrt runs under XCL_EMULATION_MODE=hw_emu, for any board, with the Verilated engine as the device.
Ends with 0, 2 for bad usage, 3 for bad input or a missing tool, 5 when the file system refuses.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "sim")]

import axlf
import build_model
import kernel

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


class Failure(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def read_board(path, changes):
    """The board file, with the changes NAME=VALUE made to its parameters."""
    try:
        board = json.loads(path.read_text())
        parameters = board["parameters"] = build_model.complete(board["parameters"])
        missing = [key for key in ("name", "description", "device", "clock_mhz") if key not in board]
    except OSError as error:
        raise Failure(3, f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise Failure(3, f"{path}: not a board file: {error}") from None
    if missing:
        raise Failure(3, f"{path}: not a board file: without {', '.join(missing)}")
    for change in changes:
        name, _, value = change.partition("=")
        if name not in parameters or not value.isdigit():
            raise Failure(2, f"'{change}' is not NAME=VALUE with a NAME among {', '.join(parameters)}")
        parameters[name] = int(value)
    return board


def write(path, data):
    """The file appears whole or not at all."""
    partial = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            partial = file.name
            file.write(data if isinstance(data, bytes) else data.encode())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except OSError as error:
        if partial:
            Path(partial).unlink(missing_ok=True)
        raise Failure(5, f"{path}: {error.strerror}") from None


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
    for name, text in files.items():
        write(folder / name, text)


def build_hardware(board, output, platform, sources_only):
    """Writes the kernel's sources and has Vitis build them. Returns what was made."""
    if "xrt" not in board:
        raise Failure(3, f"board '{board['name']}' is no XRT card: it has no 'xrt' in its file; use --emulation")
    folder = output.with_suffix(".kernel")
    write_kernel(board, folder, platform or board["xrt"]["platform"])
    if sources_only:
        return folder
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        raise Failure(3, f"{' and '.join(missing)} not found: an xclbin for {board['description']} needs AMD Vitis "
                         f"on the path (source its settings64.sh); the kernel's sources are in {folder}; "
                         "--emulation makes an xclbin without a card")
    for command in (["vivado", "-mode", "batch", "-nojournal", "-nolog", "-source", "package.tcl"],
                    ["v++", "--link", "--config", "link.cfg", "--output", output.name, f"{kernel.NAME}.xo"]):
        code = subprocess.run(command, cwd=folder).returncode
        if code:
            raise Failure(3, f"{command[0]} failed with exit code {code} in {folder}; see the lines above")
    made = folder / output.name
    if not made.exists():
        raise Failure(3, f"v++ ended well but left no {made}")
    os.replace(made, output)
    write_notes(board, output)
    return output


def write_notes(board, output):
    """OUTPUT.json, by which `sluice device program` knows what the bitstream holds."""
    parameters = board["parameters"]
    notes = {"sha256": hashlib.sha256(output.read_bytes()).hexdigest(), "board": board["name"],
             "hash": f"{build_model.configuration_hash(parameters):016x}", "parameters": parameters}
    write(output.with_name(f"{output.name}.json"), json.dumps(notes, indent=2) + "\n")


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


def build_emulation(board, output, models, emulator):
    """Verilates the engine where need be and writes the xclbin."""
    model = build_model.build(board["parameters"], HERE.parent / "rtl", models.resolve())
    platform = f"sluice_{board['name']}_emulation"
    pointers = [index for index, argument in enumerate(kernel.ARGUMENTS) if argument.is_pointer]
    memory = axlf.memory_topology([MEMORY])
    connections = axlf.connectivity([(argument, 0, 0) for argument in pointers])
    ip = axlf.Ip(f"{kernel.NAME}:{kernel.INSTANCE}", REGISTERS, axlf.CONTROL_CHAIN, 0)
    write(output, axlf.container(axlf.MODE_HW_EMU, platform, [
        (axlf.BITSTREAM, "behav", bitstream(emulator or find_emulator(), model)),
        (axlf.EMBEDDED_METADATA, "", kernel.metadata_xml(board, platform, REGISTERS).encode()),
        (axlf.MEM_TOPOLOGY, "", memory),
        (axlf.CONNECTIVITY, "", connections),
        (axlf.IP_LAYOUT, "", axlf.ip_layout([ip])),
        (axlf.GROUP_TOPOLOGY, "", memory),
        (axlf.GROUP_CONNECTIVITY, "", connections),
    ]))
    write_notes(board, output)
    return output


def default_models():
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "sluice/sim"


def main():
    parser = argparse.ArgumentParser(prog="build_xclbin.py")
    parser.add_argument("output", type=Path, metavar="OUTPUT.xclbin")
    parser.add_argument("parameters", nargs="*", metavar="NAME=VALUE")
    parser.add_argument("--board", type=Path, default=HERE.parent / "boards/u50.json")
    parser.add_argument("--platform", help="v++'s platform, in place of the board file's")
    parser.add_argument("--sources-only", action="store_true", help="stop after writing OUTPUT.kernel")
    parser.add_argument("--emulation", action="store_true", help="make an xclbin for hw_emu")
    parser.add_argument("--models", type=Path, default=default_models(), help="where Verilated engines are kept")
    parser.add_argument("--emulator", type=Path, help="the device process to put in")
    arguments = parser.parse_intermixed_args()
    try:
        board = read_board(arguments.board, arguments.parameters)
        if arguments.emulation:
            made = build_emulation(board, arguments.output, arguments.models, arguments.emulator)
        else:
            made = build_hardware(board, arguments.output, arguments.platform, arguments.sources_only)
    except Failure as failure:
        print(f"build_xclbin: {failure}", file=sys.stderr)
        sys.exit(failure.code)
    print(made)


if __name__ == "__main__":
    main()
