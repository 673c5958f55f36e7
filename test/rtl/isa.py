# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""docs/spec/engine-isa.md in numpy: encoding, and a machine that runs instructions one after the other.

An oracle for the RTL that shares no code with the compiler.
"""

from dataclasses import dataclass

import numpy as np

LOAD, COMPUTE, STORE = 0, 1, 2
OPCODES = {
    "LOAD_ACT": 0x01, "LOAD_WGT": 0x02, "LOAD_PRM": 0x03, "LOAD_LUT": 0x04, "CONV": 0x10, "DEPTHWISE": 0x11, "ADD": 0x12,
    "MAXPOOL": 0x13, "STORE": 0x20, "END": 0x3F,
}
UNITS = {"LOAD_ACT": LOAD, "LOAD_WGT": LOAD, "LOAD_PRM": LOAD, "LOAD_LUT": LOAD, "CONV": COMPUTE, "DEPTHWISE": COMPUTE,
         "ADD": COMPUTE, "MAXPOOL": COMPUTE, "STORE": STORE}

# name: (first byte, bytes)
_RUNS = {"offset": (8, 4), "base": (12, 1), "ny": (16, 2), "nx": (18, 2), "len": (20, 2), "stride_y": (24, 4),
         "stride_x": (28, 4)}
_COPY = {"dst": (4, 4), "offset": (8, 4), "base": (12, 1), "count": (16, 4)}
_COMPUTE = {
    "types": (2, 1), "flags": (3, 1), "x": (4, 4), "o": (8, 4), "b": (12, 4), "w": (16, 2), "p": (18, 2), "groups": (20, 2),
    "ci": (22, 2), "oh": (24, 2), "ow": (26, 2), "ih": (28, 2), "iw": (30, 2), "kh": (32, 1), "kw": (33, 1),
    "stride_y": (34, 1), "stride_x": (35, 1), "pad_y": (36, 1), "pad_x": (37, 1), "dil_y": (38, 1), "dil_x": (39, 1),
    "x_step_oy": (40, 2), "x_step_ox": (42, 2), "x_step_ky": (44, 2), "x_step_kx": (46, 2), "o_step_oy": (48, 2),
    "o_step_ox": (50, 2), "pad": (52, 1), "zo": (53, 1), "lo": (54, 1), "hi": (55, 1), "ma": (56, 2), "mb": (58, 2),
    "t": (60, 1), "lo_high": (61, 1), "hi_high": (62, 1),
}
FIELDS = {
    "LOAD_ACT": {"fill": (3, 1), "dst": (4, 4), **_RUNS, "pos0": (32, 4), "row_len": (36, 4), "dst_step_y": (40, 2),
                 "dst_step_x": (42, 2)},
    "LOAD_WGT": _COPY, "LOAD_PRM": _COPY, "LOAD_LUT": _COPY,
    "CONV": _COMPUTE, "DEPTHWISE": _COMPUTE, "MAXPOOL": _COMPUTE,
    "ADD": {**_COMPUTE, "b_step_oy": (44, 2), "b_step_ox": (46, 2)},
    "STORE": {"src": (4, 4), **_RUNS, "src_step_y": (40, 2), "src_step_x": (42, 2)},
    "END": {},
}


TABLES = 8
# Values of types.
INT4_WEIGHTS, INT16_IN, INT16_OUT = 1 << 2, 1 << 0, 1 << 4
INT16 = INT16_IN | INT16_OUT


@dataclass
class Config:
    """Parameters of an engine; attribute names are those of the specification."""

    PC: int
    PK: int
    ACT_BYTES: int
    ACT_BANKS: int
    WGT_WORDS: int
    PRM_WORDS: int
    AXI_BYTES: int = 8
    RQ_CYCLES: int = 1
    INT4: int = 0
    INT16: int = 0

    def arguments(self):
        return [f"{name}={value}" for name, value in vars(self).items()]


CONFIGS = {
    "4x4": Config(4, 4, 32768, 8, 1024, 256),
    "8x8": Config(8, 8, 131072, 8, 1024, 256, INT4=1),
    "16x8": Config(16, 8, 131072, 8, 512, 256, INT4=1),
    "tiny": Config(4, 4, 4096, 4, 128, 32),
    "16x8-int8": Config(16, 8, 16384, 4, 256, 64),
    "8x4": Config(8, 4, 8192, 4, 256, 64, RQ_CYCLES=4, INT4=1),
    "4x4-int16": Config(4, 4, 4096, 4, 128, 32, INT4=1, INT16=1),
    "16x8-int16": Config(16, 8, 16384, 4, 256, 64, INT16=1),
    "8x4-int16": Config(8, 4, 8192, 4, 256, 64, RQ_CYCLES=2, INT4=1, INT16=1),
}


class Instruction:
    """An opcode by name, fields by name (0 where not given), wait and signal masks."""

    def __init__(self, name, **fields):
        self.name, self.fields = name, fields
        self.wait = self.signal = 0

    def __getattr__(self, field):
        if field in FIELDS[self.name]:
            return self.fields.get(field, 0)
        raise AttributeError(field)

    @property
    def unit(self):
        return UNITS[self.name]

    def encode(self):
        data = bytearray(64)
        data[0] = OPCODES[self.name]
        data[1] = self.wait | self.signal << 4
        for field, value in self.fields.items():
            first, size = FIELDS[self.name][field]
            data[first : first + size] = (int(value) % 256**size).to_bytes(size, "little")
        return bytes(data)

    def __repr__(self):
        fields = " ".join(f"{k}={v}" for k, v in self.fields.items() if v)
        return f"{self.name} wait={self.wait:03b} signal={self.signal:03b} {fields}"


def requantize(acc, m, s, zo, lo, hi):
    """docs/spec/integers.md, section 3, on int64 arrays that hold int32 values."""
    s = s.astype(np.int64)
    return np.clip(((acc * m + (np.int64(1) << (s - 1))) >> s) + zo, lo, hi)


def wrap32(acc):
    return (acc + 2**31) % 2**32 - 2**31


class Machine:
    """The engine's state and DRAM. `memory` is changed in place; bases are (address, size)."""

    def __init__(self, config, memory, bases):
        self.c, self.memory, self.bases = config, memory, bases
        self.act = np.zeros(config.ACT_BYTES, np.uint8)
        self.wgt = np.zeros((config.WGT_WORDS, config.PK, config.PC), np.int8)
        self.prm = np.zeros((config.PRM_WORDS, config.PK, 8), np.uint8)
        self.lut = np.zeros((TABLES, 256), np.uint8)
        self.reads, self.writes = {}, {}  # of the last instruction: space → addresses

    def run(self, instruction):
        self.reads, self.writes = {}, {}
        getattr(self, instruction.name.lower())(instruction)

    # LOAD and STORE.
    def runs(self, i, local, step_y, step_x):
        """(ACT byte, y, x) of each run."""
        for y in range(i.ny):
            for x in range(i.nx):
                yield (local + y * step_y + x * step_x) * self.c.PK, y, x

    def load_act(self, i):
        begin, size = self.bases[i.base]
        padded = -(-i.len // self.c.PC) * self.c.PC
        b = np.arange(padded)
        read, written = [], []
        for act, y, x in self.runs(i, i.dst, i.dst_step_y, i.dst_step_x):
            p = (i.pos0 + x * i.stride_x + b + 2**31) % 2**32 - 2**31
            wanted = (b < i.len) & (p >= 0) & (p < i.row_len)
            where = begin + (i.offset + y * i.stride_y + np.where(wanted, p, 0)) % 2**32
            assert np.all((where[wanted] >= begin) & (where[wanted] < begin + size)), "fence"
            to = (act + b) % self.c.ACT_BYTES
            self.act[to] = np.where(wanted, self.memory[np.where(wanted, where, 0)], i.fill % 256)
            read.append(where[wanted])
            written.append(to)
        self.reads["dram"] = np.concatenate(read)
        self.writes["act"] = np.concatenate(written)

    def copy(self, i, words, space):
        begin, _ = self.bases[i.base]
        size = words[0].size
        first = begin + i.offset
        to = (i.dst + np.arange(i.count)) % len(words)
        data = self.memory[first : first + i.count * size]
        words[to] = data.view(words.dtype).reshape(i.count, *words.shape[1:])
        self.reads["dram"] = np.arange(first, first + i.count * size)
        self.writes[space] = to

    def load_wgt(self, i):
        self.copy(i, self.wgt, "wgt")

    def load_prm(self, i):
        self.copy(i, self.prm, "prm")

    def load_lut(self, i):
        self.copy(i, self.lut, "lut")

    def store(self, i):
        begin, size = self.bases[i.base]
        b = np.arange(i.len)
        read, written = [], []
        for act, y, x in self.runs(i, i.src, i.src_step_y, i.src_step_x):
            where = begin + (i.offset + y * i.stride_y + x * i.stride_x + b) % 2**32
            assert np.all((where >= begin) & (where < begin + size)), "fence"
            source = (act + b) % self.c.ACT_BYTES
            self.memory[where] = self.act[source]
            read.append(source)
            written.append(where)
        self.reads["act"] = np.concatenate(read)
        self.writes["dram"] = np.concatenate(written)

    # COMPUTE.
    def fetch(self, chunks, lanes):
        """Bytes [lanes) at each chunk address, and a note that they were read."""
        where = (chunks[..., None] * self.c.PK + np.arange(lanes)) % self.c.ACT_BYTES
        self.reads["act"] = np.union1d(self.reads.get("act", np.array([], int)), where)
        return self.act[where].view(np.int8).astype(np.int64)

    def taps(self, i):
        """Chunk addresses [oh, ow, kh, kw] and whether the tap lies in the input."""
        oy, ox, ky, kx = np.ogrid[: i.oh, : i.ow, : i.kh, : i.kw]
        iy = oy * i.stride_y + ky * i.dil_y - i.pad_y
        ix = ox * i.stride_x + kx * i.dil_x - i.pad_x
        inside = (iy >= 0) & (iy < i.ih) & (ix >= 0) & (ix < i.iw)
        return i.x + oy * i.x_step_oy + ox * i.x_step_ox + ky * i.x_step_ky + kx * i.x_step_kx, inside

    def tapped(self, chunks, inside, lanes, pad):
        """Reads only what lies inside, so that what the hazards see is what counts. `pad` is one byte, or one a lane."""
        data = np.empty((*inside.shape, lanes), np.int64)
        data[:] = pad
        data[inside] = self.fetch(np.broadcast_to(chunks, inside.shape)[inside], lanes)
        return data

    @staticmethod
    def values(i, data):
        """What bytes [..., n] count for: of int16, the low ones are unsigned and the high ones 256 times as much."""
        if i.types & INT16_IN:
            data[..., ::2] %= 256
            data[..., 1::2] *= 256
        return data

    def finish(self, i, group, acc):
        """acc [oh, ow, PK] before bias → requantized, written. For int16 half a CONV's lanes, or pairs of others'."""
        entry, lanes = i.p + group, slice(None)
        if i.name == "CONV" and i.types & INT16_OUT:
            entry, half = i.p + group // 2, group % 2 * self.c.PK // 2
            lanes = slice(half, half + self.c.PK // 2)
            acc = acc[..., lanes]
        elif i.types & INT16_IN and i.name != "CONV":
            lanes = slice(None, None, 2)
            acc = acc[..., ::2] + acc[..., 1::2]
        entry %= self.c.PRM_WORDS
        prm = self.prm[entry][lanes]
        bias = prm[:, :4].copy().view(np.int32)[:, 0].astype(np.int64)
        m = (prm[:, 4:6].copy().view(np.uint16)[:, 0] & 0x7FFF).astype(np.int64)
        self.reads.setdefault("prm", set()).add(entry)
        self.write(i, group, requantize(wrap32(acc + bias), m, prm[:, 6], i.zo, *self.clamp(i)))

    @staticmethod
    def clamp(i):
        if i.types & INT16_OUT:
            return i.lo_high * 256 + i.lo % 256, i.hi_high * 256 + i.hi % 256
        return i.lo, i.hi

    def write(self, i, group, values):
        oy, ox = np.ogrid[: i.oh, : i.ow]
        chunks = i.o + oy * i.o_step_oy + ox * i.o_step_ox + group
        where = (chunks[..., None] * self.c.PK + np.arange(self.c.PK)) % self.c.ACT_BYTES
        results = np.ascontiguousarray(values.astype("<i2" if i.types & INT16_OUT else np.int8)).view(np.uint8)
        if i.t:
            self.reads["lut"] = {i.t - 1}
            results = self.lut[i.t - 1][results]
        self.results.append((where, results))

    def commit(self):
        for where, values in self.results:
            self.act[where] = values
        self.writes["act"] = np.concatenate([where.ravel() for where, _ in self.results])

    def weights(self, first, count):
        words = (first + np.arange(count)) % self.c.WGT_WORDS
        self.reads.setdefault("wgt", set()).update(words.tolist())
        return self.wgt[words].astype(np.int64)

    def conv(self, i):
        self.results = []
        chunks, inside = self.taps(i)
        word = np.arange(i.ci) * (self.c.PC // self.c.PK)
        x = self.tapped(chunks[..., None] + word, np.repeat(inside[..., None], i.ci, -1), self.c.PC, i.pad)
        x = self.values(i, x.reshape(i.oh, i.ow, -1, self.c.PC))
        n = i.kh * i.kw * i.ci
        for g in range(i.groups):
            if i.types == INT4_WEIGHTS:
                # Two chunks a word, in the halves of its bytes.
                w = self.weights(i.w + g // 2 * n, n) >> 4 * (g % 2) & 15
                w = (w ^ 8) - 8
            else:
                w = self.weights(i.w + (g // 2 if i.types & INT16_OUT else g) * n, n)
            self.finish(i, g, np.einsum("yxnj,nkj->yxk", x, w))
        self.commit()

    def depthwise(self, i):
        self.results = []
        chunks, inside = self.taps(i)
        n = i.kh * i.kw
        words = -(-n // self.c.PC)
        for g in range(i.groups):
            x = self.values(i, self.tapped(chunks + g, inside, self.c.PK, i.pad).reshape(i.oh, i.ow, n, self.c.PK))
            if i.flags & 1:
                acc = x.sum(2)
            else:
                w = self.weights(i.w + g * words, words).transpose(0, 2, 1).reshape(-1, self.c.PK)[:n]
                acc = np.einsum("yxnk,nk->yxk", x, w)
            self.finish(i, g, acc)
        self.commit()

    def maxpool(self, i):
        self.results = []
        chunks, inside = self.taps(i)
        for g in range(i.groups):
            if i.types & INT16_IN:
                x = self.values(i, self.tapped(chunks + g, inside, self.c.PK, [0, -128] * (self.c.PK // 2)))
                x = x[..., ::2] + x[..., 1::2]
            else:
                x = self.tapped(chunks + g, inside, self.c.PK, -128)
            self.write(i, g, np.clip(x.max((2, 3)), *self.clamp(i)))
        self.commit()

    def add(self, i):
        self.results = []
        oy, ox = np.ogrid[: i.oh, : i.ow]
        for g in range(i.groups):
            a = self.fetch(i.x + oy * i.x_step_oy + ox * i.x_step_ox + g, self.c.PK)
            b = self.fetch(i.b + oy * i.b_step_oy + ox * i.b_step_ox + g, self.c.PK)
            self.finish(i, g, self.values(i, a) * i.ma + self.values(i, b) * i.mb)
        self.commit()
