# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes a device fail at commands of a model, in every way, and expects the right answer each time.

usage: faults.py PACKAGE [--step N | --at K] [--opencl LAYER | --board PROGRAM]

The device is the simulated engine, an OpenCL device behind LAYER, which OPENCL_LAYERS must name too, or the board that
PROGRAM simulates at its pins, on a serial line. For each class of fault a device meets it at command 0, N, 2N, ... of the
program (N is 1 unless told), until there is no such command, or at command K alone; on a serial line commands are the
frames that the host sends in a run. Every run must give the bytes of the CPU, be told and counted as one fault, and a
run that has a deadline must meet it. Memory must not grow.
"""

import argparse
import ctypes
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import sluice

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "rtl"))
import board as boards  # noqa: E402

DEADLINE_EXCEEDED = 9
MOST_GROWTH = {"heap": 512 << 10, "process": 4 << 20}  # bytes, over all runs
RECOVERY = 20  # seconds, on a machine with much else to do


class HeapState(ctypes.Structure):
    """mallinfo2 of the C library's malloc.h."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()
    ]


C = ctypes.CDLL("libc.so.6")
C.mallinfo2.restype = HeapState


def memory():
    """Bytes that are allocated, and those that the process has of the machine, without what malloc keeps for later:
    how much that is hangs on which threads met."""
    C.malloc_trim(0)
    heap = C.mallinfo2()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return {"heap": heap.uordblks + heap.hblkhd, "process": pages * os.sysconf("SC_PAGESIZE")}


def grown(before):
    """What has grown by too much, and by how many bytes."""
    growth = {kind: now - before[kind] for kind, now in memory().items()}
    return {kind: count for kind, count in growth.items() if count >= MOST_GROWTH[kind]}


class Simulator:
    """The engine's own faults, which the device string asks for."""

    kinds = ("hang", "error", "gone", "corrupt", "late")
    well = "sim:watchdog=2000"
    misses = 1  # in a row: the program has no more commands

    def open(self, package, kind, at, ms):
        name = f"sim:fault={kind},at={at},watchdog=2000,ms={ms}"
        return name, sluice.Session(package, name)

    def check(self, kind, session):
        if kind in ("hang", "error"):
            state = session.fault_report["state"]
            assert {"last_command", "tokens", "bus", "counters"} <= state.keys(), state


class Opencl:
    """A layer between the ICD loader and its devices, which makes a command fail."""

    kinds = ("hang", "error", "gone", "late")
    numbers = {None: 0, "error": 1, "gone": 2, "hang": 3, "late": 4}
    well = "opencl:0"
    misses = 1

    def __init__(self, layer):
        self.layer = ctypes.CDLL(layer)

    def arm(self, kind=None, at=0, ms=0):
        self.layer.sluice_fault_arm(self.numbers[kind], ctypes.c_uint64(at), ctypes.c_uint64(ms))

    def open(self, package, kind, at, ms):
        """Loading runs the program once; the fault is for the run after it, or after another, by which a device is
        known to be late."""
        self.arm()
        name = "opencl:0,timeout=200" if kind == "hang" else "opencl:0"
        session = sluice.Session(package, name)
        if kind == "late":
            session.run({tensor.name: np.zeros(tensor.shape, tensor.dtype) for tensor in session.inputs})
        self.arm(kind, at, ms)
        return name, session

    def check(self, kind, session):
        """The device is used again, also while a command that it was given before still waits."""
        assert self.layer.sluice_fault_taken()
        assert not self.layer.sluice_parts_misordered()
        if kind == "gone":
            self.arm()
        end = time.monotonic() + RECOVERY
        while session.health.quarantined:
            assert time.monotonic() < end, f"{kind}: the device stays in quarantine"
            time.sleep(0.01)
        self.arm()


