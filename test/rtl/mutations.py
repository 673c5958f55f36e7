# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Plants faults in the RTL, one at a time; the random programs must find each.

usage: mutations.py WORK [--only N...]
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import device

RTL = device.ROOT / "targets/engine/rtl"
HERE = Path(__file__).resolve().parent
COUNT = 40  # programs that may pass before a mutation counts as missed

# (file, what stands there, what is planted)
MUTATIONS = [
    ("requant_lane.sv", "{{Near{1'b0}}, near7_q[0]}", "{(Near+1){1'b0}}"),
    ("requant_lane.sv", "sum8_q < lo ?", "sum8_q < lo + 13'sd2 ?"),
    ("compute_agu.sv", "iy_q < ih", "iy_q <= ih"),
    ("compute_steps.sv", "else if (is_conv_i || window_i || (&tap_q))", "else if (is_conv_i || window_i)"),
    ("mac_lane.sv", "{acc_q[MaxBits-1], acc_q[MaxBits-1:0]} - {total[MaxBits-1]", "{1'b0, acc_q[MaxBits-1:0]} - {1'b0"),
    ("requant_feed.sv", "if (pass_last) pass_q <= next", "if (pixel_last) pass_q <= next"),
    ("load_align.sv", "next_begins && straddles_q", "next_begins"),
    ("run_request.sv", "&& !walk_q && !fresh_q && valid_q[6:0] == '0;", "&& !walk_q && !fresh_q;"),
    ("store_align.sv", "(!last1_q || LANE_BITS'(i) <= final_lane_q)", "1'b1"),
    ("burst_split.sv", "last_q ? final_q : '1", "final_q"),
    ("skid.sv", "ready ? data_i : spare_q", "data_i"),
    ("token_counters.sv", "ok_o[2] <= (some[1] | ~wait_store_i[0]) &", "ok_o[2] <="),
    ("act_memory.sv", "!(compute_we_i && cw_bank == lw_bank)", "1'b1"),
    ("axi_write.sv", "assign idle_o        = count_q == '0;", "assign idle_o        = 1'b1;"),
    ("window_plan.sv", "&& stride_x == dil_x", ""),
    ("compute_steps.sv", "{1'b0, skip_i}", "2'd0"),
    ("tap_operands.sv", "ky == 1 ? middle_q", "ky == 1 ? upper_q"),
    ("mac_lane.sv", "- {4'd0, w[3]}", "- 5'd0"),
    ("adder_tree.sv", "right, carry[l*LEAVES + 2*c]}", "right, 1'b0}"),
    ("compute_steps.sv", "int4_i && !short_i", "int4_i"),
    ("mac_lane.sv", "x[7] && !is_low", "x[7]"),
    ("parted_tree.sv", "shift_i ? {odd, 8'd0}", "1'b0 ? {odd, 8'd0}"),
    ("mac_lane.sv", "{next_sum_i, 8'd0}", "{8'd0, next_sum_i}"),
    ("chunk_pack.sv", "&& !(second && alone_i)", ""),
    ("compute_unit.sv", "is_int16 ? 8'h00 : 8'h80", "8'h80"),
]
# The engines that show them: the tiny one, one with weights of four bits and few lanes of requantize, one with int16.
CONFIG = ["tiny"] * 16 + ["8x4"] * 4 + ["8x4-int16"] * 5


def mutate(number):
    """The text of a module with one fault."""
    name, old, new = MUTATIONS[number]
    text = (RTL / name).read_text()
    if text.count(old) != 1:
        sys.exit(f"mutation {number}: '{old}' stands {text.count(old)} times in {name}")
    return text.replace(old, new)


def plant(number, work):
    """A copy of the RTL with it."""
    folder = work / f"mutation{number}"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(RTL, folder)
    (folder / MUTATIONS[number][0]).write_text(mutate(number))
    return folder


def caught(number, work):
    rtl = plant(number, work)
    command = [sys.executable, HERE / "random_programs.py", rtl / "models", "--rtl", rtl, "--config", CONFIG[number],
               "--count", str(COUNT)]
    # Programs of all operations, then some that slide windows most of the time.
    for favour in ([], ["--favour", "DEPTHWISE"]):
        result = subprocess.run(command + favour, capture_output=True, text=True)
        if result.returncode:
            break
    shutil.rmtree(rtl)
    lines = (result.stdout + result.stderr).strip().splitlines()
    return result.returncode == 1 and lines and lines[-1].startswith("FAILED"), lines[-1] if lines else "no output"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", type=int, nargs="*", default=range(len(MUTATIONS)))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for number in range(len(MUTATIONS)):  # also those that do not run now
        mutate(number)
    missed = 0
    for number in arguments.only:
        ok, line = caught(number, arguments.work.resolve())
        missed += not ok
        name, old, new = MUTATIONS[number]
        print(f"{'caught' if ok else 'MISSED'} {number}: {name}: {old} -> {new}: {line}", flush=True)
    print(f"{len(arguments.only) - missed} of {len(arguments.only)} mutations caught")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
