# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: timeline.py TRACE.json [ROW...]: fails unless the trace is as the format has it and speedscope, in Chromium,
reads from it these rows and as much time in each as there is.

The format: Google's "Trace Event Format". Of a row, slices must not overlap other than one inside another.
"""

import base64
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
READER = ROOT / "build/npm/node_modules/speedscope/dist/release/index.html"
KEYS = {"M": {"name", "ph", "pid", "tid", "args"}, "X": {"name", "cat", "ph", "pid", "tid", "ts", "dur", "args"},
        "C": {"name", "ph", "pid", "tid", "ts", "args"}}


def check_events(events):
    """Checks every event by itself."""
    for event in events:
        assert set(event) == KEYS[event["ph"]], event
        assert isinstance(event["name"], str) and isinstance(event["args"], dict), event
        assert all(isinstance(event[key], int) for key in ("pid", "tid")), event
        for key in KEYS[event["ph"]] & {"ts", "dur"}:
            assert math.isfinite(event[key]) and event[key] >= 0, event
        if event["ph"] == "C":
            assert all(isinstance(value, (int, float)) for value in event["args"].values()), event


def row_times(events):
    """Microseconds covered by the slices of each row; checks how they lie."""
    names = {(e["pid"], e["tid"], e["name"]): e["args"]["name"] for e in events if e["ph"] == "M"}
    rows = {}
    for event in events:
        if event["ph"] == "X":
            rows.setdefault((event["pid"], event["tid"]), []).append((event["ts"], event["ts"] + event["dur"]))
    times = {}
    for (process, row), slices in rows.items():
        slices.sort()
        for (_, end), (begin, _) in zip(slices, slices[1:]):
            assert begin >= end - 1e-3, (process, row, begin, end)
        name = f"{names[process, 0, 'process_name']} (pid {process}), {names[process, row, 'thread_name']} (tid {row})"
        times[name] = sum(end - begin for begin, end in slices)
    return times


def browse(trace):
    """The reader's elements after it has read the trace."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "trace.js"
        script.write_text(f"speedscope.loadFileFromBase64('trace.json', '{base64.b64encode(trace).decode()}')")
        result = subprocess.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}/profile", "--virtual-time-budget=10000",
             "--allow-file-access-from-files", "--dump-dom", f"{READER.as_uri()}#localProfilePath={script}"],
            capture_output=True, text=True, timeout=120)
    return result.stdout


def main():
    trace = Path(sys.argv[1]).read_bytes()
    events = json.loads(trace)["traceEvents"]
    check_events(events)
    times = row_times(events)
    assert [name.split(", ")[1].split(" (")[0] for name in times] == sys.argv[2:], list(times)
    page = browse(trace)
    read = dict(re.findall(r'<tr title="([^"]+)".*?>([\d.]+(?:ns|µs|ms|s))</td></tr>', page))
    units = {"ns": 1e-3, "µs": 1, "ms": 1e3, "s": 1e6}
    for name, time in times.items():
        number, unit = re.fullmatch(r"([\d.]+)(\D+)", read.get(name, "0s")).groups()
        # The reader counts gaps inside a row too and shows two decimals.
        assert float(number) * units[unit] >= time * 0.98, (name, time, read)
    print(f"{len(events)} events in {len(times)} rows")


if __name__ == "__main__":
    main()
