# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cycles of hand-made programs, beside what the multipliers would need at least; of int16 twice those of int8.

usage: bench.py MODELS
"""

import sys

import numpy as np

import device
from isa import COMPUTE, CONFIGS, INT16, LOAD, STORE, Instruction, Machine

CONST, ARENA, PROGRAM = (0x10000, 0x40000), (0x80000, 0x40000), 0x1000
MEMORY = 0x100000


def conv_program(config, size, kernel, inputs, outputs, types=0):
    """LOAD everything, one CONV, STORE; padding keeps the size."""
    pc, pk = config.PC, config.PK
    passes = outputs // pk
    if types == INT16:
        inputs, outputs = 2 * inputs, 2 * outputs  # bytes
    ci, groups = inputs // pc, outputs // pk
    row, out_row = size * inputs // pk, size * outputs // pk
    pad = kernel // 2
    out = size * row
    taps = kernel * kernel * ci
    program = [
        Instruction("LOAD_PRM", offset=0, count=passes),
        Instruction("LOAD_WGT", offset=0x1000, count=passes * taps),
        Instruction("LOAD_ACT", base=1, ny=size, nx=1, len=size * inputs, stride_y=size * inputs,
                    row_len=size * inputs, dst_step_y=row),
        Instruction("CONV", x=-pad * row - pad * ci * pc // pk, o=out, groups=groups, ci=ci, oh=size, ow=size, ih=size,
                    iw=size, kh=kernel, kw=kernel, stride_y=1, stride_x=1, pad_y=pad, pad_x=pad, dil_y=1, dil_x=1,
                    x_step_oy=row, x_step_ox=inputs // pk, x_step_ky=row, x_step_kx=inputs // pk, o_step_oy=out_row,
                    o_step_ox=groups, types=types, pad=3, zo=-7, lo=0 if types else -128, hi=255 if types else 127,
                    lo_high=-128 if types else 0, hi_high=127 if types else 0),
        Instruction("STORE", base=1, src=out, offset=0x20000, ny=size, nx=1, len=size * outputs,
                    stride_y=size * outputs, src_step_y=out_row),
    ]
    program[2].signal |= 1 << COMPUTE
    program[3].wait |= 1 << LOAD
    program[3].signal |= 1 << STORE
    program[4].wait |= 1 << COMPUTE
    return program, size * size * taps * passes


def parameters(random, words):
    prm = np.zeros((words, 8), np.uint8)
    prm[:, 0:4] = random.integers(-5000, 5000, words).astype(np.int32)[:, None].view(np.uint8)
    prm[:, 4:6] = random.integers(16384, 32768, words).astype(np.uint16)[:, None].view(np.uint8)
    prm[:, 6] = 24
    return prm.ravel()


def measure(model, config, name, program, ideal):
    random = np.random.default_rng(1)
    engine = device.Device(model, MEMORY)
    engine.memory[:] = random.integers(0, 256, MEMORY)
    prm = parameters(random, 256 * config.PK)
    engine.memory[CONST[0] : CONST[0] + min(len(prm), 0x1000)] = prm[:0x1000]
    code = b"".join(i.encode() for i in [*program, Instruction("END")])
    engine.memory[PROGRAM : PROGRAM + len(code)] = np.frombuffer(code, np.uint8)
    expected = engine.memory.copy()
    oracle = Machine(config, expected, [CONST, ARENA])
    for instruction in program:
        oracle.run(instruction)
    engine.start((PROGRAM, len(code)), [CONST, ARENA])
    error = engine.wait()
    assert error == "none", engine.report()
    assert np.array_equal(engine.memory, expected), f"{name}: wrong bytes"
    counters = engine.counters()
    engine.close()
    assert counters["mac_cycles"] == ideal, counters
    print(f"{name}: {counters['cycles']} cycles, compute {counters['compute_busy']} for {ideal} steps, "
          f"utilisation {ideal / counters['compute_busy']:.3f}")
    return counters


def main():
    config = CONFIGS["8x8"]
    model = device.build(config, sys.argv[1])
    for name, shape in {"conv 3x3 32x32x16-16": (32, 3, 16, 16), "conv 1x1 24x24x32-32": (24, 1, 32, 32)}.items():
        program, ideal = conv_program(config, *shape)
        counters = measure(model, config, name, program, ideal)
        # A drain and a start are all that an instruction may lose.
        assert counters["compute_busy"] - ideal <= 40, counters
    config = CONFIGS["16x8-int16"]
    model = device.build(config, sys.argv[1])
    for name, types in {"int8": 0, "int16": INT16}.items():
        name = f"conv 3x3 12x12x32-16 {name}"
        program, ideal = conv_program(config, 12, 3, 32, 16, types)
        assert ideal == 12 * 12 * 9 * 32 * 16 // (config.PC * config.PK) * (2 if types else 1)
        counters = measure(model, config, name, program, ideal)
        assert counters["compute_busy"] - ideal <= 40, counters


if __name__ == "__main__":
    main()
