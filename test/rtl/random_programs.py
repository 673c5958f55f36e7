# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random programs on the Verilated engine against the oracle: all of DRAM must be equal, guard bytes included.

usage: random_programs.py MODELS [--config NAME...] [--seed N] [--count N] [--favour OPERATION] [--rtl FOLDER]
                          [--assert] [--dsp48e2]

Each program runs on a memory of random latency and bandwidth, most with random stalls. Says the seed of a failure.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import device
from isa import CONFIGS
from programs import MEMORY, PROGRAM_AT, random_program


def run_one(model, config, seed, favour):
    """The program, and None or what went wrong."""
    built = random_program(config, seed, favour=favour)
    random = np.random.default_rng(seed + 1)
    engine = device.Device(model, MEMORY, latency=int(random.integers(1, 60)),
                           bytes_per_cycle=int(random.choice([1, 3, 8, 8, 8])),
                           stall_seed=int(random.integers(1, 2**32)) if random.random() < 0.8 else 0)
    code = np.frombuffer(built.code(), np.uint8)
    for memory in (engine.memory, built.memory):
        memory[:] = built.initial if memory is engine.memory else memory
        memory[PROGRAM_AT : PROGRAM_AT + len(code)] = code
    engine.start((PROGRAM_AT, len(code)), [built.const, built.arena])
    try:
        error = engine.wait()
    except AssertionError as failure:
        return built, str(failure)
    if error != "none":
        return built, f"error {error}: {engine.report()}"
    if engine.read(device.TOKENS):
        return built, "tokens are left"
    counters = engine.counters()
    if counters["instructions"] != len(built.program):
        return built, f"{counters['instructions']} of {len(built.program)} instructions counted"
    different = np.nonzero(engine.at_done != built.memory)[0]
    engine.close()
    if len(different):
        dump = built.arena[0] + built.arena[1] - config.ACT_BYTES
        return built, (f"{len(different)} bytes differ, first at {different[0]:#x}"
                       + (f" (ACT {different[0] - dump:#x})" if different[0] >= dump else ""))
    return built, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("--config", nargs="*", default=list(CONFIGS), choices=list(CONFIGS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--favour", choices=["CONV", "DEPTHWISE", "ADD", "MAXPOOL"])
    parser.add_argument("--rtl", type=Path)
    parser.add_argument("--assert", dest="flags", action="append_const", const="--assert", default=[],
                        help="with the RTL's assertions")
    parser.add_argument("--dsp48e2", dest="flags", action="append_const", const="--dsp48e2",
                        help="with UltraScale+'s multipliers")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.config:
        config = CONFIGS[name]
        model = device.build(config, arguments.models, arguments.rtl, *arguments.flags)
        kinds = Counter()
        for seed in range(arguments.seed, arguments.seed + arguments.count):
            built, problem = run_one(model, config, seed, arguments.favour)
            kinds.update(i.name for i in built.program)
            if problem:
                print(f"FAILED {name}, seed {seed}: {problem}")
                if arguments.verbose:
                    for index, instruction in enumerate(built.program):
                        print(index, instruction)
                return 1
        print(f"{name}: {arguments.count} programs equal, "
              + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
