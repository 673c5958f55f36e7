# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: interrupt.py FOLDER [--stuck] COMMAND...: sends Ctrl-C to a running command, as a terminal does: to its group.

With --stuck, to the command alone, once a program that it runs, stuck/python3, has started another.
Fails unless it ends with 130 and one line, leaves FOLDER and the temporary folder as they were, and no such program.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STUCK = Path(__file__).resolve().parent / "stuck"


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_all(pids):
    """Those that go on for a minute, and are ended then."""
    for _ in range(3000):
        pids = list(filter(is_alive, pids))
        if not pids:
            break
        time.sleep(0.02)
    for pid in pids:
        os.kill(int(pid), signal.SIGKILL)
    return pids


def interrupt(process, pids, is_stuck):
    if not is_stuck:
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        return
    while not pids.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    is_stuck = command[0] == "--stuck"
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryDirectory() as notes:
        pids = Path(notes) / "pids"
        environment = {**os.environ, "TMPDIR": temporary, "STUCK_PIDS": str(pids)}
        if is_stuck:
            environment["PATH"] = f"{STUCK}:{os.environ['PATH']}"
        before = sorted(os.listdir(folder))
        process = subprocess.Popen(command[is_stuck:], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
                                   env=environment, start_new_session=True)
        interrupt(process, pids, is_stuck)
        process.wait()
        started = pids.read_text().split() if pids.exists() else []
        alive = end_all(started)
        errors = process.communicate()[1]
        left = sorted(set(os.listdir(folder)) - set(before)) + os.listdir(temporary)
    if (process.returncode, errors.strip(), left, alive, bool(started)) != (130, "sluice: interrupted", [], [], is_stuck):
        sys.exit(f"exit code {process.returncode}, left behind {left}, of {started} running {alive}, standard error:\n{errors}")


if __name__ == "__main__":
    main()
