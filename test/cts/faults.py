# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Makes the simulated engine fail at commands of a model, in every way, and expects the right answer each time.

usage: faults.py PACKAGE [--step N]

For each class of fault a new device meets it at command 0, N, 2N, ... of the program (N is 1 unless told), until
there is no such command. Every run must give the bytes of the CPU, be told and counted as one fault, and a run
that has a deadline must meet it. Memory must not grow.
"""

import argparse
import os
import time
from pathlib import Path

import numpy as np
import sluice

KINDS = ("hang", "error", "gone", "corrupt", "late")
DEADLINE_EXCEEDED = 9
MOST_GROWTH = 4 << 20  # bytes, over all runs


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE")


class Model:
    def __init__(self, package):
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
        well = sluice.Session(self.package, "sim:watchdog=2000")
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
        device = f"sim:fault={kind},at={at},watchdog=2000,ms={length}"
        session = sluice.Session(self.package, device)
        begin = time.monotonic()
        self.check(session.run(self.inputs, timeout), device)
        assert timeout is None or time.monotonic() - begin < timeout + 0.1, f"{device}: late"
        if session.health.faults == 0:
            return False
        told = [line for line in lines if f"'{device}'" in line]
        assert session.health.faults == 1 and len(told) == 1, f"{device}: {session.health}, {told}"
        assert session.profile.fallbacks >= 1 and session.fault_report["device"] == device
        if kind in ("hang", "error"):
            state = session.fault_report["state"]
            assert {"last_command", "tokens", "bus", "counters"} <= state.keys(), state
        return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("package")
    parser.add_argument("--step", type=int, default=1)
    arguments = parser.parse_args()
    lines = []
    sluice.set_log(lambda level, line: lines.append(line) if level == 4 else None)
    model = Model(arguments.package)
    before = None
    for kind in KINDS:
        at = 0
        while model.fail(kind, at, lines):
            lines.clear()
            before = before or resident()
            at += arguments.step
        assert at, f"{kind} never came"
        print(f"{kind}: {at // arguments.step} faults, 0 wrong")
    growth = resident() - before
    assert growth < MOST_GROWTH, f"memory grew by {growth} bytes"
    sluice.set_log(None)


if __name__ == "__main__":
    main()
