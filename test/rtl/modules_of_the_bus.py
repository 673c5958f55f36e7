# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Benches of modules.py for what lies between the engine's ports and its units."""

import random
from collections import deque

from isa import OPCODES, UNITS, Instruction
from lockstep import Module

NAMES = {opcode: name for name, opcode in OPCODES.items()}


def axi_read(work):
    """Bursts of two clients come back whole and in order; while halted, beats are dropped and none is lost."""
    r, dut = random.Random(6), Module(work, "axi_read", MAX_BURSTS=8)
    asked, bus, expected, beats, wanted, halted = deque(), deque(), {"fetch": deque(), "load": deque()}, 0, {}, 0
    ar, rvalid, halt = None, None, 0
    for cycle in range(12000):
        halt = (r.random() < 0.3) if cycle % 200 == 0 else halt
        for client in ("fetch", "load"):
            if client not in wanted and r.random() < 0.2:
                wanted[client] = (r.getrandbits(40) * 8, r.randrange(8))
        if rvalid is None and bus and r.random() < 0.7:
            burst = bus[0]
            rvalid = (burst["addr"] + 8 * burst["done"], burst["done"] == burst["len"], r.random() < 0.05)
        inputs = {"halt": halt, "arready": r.random() < 0.6, "load_beat_ready": r.random() < 0.7, "rvalid": rvalid is not None}
        for client in ("fetch", "load"):
            addr, length = wanted.get(client, (0, 0))
            inputs.update({f"{client}_valid": client in wanted, f"{client}_addr": addr, f"{client}_len": length})
        if rvalid:
            inputs.update(rdata=rvalid[0], rlast=rvalid[1], rresp=2 * rvalid[2])
        out = dut.step(**inputs)
        # A burst on the bus stays until it is taken.
        if ar:
            assert (out["arvalid"], out["araddr"], out["arlen"]) == (1, *ar), "AR changed while it waited"
        ar = (out["araddr"], out["arlen"]) if out["arvalid"] and not inputs["arready"] else None
        if out["arvalid"] and inputs["arready"]:
            assert asked.popleft() == (out["araddr"], out["arlen"]), "a burst out of order"
            bus.append({"addr": out["araddr"], "len": out["arlen"], "done": 0})
        for client in ("fetch", "load"):
            if inputs[f"{client}_valid"] and out[f"{client}_ready"]:
                assert not halt, "a burst accepted while halted"
                asked.append(wanted[client])
                expected[client].append(list(wanted.pop(client)))
                expected.setdefault("order", deque()).append(client)
        owner = expected["order"][0] if expected.get("order") else None
        for client in ("fetch", "load"):
            given = out[f"{client}_beat"] and (client == "fetch" or inputs["load_beat_ready"])
            if given:
                assert not halt and client == owner and out["data"] == rvalid[0] and out["error"] == rvalid[2]
                beats += 1
        if rvalid and out["rready"]:
            halted += bool(halt)
            bus[0]["done"] += 1
            if rvalid[1]:
                bus.popleft()
                expected[owner].popleft()
                expected["order"].popleft()
            rvalid = None
        assert out["outstanding"] <= 8
    assert beats > 2000 and halted > 200, (beats, halted)
    dut.close()
    return beats


def axi_write(work):
    """Beats follow their bursts; while halted those owed go out with no byte enabled."""
    r, dut = random.Random(7), Module(work, "axi_write", MAX_BURSTS=4)
    asked, owed, want, beat, aw, w, answers, halt, done, blank, failed = deque(), deque(), None, None, None, None, 0, 0, 0, 0, False
    for cycle in range(12000):
        halt = (r.random() < 0.3) if cycle % 150 == 0 else halt
        want = want or ((r.getrandbits(40) * 8, r.randrange(8)) if r.random() < 0.3 else None)
        beat = beat or ((r.getrandbits(64), r.randrange(1, 256)) if owed and r.random() < 0.7 else None)
        inputs = {"halt": halt, "awready": r.random() < 0.6, "wready": r.random() < 0.6, "bvalid": answers > 0 and r.random() < 0.4,
                  "bresp": 2 * (r.random() < 0.1), "burst_valid": want is not None, "beat_valid": beat is not None}
        if want:
            inputs.update(burst_addr=want[0], burst_len=want[1])
        if beat:
            inputs.update(beat_data=beat[0], beat_strb=beat[1])
        out = dut.step(**inputs)
        for held, valid, fields in ((aw, "awvalid", ("awaddr", "awlen")), (w, "wvalid", ("wdata", "wstrb", "wlast"))):
            assert held is None or (out[valid] and held == tuple(out[f] for f in fields)), f"{valid}: changed while it waited"
        aw = (out["awaddr"], out["awlen"]) if out["awvalid"] and not inputs["awready"] else None
        w = (out["wdata"], out["wstrb"], out["wlast"]) if out["wvalid"] and not inputs["wready"] else None
        if out["awvalid"] and inputs["awready"]:
            assert asked.popleft() == (out["awaddr"], out["awlen"]), "a burst out of order"
        if out["wvalid"] and inputs["wready"]:
            sent = owed[0]["sent"].popleft()
            assert sent in ((out["wdata"], out["wstrb"]), (None, out["wstrb"])) and (sent[0] is not None or not out["wstrb"])
            owed[0]["left"] -= 1
            assert out["wlast"] == (owed[0]["left"] == 0)
            blank += sent[0] is None
            done += 1
            if out["wlast"]:
                owed.popleft()
                answers += 1
        # What enters the register for W now belongs to the first burst that lacks a beat.
        short = next((b for b in owed if b["taken"] <= b["len"]), None)
        if inputs["beat_valid"] and out["beat_ready"]:
            assert not halt
            short["sent"].append(beat)
            short["taken"] += 1
            beat = None
        elif halt and short and (not out["wvalid"] or inputs["wready"]):
            short["sent"].append((None, 0))
            short["taken"] += 1
        if inputs["burst_valid"] and out["burst_ready"]:
            assert not halt, "a burst accepted while halted"
            asked.append(want)
            owed.append({"len": want[1], "left": want[1] + 1, "taken": 0, "sent": deque()})
            want = None
        assert out["error"] == failed, "an error is told in the cycle after its response"
        answered = inputs["bvalid"] and out["bready"]
        failed = answered and inputs["bresp"] == 2
        answers -= answered
        assert out["outstanding"] <= 4
    assert done > 2000 and blank > 50, (done, blank)
    dut.close()
    return done


