# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Faulty programs: each stops the engine with the right error and index, writes nothing outside the arena, and leaves an
engine that runs the next program well.

usage: errors.py MODELS [--config NAME]
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

import numpy as np

import device
from isa import COMPUTE, CONFIGS, FIELDS, INT4_WEIGHTS, INT16, INT16_IN, INT16_OUT, LOAD, OPCODES, STORE, UNITS, Instruction
from programs import ARENA_AT, CONST_AT, MEMORY, PROGRAM_AT, random_program

ARENA_SIZE, CONST_SIZE = 0x1000, 0x8000
END = Instruction("END")
NAMES = {opcode: name for name, opcode in OPCODES.items()}


def load(**fields):
    return Instruction("LOAD_ACT", **{"base": 1, "ny": 1, "nx": 1, "len": 16, "row_len": 16, **fields})


def store(**fields):
    return Instruction("STORE", **{"base": 1, "ny": 1, "nx": 1, "len": 16, **fields})


def compute(name, **fields):
    ones = dict.fromkeys(["groups", "ci", "oh", "ow", "ih", "iw", "kh", "kw", "stride_y", "stride_x", "dil_y", "dil_x"], 1)
    return Instruction(name, **{**ones, "hi": 5, **fields})


GOOD = {"LOAD_ACT": load(), "LOAD_WGT": Instruction("LOAD_WGT", count=1), "LOAD_PRM": Instruction("LOAD_PRM", count=1),
        "LOAD_LUT": Instruction("LOAD_LUT", count=1),
        "STORE": store(), "END": END, **{name: compute(name) for name in ("CONV", "DEPTHWISE", "ADD", "MAXPOOL")}}


class Case:
    """One engine and how programs fare on it, one after the other."""

    def __init__(self, model, config, stall_seed):
        self.config = config
        self.thorough = config is CONFIGS["tiny"] and not stall_seed
        self.engine = device.Device(model, MEMORY, stall_seed=stall_seed)
        self.random = np.random.default_rng(stall_seed)
        self.engine.memory[:] = self.random.integers(0, 256, MEMORY)
        self.done = 0

    def start(self, program, arena=(ARENA_AT, ARENA_SIZE), size=None, watchdog=300):
        """program: Instructions or encoded bytes. Keeps what memory holds outside the arena."""
        code = b"".join(i if isinstance(i, bytes) else i.encode() for i in program)
        self.engine.memory[PROGRAM_AT : PROGRAM_AT + len(code)] = np.frombuffer(code, np.uint8)
        self.before = self.engine.memory.copy()
        self.arena = arena
        self.engine.start((PROGRAM_AT, len(code) if size is None else size), [(CONST_AT, CONST_SIZE), arena], watchdog)

    def finish(self, error, index):
        got = self.engine.wait(100_000)
        at = self.engine.read(device.ERROR_INDEX)
        assert (got, at) == (error, index), f"error {got} at {at}, expected {error} at {index}"
        status = self.engine.read(device.STATUS)
        assert status == (2 if error != "none" else 0), f"status {status}"
        bus = self.engine.read(device.BUS)
        assert bus == 0, f"bus {bus:#x} after done"
        first, size = self.arena
        changed = np.nonzero(self.engine.memory != self.before)[0]
        assert np.all((changed >= first) & (changed < first + size)), f"written outside the arena: {changed[0]:#x}"
        self.done += 1

    def fails(self, program, error, index, **options):
        self.start(program, **options)
        self.finish(error, index)

    def works(self, seed):
        """A random program still runs as it should."""
        built = random_program(self.config, seed, 8)
        self.engine.memory[:] = built.initial
        code = np.frombuffer(built.code(), np.uint8)
        for memory in (self.engine.memory, built.memory):
            memory[PROGRAM_AT : PROGRAM_AT + len(code)] = code
        self.engine.start((PROGRAM_AT, len(code)), [built.const, built.arena])
        error = self.engine.wait()
        assert error == "none", f"a good program after an error: {self.engine.report()}"
        assert np.array_equal(self.engine.memory, built.memory), f"a good program after an error, seed {seed}: wrong bytes"


def patched(instruction, byte, value):
    data = bytearray(instruction.encode())
    data[byte] = value
    return bytes(data)


def named_bytes(name):
    """Bytes of an instruction that may be other than zero."""
    fields = {k: v for k, v in FIELDS[name].items() if (k != "flags" or name == "DEPTHWISE") and "_high" not in k}
    if name in ("LOAD_WGT", "LOAD_PRM", "LOAD_LUT"):
        fields["count"] = (16, 2)
    named = {0} if name == "END" else {0, 1}
    return named.union(*(range(first, first + size) for first, size in fields.values()))


# Lists of dialects/Engine/Instructions.def, and the instructions with these fields.
FIELD_LISTS = {
    "LOAD_ACT": ["LOAD_ACT"], "LOAD_WORDS": ["LOAD_WGT", "LOAD_PRM"], "COMPUTE": ["CONV", "DEPTHWISE", "ADD", "MAXPOOL"],
    "STORE": ["STORE"]}
