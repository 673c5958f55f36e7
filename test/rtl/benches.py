# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Which test benches which module of the RTL and of the shell; fails where a module has none.

usage: benches.py [RTL [SHELL]]
"""

import re
import sys
from pathlib import Path

from lockstep import RTL

# By script or bench the modules that it drives at their own ports.
OWN = {
    "leaves.py": ["mul_dsp48e2", "mul_ecp5"],
    "modules.py": ["chunk_pack", "countdown", "engine_counters", "fifo", "loop_counter", "mac_lane", "mul", "mul_pair", "ram_sdp", "requant_feed",
                   "shared_products", "skid", "stride_chain", "token_counters", "window_plan"],
    "modules_of_the_bus.py": ["axi_read", "axi_write", "engine_regs", "fetch", "unit_queue"],
    "units.py": ["compute_agu", "load_align", "requant_lane"],
    "random_programs.py": ["engine_top"],
    "uart_link_tb.sv": ["uart_link"],
    "memory_tb.sv": ["axi_mux", "axi_ram", "link_bus", "sdram_ctrl", "sdram_pins"],
    "../e2e/uart.py": ["ulx3s_top"],
}
# What drives a module without naming it: it speaks to the top of a Verilated engine or board.
UNNAMED = {"random_programs.py", "../e2e/uart.py"}
# Modules that a parent's bench covers whole, and why that is enough.
BY_PARENT = {
    "mac_lane": {"adder_tree": "each product of a lane is a leaf of it, weights of four bits those of both kinds",
                 "parted_tree": "low and high bytes of a word, and bytes that all count alike"},
    "load_align": {"byte_shift": "each lane of a run's first byte beside each of its block's"},
    "compute_agu": {"compute_steps": "its steps are half of what the bench of the address generator compares"},
    "engine_top": {
        "act_memory": "all of it is compared at the end of each program, and its ports contend",
        "burst_split": "AxiMemory checks each burst: length, 4 KiB, order; guard bytes lie around each run",
        "compute_unit": "an instruction is what it does",
        "load_unit": "an instruction is what it does",
        "load_write": "each byte of ACT, WGT and PRM that it writes is read again",
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
    "uart_link": {
        "crc32_byte": "each frame in and out is held to Python's CRC, and each damaged one is refused",
        "frame_rx": "frames of each request, damaged in each way, and noise between them",
        "frame_tx": "answers are compared byte for byte, with those that need escapes",
        "link_exec": "a model in Python answers each request, good or bad, once or again",
        "packet_fifo": "six requests at once, and ones that are rolled back",
        "uart_rx": "bytes at three rates, 2 % off, and without a stop bit",
        "uart_tx": "the bench samples its pin, stop bits included",
    },
    "ulx3s_top": {"ulx3s_clock": "the simulated board's clock and reset go through it; its PLL is for the place and route tests"},
}
# Constants, and a lone register.
NO_LOGIC = {"engine_pkg", "cut", "twin"}


def find_below(name, texts):
    """The modules that `name` instantiates, and those below them."""
    below, waiting = set(), [name]
    while waiting:
        text = texts.get(waiting.pop(), "")
        for child in set(texts) - below:
            if re.search(rf"^ *{child} (#\(|u_)", text, re.M):
                below.add(child)
                waiting.append(child)
    return below


def main():
    rtl = Path(sys.argv[1]) if len(sys.argv) > 1 else RTL
    shell = Path(sys.argv[2]) if len(sys.argv) > 2 else RTL.parent / "shell"
    here = Path(__file__).resolve().parent
    texts = {path.stem: path.read_text() for folder in (rtl, shell) for path in folder.glob("*.sv")}
    own = {module for modules in OWN.values() for module in modules}
    by_parent = {module for modules in BY_PARENT.values() for module in modules}
    problems = [f"{script}: does not say {module}" for script, modules in OWN.items() for module in modules
                if script not in UNNAMED and module.removesuffix("_lane") not in (here / script).read_text()]
    problems += [f"{parent}: has no bench of its own" for parent in BY_PARENT if parent not in own]
    problems += [f"{parent}: has no {module}" for parent, modules in BY_PARENT.items()
                 for module in sorted(set(modules) - find_below(parent, texts))]
    problems += [f"{module}.sv: no test drives it; add it to a bench" for module in sorted(set(texts) - NO_LOGIC - own - by_parent)]
    problems += [f"{module}: there is no such module" for module in sorted((own | by_parent) - set(texts))]
    print("\n".join(problems) or f"{len(own)} modules have benches of their own, {len(by_parent)} are covered by their parent's")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
