# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A simulated board and a plain host for its serial link, docs/spec/uart.md read a second time."""

import fcntl
import os
import select
import struct
import subprocess
import termios
import zlib

HELLO, BAUD, READ_REGISTERS, WRITE_REGISTERS, READ_MEMORY, WRITE_MEMORY, CHECK_MEMORY = range(1, 8)
DONE, BAD_REQUEST, BUS_ERROR, DAMAGED = range(4)


class Board:
    """A simulated board as a process; `path` is its serial port. An option that is True has no value."""

    def __init__(self, program, **options):
        command = [program, *(f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items())]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.path = self.process.stdout.readline().strip()

    def plan(self, kind, at):
        """Has a board with option `faults` fail so from the frame `at` of those to come (BoardSim.cpp)."""
        print(kind, at, file=self.process.stdin, flush=True)
        self.path = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.log = self.process.communicate(timeout=30)[1]


def encode(contents):
    """The frame of `contents`."""
    data = contents + struct.pack("<I", zlib.crc32(contents))
    stuffed = b"".join(bytes([0x7D, byte ^ 0x20]) if byte in (0x7D, 0x7E) else bytes([byte]) for byte in data)
    return b"\x7e" + stuffed + b"\x7e"


def decode(stuffed):
    """Contents of what lies between two flags; None where it is damaged."""
    data, escaped = bytearray(), False
    for byte in stuffed:
        if byte == 0x7D and not escaped:
            escaped = True
            continue
        data.append(byte ^ 0x20 if escaped else byte)
        escaped = False
    if escaped or len(data) < 5 or zlib.crc32(data[:-4]) != struct.unpack("<I", data[-4:])[0]:
        return None
    return bytes(data[:-4])


class Line:
    """The host's end: frames, one question at a time, and nothing that repairs."""

    TCGETS2, TCSETS2, BOTHER, CBAUD = 0x802C542A, 0x402C542B, 0o010000, 0o010017

    def __init__(self, path):
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY)
        self.sequence, self.buffer = 0, b""
        self.rate(115200)

    def close(self):
        os.close(self.fd)

    def rate(self, baud):
        """Any rate, by Linux's termios2."""
        words = bytearray(44)
        fcntl.ioctl(self.fd, self.TCGETS2, words)
        flags = list(struct.unpack("<4IB19s2I", words))
        flags[2] = flags[2] & ~self.CBAUD | self.BOTHER
        flags[6] = flags[7] = baud
        fcntl.ioctl(self.fd, self.TCSETS2, struct.pack("<4IB19s2I", *flags))
        termios.tcflush(self.fd, termios.TCIOFLUSH)

    def send(self, data):
        while data:
            data = data[os.write(self.fd, data):]

    def receive(self, timeout=5.0):
        """Contents of the next frame, None where it is damaged; b"" when nothing comes."""
        while True:
            frame, flag, rest = self.buffer.partition(b"\x7e")
            if flag:
                self.buffer = rest
                if frame:
                    return decode(frame)
                continue
            if not select.select([self.fd], [], [], timeout)[0]:
                return b""
            self.buffer += os.read(self.fd, 4096)

    def request(self, op, count=0, address=0, data=b"", sequence=None):
        if sequence is None:
            self.sequence = sequence = (self.sequence + 1) % 256
        return struct.pack("<BBHI", op, sequence, count, address) + data

    def ask(self, op, count=0, address=0, data=b"", sequence=None):
        """(data, status) of the answer."""
        request = self.request(op, count, address, data, sequence)
        self.send(encode(request))
        answer = self.receive()
        assert answer and answer[:2] == bytes([request[0] | 0x80, request[1]]), (request.hex(), answer)
        return answer[2:-1], answer[-1]

    def hello(self):
        data, status = self.ask(HELLO, address=0x12345678)
        assert status == DONE, status
        names = ["number", "magic", "version", "most", "buffer", "clock", "memory", "divisor"]
        return dict(zip(names, struct.unpack("<8I", data)))

    def change_rate(self, baud):
        divisor = round(self.hello()["clock"] * 16 / baud)
        assert self.ask(BAUD, address=divisor) == (b"", DONE)
        self.rate(baud)
