# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Ends a command whose tool hangs: it and all its processes end, with one line, and nothing temporary is left.

usage: cancel.py WORK SIGNAL COMMAND...

In place of every tool there is hanging/tool. WORK/cache and WORK/tmp are the cache's and the temporary folder.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from interrupt import end_all

HANGING = Path(__file__).resolve().parent / "hanging/tool"
TOOLS = ["yosys", "nextpnr-ecp5", "ecppack", "verilator", "vivado", "v++"]
# What may stay: the folders of the cache, the locks and the sources of a kernel.
KEPT = ["sluice", "bitstream", "sim"]


def left_in(folder):
    return [str(path) for path in folder.rglob("*") if path.name not in KEPT and path.suffix != ".lock"]


def main():
    work, number, command = Path(sys.argv[1]).resolve(), signal.Signals[sys.argv[2]], sys.argv[3:]
    shutil.rmtree(work, ignore_errors=True)
    for name in ("bin", "cache", "tmp"):
        (work / name).mkdir(parents=True)
    for tool in TOOLS:
        (work / "bin" / tool).symlink_to(HANGING)
    pids = work / "pids"
    environment = {**os.environ, "PATH": f"{work}/bin:{os.environ['PATH']}", "XDG_CACHE_HOME": str(work / "cache"),
                   "TMPDIR": str(work / "tmp"), "FAKE_PIDS": str(pids)}
    signal.signal(number, signal.SIG_DFL)  # whatever this test runs under: nohup has SIGHUP ignored
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment, cwd=work)
    while not pids.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    errors = process.communicate()[1]
    interrupted = [line for line in errors.splitlines() if line and not line.startswith("sluice bitstream: ")
                   and "verilating" not in line and "what it says is in" not in line]
    tools = pids.read_text().split() if pids.exists() else sys.exit(f"no tool was run:\n{errors}")
    alive = end_all(tools)
    left = left_in(work / "cache") + left_in(work / "tmp")
    if (process.returncode, interrupted, alive, left) != (130, ["sluice: interrupted"], [], []):
        sys.exit(f"exit code {process.returncode}, still running {alive}, left behind {left}, standard error:\n{errors}")


if __name__ == "__main__":
    main()
