# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each technology's multiplier against the inferred one, Verilated, with our models of the vendors' blocks.

usage: leaves.py WORK [--rtl FOLDER] [--requantize]

mul_ecp5 and mul_dsp48e2: all pairs of the operands of the lanes' multipliers; of requantize's, all of the one and every
65th group of the other. mul_dsp48e2 as a pair: all triples. --requantize: all pairs of requantize's, in four minutes.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from device import ROOT

ENGINE = ROOT / "targets/engine"
TECHNOLOGIES = {1: "ecp5", 2: "dsp48e2"}
# (A_BITS, B_BITS) of the instances in mac_lane and requant_lane.
LANE = [(8, 8), (8, 16), (8, 18), (9, 8), (9, 18)]
REQUANTIZE = [(16, 16), (17, 16)]
MAIN = """#include "Vbench.h"
int main() {
  Vbench bench;
  while (!bench.done_o && !Verilated::gotFinish())
    for (int clock = 0; clock < 2; ++clock) {
      bench.clk_i = clock;
      bench.eval();
    }
  bench.clk_i = 0;
  bench.eval();
  bench.clk_i = 1;
  bench.eval();
}
"""


def compare(work, rtl, top, technology, parameters):
    """The line that bench `top` prints."""
    name = TECHNOLOGIES[technology]
    folder = work / "-".join([top, name, *parameters.values()])
    files = [ROOT / f"test/rtl/{top}.sv", rtl / "mul.sv", rtl / "mul_pair.sv", rtl / f"mul_{name}.sv",
             ENGINE / f"synth/{name}_model{'s' * (technology == 1)}.v"]
    command = ["verilator", "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "-Wno-lint", "-Wno-fatal",
               "--prefix", "Vbench", "--top-module", top, "--Mdir", folder, f"-GTECH={technology}",
               *(f"-G{key}={value}" for key, value in parameters.items()), *files, work / "main.cpp"]
    result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if result.returncode:
        sys.exit(result.stdout + result.stderr)
    result = subprocess.run([folder / "Vbench"], capture_output=True, text=True, check=True)
    return f"{name}: {result.stdout.splitlines()[0] if result.stdout else 'nothing was compared'}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--rtl", type=Path, default=ENGINE / "rtl")
    parser.add_argument("--requantize", action="store_true")
    arguments = parser.parse_args()
    work = arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    (work / "main.cpp").write_text(MAIN)
    shapes = [(*shape, 1) for shape in REQUANTIZE] if arguments.requantize else [
        *((*shape, 1) for shape in LANE), *((*shape, 65) for shape in REQUANTIZE)]
    benches = [("mul_tb", technology, {"A_BITS": str(a), "B_BITS": str(b), "STEP": str(step)})
               for technology in TECHNOLOGIES for a, b, step in shapes]
    pairs = [] if arguments.requantize else [("mul_pair_tb", 2, {}), ("mul_pair_tb", 2, {"B_BITS": "9"})]
    for bench in [*pairs, *benches]:
        line = compare(work, arguments.rtl.resolve(), *bench)
        print(line, flush=True)
        if "equal" not in line:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
