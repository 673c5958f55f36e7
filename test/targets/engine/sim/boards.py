# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Board files with a fault: the scripts say which key has it, and the compiler refuses them, too.

usage: boards.py WORK MODEL.onnx
"""

import json
import subprocess
import sys
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[4] / "targets/engine"
sys.path.insert(0, str(ENGINE / "sim"))

import build_model  # noqa: E402
import shared  # noqa: E402

BOARD = json.loads((ENGINE / "boards/u50.json").read_text())
GONE = object()
# Where, what stands there, what is said of it.
FAULTS = [
    *(((key,), GONE, f"missing value at board.{key}") for key in build_model.REQUIRED),
    (("name",), 5, "expected string at board.name"),
    (("clock_mhz",), "fast", "expected number at board.clock_mhz"),
    (("clock_mhz",), True, "expected number at board.clock_mhz"),
    (("clock_mhz",), 0, "is not positive at board.clock_mhz"),
    (("multipliers",), "many", "expected whole number at board.multipliers"),
    (("luts",), None, "expected whole number at board.luts"),
    (("memory_block_bits",), 0, "is less than 512 at board.memory_block_bits"),
    (("memory_block_bits",), 511, "is less than 512 at board.memory_block_bits"),
    (("memory",), {"latency": 5}, "missing value at board.memory.bytes_per_cycle"),
    (("memory",), {"latency": 5, "bytes_per_cycle": 0}, "is no memory that an engine has"),
    (("parameters",), [], "expected object at board.parameters"),
    (("parameters", "PC"), GONE, "missing value at board.parameters.PC"),
    (("parameters", "PC"), "8", "expected whole number at board.parameters.PC"),
    (("parameters", "PC"), 8.5, "expected whole number at board.parameters.PC"),
    (("parameters", "PC"), -8, "expected whole number at board.parameters.PC"),
    (("parameters", "PC"), 1 << 32, "is more than 32 bits hold at board.parameters.PC"),
    (("parameters", "LANES"), 8, "is none of PC, PK, "),
]
# What the compiler does not read.
FAULTS_OF_SCRIPTS = [
    (("seed",), "x", "expected whole number at board.seed"),
    (("xrt",), GONE, "missing value at board.xrt"),
    (("xrt",), None, "expected object at board.xrt"),
    (("xrt",), {}, "missing value at board.xrt.part"),
    (("xrt", "platform"), 5, "expected string at board.xrt.platform"),
    (("xrt", "clock"), "fast", "is none of kernel_frequency, freqHz at board.xrt.clock"),
]
TEXTS = {"[1]": "expected object when parsing board", '{"name": "x",': "Expecting property name", '{"clock_mhz": NaN}': "NaN",
         "[" * 100000: "maximum recursion depth"}


def said_by_scripts(path):
    try:
        build_model.read_engine(path, [])
    except shared.Failure as failure:
        return failure.code, str(failure)
    return 0, ""


def expect(path, wanted, command=None):
    code, text = said_by_scripts(path)
    assert code == 3 and text.startswith(f"{path}: not a board file: ") and wanted in text, f"{wanted}: {code} {text}"
    if command:
        done = subprocess.run([*command, "--target", f"engine:{path}"], capture_output=True, text=True)
        assert done.returncode == 3, f"of a board file with {wanted} the compiler says {done.returncode} {done.stderr}"


def main():
    work, check = Path(sys.argv[1]), ["sluice", "check", sys.argv[2]]
    path = work / "board.json"
    path.write_text(json.dumps(BOARD))
    assert said_by_scripts(path) == (0, "")
    for place, value, wanted in FAULTS + FAULTS_OF_SCRIPTS:
        board = json.loads(json.dumps(BOARD))
        *outer, key = place
        fields = board[outer[0]] if outer else board
        fields[key] = value
        if value is GONE:
            del fields[key]
        path.write_text(json.dumps(board))
        expect(path, wanted, None if (place, value, wanted) in FAULTS_OF_SCRIPTS else check)
    path.write_text(json.dumps({**BOARD, "shell": "ulx3s", "clock_mhz": 118}))
    expect(path, "is no multiple of 5, as ulx3s's PLL makes, at board.clock_mhz", check)
    for text, wanted in TEXTS.items():
        path.write_text(text)
        expect(path, wanted)
    path.write_bytes(b"\xff")
    expect(path, "codec can't decode")
    path.unlink()
    assert said_by_scripts(path)[0] == 5
    print(f"{len(FAULTS + FAULTS_OF_SCRIPTS + list(TEXTS))} faults told")


if __name__ == "__main__":
    main()
