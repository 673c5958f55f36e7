# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Checks the engine's part of a report.json. usage: show_report.py REPORT"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)

totals = report["totals"]
assert totals["cycles"] > 0 and totals["bytes_loaded"] > 0 and totals["bytes_stored"] > 0, totals
print("totals: cycles and bytes are there")

ends = {}
for step in report["timeline"]:
    assert step["start"] < step["end"] <= totals["cycles"], step
    assert step["end"] >= ends.get(step["unit"], 0), step
    ends[step["unit"]] = step["end"]
print("timeline: units", *sorted(ends), "in order")

layers = [layer for layer in report["layers"] if layer["place"] == "engine" and layer["kind"] != "reshape"]
assert all(layer["cycles"] > 0 for layer in layers), layers
assert sum(layer["cycles"] for layer in layers) == totals["cycles"]
assert layers[0]["bytes_loaded"] and layers[-1]["bytes_stored"], layers
print("layers: each on the engine has cycles, the first loads and the last stores")

names = {layer["output"] for layer in report["layers"]}
buffers = [buffer for buffer in report["memory"] if buffer["space"] == "act"]
assert buffers and all(buffer["offset"] + buffer["size"] <= 32768 for buffer in buffers), buffers
assert any(buffer["buffer"] in names for buffer in buffers), buffers
assert all(buffer["buffer"] in names or not buffer["buffer"] for buffer in buffers), buffers
print("memory: every buffer lies in its space")
