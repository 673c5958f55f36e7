# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Each technology's multiplier against the inferred one, Verilated, with our models of the vendor's blocks.

usage: leaves.py WORK

All pairs of the operands of the lanes' multipliers; of requantize's, all of the one and every 1021st of the other.
"""

import subprocess
import sys
from pathlib import Path

from device import ROOT

ENGINE = ROOT / "targets/engine"
# (A_BITS, B_BITS, STEP): the instances in mac_lane and requant_lane.
SHAPES = [(8, 8, 1), (8, 16, 1), (16, 16, 1021), (17, 16, 1021)]
MAIN = """#include "Vmul_tb.h"
int main() {
  Vmul_tb bench;
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


def main():
    work = Path(sys.argv[1]).resolve()
    work.mkdir(parents=True, exist_ok=True)
    (work / "main.cpp").write_text(MAIN)
    files = [ROOT / "test/rtl/mul_tb.sv", ENGINE / "rtl/mul.sv", ENGINE / "rtl/mul_ecp5.sv", ENGINE / "synth/ecp5_models.v"]
    for a, b, step in SHAPES:
        folder = work / f"{a}x{b}"
        command = ["verilator", "--cc", "--exe", "--build", "-O3", "--x-assign", "fast", "-Wno-lint", "-Wno-fatal",
                   "--top-module", "mul_tb", "--Mdir", folder, f"-GA_BITS={a}", f"-GB_BITS={b}", f"-GSTEP={step}",
                   *files, work / "main.cpp"]
        result = subprocess.run([str(c) for c in command], capture_output=True, text=True)
        if result.returncode:
            sys.exit(result.stdout + result.stderr)
        result = subprocess.run([folder / "Vmul_tb"], capture_output=True, text=True, check=True)
        line = result.stdout.splitlines()[0] if result.stdout else "nothing was compared"
        print(line)
        if "equal" not in line:
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