FIELD = re.compile(r"X\((u?)int(\d+)_t, *(\w+), *(\d+), *(\w+), *(\w+), *\w+\)")


def out_of_range():
    """(instruction, bytes of it with one field just below its least or above its greatest value)."""
    limit = lambda text, bits: {f"UINT{bits}_MAX": 2**bits - 1, f"INT{bits}_MAX": 2 ** (bits - 1) - 1,
                                f"INT{bits}_MIN": -(2 ** (bits - 1))}.get(text) if "_" in text else int(text)
    text = (device.ROOT / "dialects/Engine/Instructions.def").read_text()
    for block in text.split("#define SLUICE_ENGINE_")[1:]:
        names = FIELD_LISTS.get(block.split("_FIELDS")[0], [])
        for unsigned, bits, field, byte, least, greatest in FIELD.findall(block):
            bits, byte = int(bits), int(byte)
            bottom, top = (0, 2**bits - 1) if unsigned else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            least, greatest = limit(least, bits), limit(greatest, bits)
            for value in [least - 1] * (least > bottom) + [greatest + 1] * (greatest < top):
                for name in names:
                    data = bytearray(GOOD[name].encode())
                    data[byte : byte + bits // 8] = value.to_bytes(bits // 8, "little", signed=not unsigned)
                    yield name, bytes(data)


def illegal(case):
    """Reserved bits, fields out of range, unknown opcodes. Each is the second instruction; the third must not run."""
    tried = Counter()

    def check(data):
        data = data if isinstance(data, bytes) else data.encode()
        case.fails([load(), data, store(), END], "illegal", 1)
        assert np.array_equal(case.engine.memory, case.before), "something was written"
        tried[NAMES.get(data[0], "unknown")] += 1

    for name, instruction in GOOD.items():
        for byte in sorted(set(range(64)) - named_bytes(name)):
            for bit in range(8) if case.thorough else [int(case.random.integers(0, 8))]:
                check(patched(instruction, byte, 1 << bit))
    # Of types, only what goes together, where the engine has it; one of four bits or of one side of int16 only in CONV.
    for name in ("CONV", "DEPTHWISE", "ADD", "MAXPOOL"):
        legal = {INT16} if case.config.INT16 else set()
        if name == "CONV":
            legal |= ({INT4_WEIGHTS} if case.config.INT4 else set()) | ({INT16_IN, INT16_OUT} if case.config.INT16 else set())
        for types in range(1, 256) if case.thorough else (1, 2, 3, 4, 5, 8, 12, 16, 17, 18, 20, 21, 32, 33, 48, 49, 68, 81, 128):
            if types not in legal:
                check(compute(name, types=types))
        for types in legal:
            case.fails([load(), compute(name, types=types), store(), END], "none", 0)
            wide = types & INT16_OUT
            for byte, value in ((60, 1), (63, 1)) if wide else ((61, 1), (62, 128), (63, 1)):
                check(patched(compute(name, types=types), byte, value))
            if wide:
                case.fails([load(), compute(name, types=types, lo_high=-128, hi_high=127), store(), END], "none", 0)
    for opcode in sorted(set(range(256)) - set(OPCODES.values())):
        if case.thorough or opcode % 7 == 0:
            check(bytes([opcode]) + bytes(63))
    for name, unit in UNITS.items():
        for bits in (1 << unit, 16 << unit, 8, 128):
            check(patched(GOOD[name], 1, bits))
    for _, data in out_of_range():
        check(data)
    # What holds for some instructions with these fields only.
    check(Instruction("LOAD_WGT", count=1, offset=4))
    check(Instruction("LOAD_PRM", count=1, offset=1))
    check(Instruction("LOAD_WGT", count=65536))
    for name in ("CONV", "ADD", "MAXPOOL"):
        check(compute(name, flags=1))
    for name in ("DEPTHWISE", "ADD", "MAXPOOL"):
        check(compute(name, ci=2))
    check(compute("ADD", kh=2))
    check(compute("ADD", kw=2))
    check(compute("CONV", t=9))
    if case.config.PC != case.config.PK:
        check(load(dst=1))
        check(store(src=1))
    assert set(tried) == {*OPCODES, "unknown"}, tried
    case.fails([load(), load()], "illegal", 2)
    case.fails([], "illegal", 0)
    case.fails([load(), END], "illegal", 1, size=64)
    return tried


def fence(case):
    for index, wrong in enumerate([
        load(offset=ARENA_SIZE - 15), load(offset=ARENA_SIZE), load(offset=0xFFFFFFF8), load(ny=2, stride_y=-1),
        load(nx=3, stride_x=ARENA_SIZE // 2, row_len=2 * ARENA_SIZE), load(base=0, offset=CONST_SIZE - 8),
        Instruction("LOAD_WGT", offset=CONST_SIZE - 8, count=1), Instruction("LOAD_PRM", offset=CONST_SIZE, count=1),
        store(offset=ARENA_SIZE - 15), store(offset=0xFFFFFFFF), store(ny=3, stride_y=-64, offset=64),
        store(nx=2, stride_x=ARENA_SIZE)]):
        before = [load(), store(offset=64)][: index % 3]
        case.fails([*before, wrong, END], "fence", len(before))
    # The window keeps what lies outside the row from being read at all.
    case.fails([load(offset=ARENA_SIZE - 8, pos0=-8, row_len=8, len=40), END], "none", 0)
    # A run that ends with the arena, to the byte.
    case.fails([load(offset=ARENA_SIZE - 16), store(offset=ARENA_SIZE - 16), END], "none", 0)


def bus(case):
    beyond = (MEMORY - 64, 0x1000)
    case.fails([load(), load(offset=128), END], "bus", 1, arena=beyond)
    case.fails([load(), store(offset=128), END], "bus", 1, arena=beyond)
    case.fails([load(), store(len=300, offset=0), END], "bus", 1, arena=beyond)
    # Of three loads that are asked for together, the one at fault is named.
    case.fails([load(), load(offset=16), load(offset=80), load(), END], "bus", 2, arena=beyond)
    # The program itself lies outside memory.
    case.before, case.arena = case.engine.memory.copy(), beyond
    case.engine.start((MEMORY, 128), [beyond, beyond])
    case.finish("bus", 0)


def tokens(case):
    def signals(instruction, dst):
        instruction.signal = 1 << dst
        return instruction

    for _ in range(2):
        case.fails([signals(load(), COMPUTE) for _ in range(15)] + [END], "none", 0)
        assert case.engine.read(device.TOKENS) == 15
    case.fails([signals(load(), COMPUTE) for _ in range(16)] + [END], "token", 15)
    case.fails([signals(store(), LOAD) for _ in range(16)] + [END], "token", 15)
    case.fails([signals(compute("MAXPOOL"), STORE) for _ in range(16)] + [END], "token", 15)


def watchdog(case):
    for name, unit in UNITS.items():
        waiting = Instruction(name, **GOOD[name].fields)
        waiting.wait = 7 & ~(1 << unit)
        case.fails([load(), waiting, END], "watchdog", 1)
        last = case.engine.read(device.LAST_LOAD)
        assert last == 0, f"the last LOAD is {last}"


def abort(case):
    long_work = [load(), compute("MAXPOOL", oh=60, ow=60, kh=9, kw=9), store(ny=8, nx=8, stride_y=128, stride_x=16), END]
    for cycles in (1, 20, 40, 60, 80, 100, 150, 200, 250, 300, 350, 400):
        case.start(long_work)
        case.engine.step(cycles)
        case.engine.write(device.ABORT, 1)
        case.engine.wait(10_000)
        assert case.engine.read(device.ERROR) == 6
        assert case.engine.read(device.BUS) == 0
        case.done += 1


def registers(case):
    """The capability ROM, and ap_ctrl_chain to the letter."""
    engine, c = case.engine, case.config
    rom = [engine.read(device.CAPABILITY + 4 * i) for i in range(13)]
    fields = [c.PC, c.PK, c.ACT_BYTES, c.ACT_BANKS, c.WGT_WORDS, c.PRM_WORDS, c.AXI_BYTES]
    assert rom[:10] == [0x45434C53, 1, *fields, 1 | c.INT4 << 1 | c.INT16 << 2] and rom[12] == c.RQ_CYCLES, rom
    assert rom[10] | rom[11] << 32 == engine.api.configuration_hash
    assert engine.read(device.CTRL) == 4, "idle before the first start"
    engine.write_range(device.PROGRAM, 0x123456789A, 0x40)
    assert [engine.read(device.PROGRAM + 4 * i) for i in range(3)] == [0x3456789A, 0x12, 0x40]
    case.start([load(), END])
    engine.step(10_000)
    assert engine.read(device.CTRL) == 0b1110, "done, idle and ready stand until continue"
    assert engine.read(device.LAST_LOAD) == 0 and engine.read(device.LAST_LOAD + 4) == 0xFFFFFFFF
    engine.write(device.CTRL, 1)
    engine.step(1000)
    assert engine.read(device.CTRL) & 0b10011 == 0b00011, "a start before continue waits"
    engine.write(device.ISR, 1)
    engine.write(device.CTRL, 16)
    case.finish("none", 0)
    counters = engine.counters()
    assert counters["instructions"] == 1 and counters["bytes_read"] >= 16 + 64, counters


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("models", type=Path)
    parser.add_argument("--config", nargs="*", default=["tiny", "16x8", "4x4-int16"], choices=list(CONFIGS))
    arguments = parser.parse_args()
    for name in arguments.config:
        model = device.build(CONFIGS[name], arguments.models)
        for stall_seed in (0, 7):
            case = Case(model, CONFIGS[name], stall_seed)
            for number, part in enumerate([registers, illegal, fence, bus, tokens, watchdog, abort]):
                try:
                    tried = part(case)
                    case.works(number)
                except AssertionError as failure:
                    print(f"FAILED {name}, stalls {stall_seed}, {part.__name__}, program {case.done}: {failure}")
                    return 1
                if tried and case.thorough:
                    print(f"{part.__name__}: " + ", ".join(f"{n} {what}" for what, n in sorted(tried.items())))
            case.engine.close()
            print(f"{name}, stalls {stall_seed}: {case.done} programs ended as they should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
