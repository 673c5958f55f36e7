# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What `sluice tune` finds for a model on the ULX3S-25F.

usage: tune.py MODEL.onnx INPUT.npz WORK
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

MODEL, INPUT, WORK = sys.argv[1], sys.argv[2], Path(sys.argv[3])
BOARD = "engine:ulx3s-25f"


def sluice(*arguments):
    return json.loads(subprocess.run(["sluice", *map(str, arguments), "--json"], stdout=subprocess.PIPE, check=True).stdout)


def tune(*arguments, state="state"):
    return sluice("tune", MODEL, "--target", BOARD, "--state", WORK / state, *arguments)


def costs(point):
    return [point["latency_ms"], *(point["resources"][name]["used"] for name in ("multipliers", "memory_blocks"))]


def interrupt(state):
    """Starts a search and ends it with SIGINT once there are some estimates."""
    process = subprocess.Popen(["sluice", "tune", MODEL, "--target", BOARD, "--state", WORK / state],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while process.poll() is None and sum(f.stat().st_size for f in (WORK / state).glob("*.jsonl")) < 2000:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGINT)
    assert process.wait() == 130, process.returncode


found = tune()
front, usual, chosen = found["front"], found["default"], found["chosen"]
assert usual["target"] == BOARD and len(front) > 2 and found["points"] > 100, found
for a in front:
    assert all(r["used"] <= r["available"] for r in a["resources"].values()), a
    assert not any(b is not a and all(y <= x for x, y in zip(costs(a), costs(b))) for b in front), a
print("the front is one, and as wide as the board")

assert chosen == front[0] == min(front, key=lambda p: p["latency_ms"])
assert chosen["cycles"] < usual["cycles"], (chosen, usual)
print("faster than the board as it is")

again = tune()
assert again["resumed"] == again["points"] and again["front"] == front, again
interrupt("cut")
assert tune(state="cut")["front"] == front
assert 0 < len(list((WORK / "cut").glob("*.jsonl"))) < 2
print("nothing is estimated twice, and an interrupted search goes on")

limit = (front[0]["latency_ms"] + front[-1]["latency_ms"]) / 2
cheap = tune("--max-latency", f"{limit}ms")["chosen"]
meeting = [p for p in front if p["latency_ms"] <= limit]
assert costs(cheap)[1:] == min(costs(p)[1:] for p in meeting), cheap
print("a limit is met by the cheapest")

tune("-o", WORK / "tuned")
os.environ["XDG_CACHE_HOME"] = str(WORK / "cache")
np.savez(WORK / "one.npz", **{name: samples[:1] for name, samples in np.load(INPUT).items()})
run = sluice("run", WORK / "tuned", "--input", WORK / "one.npz", "--device", "sim")
assert abs(run["cycles"] / chosen["cycles"] - 1) < 0.02, (run["cycles"], chosen["cycles"])
assert run["fallbacks"] == 0
print("the chosen engine takes as long as estimated")
