# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cycles and multiplier use of compiled models on the Verilated engine, beside the compiler's estimate.

usage: engine.py [--json] [--layers] [--board BOARD...] [NAME...]

Makes the seeded models of test/models and three layers alone, these also with int4 weights or int16 activations,
compiles each for each board, with INT4 or INT16 where it needs them, and runs one input. `utilisation` is MACs a cycle over PC * PK; `of path` is the same over what the path of the
layer could do at most, which differs for depthwise convolutions alone. Then what COMPUTE did with the
cycles, and how long each unit waited for what, in percent of all cycles. `board ms` is the time at the board's clock
with the memory of the board's file, `link ms` what inputs and outputs add on its link; all else is with 20 cycles of
latency and 8 bytes a cycle.

--layers adds what the engine's counters say of each layer beside the compiler's estimate, both in percent of the
layer's measured cycles (test/rtl/layers.py).

Ends with 1 where the use of the multipliers falls short of what Inputs/check_engine.py asks, or an estimate is off.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "test/models"), str(ROOT / "test/rtl"), str(Path(__file__).resolve().parent / "Inputs")]
import check_engine  # noqa: E402
import layers  # noqa: E402
import make  # noqa: E402
import qdq  # noqa: E402
from topology import Builder  # noqa: E402

SLUICE = ROOT / "build/bin/sluice"
BOARDS = ["ulx3s-25f", "ulx3s-85f", "ulx3s-85f-16x8"]
# name: (size, channels, a function that adds the layer)
SINGLE = {
    "conv3x3": (56, 64, lambda b, x: b.conv(x, 64, (3, 3))),
    "conv1x1": (14, 256, lambda b, x: b.conv(x, 256, (1, 1))),
    "depthwise3x3": (56, 64, lambda b, x: b.conv(x, None, (3, 3), depthwise=True)),
}
# Bits of activations and weights, the parameter, and MACs for one of int8.
FORMS = {"int4": (8, 4, "INT4", 2), "int16": (16, 8, "INT16", 0.5)}
VARIANTS = ["conv3x3-int4", "conv1x1-int4", "conv3x3-int16", "conv1x1-int16", "depthwise3x3-int16"]
WAITS = ["compute_token", "load_memory", "load_port", "load_token", "store_memory", "store_port", "store_token",
         "fetch_stall"]


def build_layer(name):
    """A float model of one layer with NHWC input and output, and inputs for it."""
    size, channels, add = SINGLE[name]
    samples = np.random.RandomState(1).uniform(-1, 1, (4, size, size, channels)).astype(np.float32)
    builder = Builder(name, np.random.RandomState(2))
    x = builder.transpose(builder.input(make.INPUT, samples), (0, 3, 1, 2))
    builder.output(builder.transpose(add(builder, x), (0, 2, 3, 1)))
    return builder.model(), samples


def write_model(name, folder):
    """Writes NAME.onnx, integers all through, and NAME.npz, one input."""
    layer, _, form = name.partition("-")
    if layer in SINGLE:
        model, samples = build_layer(layer)
    else:
        model, inputs = make.build(name, 1)
        samples = inputs(8, 2)
    bits, weight_bits, *_ = FORMS.get(form, (8, 8))
    inner = qdq.strip_boundary(qdq.quantize(model, {make.INPUT: samples}, bits, weight_bits))
    onnx.save(inner, folder / f"{name}.onnx")
    sample = qdq.quantize_array(samples[:1], *qdq.input_quantization(inner), np.dtype(f"int{bits}"))
    np.savez(folder / f"{name}.npz", **{make.INPUT: sample})


def sluice(*arguments):
    result = subprocess.run([SLUICE, *arguments], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"`sluice {' '.join(map(str, arguments))}` ended with {result.returncode}")
    return result.stdout


def count_path_macs(name, pc, pk):
    """MACs a cycle at most: a window reads a column of three words an output, for two chunks where a
    word holds two and their nine taps each take one step."""
    layer, _, form = name.partition("-")
    macs = pc * pk
    if layer == "depthwise3x3":
        chunks = 2 if pc >= 9 and pc // pk >= 2 else 1
        macs = 9 * pk * chunks // 3
    return macs * (FORMS[form][3] if form else 1)


def measure_board(package, board, sample, report):
    """Milliseconds with the memory that the board's file states, and of inputs and outputs on its link."""
    facts = json.loads((ROOT / f"targets/engine/boards/{board}.json").read_text())
    memory = facts.get("memory", {"latency": 20, "bytes_per_cycle": 8})
    device = f"sim:latency={memory['latency']},bytes={memory['bytes_per_cycle']}"
    run = json.loads(sluice("run", package, "--input", sample, "--device", device, "--json"))
    edges = sum(edge["bytes"] for edge in report["edges"] if not (edge["from"] and edge["to"]))
    link = facts.get("link_bytes_per_second")
    return {"board_cycles": run["cycles"], "estimated_board_cycles": report["totals"]["board_cycles"],
            "board_ms": run["device_ms"], "link_ms": 1e3 * edges / link if link else 0.0}


