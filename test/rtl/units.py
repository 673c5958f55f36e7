# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single modules in Icarus against Python integers.

usage: units.py WORK [requant|compute_agu|load_align...]
"""

import random
import subprocess
import sys
from itertools import product
from pathlib import Path

from device import ROOT
from isa import INT4_WEIGHTS, INT16_OUT, Instruction

RTL = ROOT / "targets/engine/rtl"
HERE = Path(__file__).resolve().parent


def simulate(work, bench, lines, **parameters):
    """What the bench prints for an input of `lines`."""
    work.mkdir(parents=True, exist_ok=True)
    binary, source = work / f"{bench}.vvp", work / f"{bench}.in"
    source.write_text("\n".join(lines) + "\n")
    rtl = [RTL / "engine_pkg.sv", *(p for p in sorted(RTL.glob("*.sv")) if p.name != "engine_pkg.sv")]
    overrides = [f"-P{bench}.{name}={value}" for name, value in parameters.items()]
    subprocess.run(["iverilog", "-g2012", "-o", binary, "-s", bench, *overrides, HERE / f"{bench}.sv", *rtl], check=True,
                   capture_output=True)
    result = subprocess.run(["vvp", "-n", binary, f"+in={source}"], check=True, capture_output=True, text=True)
    return [line.rstrip() for line in result.stdout.splitlines()]


def compare(name, got, expected):
    for index, (a, b) in enumerate(zip(got, expected)):
        if a != b:
            sys.exit(f"FAILED {name}: result {index} is {a}, expected {b}")
    if len(got) != len(expected):
        sys.exit(f"FAILED {name}: {len(got)} results, expected {len(expected)}")
    print(f"{name}: {len(expected)} results equal")


def requant(work):
    for bits in (8, 16):
        requant_to(work, bits)


def requant_to(work, bits):
    r, top = random.Random(1), 2 ** (bits - 1)
    edges = [0, 1, -1, 2, 0x7FFF, 0x8000, -0x8000, 0xFFFF, 0x10000, -0x10000, 2**31 - 1, -(2**31)]
    vectors = [(a, 0, m, s) for a, m, s in product(edges, [0, 1, 2, 0x4000, 0x7FFF], range(2, 48))]
    for _ in range(6000):
        acc = r.randrange(-(2**31), 2**31) >> r.randrange(32)
        vectors.append((acc, r.randrange(-(2**31), 2**31) >> r.randrange(32), r.randrange(2**15), r.randrange(2, 48)))
    for _ in range(6000):
        # Around the ties and within the clamp.
        s, m = r.randrange(4, 30), r.randrange(1, 2**15)
        acc = ((2 * r.randrange(-3 * top // 2, 3 * top // 2) + 1) * 2 ** (s - 1) + r.randrange(-2, 3)) // m
        vectors.append((max(-(2**31), min(2**31 - 1, acc)), 0, m, s))
    r.shuffle(vectors)
    lines, expected, digits = [], [], bits // 4
    for first in range(0, len(vectors), 50):
        zo = r.choice([0, -128, 127, r.randrange(-128, 128)])
        lo, hi = sorted(r.randrange(-top, top) for _ in range(2)) if r.random() < 0.5 else (-top, top - 1)
        for acc, bias, m, s in vectors[first : first + 50]:
            total = (acc + bias + 2**31) % 2**32 - 2**31
            y = max(lo, min(hi, ((total * m + (1 << (s - 1))) >> s) + zo))
            expected.append(f"{y % 2**bits:0{digits}x}")
            fields = [(1, 8), (acc, 32), (bias, 32), (m, 16), (s, 8), (zo, 8), (lo, bits), (hi, bits)]
            lines.append("".join(f"{value % 2**width:0{width // 4}x}" for value, width in fields))
        # zo, lo and hi stay put while values are under way.
        lines += ["0" * 24 + lines[-1][24:]] * 12
    compare(f"requant, {bits} bits", simulate(work, "requant_tb", lines, Y_BITS=bits), expected)


ACT_BITS, WGT_BITS = 12, 9  # of compute_agu_tb


def is_window(i, span):
    """Whether the instruction slides a window, as docs/targets/engine.md says."""
    alike = any(i.x_step_ox == n * i.x_step_kx and i.stride_x == n * i.dil_x for n in (1, 2))
    aligned = all(a % span == 0 for a in (i.x, i.x_step_oy, i.x_step_ky, i.x_step_kx))
    return i.name == "DEPTHWISE" and not i.flags and (i.kh, i.kw) == (3, 3) and alike and aligned


def read_line(i, address, iy, ix, end=0):
    inside = i.name == "ADD" or (0 <= iy < i.ih and 0 <= ix < i.iw)
    return f"r {address % 2**ACT_BITS:03x} {end:x} {inside:x}"


def step_line(word, choice, first, last, pixel_last, pass_last, pair=0):
    return f"s {word % 2**WGT_BITS:03x} {choice:x} {first:x}{last:x}{pixel_last:x}{pass_last:x}{pair:x}"


def taps(i, pc, ratio):
    """Reads and steps of the loops of docs/spec/engine-isa.md."""
    conv, add = i.name == "CONV", i.name == "ADD"
    pair = i.types == INT4_WEIGHTS
    w, chunks = i.w, 2 if pair or (conv and i.types) else 1
    for g, oy, ox in product(range(0, i.groups, chunks), range(i.oh), range(i.ow)):
        loop = list(product(range(i.kh), range(i.kw), range(2 if add else i.ci)))
        group_end = oy == i.oh - 1 and ox == i.ow - 1
        for n, (ky, kx, c) in enumerate(loop):
            iy, ix = oy * i.stride_y + ky * i.dil_y - i.pad_y, ox * i.stride_x + kx * i.dil_x - i.pad_x
            if add:
                a = (i.b + oy * i.b_step_oy + ox * i.b_step_ox if c else i.x + oy * i.x_step_oy + ox * i.x_step_ox) + g
            else:
                a = i.x + oy * i.x_step_oy + ox * i.x_step_ox + ky * i.x_step_ky + kx * i.x_step_kx
                a += c * ratio if conv else g
            last = n == len(loop) - 1
            yield read_line(i, a, iy, ix)
            yield step_line(w + (n if conv else n // pc), n % pc, n == 0, last, last, last and group_end,
                            pair and g + 1 < i.groups)
        if group_end:
            w += len(loop) if conv else -(-len(loop) // pc)


def window_reads(i, span):
    """Each column of a row of outputs once."""
    columns = 3 + (i.ow - 1) * (i.stride_x // i.dil_x)
    for g, oy, j, ky in product(range(0, i.groups, span), range(i.oh), range(columns), range(3)):
        address = i.x + g + oy * i.x_step_oy + j * i.x_step_kx + ky * i.x_step_ky
        yield read_line(i, address, oy * i.stride_y + ky * i.dil_y - i.pad_y, j * i.dil_x - i.pad_x, ky == 2)


def window_steps(i, span, parts):
    for g in range(0, i.groups, span):
        chunks = min(span, i.groups - g)
        for output in range(i.oh * i.ow):
            for chunk, part in product(range(chunks), range(parts)):
                last = part == parts - 1
                pixel_last = last and chunk == chunks - 1
                yield step_line(i.w + (g + chunk) * parts + part, chunk * parts + part, part == 0, last, pixel_last,
                                pixel_last and output == i.oh * i.ow - 1)


def random_compute(r, int4, int16):
    name = r.choice(["CONV", "DEPTHWISE", "DEPTHWISE", "ADD", "MAXPOOL"])
    small = lambda high: r.choice([1, 1, r.randint(1, high)])
    step = lambda: r.randrange(2**16)
    f = {k: small(4) for k in ("groups", "oh", "ow", "kh", "kw", "stride_y", "stride_x", "dil_y", "dil_x", "ci")}
    f.update({k: step() for k in ("x_step_oy", "x_step_ox", "x_step_ky", "x_step_kx", "x", "w")})
    f.update(ih=r.randrange(12), iw=r.randrange(12), pad_y=r.randrange(5), pad_x=r.randrange(5))
    if name != "CONV":
        f["ci"] = 1
    if int4 and name == "CONV" and r.random() < 0.5:
        f["types"] = INT4_WEIGHTS
    elif int16 and r.random() < 0.5:
        f["types"] = INT16_OUT
    if name == "DEPTHWISE" and r.random() < 0.7:
        # Slides a window, or fails to in one respect.
        stride, align = r.choice([1, 2]), r.choice([1, 2, 2, 2])
        f.update({k: f[k] // align * align for k in ("x_step_oy", "x_step_ky", "x_step_kx", "x")})
        f["x_step_kx"] %= 2**15
        f.update(kh=3, kw=3, stride_x=stride * f["dil_x"], x_step_ox=stride * f["x_step_kx"])
        if r.random() < 0.3:
            f.update(r.choice([{"kh": 2}, {"kw": 4}, {"flags": 1}, {"stride_x": 7}, {"x_step_ox": step()}]))
    if name == "ADD":
        f.update(kh=1, kw=1, b=step(), b_step_oy=f.pop("x_step_ky"), b_step_ox=f.pop("x_step_kx"))
    return Instruction(name, **f)


def compute_agu(work):
    r = random.Random(2)
    for pc, ratio, span, spacing, int4, int16 in (
            (4, 1, 1, 1, 0, 0), (8, 1, 1, 1, 0, 0), (16, 2, 2, 1, 1, 0), (8, 2, 1, 2, 1, 0), (16, 4, 1, 4, 0, 0), (8, 1, 1, 8, 1, 0),
            (4, 1, 1, 1, 0, 1), (16, 2, 2, 1, 1, 1), (8, 2, 1, 2, 1, 1)):
        parts = -(-9 // pc)
        lines, expected, windows = [], [], 0
        for _ in range(300):
            instruction = random_compute(r, int4, int16)
            lines.append(f"{int.from_bytes(instruction.encode(), 'little'):0128x}")
            if is_window(instruction, span):
                windows += 1
                expected += [*window_reads(instruction, span), *window_steps(instruction, span, parts)]
            else:
                expected += taps(instruction, pc, ratio)
            expected.append("end")
        assert windows > 40, windows
        # Reads and steps each in their order.
        reads_first = lambda lines: [*(x for x in lines if x[0] != "s"), *(x for x in lines if x[0] != "r")]
        got = simulate(work, "compute_agu_tb", lines, PC=pc, R_BITS=ratio.bit_length() - 1, SPAN=span, PARTS=parts,
                       SPACING=spacing, INT4=int4, INT16=int16)
        compare(f"compute_agu, PC = {pc}, spacing {spacing}{', int4' * int4}{', int16' * int16}", reads_first(got), reads_first(expected))


def load_align(work):
    r = random.Random(3)
    lines, expected = [], []
    for _ in range(800):
        length = r.choice([r.randint(1, 9), r.randint(1, 40), r.randint(1, 200)])
        first = r.choice([0, 0, r.randint(0, length)])
        stop = r.choice([length, length, r.randint(first, length)])
        lane, fill = r.randrange(8), r.randrange(256)
        # The blocks from the first to the final one take a beat each, and one more if the first straddles two.
        beats, taking = (lane + stop - first + 7) // 8, (stop - 1) // 8 - first // 8 + 1 + (lane > first % 8)
        dry = stop > first and beats < taking
        blocks = (length + 7) // 8 + r.randrange(2)
        lines.append(f"{lane:x} {first:x} {stop:x} {dry:x} {blocks:x} {fill:x}")
        for block in range(blocks):
            values = [(lane + b - first) % 256 if first <= b < stop else fill for b in range(8 * block, 8 * block + 8)]
            expected.append("".join(f"{v:02x}" for v in reversed(values)) + (" end" if block == blocks - 1 else ""))
    compare("load_align", simulate(work, "load_align_tb", lines), expected)


def main():
    work = Path(sys.argv[1]).resolve()
    for name in sys.argv[2:] or ["requant", "compute_agu", "load_align"]:
        globals()[name](work)


if __name__ == "__main__":
    main()
