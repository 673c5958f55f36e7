# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which test benches which module of the RTL; fails where a module has none.

usage: benches.py [RTL]
"""

import sys
from pathlib import Path

from lockstep import RTL

# By script the modules that it drives at their own ports.
OWN = {
    "modules.py": ["countdown", "engine_counters", "fifo", "loop_counter", "mac_lane", "mul", "ram_sdp", "stride_chain", "token_counters",
                   "window_plan"],
    "modules_of_the_bus.py": ["axi_read", "axi_write", "engine_regs", "fetch", "unit_queue"],
    "units.py": ["compute_agu", "load_align", "requant_lane"],
    "random_programs.py": ["engine_top"],
}
# Modules that a parent's bench covers whole, and why that is enough.
BY_PARENT = {
    "compute_agu": {"compute_steps": "its steps are half of what the bench of the address generator compares"},
    "engine_top": {
        "act_memory": "all of it is compared at the end of each program, and its ports contend",
        "burst_split": "AxiMemory checks each burst: length, 4 KiB, order; guard bytes lie around each run",
        "compute_unit": "an instruction is what it does",
        "load_unit": "an instruction is what it does",
        "load_write": "each byte of ACT, WGT and PRM that it writes is read again",
        "requant_feed": "with one lane of requantize and with all, each output's distance asserted; units.py holds the walk to it",
        "lookup": "programs load tables, and send results of each instruction through them and past them",
        "run_request": "runs of every length, stride and alignment, up to and past the fence (errors.py)",
        "sliced_ram": "all of WGT and PRM is written, then read by COMPUTE",
        "store_align": "each byte of memory that it writes or should not write is compared",
        "store_read": "each byte of ACT is stored by some program, and its port is contended for",
        "store_unit": "an instruction is what it does",
        "tap_operands": "windows of each stride and tail, in each lane",
        # errors.py drives the same top into each error, by each instruction.
        "engine_control": "errors.py: each error, at each moment, and a good run after it",
        "engine_status": "coverage.py and errors.py: counters, last instructions, tokens, the oldest at fault",
        "instr_check": "errors.py: each reserved bit, each field on both sides of its range",
    },
}
# Constants, and wires to a vendor's primitive that no simulator here has a body of: `mul` is what it must equal.
NO_LOGIC = {"engine_pkg", "mul_ecp5"}


def main():
    rtl = Path(sys.argv[1]) if len(sys.argv) > 1 else RTL
    here = Path(__file__).resolve().parent
    own = {module for modules in OWN.values() for module in modules}
    by_parent = {module for modules in BY_PARENT.values() for module in modules}
    problems = [f"{script}: does not say {module}" for script, modules in OWN.items() for module in modules
                if script != "random_programs.py" and module.removesuffix("_lane") not in (here / script).read_text()]
    problems += [f"{parent}: has no bench of its own" for parent in BY_PARENT if parent not in own]
    present = {path.stem for path in rtl.glob("*.sv")} - NO_LOGIC
    problems += [f"{module}.sv: no test drives it; add it to a bench" for module in sorted(present - own - by_parent)]
    problems += [f"{module}: there is no such module" for module in sorted((own | by_parent) - present)]
    print("\n".join(problems) or f"{len(own)} modules have benches of their own, {len(by_parent)} are covered by their parent's")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
