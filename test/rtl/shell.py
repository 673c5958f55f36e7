# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The board's shell in Icarus: the link at its pins, and the path to a timing-checked SDRAM.

usage: shell.py WORK [planted|link|memory|mutations...]

mutations: each of some faults planted in the RTL makes link or memory fail; planted: they can still be.
"""

import random
import re
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

from board import (BAD_REQUEST, BAUD, BUS_ERROR, CHECK_MEMORY, DAMAGED, DONE, HELLO, READ_MEMORY, READ_REGISTERS,
                   WRITE_MEMORY, WRITE_REGISTERS, decode, encode)
from device import ROOT

ENGINE = ROOT / "targets/engine"
HERE = Path(__file__).resolve().parent


SHELL = ENGINE / "shell"


class Failed(Exception):
    """The RTL did not do what it should."""


def simulate(work, bench, plusargs=(), **parameters):
    work.mkdir(parents=True, exist_ok=True)
    binary = work / f"{bench}.vvp"
    sources = [ENGINE / "rtl/engine_pkg.sv", *(ENGINE / "rtl" / f"{name}.sv" for name in ("cut", "fifo", "ram_sdp", "skid", "twin")),
               *(p for p in sorted(SHELL.glob("*.sv")) if p.stem not in ("ulx3s_top", "ulx3s_clock")),
               ENGINE / "sim/sdram_model.sv"]
    overrides = [f"-P{bench}.{name}={value}" for name, value in parameters.items()]
    subprocess.run(["iverilog", "-g2012", "-o", binary, "-s", bench, *overrides, HERE / f"{bench}.sv", *sources],
                   check=True, capture_output=True)
    result = subprocess.run(["vvp", "-n", binary, *plusargs], capture_output=True, text=True, timeout=600)
    if result.returncode:
        raise Failed(f"{bench}: {result.stdout[-2000:]}{result.stderr[-2000:]}")
    return result.stdout.splitlines()


class Model:
    """What the link answers: docs/spec/uart.md on the memory and registers of uart_link_tb."""

    def __init__(self):
        self.memory = bytearray((i * 7 + (i >> 8)) % 256 for i in range(65536))
        self.registers = bytearray((i * 11 + 3) % 256 for i in range(65536))
        self.last, self.status, self.divisor, self.writes = None, DONE, 139, []

    def answer(self, request):
        """Contents of the answer to contents that arrived whole."""
        op, sequence, count, address = struct.unpack("<BBHI", request[:8])
        data = request[8:]
        head = bytes([op | 0x80, sequence])
        if op == WRITE_REGISTERS and sequence == self.last:
            return head + bytes([self.status])
        body, self.last = self.carry_out(op, count, address, data), sequence
        return head + body + bytes([self.status])

    def carry_out(self, op, count, address, data):
        self.status = BAD_REQUEST
        unit = 4 if op in (READ_REGISTERS, WRITE_REGISTERS) else 8
        is_write = op in (WRITE_REGISTERS, WRITE_MEMORY)
        aligned = count % unit == 0 and address % unit == 0 and 0 < count <= 512
        if op == HELLO and count == 0 and not data:
            self.status = DONE
            return struct.pack("<8I", address, 0x4B4E4C53, 1, 512, 1984, 1000000, 65536, self.divisor)
        if op == BAUD and count == 0 and not data and 64 <= address < 65536:
            self.status, self.divisor = DONE, address
            return b""
        space = self.registers if unit == 4 else self.memory
        if address >= 65536 and aligned and len(data) == is_write * count:
            self.status = BUS_ERROR
            return b"" if is_write else bytes(4 if op == CHECK_MEMORY else count)
        if op in (READ_REGISTERS, READ_MEMORY) and aligned and not data:
            self.status = DONE
            return bytes(space[address : address + count])
        if op == CHECK_MEMORY and count and address % 8 == 0 and not data:
            self.status = DONE
            return struct.pack("<I", zlib.crc32(self.memory[address : address + 8 * count]))
        if is_write and aligned and data:
            units = min(len(data), count) // unit
            for i in range(units):
                value = data[unit * i : unit * (i + 1)]
                if op == WRITE_REGISTERS:
                    self.writes.append((address + unit * i, int.from_bytes(value, "little")))
                space[address + unit * i : address + unit * (i + 1)] = value
            self.status = DONE if len(data) == count else BAD_REQUEST
        return b""


def random_request(r, sequence):
    op = r.choice([HELLO, READ_REGISTERS, WRITE_REGISTERS, READ_MEMORY, WRITE_MEMORY, WRITE_MEMORY, CHECK_MEMORY])
    unit = 4 if op in (READ_REGISTERS, WRITE_REGISTERS) else 8
    count = 0 if op == HELLO else unit * r.choice([1, 2, 3, r.randint(1, 24)])
    address = r.randrange(0, 4096 if unit == 4 else 60000) // unit * unit
    data = r.randbytes(count) if op in (WRITE_REGISTERS, WRITE_MEMORY) else b""
    if data and r.random() < 0.3:
        data = bytes(r.choice([0x7E, 0x7D, 0x5E, 0x20]) for _ in data)
    if r.random() < 0.15:
        # Not quite right.
        kind = r.randrange(6)
        if kind == 0:
            op = r.choice([0, 8, 0x7E, 0x7F])
        elif kind == 5 and op not in (HELLO, WRITE_REGISTERS):
            address += 0x10000
        elif kind == 1:
            address += r.randrange(1, unit)
        elif kind == 2 and data:
            data = data[: r.randrange(len(data))]
        elif kind == 3:
            count = r.choice([0, 520, count + 1])
        else:
            data += r.randbytes(r.randrange(1, 9))
    return struct.pack("<BBHI", op, sequence, count, address) + data


class Script:
    """What the bench does, and what must come of it."""

    def __init__(self):
        self.lines, self.expected, self.model = [], [], Model()

    def send(self, data, how="s"):
        self.lines += [f"{how} {byte:02x}" for byte in data]

    def wait(self, cycles):
        self.lines.append(f"w {cycles:x}")

    def request(self, contents):
        self.send(encode(contents))
        answer = self.model.answer(contents)
        self.expected.append(answer)
        # Until it is out: nothing may overflow here.
        self.wait((len(answer) + 12) * 2 * 11 * max(self.model.divisor, 139) // 16 + 3000)

    def damaged(self, bent):
        self.send(bent)
        self.expected.append(bytes([0xFF, 0, DAMAGED]))
        self.wait(4000)


def bend(r, frame):
    """A frame that is damaged once, but not at its flags."""
    i = r.randrange(1, len(frame) - 1)
    if r.random() < 0.5:
        return frame[:i] + frame[i + 1 :]
    other = r.choice([b for b in range(256) if b not in (frame[i], 0x7E)])
    return frame[:i] + bytes([other]) + frame[i + 1 :]


def link_script():
    r = random.Random(4)
    s = Script()
    for sequence in range(70):
        request = random_request(r, sequence)
        if r.random() < 0.25:
            s.damaged(bend(r, encode(request)))
        s.request(request)
        if r.random() < 0.3:
            s.request(request)  # again: a write of registers is not done twice
    # A byte without a stop bit spoils its frame; bytes between frames are a damaged one.
    frame = encode(struct.pack("<BBHI", HELLO, 200, 0, 5))
    s.send(frame[:4])
    s.send(frame[4:5], "b")
    s.damaged(frame[5:])
    s.damaged(b"noise")
    # The host's clock is 2 % off, both ways.
    for divisor in (136, 142):
        s.lines.append(f"d {divisor:x}")
        s.request(struct.pack("<BBHI", READ_MEMORY, 201, 64, 0x100))
    s.lines.append(f"d {139:x}")
    # Six requests at once: answers come in their order.
    burst = [struct.pack("<BBHI", READ_MEMORY, 210 + i, 8 * (6 - i), 0x200 + 8 * i) for i in range(6)]
    s.send(b"".join(encode(request) for request in burst))
    s.expected += [s.model.answer(request) for request in burst]
    s.wait(300000)
    # A faster rate that proves itself.
    s.request(struct.pack("<BBHI", BAUD, 220, 0, 64))
    s.lines.append(f"d {64:x}")
    s.request(struct.pack("<BBHI", HELLO, 221, 0, 6))
    s.request(struct.pack("<BBHI", READ_MEMORY, 222, 512, 0x400))
    # One that does not: the board goes back to the one before.
    s.request(struct.pack("<BBHI", BAUD, 223, 0, 400))
    s.wait(21000)
    s.model.divisor = 64
    s.request(struct.pack("<BBHI", HELLO, 224, 0, 7))
    return s


def link(work):
    script = link_script()
    source = work / "link.in"
    work.mkdir(parents=True, exist_ok=True)
    source.write_text("\n".join(script.lines) + "\n")
    lines = simulate(work, "uart_link_tb", [f"+in={source}"])
    stream = bytes(int(line.split()[1], 16) for line in lines if line.startswith("r "))
    answers = [decode(part) for part in stream.split(b"\x7e") if part]
    broken = [line for line in lines if "stop bit" in line]
    for index, (got, expected) in enumerate(zip(answers, script.expected)):
        # The data of an answer that is none have no meaning.
        essence = lambda answer: answer if answer[-1] in (DONE, DAMAGED) else answer[:2] + answer[-1:]
        if got is None or essence(got) != essence(expected):
            raise Failed(f"link: answer {index} is {got and got.hex()}, expected {expected.hex()}")
    if len(answers) != len(script.expected) or broken or lines[-1] != "q":
        raise Failed(f"link: {len(answers)} answers, expected {len(script.expected)}; {broken[:1]} {lines[-1]}")
    writes = [tuple(int(word, 16) for word in line.split()[1:]) for line in lines if line.startswith("write ")]
    if writes != script.model.writes:
        raise Failed(f"link: {len(writes)} writes of registers, expected {len(script.model.writes)}")
    counts = {status: sum(answer[-1] == status for answer in answers) for status in range(4)}
    print(f"link: {len(answers)} answers as expected, by status {counts}; {len(writes)} writes of registers, once each")


def memory(work):
    for name, parameters in (("memory at 125 MHz", {"CLOCK_MHZ": 125, "SEED": 1}), ("memory at 100 MHz", {"CLOCK_MHZ": 100, "SEED": 2}),
                             ("block memory", {"RAM": 1, "SEED": 3})):
        lines = simulate(work, "memory_tb", **parameters)
        if len(lines) != 2 or not lines[0].endswith(", 0 wrong"):
            raise Failed(f"{name}:\n" + "\n".join(lines[:20]))
        latency, size, cycles = map(int, re.findall(r"\d+", lines[1]))
        print(f"{name}: {lines[0]}; latency {latency}, {size / cycles:.2f} bytes a cycle")


# (the bench that must tell, module, text, instead)
MUTATIONS = [
    (memory, "sdram_ctrl", "`SLUICE_CYCLES(44)", "`SLUICE_CYCLES(20)"),
    (memory, "sdram_ctrl", "7800 * CLOCK_MHZ / 1000 - 64", "78000 * CLOCK_MHZ / 1000"),
    (memory, "sdram_ctrl", "!w_empty && drive_o", "!w_empty"),
    (memory, "sdram_ctrl", "recover_q <= 4'(Twr + 3)", "recover_q <= 4'd0"),
    (memory, "sdram_ctrl", "pending_q < 5'd14", "1'b1"),
    (memory, "sdram_ctrl", "dqm_o       <= ~w_head[65:64]", "dqm_o       <= 2'b00"),
    (memory, "axi_mux", "r_link || r_stage_ready", "1'b1"),
    (memory, "axi_ram", "wstrb_i[i] && !w_outside_q", "wstrb_i[i]"),
    (memory, "axi_ram", "places_q != '0", "1'b1"),
    (link, "frame_rx", "!spoilt_q && right_q", "!spoilt_q"),
    (link, "frame_rx", "spoilt_q || broken_q || full_i", "spoilt_q || full_i"),
    (link, "packet_fifo", "rollback_i ? committed_q : write_next", "write_next"),
    (link, "link_exec", "&& sequence_q == last_sequence_q", "&& 1'b0"),
    (link, "link_exec", "if (!good_i) divisor_o <= old_divisor_q", ";"),
    (link, "frame_tx", "plain == 8'h7e || plain == 8'h7d", "plain == 8'h7e"),
]


def planted(work):
    """All texts are there still."""
    for _, module, text, _ in MUTATIONS:
        if (SHELL / f"{module}.sv").read_text().count(text) != 1:
            raise Failed(f"planted: {module} does not have `{text}` once")
    print(f"planted: {len(MUTATIONS)} faults can be")


def mutations(work):
    global SHELL
    original, found = SHELL, 0
    for bench, module, text, instead in MUTATIONS:
        SHELL = work / "shell"
        shutil.rmtree(SHELL, ignore_errors=True)
        shutil.copytree(original, SHELL)
        source = (SHELL / f"{module}.sv").read_text()
        (SHELL / f"{module}.sv").write_text(source.replace(text, instead))
        try:
            bench(work)
            print(f"FAILED mutations: {bench.__name__} does not see that {module} has `{instead}` for `{text}`")
        except Failed:
            found += 1
    SHELL = original
    print(f"mutations: {found} of {len(MUTATIONS)} found")


def main():
    work = Path(sys.argv[1]).resolve()
    try:
        for name in sys.argv[2:] or ["planted", "link", "memory"]:
            globals()[name](work)
    except Failed as failure:
        sys.exit(f"FAILED {failure}")


if __name__ == "__main__":
    main()
