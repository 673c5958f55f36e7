# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random well-formed programs: random work on random places, with just the tokens that its hazards need."""

import numpy as np

from isa import INT4_WEIGHTS, INT16, INT16_IN, INT16_OUT, LOAD, STORE, TABLES, UNITS, Instruction, Machine

PROGRAM_AT, CONST_AT, ARENA_AT = 0x1000, 0x8000, 0x60000
CONST_SIZE, MEMORY = 0x50000, 0xC0000
GUARD = 256  # bytes around the arena that no one writes


class Builder:
    """Adds instructions in program order, runs each on the oracle and gives it the tokens it needs."""

    def __init__(self, config, random, arena_size):
        self.c, self.r = config, random
        self.memory = random.integers(0, 256, MEMORY, np.uint8)
        self.arena = (ARENA_AT, arena_size)
        self.const = (CONST_AT, CONST_SIZE)
        self.plant_parameters()
        self.initial = self.memory.copy()
        self.machine = Machine(config, self.memory, [self.const, self.arena])
        self.program = []
        self.touched = {}  # (space, "r" or "w", unit) → index of the last toucher, by address
        self.synced = np.full((3, 3), -1)  # [src, dst]: program index that dst has seen the end of
        self.tokens = np.zeros((3, 3), int)

    def plant_parameters(self):
        """A block of PRM entries with shifts that give results of all sizes."""
        count = self.c.PRM_WORDS * self.c.PK
        prm = np.zeros((count, 8), np.uint8)
        prm[:, :4] = self.r.integers(-60000, 60000, count).astype(np.int32)[:, None].view(np.uint8)
        wild = self.r.random(count) < 0.1
        prm[wild, :4] = self.r.integers(0, 256, (wild.sum(), 4))
        prm[:, 4:6] = self.r.integers(0, 32768, count).astype(np.uint16)[:, None].view(np.uint8)
        prm[:, 6] = self.r.integers(16, 28, count)
        prm[wild, 6] = self.r.integers(2, 48, wild.sum())
        self.memory[CONST_AT : CONST_AT + prm.size] = prm.ravel()

    def size_of(self, space):
        return {"act": self.c.ACT_BYTES, "wgt": self.c.WGT_WORDS, "prm": self.c.PRM_WORDS, "lut": TABLES, "dram": MEMORY}[space]

    def last(self, space, kind, unit):
        key = (space, kind, unit)
        if key not in self.touched:
            self.touched[key] = np.full(self.size_of(space), -1)
        return self.touched[key]

    def add(self, instruction):
        self.machine.run(instruction)
        unit, index = UNITS[instruction.name], len(self.program)
        reads = {s: np.array(sorted(a) if isinstance(a, set) else a, int) for s, a in self.machine.reads.items()}
        writes = {s: np.array(a, int) for s, a in self.machine.writes.items()}
        for other in {0, 1, 2} - {unit}:
            latest = -1
            for accesses, kinds in ((reads, "w"), (writes, "rw")):
                for space, where in accesses.items():
                    for kind in kinds:
                        if len(where):
                            latest = max(latest, self.last(space, kind, other)[where].max())
            self.order(other, latest, instruction)
        for accesses, kind in ((reads, "r"), (writes, "w")):
            for space, where in accesses.items():
                self.last(space, kind, unit)[where] = index
        self.program.append(instruction)

    def order(self, src, index, instruction):
        """`instruction`, about to be added, begins after instruction `index` of unit `src` has ended."""
        dst = instruction.unit
        if index <= self.synced[src, dst]:
            return
        self.synced[src, dst] = index
        self.program[index].signal |= 1 << dst
        instruction.wait |= 1 << src

    def code(self):
        return b"".join(i.encode() for i in [*self.program, Instruction("END")])


