# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the runtime adds to a region's own code on the CPU, beside what onnxruntime adds to a node.

usage: dispatch.py [--program FILE] [--seconds S] [--untimed] [--json]

Runs dispatch-bench (google-benchmark; of a release build unless told): chains of regions that copy 256 bytes, and
their code called directly; the difference over the regions is the overhead. onnxruntime's is the slope of
chains of Neg on 64 floats, without optimisations, one thread: 256 nodes less 1, over 255, so that calling it from
Python does not count. Exits with 1 where a region's overhead is more than 2 µs.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 2000  # nanoseconds a region
COUNTS = (1, 16, 256)


def build():
    quiet = {"cwd": ROOT, "check": True, "stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "--preset", "release"], **quiet)
    subprocess.run(["ninja", "-C", "build/release", "dispatch-bench"], **quiet)
    return ROOT / "build/release/unittests/dispatch-bench"


def measure(program, seconds):
    """Nanoseconds of processor time by benchmark: "regions/16", "code/16", ..."""
    command = [program, "--benchmark_format=json", f"--benchmark_min_time={seconds}"]
    result = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    runs = json.loads(result.stdout)["benchmarks"]
    if failed := [run["error_message"] for run in runs if run.get("error_occurred")]:
        sys.exit(f"dispatch-bench: {failed[0]}")
    return {run["name"]: run["cpu_time"] for run in runs}


def peer_chain(count):
    """A session of `count` nodes, one after the other."""
    shape = helper.make_tensor_type_proto(TensorProto.FLOAT, [64])
    nodes = [helper.make_node("Neg", [f"t{i}"], [f"t{i + 1}"]) for i in range(count)]
    ends = [[helper.make_value_info(name, shape)] for name in ("t0", f"t{count}")]
    model = helper.make_model(helper.make_graph(nodes, "chain", *ends), opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 10
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def peer_node(seconds):
    """Nanoseconds that one more node takes."""
    feed = {"t0": np.ones(64, np.float32)}
    least = {}
    for count in (1, 256):
        session = peer_chain(count)
        end = time.monotonic() + seconds
        times = []
        while time.monotonic() < end:
            start = time.process_time_ns()
            for _ in range(20):
                session.run(None, feed)
            times.append((time.process_time_ns() - start) / 20)
        least[count] = min(times)
    return (least[256] - least[1]) / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--untimed", action="store_true", help="judge no times: for a machine that is busy")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    times = measure(options.program or build(), options.seconds)
    peer = peer_node(options.seconds)
    rows = [{"regions": count, "run_ns": times[f"regions/{count}"], "code_ns": times[f"code/{count}"]} for count in COUNTS]
    for row in rows:
        row["overhead_ns"] = (row["run_ns"] - row["code_ns"]) / row["regions"]
    if options.json:
        print(json.dumps({"sluice": rows, "onnxruntime_node_ns": peer}, indent=2))
    else:
        print(f"{'regions':>8}{'run ns':>12}{'their code ns':>15}{'overhead ns a region':>22}")
        for row in rows:
            print(f"{row['regions']:8}{row['run_ns']:12.0f}{row['code_ns']:15.0f}{row['overhead_ns']:22.0f}")
        print(f"onnxruntime: {peer:.0f} ns a node, {peer / rows[-1]['overhead_ns']:.1f} times as much")
    slow = [row for row in rows if row["overhead_ns"] > LONGEST and not options.untimed]
    for row in slow:
        print(f"{row['overhead_ns']:.0f} ns a region are more than {LONGEST}", file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