class SerialBoard:
    """Driver `uart` and a board that is told how it fails once it is open."""

    kinds = Simulator.kinds
    line = "baud=25000000,timeout"
    misses = 6  # how often the host asks whether the engine is done differs from run to run

    def __init__(self, program, link):
        self.board = boards.Board(program, link=link, faults=True)
        self.link = link
        self.well = f"uart:{link},{self.line}=60000"

    def open(self, package, kind, at, ms):
        """A board that is silent for four seconds is given up; before one that is late is, the deadline comes."""
        self.board.plan("none", 0)
        name = f"uart:{self.link},{self.line}={8000 + ms % 60_000 if kind == 'late' else 4000}"
        session = sluice.Session(package, name)
        self.board.plan(kind, at)
        return name, session

    def check(self, kind, session):
        self.board.plan("none", 0)


class Model:
    def __init__(self, package, device):
        self.device = device
        self.package = sluice.Package(package)
        plain = sluice.Session(self.package, "cpu")
        random = np.random.default_rng(3)
        self.inputs = {
            tensor.name: random.standard_normal(tensor.shape).astype(tensor.dtype)
            if tensor.dtype.kind == "f"
            else random.integers(-128, 128, tensor.shape).astype(tensor.dtype)
            for tensor in plain.inputs
        }
        self.wanted = plain.run(self.inputs)
        well = sluice.Session(self.package, device.well)
        self.check(well.run(self.inputs), "without a fault")
        assert well.profile.fallbacks == 0 and well.health.faults == 0
        self.seconds = well.profile.time

    def check(self, got, what):
        for name, value in self.wanted.items():
            assert np.array_equal(got[name], value), f"{what}: output {name} is wrong"

    def fail(self, kind, at, lines):
        """One run with a fault; false when the program has no command `at`. A machine that does not come to
        run this process in the tenth of the time that is kept for that gets more time."""
        if kind != "late":
            return self.fail_once(kind, at, lines, 20, None)
        for attempt in range(3):
            try:
                return self.fail_once(kind, at, lines, 60_000 + attempt, (0.2 + 4 * self.seconds) * 4**attempt)
            except sluice.Error as error:
                if error.status != DEADLINE_EXCEEDED or attempt == 2:
                    raise

    def fail_once(self, kind, at, lines, length, timeout):
        lines.clear()
        name, session = self.device.open(self.package, kind, at, length)
        what = f"{name}: {kind} at {at}"
        begin = time.monotonic()
        self.check(session.run(self.inputs, timeout), what)
        if timeout is not None and time.monotonic() - begin >= timeout + 0.1:
            raise sluice.Error(DEADLINE_EXCEEDED, f"{what}: late")
        if session.health.faults == 0:
            return False
        told = [line for line in lines if f"'{name}'" in line]
        assert session.health.faults == 1 and len(told) == 1, f"{what}: {session.health}, {told}"
        assert session.profile.fallbacks >= 1 and session.fault_report["device"] == name
        self.device.check(kind, session)
        return True


def inject(device, arguments):
    lines = []
    sluice.set_log(lambda level, line: lines.append(line) if level == 4 else None)
    model = Model(arguments.package, device)
    faults, missed = dict.fromkeys(device.kinds, 0), dict.fromkeys(device.kinds, 0)
    left, at, before = device.kinds, arguments.at or 0, None
    while left:
        for kind in left:
            came = model.fail(kind, at, lines)
            faults[kind] += came
            missed[kind] = 0 if came else missed[kind] + 1
        left = [kind for kind in left if missed[kind] < device.misses and arguments.at is None]
        at += arguments.step
        before = before or memory()  # what the first of each kind takes stays
    for kind, count in faults.items():
        assert count, f"{kind} never came"
        print(f"{kind}: {count} faults, 0 wrong")
    # Quarantined devices are opened again beside us, and closed at once as no session waits for them.
    patience = time.monotonic() + 5
    while (growth := grown(before)) and time.monotonic() < patience:
        time.sleep(0.1)
    assert not growth, f"memory grew by more than it may: {growth} bytes"
    sluice.set_log(None)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--at", type=int)
    parser.add_argument("--opencl", metavar="LAYER")
    parser.add_argument("--board", metavar="PROGRAM")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if arguments.board:
            inject(SerialBoard(arguments.board, f"{folder}/board"), arguments)
        else:
            inject(Opencl(arguments.opencl) if arguments.opencl else Simulator(), arguments)


if __name__ == "__main__":
    main()
