# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A package's layers on the Verilated engine: what the hardware's counters say of each, beside the compiler's estimate.

The engine's commands run on zeros, since no time depends on data. A layer's time goes from the end of the last
computation of the layer before to that of its own; the last one's to the end of the program.
"""

import json
import os
import subprocess
from pathlib import Path

import numpy as np

import device

SLUICE = device.ROOT / "build/bin/sluice"
# What the estimate leaves out it has as 0; bytes and instructions are not a matter of time.
TIMES = [name for name in device.COUNTER_NAMES if not name.startswith(("cycles", "bytes", "instructions"))]
# Engines that are built with Sluice, and those that `sluice run` has verilated.
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
MODELS = [device.ROOT / "build/dev/lib/sluice/sim", CACHE / "sluice/sim"]
ALIGN = 4096


def align(size):
    return -(-size // ALIGN) * ALIGN


def find_model(engine):
    places = [folder / f"{engine}.so" for folder in MODELS]
    return next((place for place in places if place.exists()), places[0])


def run_region(model, package, region, arena_size, memory):
    """The engine's counters at the end of each layer's last computation, and at the end."""
    parts = {}
    for name, place in region["code"].items():
        data = (package / place["path"]).read_bytes()
        parts[name] = data[place["offset"] : place["offset"] + place["size"]]
    program, constants = parts["commands"], parts["constants"]
    constants_at = align(len(program))
    arena_at = constants_at + align(len(constants))
    engine = device.Device(model, arena_at + align(arena_size), **memory)
    engine.memory[: len(program)] = np.frombuffer(program, np.uint8)
    engine.memory[constants_at : constants_at + len(constants)] = np.frombuffer(constants, np.uint8)
    engine.trace(region["commands"])
    engine.start((0, len(program)), [(constants_at, len(constants)), (arena_at, arena_size)], watchdog=100_000)
    error = engine.wait(100_000_000)
    assert error == "none", engine.report()
    total = engine.counters()
    ends = {int(mark["instruction"]): mark["counters"].astype(np.int64) for mark in engine.marks()}
    assert len(ends) == total["instructions"] == region["commands"] - 1, "an end was missed"
    engine.close()
    marks = [ends[layer["commands"][1] - 1] for layer in region["layers"]]
    return [*marks[:-1], np.array(list(total.values()), np.int64)]


def measure(package, latency=20, bytes_per_cycle=8):
    """One object a layer of the engine: name, kind, region, and the counters as `estimated` and `measured`."""
    inspected = json.loads(subprocess.run([SLUICE, "inspect", package, "--json"], stdout=subprocess.PIPE, check=True).stdout)
    report = json.loads((package / "report.json").read_text())
    estimates = {(layer["region"], layer["name"]): layer for layer in report["layers"]}
    model = find_model(inspected["engine"]["hash"])
    variant = inspected["variants"][0]
    rows = []
    for region in variant["regions"]:
        if "code" not in region:
            continue
        before = np.zeros(len(device.COUNTER_NAMES), np.int64)
        memory = {"latency": latency, "bytes_per_cycle": bytes_per_cycle}
        ends = run_region(model, package, region, variant["arena_size"], memory)
        for layer, end in zip(region["layers"], ends):
            estimate = estimates[region["name"], layer["name"]]["counters"]
            measured = {name: int(value) for name, value in zip(device.COUNTER_NAMES, end - before)}
            rows.append({
                "layer": layer["name"], "kind": layer["kind"], "region": region["name"], "macs": layer["macs"],
                "estimated": {"cycles": layer["estimated_cycles"], **{name: estimate.get(name, 0) for name in TIMES}},
                "measured": {name: measured[name] for name in ["cycles", *TIMES]},
            })
            before = end
    return rows
