# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: report.py OUT.json: a report of a made-up residual network, with a name that must not become markup."""

import json
import sys
from pathlib import Path

CHANNELS = [16, 16, 16, 32, 32, 64]


def layer(name, kind, place, shape, macs=0, cycles=0, reason="", snr=None):
    slots = cycles * 64
    return {
        "name": name, "kind": kind, "place": place, "reason": reason, "region": place, "output": f"{name}_out",
        "shape": shape, "macs": macs, "cycles": cycles, "utilisation": macs / slots if slots else 0,
        "bytes_loaded": cycles // 2, "bytes_stored": cycles // 4, "snr_db": snr,
    }


layers = [layer("quantize", "quantize", "cpu", [1, 32, 32, 3], reason="float input")]
edges = [{"from": "", "to": "quantize", "tensor": "image", "bytes": 12288}]
previous = "quantize"
for block, channels in enumerate(CHANNELS):
    names = [f"block{block}/conv{i}" for i in (1, 2)]
    shape = [1, 32 >> block // 2, 32 >> block // 2, channels]
    for name in names:
        layers.append(layer(name, "conv2d", "engine", shape, 2359296, 42000 + 900 * block, snr=38.5 - block))
    layers.append(layer(f"block{block}/add", "add", "engine", shape, 0, 2100, snr=36.0 - block))
    chain = [previous, *names, f"block{block}/add"]
    pairs = [*zip(chain, chain[1:]), (previous, f"block{block}/add")]
    edges += [{"from": a, "to": b, "tensor": f"{a}_out", "bytes": 16384} for a, b in pairs]
    previous = chain[-1]
layers.append(layer("<b>softmax</b>", "softmax", "cpu", [1, 10], reason="the engine has no division & no tables"))
edges += [{"from": previous, "to": "<b>softmax</b>", "tensor": f"{previous}_out", "bytes": 64},
          {"from": "<b>softmax</b>", "to": "", "tensor": "scores", "bytes": 10}]

timeline, now, memory = [], 0, []
for index, entry in enumerate(layers):
    memory.append({"buffer": entry["output"], "space": "arena", "offset": 16384 * (index % 3), "size": 16384 - 512 * index,
                   "first": index, "last": min(index + (2 if "conv1" in entry["name"] else 1), len(layers) - 1)})
    for tile in range(4 if entry["cycles"] else 0):
        step = entry["cycles"] // 4
        for unit, shift, length in (("load", 0, 0.4), ("compute", 0.3, 1), ("store", 1.2, 0.2)):
            start = int(now + shift * step)
            timeline.append({"unit": unit, "start": start, "end": int(start + length * step), "layer": entry["name"]})
        now += step
memory.append({"buffer": "x tile", "space": "act", "offset": 0, "size": 65536, "first": 1, "last": 3})

macs = sum(entry["macs"] for entry in layers)
Path(sys.argv[1]).write_text(json.dumps({
    "version": 1, "model": "made_up.onnx", "target": "engine:ulx3s-85f",
    "engine": {"board": "ulx3s-85f", "pc": 8, "pk": 8, "clock_mhz": 50.0},
    "totals": {"macs": macs, "macs_on_device": macs, "cycles": now, "mac_utilisation": macs / now / 64,
               "bytes_loaded": now // 2, "bytes_stored": now // 4, "transitions": 2, "arena_bytes": 49152,
               "constant_bytes": 90112},
    "layers": layers, "edges": edges, "timeline": timeline, "memory": memory,
}))
