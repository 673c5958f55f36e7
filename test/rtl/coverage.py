# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Functional coverage of the random programs: which instruction has waited for what.

usage: coverage.py MODELS [--config NAME...] [--count N]

Runs random programs on memories of random latency, bandwidth and stalls, and reads the counters at the end of each
instruction. A bin is an instruction with its types and a cause; its number is in how many of them the unit's counter of
that cause went up. Prints them all, and fails where a bin that can be reached is empty, or one that cannot is not.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import device
from isa import COMPUTE, CONFIGS, INT4_WEIGHTS, INT16, INT16_IN, INT16_OUT, LOAD, OPCODES, STORE, UNITS
from programs import MEMORY, PROGRAM_AT, random_program

PREFIX = {LOAD: "load", COMPUTE: "compute", STORE: "store"}
CAUSES = ["none", "token", "memory", "port", "requant"]
# By instruction the causes that its unit can wait for. WGT, PRM and the tables have a write port of their own; only a window reads
# without a step.
REACHABLE = {
    "LOAD_ACT": {"token", "memory", "port"}, "LOAD_WGT": {"token", "memory"}, "LOAD_PRM": {"token", "memory"},
    "LOAD_LUT": {"token", "memory"},
    "CONV": {"token"}, "DEPTHWISE": {"token", "port"}, "ADD": {"token"}, "MAXPOOL": {"token"},
    "STORE": {"token", "memory", "port"},
}
TYPES = {0: "", INT4_WEIGHTS: " int4", INT16: " int16", INT16_IN: " of int16", INT16_OUT: " to int16"}
# No STORE ends without waiting for its last response.
ALWAYS_WAITS = {"STORE"}


def rows(config):
    """The rows of the table, by name, with the causes that can be reached."""
    found = {}
    for name, causes in REACHABLE.items():
        compute, conv = UNITS[name] == COMPUTE, name == "CONV"
        for types, suffix in TYPES.items():
            if types and not (conv or (compute and types == INT16)) or not (config.INT4 if types == INT4_WEIGHTS else config.INT16 or not types):
                continue
            # Where requantize takes several cycles for a chunk, outputs of few steps wait for it; CONV's by weights of
            # four bits, or of 16 bits, are two chunks.
            slow = config.RQ_CYCLES > 1 if compute else False
            found[name + suffix] = causes | ({"requant"} if slow or (conv and types in (INT4_WEIGHTS, INT16, INT16_OUT)) else set())
    return found


def run(model, config, seed):
    """The program's instructions and, for each, the counters at its end."""
    built = random_program(config, seed, favour="DEPTHWISE" if seed % 3 == 0 else None)
    random = np.random.default_rng(seed)
    engine = device.Device(model, MEMORY, latency=int(random.integers(1, 60)), bytes_per_cycle=int(random.choice([1, 3, 8])),
                           stall_seed=int(random.integers(0, 3)))
    code = np.frombuffer(built.code(), np.uint8)
    engine.memory[:] = built.initial
    engine.memory[PROGRAM_AT : PROGRAM_AT + len(code)] = code
    engine.trace(len(built.program))
    engine.start((PROGRAM_AT, len(code)), [built.const, built.arena])
    assert engine.wait() == "none", engine.report()
    marks = engine.marks().copy()
    engine.close()
    assert len(marks) == len(built.program), f"seed {seed}: {len(marks)} of {len(built.program)} ends"
    return built.program, marks


def count(program, marks, bins):
    before = {unit: np.zeros(len(device.COUNTER_NAMES), np.int64) for unit in PREFIX}
    for mark in marks:
        unit, instruction = int(mark["unit"]), program[mark["instruction"]]
        assert instruction.unit == unit, f"{instruction.name} ended in unit {unit}"
        name = instruction.name + (TYPES[instruction.types] if unit == COMPUTE else "")
        grown = dict(zip(device.COUNTER_NAMES, mark["counters"].astype(np.int64) - before[unit]))
        before[unit] = mark["counters"].astype(np.int64)
        waits = {cause for cause in CAUSES[1:] if grown.get(f"{PREFIX[unit]}_{cause}", 0)}
        # LOAD's next instruction may wait while this one is at work; not when LOAD was idle longer.
        if unit == LOAD and grown["load_token"] <= grown["load_busy"]:
            waits.discard("token")
        bins.update((name, cause) for cause in waits or {"none"})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("--config", nargs="*", default=["tiny", "16x8", "8x4", "4x4-int16"], choices=list(CONFIGS))
    parser.add_argument("--count", type=int, default=160)
    arguments = parser.parse_args()
    assert set(REACHABLE) == set(OPCODES) - {"END"}, "an instruction has no row of REACHABLE"
    failed = 0
    for config in arguments.config:
        model = device.build(CONFIGS[config], arguments.models)
        bins = Counter()
        for seed in range(1, arguments.count + 1):
            count(*run(model, CONFIGS[config], seed), bins)
        print(f"{config:18}" + "".join(f"{cause:>10}" for cause in CAUSES))
        for name, causes in rows(CONFIGS[config]).items():
            wanted = causes if name in ALWAYS_WAITS else causes | {"none"}
            print(f"  {name:16}" + "".join(f"{bins[name, c] if c in wanted or bins[name, c] else '-':>10}" for c in CAUSES))
            for cause in CAUSES:
                if bool(bins[name, cause]) != (cause in wanted):
                    print(f"FAILED {config}: {name} {'never' if cause in wanted else 'should never have'} waited for {cause}")
                    failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