class Generator(Builder):
    """Instructions with random fields that stay within memory and do not depend on the pipeline's depth."""

    def pick(self, low, high):
        """An integer of low … high, the ends more often than not."""
        draw = self.r.random()
        if draw < 0.15:
            return low
        if draw < 0.25:
            return high
        return int(self.r.integers(low, high + 1))

    def small(self, low, high):
        """Mostly near low."""
        return min(high, low + int(self.r.exponential(max(1, (high - low) / 4))))

    @property
    def chunks(self):
        return self.c.ACT_BYTES // self.c.PK

    @property
    def ratio(self):
        return self.c.PC // self.c.PK

    def word_chunk(self, limit=None):
        return int(self.r.integers(0, (limit or self.chunks) // self.ratio)) * self.ratio

    def word_step(self, words):
        return words * self.ratio

    def load_act(self):
        base = int(self.r.integers(0, 2))
        _, size = (self.const, self.arena)[base]
        ny, nx = self.small(1, 9), self.small(1, 12)
        length = self.small(1, 60) if self.r.random() < 0.8 else self.pick(1, min(700, self.c.ACT_BYTES // 4))
        words = -(-length // self.c.PC)
        stride_x = self.pick(-length, 2 * length)
        row = self.pick(1, 3 * length + nx * abs(stride_x))
        pos0 = self.pick(-length - 5, length)
        stride_y = self.pick(-row, 2 * row)
        room = (ny - 1) * abs(stride_y) + row
        if room >= size:
            return
        offset = self.pick(0, size - room) + (ny - 1) * max(0, -stride_y)
        self.add(Instruction(
            "LOAD_ACT", base=base, fill=self.pick(-128, 127), dst=self.word_chunk(), offset=offset, ny=ny, nx=nx,
            len=length, stride_y=stride_y, stride_x=stride_x, pos0=pos0, row_len=row,
            dst_step_y=self.word_step(self.pick(0, nx * words + 2)), dst_step_x=self.word_step(self.pick(0, words + 1))))

    def load_table(self, name, words, bytes_a_word, plantable):
        count = self.small(1, min(words, 24))
        limit = CONST_SIZE - count * bytes_a_word
        offset = int(self.r.integers(0, limit // 8)) * 8
        if plantable:
            offset = int(self.r.integers(0, words - count + 1)) * bytes_a_word
        self.add(Instruction(name, dst=int(self.r.integers(0, words)), offset=offset, count=count))

    def load_wgt(self):
        self.load_table("LOAD_WGT", self.c.WGT_WORDS, self.c.PK * self.c.PC, False)

    def load_prm(self):
        self.load_table("LOAD_PRM", self.c.PRM_WORDS, self.c.PK * 8, True)

    def load_lut(self):
        count = self.small(1, 3)
        offset = int(self.r.integers(0, (CONST_SIZE - 256 * count) // 8)) * 8
        dst = int(self.r.integers(0, TABLES - count + 1))
        self.add(Instruction("LOAD_LUT", base=0, dst=dst, offset=offset, count=count))

    def store(self):
        _, size = self.arena
        ny, nx = self.small(1, 9), self.small(1, 12)
        length = self.small(1, 60) if self.r.random() < 0.8 else self.pick(1, min(700, self.c.ACT_BYTES // 4))
        words = -(-length // self.c.PC)
        stride_x, stride_y = self.pick(-length, 2 * length), self.pick(-100, 300)
        down = (ny - 1) * max(0, -stride_y) + (nx - 1) * max(0, -stride_x)
        up = (ny - 1) * max(0, stride_y) + (nx - 1) * max(0, stride_x) + length
        if down + up >= size:
            return
        self.add(Instruction(
            "STORE", base=1, src=self.word_chunk(), offset=self.pick(down, size - up), ny=ny, nx=nx, len=length,
            stride_y=stride_y, stride_x=stride_x, src_step_y=self.word_step(self.pick(0, nx * words + 2)),
            src_step_x=self.word_step(self.pick(0, words + 1))))

    def place(self, extent):
        """A first chunk for an area of `extent` chunks."""
        return int(self.r.integers(0, max(1, self.chunks - extent)))

    def compute(self, name):
        conv = name == "CONV"
        kh, kw = (1, 1) if name == "ADD" else self.r.choice([1, 1, 2, 3, 3, 4, 5, 7], 2).tolist()
        ci = self.small(1, 5) if conv else 1
        types = 0
        if self.c.INT16 and self.r.random() < 0.6:
            types = int(self.r.choice([INT16, INT16, INT16_IN, INT16_OUT])) if conv else INT16
        if conv and types & INT16_OUT and self.r.random() < 0.2:
            kh = kw = ci = 1  # outputs of a step, which wait for the second chunk of the one before
        groups, oh, ow = self.small(1, 4), self.small(1, 9), self.small(1, 9)
        stride_x, dil_x = self.small(1, 3), self.small(1, 3)
        if name == "DEPTHWISE" and self.r.random() < 0.6:
            # What slides a window over the input, and its neighbours.
            kh = kw = 3
            stride_x = dil_x * int(self.r.choice([1, 1, 2, 2, 3]))
        # Half of the tensor at most, so that input and output have room side by side.
        pixel = ci * self.ratio if conv else -(-groups // self.ratio) * self.ratio
        f = dict(groups=groups, ci=ci, oh=oh, ow=ow, kh=kh, kw=kw, stride_y=self.small(1, 3), stride_x=stride_x,
                 dil_y=self.small(1, 3), dil_x=dil_x, pad=self.pick(-128, 127), zo=self.pick(-128, 127))
        if types:
            f["types"] = types
        wide = types & INT16_OUT
        if self.r.random() < 0.3 and not wide:
            f["t"] = int(self.r.integers(1, TABLES + 1))
        least = -32768 if wide else -128
        f["lo"] = self.pick(least, 0) if self.r.random() < 0.5 else least
        f["hi"] = self.pick(f["lo"], -least - 1) if self.r.random() < 0.5 else -least - 1
        if wide:
            f.update(lo_high=f["lo"] >> 8, hi_high=f["hi"] >> 8, lo=f["lo"] % 256, hi=f["hi"] % 256)
        f["pad_y"], f["pad_x"] = self.small(0, (kh - 1) * f["dil_y"] + 1), self.small(0, (kw - 1) * f["dil_x"] + 1)
        f["ih"] = self.pick(0, (oh - 1) * f["stride_y"] + (kh - 1) * f["dil_y"] + 1)
        f["iw"] = self.pick(0, (ow - 1) * f["stride_x"] + (kw - 1) * f["dil_x"] + 1)
        row = max(1, f["iw"]) * pixel
        if name == "ADD":
            row = ow * pixel
            f.update(pad_y=0, pad_x=0, stride_y=1, stride_x=1, dil_y=1, dil_x=1)
            f.update(ma=self.pick(0, 32767), mb=self.pick(0, 32767), b_step_oy=row, b_step_ox=pixel)
        else:
            f.update(x_step_ky=row * f["dil_y"], x_step_kx=pixel * f["dil_x"])
        f.update(x_step_oy=row * f["stride_y"], x_step_ox=pixel * f["stride_x"])
        if kh == kw == 3 and stride_x > dil_x and self.r.random() < 0.3:
            # Positions that move on faster than addresses.
            f.update(x_step_ox=pixel * dil_x)
        in_extent = (oh if name == "ADD" else max(1, f["ih"])) * row
        out_pixel = -(-groups // self.ratio) * self.ratio + self.word_step(self.small(0, 2))
        out_row = ow * out_pixel + self.word_step(self.small(0, 2))
        f.update(o_step_ox=out_pixel, o_step_oy=out_row)
        if in_extent * (2 if name == "ADD" else 1) + oh * out_row + 2 * self.ratio > self.chunks:
            return
        self.add_compute(name, f, in_extent, oh * out_row)

    def add_compute(self, name, f, in_extent, out_extent):
        """Places input and output apart, the order at random, the rest of the scratchpad around them."""
        operands = 2 if name == "ADD" else 1
        spare = self.chunks - operands * in_extent - out_extent
        align = self.ratio
        start = self.pick(0, spare // align - 1) * align if spare >= 2 * align else 0
        areas = [("x", in_extent), ("o", out_extent)] + ([("b", in_extent)] if operands == 2 else [])
        self.r.shuffle(areas)
        at, places = start, {}
        for area, extent in areas:
            places[area] = at
            at = -(-(at + int(extent)) // align) * align
        if at > self.chunks:
            return
        if name == "ADD" and self.r.random() < 0.3:
            # In place: each chunk of the result over its own operand.
            f.update(o_step_oy=f["x_step_oy"], o_step_ox=f["x_step_ox"])
            places["o"] = places["x"]
        x = places["x"] - (0 if name == "ADD" else self.padding(f))
        taps = f["kh"] * f["kw"]
        words = taps * f["ci"] if name == "CONV" else -(-taps // self.c.PC)
        if name == "CONV" and self.c.INT4 and "types" not in f and self.r.random() < 0.5:
            f["types"] = INT4_WEIGHTS
        pairs = name == "CONV" and f.get("types", 0) & (INT4_WEIGHTS | INT16_OUT)
        if name in ("CONV", "DEPTHWISE") and words * (-(-f["groups"] // 2) if pairs else f["groups"]) > self.c.WGT_WORDS:
            return
        flags = int(name == "DEPTHWISE" and self.r.random() < 0.3)
        if operands == 2:
            f["b"] = places["b"]
        self.add(Instruction(name, flags=flags, x=x, o=places["o"], w=int(self.r.integers(0, self.c.WGT_WORDS)),
                             p=int(self.r.integers(0, self.c.PRM_WORDS)), **f))

    @staticmethod
    def padding(f):
        """Chunks from input (0, 0) back to the first tap of output (0, 0)."""
        return f["pad_y"] * (f["x_step_ky"] // f["dil_y"]) + f["pad_x"] * (f["x_step_kx"] // f["dil_x"])

    def fill_all(self):
        """Puts known bytes everywhere."""
        rows, length = self.c.ACT_BYTES // 4096, 4096
        self.add(Instruction("LOAD_ACT", ny=rows, nx=1, len=length, stride_y=length, row_len=length,
                             dst_step_y=length // self.c.PK))
        self.add(Instruction("LOAD_WGT", offset=8 * int(self.r.integers(0, 100)), count=self.c.WGT_WORDS))
        self.add(Instruction("LOAD_PRM", count=self.c.PRM_WORDS))
        self.add(Instruction("LOAD_LUT", offset=8 * int(self.r.integers(0, 100)), count=TABLES))

    def dump_all(self):
        """Shows all of ACT, behind what the other stores may reach."""
        rows, length = self.c.ACT_BYTES // 4096, 4096
        self.add(Instruction("STORE", base=1, offset=self.arena[1] - self.c.ACT_BYTES, ny=rows, nx=1, len=length,
                             stride_y=length, src_step_y=length // self.c.PK))

    def generate(self, count, favour):
        names = ["CONV", "CONV", "DEPTHWISE", "ADD", "MAXPOOL", *[favour] * 8]
        kinds = [self.load_act, self.load_act, self.load_wgt, self.load_prm, self.load_lut, self.store, self.store,
                 *(lambda name=name: self.compute(name) for name in names if name)]
        self.fill_all()
        for _ in range(count):
            kinds[int(self.r.integers(0, len(kinds)))]()
        self.dump_all()
        return self


def random_program(config, seed, count=20, favour=None):
    """`favour` names an operation of COMPUTE that most instructions are to be."""
    random = np.random.default_rng(seed)
    return Generator(config, random, config.ACT_BYTES + 0x8000).generate(count, favour)