def fetch(work):
    """Each unit gets its own instructions whole and in order, up to END or the first illegal one."""
    r, done = random.Random(8), 0
    names = [n for n in OPCODES if n != "END"]
    for program_number in range(30):
        dut = Module(work, "fetch") if program_number == 0 else dut
        base = r.getrandbits(30) * 64
        code = []
        for _ in range(r.randint(0, 12)):
            name = r.choice(names)
            code.append(bytes([OPCODES[name]]) + bytes(63) if r.random() < 0.05 else legal(name, r))
        ended = r.random() < 0.8
        data = b"".join([*code, Instruction("END").encode()] if ended else code)
        bad = next((i for i, c in enumerate(code) if not any(c[1:])), None)
        stop = bad if bad is not None else len(code)
        for _ in range(3):
            dut.step(rst=0, program=base, size=len(data), burst_ready=0, beat_valid=0, full=0)
        got, parts, beats, quiet = {0: [], 1: [], 2: []}, {0: b"", 1: b"", 2: b""}, deque(), 0
        before = [0, 0]
        for _ in range(4000):
            ready, full = r.random() < 0.5, sum((r.random() < 0.3) << u for u in range(3))
            give = beats and r.random() < 0.6
            out = dut.step(rst=1, burst_ready=ready, full=full, beat_valid=bool(give),
                           **({"beat_data": beats[0]} if give else {}))
            if give:
                beats.popleft()
            if out["burst_valid"] and ready:
                at = out["burst_addr"] - base
                assert out["burst_len"] == 7 and 0 <= at < len(data) and at % 64 == 0
                beats.extend(int.from_bytes(data[at + 8 * b : at + 8 * b + 8], "little") for b in range(8))
            for unit in range(3):
                if out["push"] >> unit & 1:
                    # A queue that is full has room for two beats more.
                    assert not (full & before[0] & before[1]) >> unit & 1, "pushed into a full queue"
                    parts[unit] += out["data"].to_bytes(8, "little")
                    if out["push_last"]:
                        got[unit].append((out["index"], parts[unit]))
                        parts[unit] = b""
            before = [full, before[0]]
            quiet = quiet + 1 if out["ended"] or out["illegal"] else 0
            if quiet > 20:
                break
        for unit in range(3):
            wanted = [(i, c) for i, c in enumerate(code[:stop]) if UNITS[NAMES[c[0]]] == unit]
            assert got[unit] == wanted, f"unit {unit}: {len(got[unit])} instructions, expected {len(wanted)}"
        assert (out["ended"], out["illegal"], out["index"]) == (bad is None and ended, bad is not None or not ended, stop)
        done += stop
    dut.close()
    return done


def legal(name, r):
    """Some legal instruction; not all its bytes past the opcode are zero."""
    ones = ["groups", "ci", "oh", "ow", "kh", "kw", "stride_y", "stride_x", "dil_y", "dil_x"] if UNITS[name] == 1 else (
        ["count"] if name in ("LOAD_WGT", "LOAD_PRM", "LOAD_LUT") else ["ny", "nx", "len"])
    fields = dict.fromkeys(ones, 1)
    if name == "STORE":
        fields["base"] = 1
    if UNITS[name] == 1:
        fields["x"] = r.getrandbits(30)
    elif name in ("LOAD_ACT", "STORE"):
        fields["stride_y"] = r.getrandbits(32)
    return Instruction(name, **fields).encode()