def measure(name, board, folder, with_layers):
    package = folder / f"{name}-{board}"
    form = name.partition("-")[2]
    target = f"engine:{board}" + (f",{FORMS[form][2]}=1" if form else "")
    sluice("compile", folder / f"{name}.onnx", "--target", target, "-o", package)
    run = json.loads(sluice("run", package, "--input", folder / f"{name}.npz", "--device", "sim", "--profile", "--json"))
    report = json.loads((package / "report.json").read_text())
    pc, pk = report["engine"]["pc"], report["engine"]["pk"]
    stalls = {}
    for region in run["regions"]:
        for counter, value in region["stalls"].items():
            stalls[counter] = stalls.get(counter, 0) + value
    row = {
        "model": name, "board": board, "pc": pc, "pk": pk, "cycles": run["cycles"], "macs": run["macs"],
        "utilisation": run["macs"] / run["cycles"] / (pc * pk),
        "estimated_cycles": report["totals"]["cycles"],
        "of_path": run["macs"] / run["cycles"] / count_path_macs(name, pc, pk),
        "stalls": stalls, **measure_board(package, board, folder / f"{name}.npz", report),
    }
    if with_layers:
        row["layers"] = layers.measure(package)
    return row


def shorten(counter):
    """A counter's name as a head of seven characters."""
    for long, short in (("compute_", "c_"), ("load_", "l_"), ("store_", "s_"), ("memory", "mem"), ("token", "tok"),
                        ("fetch_stall", "fetch"),
                        ("mac_cycles", "step"), ("requant", "rq")):
        counter = counter.replace(long, short)
    return counter


def print_layers(rows):
    """For each layer cycles and counters as estimated, and below them as measured."""
    counters = layers.TIMES
    print(f"  {'layer':32} {'':10}{'cycles':>9}{'apart':>7}" + "".join(f"{shorten(c):>7}" for c in counters))
    for row in rows:
        measured = row["measured"]["cycles"]
        for kind in ("estimated", "measured"):
            values = row[kind]
            apart = f"{values['cycles'] / measured - 1:7.1%}" if kind == "estimated" else f"{'':7}"
            name = row["layer"][-32:] if kind == "estimated" else ""
            print(f"  {name:32} {kind:10}{values['cycles']:9}{apart}" + "".join(f"{values[c] / measured:7.1%}" for c in counters))


def print_row(row):
    stalls, cycles = row["stalls"], row["cycles"]
    idle = cycles - stalls["compute_busy"]
    drain = stalls["compute_busy"] - stalls["mac_cycles"] - stalls["compute_port"]
    shares = [stalls["mac_cycles"], stalls["compute_port"], drain, idle, *(stalls[w] for w in WAITS)]
    error = row["estimated_cycles"] / cycles - 1
    engine = f"{row['pc']}x{row['pk']}"
    print(f"{row['model']:19}{engine:6}{cycles:9}{row['macs']:11}{row['utilisation']:8.1%}{row['of_path']:9.1%}"
          f"{row['estimated_cycles']:10}{error:8.2%}{row['board_ms']:9.3f}{row['link_ms']:9.3f}  " + "".join(f"{share / cycles:7.1%}" for share in shares), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Cycles and multiplier use of models on the Verilated engine.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--layers", action="store_true", help="what each layer took, estimated and measured")
    parser.add_argument("--board", nargs="*", default=BOARDS)
    known = [*make.MODELS, *SINGLE, *VARIANTS]
    parser.add_argument("names", nargs="*", help=", ".join(known))
    options = parser.parse_args()
    names = options.names or known
    if unknown := set(names) - set(known):
        parser.error(f"no such model: {', '.join(sorted(unknown))}")
    rows = []
    if not options.json:
        heads = ["step", "read", "drain", "idle", *map(shorten, WAITS)]
        print(f"{'model':19}{'engine':6}{'cycles':>9}{'macs':>11}{'util':>8}{'of path':>9}{'estimate':>10}{'apart':>8}{'board ms':>9}{'link ms':>9}  "
              + "".join(f"{head:>7}" for head in heads))
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            write_model(name, Path(folder))
            for board in options.board:
                rows.append(measure(name, board, Path(folder), options.layers))
                if not options.json:
                    print_row(rows[-1])
                    if options.layers:
                        print_layers(rows[-1]["layers"])
    if options.json:
        print(json.dumps(rows, indent=2))
    problems = [problem for row in rows for problem in check_engine.judge(row)]
    print("".join(f"FAILED {problem}\n" for problem in problems), end="", file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
