# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single modules in Icarus against models in Python, with random stalls.

usage: modules.py WORK [NAME...] [--rtl FOLDER]
"""

import argparse
import random
import sys
from collections import deque
from itertools import product
from pathlib import Path

import numpy as np

from isa import INT4_WEIGHTS, INT16_OUT, Instruction
from lockstep import Module
from modules_of_the_bus import axi_read, axi_write, engine_regs, fetch, unit_queue


def fifo(work):
    """Order, and room for DEPTH entries; never told to overflow."""
    for width, depth, head in ((1, 4, 1), (40, 16, 1), (40, 8, 0)):
        r, dut, held, filled = random.Random(depth), Module(work, "fifo", WIDTH=width, DEPTH=depth, HEAD=head), deque(), 0
        eager = 0.5
        for cycle in range(4000):
            eager = r.choice([0.1, 0.5, 0.9]) if cycle % 100 == 0 else eager
            # The head stands from one cycle to the next: look, then decide.
            seen = dut.step(push=0, pop=0)
            push, pop = not seen["full"] and r.random() < eager, not seen["empty"] and r.random() > eager
            if not seen["empty"]:
                assert seen["data"] == held[0], f"{seen['data']:x} at the head, expected {held[0]:x}"
            if seen["full"]:
                assert len(held) == depth, f"full with {len(held)} entries"
                filled += 1
            value = r.getrandbits(width)
            dut.step(push=push, pop=pop, data=value)
            if pop:
                held.popleft()
            if push:
                held.append(value)
        assert filled, "was never full"
        dut.close()
    return 12000


def loop_counter(work):
    r, dut, done = random.Random(1), Module(work, "loop_counter", WIDTH=8), 0
    for count in [1, 2, 3, 4, 255, *(r.randint(1, 40) for _ in range(40))]:
        dut.step(load=1, step=0, count=count)
        for index in range(3 * count):
            while r.random() < 0.3:
                dut.step(load=0, step=0)
            assert dut.step(load=0, step=1)["last"] == (index % count == count - 1), f"step {index} of {count}"
            done += 1
    dut.close()
    return done


def countdown(work):
    r, dut, done = random.Random(14), Module(work, "countdown", WIDTH=8), 0
    for count in [0, 1, 2, 3, 255, *(r.randint(0, 40) for _ in range(40))]:
        dut.step(en=1, load=1, count=count, zero=count == 0)
        for index in range(count + 1):
            while r.random() < 0.3:
                dut.step(en=0, load=r.getrandbits(1))
            out = dut.step(en=1, load=0)
            assert (out["zero"], out["one"]) == (index == count, index == count - 1), f"step {index} of {count}: {out}"
            done += 1
    dut.close()
    return done


def stride_chain(work):
    """A nest of three loops in random sizes."""
    r, dut, done = random.Random(2), Module(work, "stride_chain", LEVELS=3, WIDTH=16), 0
    for _ in range(60):
        sizes, steps, base = [r.randint(1, 4) for _ in range(3)], [r.getrandbits(16) for _ in range(3)], r.getrandbits(16)
        idle = {"load": 0, "adv": 0, "base": base, "step": sum(step << 16 * level for level, step in enumerate(steps))}
        dut.step(**{**idle, "load": 1}, en=r.random() < 0.5)
        while r.random() < 0.5:
            dut.step(**idle, en=0)
        points = list(product(*(range(size) for size in sizes)))  # outermost first
        for number, point in enumerate(points):
            # A level moves on when all within it are at their end: said a step ahead.
            adv = [number != len(points) - 1 and all(point[m] == sizes[m] - 1 for m in range(3 - level, 3)) for level in range(3)]
            while r.random() < 0.2:
                dut.step(**{**idle, "adv": r.randrange(8)}, en=0)
            seen = dut.step(**{**idle, "adv": sum(bit << level for level, bit in enumerate(adv))}, en=1)["value"]
            if number:
                expected = (base + sum(index * steps[2 - level] for level, index in enumerate(points[number - 1]))) % 2**16
                assert seen == expected, f"{seen:x} at {points[number - 1]}, expected {expected:x}"
            done += 1
        dut.step(**idle, en=1)
    dut.close()
    return done


def find_latency(inputs, outputs, most):
    """The one delay that maps all inputs to outputs; None in either is not known."""
    fits = [d for d in range(most) if all(o == i for i, o in zip(inputs, outputs[d:]) if i is not None)]
    assert len(fits) == 1, f"delays that fit: {fits}"
    return fits[0]


def signed(value, bits):
    return value - (value >> bits - 1 << bits)


def mul(work):
    """Every product of 8 by 8 bits, and random ones of 8 by 16."""
    done = 0
    for b_bits in (8, 16):
        r, dut = random.Random(3), Module(work, "mul", A_BITS=8, B_BITS=b_bits)
        pairs = list(product(range(0, 256, 1 if b_bits == 16 else 3), [r.getrandbits(b_bits) for _ in range(16)]))
        expected = [signed(a, 8) * signed(b, b_bits) % 2 ** (8 + b_bits) for a, b in pairs]
        enable = {"en": 1} if "en_i" in dut.inputs else {}
        got = [dut.step(a=a, b=b, **enable)["p"] for a, b in [*pairs, *[(0, 0)] * 8]]
        find_latency(expected, got, 8)
        done += len(pairs)
        dut.close()
    return done


def mul_pair(work):
    """Both products, of the extremes and of random operands."""
    r, dut, ends = random.Random(15), Module(work, "mul_pair"), (-128, -1, 0, 1, 127)
    triples = [*product(ends, ends, ends), *(tuple(r.randrange(-128, 128) for _ in range(3)) for _ in range(500))]
    expected = [(a0 * b % 2**16, a1 * b % 2**16) for a0, a1, b in triples]
    outs = [dut.step(en=1, a0=a0 % 256, a1=a1 % 256, b=b % 256) for a0, a1, b in [*triples, *[(0, 0, 0)] * 8]]
    find_latency(expected, [(out["p0"], out["p1"]) for out in outs], 8)
    dut.close()
    return len(triples)


def ram_sdp(work):
    """Reads see every write before them; the word that is being written is not read."""
    done = 0
    for width, depth, tech in ((24, 32, 0), (64, 2048, 2)):
        r, dut, held = random.Random(4), Module(work, "ram_sdp", WIDTH=width, DEPTH=depth, TECH=tech), [None] * 32
        expected, got = [], []
        for _ in range(3000):
            we, w, d, a = r.random() < 0.5, r.randrange(32), r.getrandbits(width), r.randrange(32)
            a = (a + 1) % 32 if we and a == w else a
            got.append(dut.step(we=we, waddr=w, wdata=d, re=1, raddr=a)["rdata"])
            expected.append(held[a])
            if we:
                held[w] = d
        find_latency(expected[:-8], got, 6)
        done += len(got)
        dut.close()
    return done


PAIRS = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]


def skid(work):
    """Order under random stalls, and an item a cycle without; ready and valid move at clock edges alone."""
    r, dut, held, passed = random.Random(15), Module(work, "skid", WIDTH=8), deque(), 0
    idle = {"rst": 1, "valid": 0, "ready": 0, "data": 0}
    dut.step(**{**idle, "rst": 0})
    for cycle in range(4000):
        eager = 1.0 if cycle % 200 < 50 else r.choice([0.1, 0.5, 0.9])
        offers = {"valid": r.random() < eager, "ready": r.random() < eager, "data": r.getrandbits(8)}
        out = dut.step(**{**idle, **offers})
        assert out["valid"] == bool(held), f"valid {out['valid']} with {len(held)} under way"
        if out["valid"] and offers["ready"]:
            assert out["data"] == held.popleft(), "another item than was next"
            passed += 1
        if out["ready"] and offers["valid"]:
            held.append(offers["data"])
        assert len(held) <= 2
        assert out["ready"] or eager < 1 or cycle % 200 < 3, "a stall without a reason"
    dut.close()
    return passed


def token_counters(work):
    """Random masks; a unit takes only what it has been told is there, and its next instruction comes a cycle later."""
    r, dut, count, overflows = random.Random(5), Module(work, "token_counters"), dict.fromkeys(PAIRS, 0), 0
    names = ["load", "compute", "store"]
    dut.step(clear=1, taken=0, give=0)
    waits = [0, 0, 0]
    for cycle in range(6000):
        masks = {f"wait_{names[u]}": waits[u] for u in range(3)}
        # The masks stand for a cycle before anyone acts on ok.
        dut.step(clear=0, taken=0, give=0, **masks)
        seen = dut.step(taken=0, give=0)
        for i, pair in enumerate(PAIRS):
            assert seen["tokens"] >> 4 * i & 15 == count[pair], f"{pair}: {seen['tokens']:08x}, expected {count}"
        ok = [all(count[s, u] for s in range(3) if waits[u] >> s & 1) for u in range(3)]
        assert seen["ok"] == sum(bit << u for u, bit in enumerate(ok)), f"ok {seen['ok']:03b}"
        take = [bit and r.random() < 0.5 for bit in ok]
        give, signals = [r.random() < 0.4 for _ in range(3)], [r.getrandbits(3) & ~(1 << u) for u in range(3)]
        inc = {(s, d): give[s] and signals[s] >> d & 1 for s, d in PAIRS}
        dec = {(s, d): take[d] and waits[d] >> s & 1 for s, d in PAIRS}
        dut.step(taken=0, give=sum(g << u for u, g in enumerate(give)), **{f"signal_{names[u]}": signals[u] for u in range(3)})
        # An instruction that begins as another's tokens come is known of a cycle later.
        got = dut.step(taken=sum(t << u for u, t in enumerate(take)), give=0)
        for u in range(3):
            over = any(inc[p] and not dec[p] and count[p] == 15 for p in PAIRS if p[0] == u)
            assert got[f"overflow_{names[u]}"] == over, f"overflow of {names[u]}"
            overflows += over
        for p in PAIRS:
            count[p] = min(15, count[p] + bool(inc[p]) - bool(dec[p]))
        for u in range(3):
            if take[u] or r.random() < 0.1:
                waits[u] = r.getrandbits(3) & ~(1 << u) if r.random() < 0.8 else 0
    assert overflows, "nothing overflowed"
    dut.close()
    return 6000


def byte_value(j, x):
    """What a byte of an int16 activation counts for."""
    return 256 * x if j % 2 else x % 256


def mac_groups(r, pc, kinds):
    """Sums of random length: per step its operands, whether it is the first, and the sums that are whole after it."""
    byte = lambda: r.choice([-128, 127, 0, r.randrange(-128, 128)])
    for _ in range(300):
        kind, length, sums = r.choice(kinds), r.randint(1, 6), np.zeros(2, np.int64)
        for index in range(length):
            word, taps, weights = ([byte() for _ in range(pc)] for _ in range(3))
            factor = r.randrange(-(2**15), 2**15)
            if kind == "factor":
                taps[1:] = [0] * (pc - 1)
                sums[0] += taps[0] * factor
            elif kind == "word16":
                sums[0] += sum(byte_value(j, x) * w for j, (x, w) in enumerate(zip(word, weights)))
            elif kind == "taps16":
                # The factor stands in for the next lane's sum.
                sums[0] += sum(x % 256 * w for x, w in zip(taps, weights)) + 256 * factor
            elif kind == "int4":
                nibble = lambda w, high: ((w >> 4 * high & 15) ^ 8) - 8
                sums += [sum(x * nibble(w, high) for x, w in zip(word, weights)) for high in (0, 1)]
            else:
                sums[0] += sum(x * w for x, w in zip(word if kind == "word" else taps, weights))
            whole = [int(s) % 2**32 for s in sums] if index == length - 1 else None
            yield kind, word, taps, weights, factor, index == 0, whole


def mac_lane(work):
    """Sums of products in groups of random length, in each of the kinds; weights of four bits by themselves, as instructions have them."""
    done = 0
    pack = lambda values: sum(int(v) % 256 << 8 * i for i, v in enumerate(values))
    int8 = ("word", "taps", "factor")
    for pc, int4, int16, kinds in ((4, 0, 0, int8), (8, 0, 0, int8), (8, 1, 0, int8), (4, 1, 0, ("int4",)), (16, 1, 0, ("int4",)),
                                   (8, 0, 1, int8), (4, 1, 1, int8), (16, 1, 1, ("int4",)), (4, 0, 1, ("word16",)),
                                   (16, 0, 1, ("word16",)), (4, 1, 1, ("word16",)), (8, 1, 1, ("word16",)), (8, 0, 1, ("taps16",)),
                                   (8, 1, 1, ("taps16",))):
        r, dut = random.Random(9), Module(work, "mac_lane", PC=pc, INT4=int4, INT16=int16, LOW=1)
        tree = 3 + (pc.bit_length() - 1)  # from operands to the tree's sum
        delay = tree + int16              # and to that of two lanes
        steps, got = list(mac_groups(r, pc, kinds)), []
        # Weights and factors come a cycle early.
        early = steps[1:] + steps[-1:] * (delay + 5)
        dut.step(wgt=pack(steps[0][3]), factor=steps[0][4] % 2**16, en=1)
        for t in range(len(steps) + delay + 4):
            kind, word, taps, _, _, _, _ = steps[min(t, len(steps) - 1)]
            landed = steps[t - delay] if 0 <= t - delay < len(steps) else None
            beside = steps[t - tree] if kind == "taps16" and 0 <= t - tree < len(steps) else None
            got.append(dut.step(word=pack(word), taps=pack(taps), single=kind in ("taps", "factor", "taps16"), wgt=pack(early[t][3]),
                                int4=kind == "int4", int16=kind[-2:] == "16", factor_en=kind == "factor",
                                factor=early[t][4] % 2**16,
                                next_sum=beside[4] % 2**24 if beside else 0, en=1, max=0,
                                sum_valid=landed is not None, sum_first=landed is not None and landed[5])["acc"])
        for half in range(2 if kinds == ("int4",) else 1):
            find_latency([s[6] and s[6][half] for s in steps], [g if g is None else g >> 32 * half & 0xFFFFFFFF for g in got], delay + 4)
        done += len(steps)
        dut.close()
    return done


def requant_feed(work):
    """Each lane's sum with its own entry of PRM, chunk by chunk, at the closest distance and others; addresses again for each pixel of a pass."""
    done, pk = 0, 4
    for cycles, chunks in ((1, 1), (2, 1), (1, 2), (4, 2)):
        r, dut, lanes = random.Random(cycles), Module(work, "requant_feed", PK=pk, RQ_CYCLES=cycles, CHUNKS=chunks), pk // cycles
        prm = [r.getrandbits(64 * pk) for _ in range(256)]
        read = deque([0, 0])  # PRM's words two cycles after their address
        last_read, expected, first = 0, [], r.randrange(256)
        plan = {}  # cycle: (pair, pixel's last, pass's last) of an output that is whole three cycles later
        now = 0
        for group in range(3):
            pair = chunks == 2 and r.random() < 0.7
            for pixel in range(20):
                plan[now] = (pair, 1, pixel == 19)
                now += cycles * (2 if pair else 1) + r.choice([0, 0, 0, 1, 5])
                entry = first
                for _ in range(2 if pair else 1):
                    expected.append(entry)
                    entry = (entry + 1) % 256
            first = entry
        dut.step(start=1, p=expected[0], whole=0)
        sums, slices, outputs = {}, [], []
        for cycle in range(now + 40):
            pair, pixel, end = plan.get(cycle, (0, 0, 0))
            acc = sums.setdefault(cycle, r.getrandbits(32 * pk * chunks))
            out = dut.step(start=0, max=0, whole=cycle in plan, pair=pair, pixel_last=pixel, pass_last=end, acc=acc, prm_rdata=read[0])
            last_read = prm[out["prm_raddr"]] if out["prm_re"] else last_read
            read.append(last_read)
            read.popleft()
            if cycle - 3 in plan:
                outputs.append((acc, plan[cycle - 3][0]))
            if out["valid"]:
                slices.append((out["acc"], out["prm"], out["pixel_last"]))
        wanted, entries = [], iter(expected)
        for acc, pair in outputs:
            for chunk in range(2 if pair else 1):
                entry = next(entries)
                for part in range(cycles):
                    mask = lambda bits: (1 << bits * lanes) - 1
                    wanted.append((acc >> 32 * (chunk * pk + part * lanes) & mask(32), prm[entry] >> 64 * part * lanes & mask(64),
                                   int(chunk == pair)))
        for index, (a, b) in enumerate(zip(slices, wanted)):
            assert a == b, f"{cycles} cycles, {chunks} chunks, slice {index}: {a}, expected {b}"
        assert len(slices) == len(wanted), f"{len(slices)} slices, expected {len(wanted)}"
        done += len(wanted)
        dut.close()
    return done