def unit_queue(work):
    """Instructions leave whole, in order and with their index, however their beats and takers come."""
    r, dut = random.Random(10), Module(work, "unit_queue")
    sent, beats, done, full, eager = deque(), deque(), 0, 0, 0.5
    for cycle in range(12000):
        eager = r.choice([0.1, 0.6, 0.95]) if cycle % 300 == 0 else eager
        if not beats:
            words, index = [r.getrandbits(64) for _ in range(8)], r.getrandbits(26)
            beats.extend((w, n == 7, index) for n, w in enumerate(words))
            coming = (index, sum(w << 64 * n for n, w in enumerate(words)))
        seen = dut.step(push=0, take=0)
        full += seen["full"]
        push = not seen["full"] and r.random() < eager
        take = bool(seen["valid"]) and r.random() > eager
        if seen["valid"]:
            assert sent and sent[0] == (seen["index"], seen["instr"]), "another instruction than was queued"
        assert not (seen["empty"] and sent), "empty with instructions in it"
        word, last, index = beats[0]
        dut.step(push=push, take=take, data=word, push_last=last, index=index)
        if take:
            sent.popleft()
            done += 1
        if push:
            beats.popleft()
            if last:
                sent.append(coming)
    assert full and done > 100, (full, done)
    dut.close()
    return done


def engine_regs(work):
    """Registers hold what was written, byte by byte, however the channels of AXI4-Lite are late; none moves while running."""
    r, dut, done = random.Random(13), Module(work, "engine_regs", CONFIG_HASH="64'h0123456789abcdef"), 0
    plain = [0x10, 0x14, 0x18, 0x20, 0x24, 0x28, 0x30, 0x34, 0x38, 0x40]
    quiet = {"awvalid": 0, "wvalid": 0, "bready": 0, "arvalid": 0, "rready": 0}

    def write(address, value, strobes=15):
        pending, answered = {"aw", "w"}, False
        for _ in range(100):
            offer = {c: c in pending and r.random() < 0.6 for c in ("aw", "w")}
            ready = r.random() < 0.5
            out = dut.step(**{**quiet, "awvalid": offer["aw"], "wvalid": offer["w"], "bready": ready}, awaddr=address,
                           wdata=value, wstrb=strobes)
            pending -= {c for c in ("aw", "w") if offer[c] and out[f"{c}ready"]}
            answered |= bool(out["bvalid"] and ready)
            if answered and not pending:
                return
        raise AssertionError(f"no answer to a write of {address:#x}")

    def read(address):
        asked = False
        counted = None  # cycles until the counter that is asked for comes
        for _ in range(200):
            offer, ready = not asked and r.random() < 0.6, r.random() < 0.5
            shown = counted == 0
            out = dut.step(**{**quiet, "arvalid": offer, "rready": ready}, araddr=address, counter_valid=shown,
                           counter_value=0x11220000 + out["counter"] if shown else r.getrandbits(32))
            asked |= bool(offer and out["arready"])
            assert not (out["counter_read"] and counted is not None), "a counter is asked for twice"
            counted = r.randrange(4, 40) if out["counter_read"] else counted - 1 if counted else None
            if out["rvalid"] and ready:
                return out["rdata"]
        raise AssertionError(f"no answer to a read of {address:#x}")

    held = dict.fromkeys(plain, 0)
    state = {"error": 3, "error_index": 77, "last": 5 | 6 << 32 | 7 << 64, "tokens": 0x123456, "bus": 0x1F0203}
    dut.step(**quiet, running=0, begin=0, done=0, counter_valid=0, counter_value=0, **state)
    for running in (0, 1, 0):
        dut.step(**quiet, running=running)
        for _ in range(80):
            address, value, strobes = r.choice(plain), r.getrandbits(32), r.randrange(16)
            write(address, value, strobes)
            if not running:
                mask = sum(255 << 8 * b for b in range(4) if strobes >> b & 1)
                held[address] = held[address] & ~mask | value & mask
            address = r.choice(plain)
            got = read(address)
            assert got == held[address], f"{address:#x} reads {got:#x}, expected {held[address]:#x}"
            done += 1
    shown = {0x80: 2, 0x84: 3, 0x88: 77, 0x8C: 5, 0x90: 6, 0x94: 7, 0x98: 0x123456, 0x9C: 0, 0xA0: 0x1F0203, 0x100: 0x45434C53,
             0x104: 1, 0x108: 8, 0x10C: 8, 0x128: 0x89ABCDEF, 0x12C: 0x01234567, 0x200: 0x11220000, 0x204: 0x11220001, 0x28C: 0x11220023, 0x290: 0,
             0xFFC: 0}
    for address, value in shown.items():
        assert read(address) == value, f"{address:#x} reads {read(address):#x}, expected {value:#x}"
    dut.close()
    return done + len(shown)