def chunk_pack(work):
    """Results of bytes, of pairs of lanes, and of two chunks of which the second may be unwanted, at the closest distance and others."""
    done, pk = 0, 8
    for cycles, int16 in ((1, 0), (2, 0), (4, 0), (1, 1), (2, 1), (4, 1)):
        r, dut, lanes = random.Random(cycles + int16), Module(work, "chunk_pack", PK=pk, RQ_CYCLES=cycles, INT16=int16), pk // cycles
        for _ in range(30):
            kind = r.choice(["bytes", "wide", "pairs"]) if int16 else "bytes"
            flags = {"wide": kind == "wide", "pairs": kind == "pairs"}
            nexts, wanted, lasts, now = {}, [], [], 2
            for _ in range(12):
                values, alone = [r.getrandbits(16) for _ in range(pk)], kind == "wide" and r.random() < 0.3
                for part in range(cycles):
                    nexts[now + part] = (values[part * lanes : (part + 1) * lanes], alone)
                if kind == "wide":
                    chunks = [values[: pk // 2], values[pk // 2 :]]
                    wanted += chunks[: 1 if alone else 2]
                    lasts += [0, 1]
                else:
                    wanted.append(values[::2] if kind == "pairs" else values)
                    lasts.append(1)
                now += max(cycles, 2 if kind == "wide" else 1) + r.choice([0, 0, 0, 1, 3])
            dut.step(start=1, next=0, valid=0, y=0, high=0, alone=0, **flags)
            written, ends, alone = [], [], False
            for cycle in range(now + 4):
                values, _ = nexts.get(cycle - 1, ([0] * lanes, 0))
                alone = nexts.get(cycle, (0, alone))[1]
                pack = lambda bytes_: sum(b << 8 * k for k, b in enumerate(bytes_))
                out = dut.step(start=0, next=cycle in nexts, valid=cycle - 1 in nexts, y=pack(v % 256 for v in values),
                               high=pack(v >> 8 for v in values), alone=alone, **flags)
                if out["next"]:
                    ends.append(out["last"])
                if out["we"]:
                    written.append(out["data"])
            size = 8 if kind == "bytes" else 16
            expected = [sum(v % 2**size << size * k for k, v in enumerate(chunk)) for chunk in wanted]
            assert written == expected, f"{cycles} cycles, {kind}: {written}, expected {expected}"
            assert ends == lasts, f"{cycles} cycles, {kind}: chunks {ends}, expected {lasts}"
            done += len(written)
        dut.close()
    return done


def shared_products(work):
    """What the products of a lane come to, of shared operands, of one tap in any place, and of a window's ninth."""
    return sum(shared_products_of(work, int16) for int16 in (0, 1))


def shared_products_of(work, int16):
    """With int16, bytes of even lanes, or channels, are unsigned in half of the steps."""
    pc, first = 16, 8
    r, dut = np.random.default_rng(16), Module(work, "shared_products", PC=pc, FIRST=first, INT16=int16)
    pack = lambda values: sum(int(v) % 256 << 8 * i for i, v in enumerate(np.ravel(values)))
    expected, got = [], []
    for step in range(1200):
        single, tap, window = int(r.integers(0, 2)), int(r.integers(0, pc)), bool(r.integers(0, 2))
        word, taps, weights = r.integers(-128, 128, pc), r.integers(-128, 128, (2, pc)), r.integers(-128, 128, (2, pc))
        if single:
            taps[:, [c for c in range(pc) if (c > first if window else c != tap)]] = 0
        unsigned = int16 and step % 2
        values = (taps % [[256], [1000]] if single else word % ([256, 1000] * 8)) if unsigned else taps if single else word
        values = np.where(values > 255, values - 1000, values)  # of signed ones, the remainder is taken back
        sums = (values * weights)[:, first:].sum(axis=1)
        expected.append([int(s) for s in sums] if step < 1190 else None)
        out = dut.step(en=1, word=pack(word), single=single, odd=single and not window and tap % 2, int16=unsigned, taps=pack(taps),
                       wgt=pack(weights))["p"]
        got.append(out if out is None else [sum(signed(out >> 16 * (lane * (pc - first) + c) & 0xFFFF, 16) for c in range(pc - first))
                                            for lane in range(2)])
    find_latency(expected, got, 8)
    dut.close()
    return len(got)


def engine_counters(work):
    """A word that is read has at least all that was counted before the read, from clear on; both words what was in all."""
    r, bits, number, done = random.Random(11), 10, 18, 0
    dut, sums, idle = Module(work, "engine_counters", WORD_BITS=bits), [0] * number, {"clear": 0, "read": 0}
    dut.step(rst=0, clear=1, read=0, add=0)

    def count(busy, **inputs):
        add = [r.choice([0, 1, 8, r.randrange(9)]) if busy else 0 for _ in range(number)]
        out = dut.step(rst=1, **{**idle, **inputs}, add=sum(a << 4 * i for i, a in enumerate(add)))
        for i, a in enumerate(add):
            sums[i] += a
        return out

    def read(index, high, busy):
        before = sums[index]
        out = count(busy, read=1, index=2 * index + high)
        for cycle in range(80):
            if out["valid"]:
                return before, out["value"]
            out = count(busy)
        raise AssertionError("no answer")

    for _ in range(3):
        for _ in range(60):
            index = r.randrange(number)
            before, value = read(index, 0, busy=True)
            assert (value - before) % 2**bits <= sums[index] - before, f"{value} after {before}, until {sums[index]}"
            done += 1
        for index in range(number):
            found = read(index, 0, busy=False)[1] | read(index, 1, busy=False)[1] << bits
            assert found == sums[index], f"{found}, expected {sums[index]}"
        assert max(sums) >= 4 << bits, "no carry was seen"
        dut.step(rst=1, clear=1, read=0, add=0)
        sums[:] = [0] * number
    dut.close()
    return done


def window_plan(work):
    """The loops of docs/targets/engine.md, for instructions that nearly slide a window."""
    r, done, windows = random.Random(12), 0, 0
    for span, int16 in ((1, 0), (2, 0), (1, 1)):
        dut = Module(work, "window_plan", SPAN=span, INT16=int16)
        for _ in range(800):
            name = r.choice(["DEPTHWISE", "DEPTHWISE", "DEPTHWISE", "CONV", "MAXPOOL"])
            stride, dil, kx = r.choice([1, 2, 3]), r.choice([1, 1, 2]), 2 * r.randrange(1, 100)
            f = {"kh": r.choice([3, 3, 3, 2]), "kw": 3, "dil_x": dil, "stride_x": stride * dil, "x_step_kx": kx,
                 "x_step_ox": stride * kx + r.choice([0, 0, 0, 1]), "x": r.choice([0, 4, 4, 5]), "groups": r.randrange(1, 9),
                 "ow": r.randrange(1, 500), "flags": r.random() < 0.1, "oh": 1, "ci": 1}
            if name == "CONV" and r.random() < 0.5:
                f["types"] = INT4_WEIGHTS
            elif int16 and r.random() < 0.5:
                f["types"] = INT16_OUT
            i = Instruction(name, **f)
            alike = any(i.x_step_ox == n * i.x_step_kx and i.stride_x == n * i.dil_x for n in (1, 2))
            window = name == "DEPTHWISE" and not i.flags and (i.kh, i.kw) == (3, 3) and alike and i.x % span == 0 \
                and i.x_step_kx % span == 0
            skip = i.x_step_ox != i.x_step_kx or i.stride_x != i.dil_x
            chunks = 2 if i.types == INT4_WEIGHTS or (name == "CONV" and i.types) else span if window else 1
            wanted = {"window": window, "passes": -(-i.groups // chunks), "pair": chunks == 2, "short": i.groups % 2,
                      "columns": i.ow if not window else 2 * i.ow + 1 if skip else i.ow + 2,
                      "step": kx if window else i.x_step_ox, "stride": dil if window else i.stride_x}
            if window:
                wanted["skip"] = skip
            # As a queue gives it: it stands before it is taken, and after.
            for free in (1, 1, 1, 0, 0, 0):
                dut.step(free=free, instr=int.from_bytes(i.encode(), "little"))
            out = dut.step(free=0)
            assert all(out[key] == value for key, value in wanted.items()), f"{i}: {out}, expected {wanted}"
            done, windows = done + 1, windows + window
        dut.close()
    assert windows > 200, windows
    return done


BENCHES = [fifo, skid, loop_counter, countdown, stride_chain, mul, mul_pair, ram_sdp, token_counters, axi_read, axi_write, fetch, mac_lane,
           chunk_pack, shared_products, unit_queue, engine_counters, window_plan, requant_feed, engine_regs]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("--rtl", type=Path, default=Module.rtl)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    Module.rtl = arguments.rtl.resolve()
    for bench in BENCHES:
        if not arguments.names or bench.__name__ in arguments.names:
            try:
                print(f"{bench.__name__}: {bench(arguments.work.resolve())} checks held", flush=True)
            except AssertionError as failure:
                sys.exit(f"FAILED {bench.__name__}: {failure}")


if __name__ == "__main__":
    main()
