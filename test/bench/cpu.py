# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times compiled models on the CPU beside onnxruntime, one and two threads each, in one process, by turns.

usage: cpu.py [--models DIR] [--level LEVEL] [--rounds N] [--untimed] [--threads N...] [NAME...]

Compiles every model of DIR (../shared/models unless told) or those named, and prints, a line for
each number of threads, the least time of each, their ratio, and how far the outputs are apart. Exits
with 1 if a model is on one thread more than 10 times as slow as onnxruntime, or its outputs differ by
more than 1e-4 of the largest (floats) or 20 steps (int8; after a softmax two kernel sets of one runtime
are 17 apart). Times on several threads mean something only while as many processors are idle.
"""

import argparse
import ctypes
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / "build/bin"
SLOWEST = 10  # times onnxruntime's time
QUIET = 0.005  # seconds in which the other's threads cease to spin
TYPES = {"tensor(float)": np.float32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8}


class Options(ctypes.Structure):
    """sluice_session_options_t, its first two fields."""

    _fields_ = [("struct_size", ctypes.c_size_t), ("device", ctypes.c_char_p)]


class Session:
    """A session of libsluice on a device."""

    def __init__(self, package, device):
        self.library = ctypes.CDLL(str(ROOT / "build/dev/lib/libsluice.so"))
        self.library.sluice_status_message.restype = ctypes.c_char_p
        loaded, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("package_load", str(package).encode(), ctypes.byref(loaded))
        options = Options(ctypes.sizeof(Options), device.encode())
        self.call("session_create", loaded, ctypes.byref(options), ctypes.byref(self.session))
        self.run_function = self.library.sluice_session_run

    def call(self, name, *arguments):
        if getattr(self.library, f"sluice_{name}")(*arguments):
            sys.exit(f"sluice_{name}: {self.library.sluice_status_message().decode()}")

    def set_input(self, array):
        size = ctypes.c_size_t(array.nbytes)
        self.call("session_set_input", self.session, ctypes.c_size_t(0), array.ctypes.data_as(ctypes.c_void_p), size)

    def run(self):
        if self.run_function(self.session):
            sys.exit(self.library.sluice_status_message().decode())

    def output(self, like):
        data = ctypes.c_void_p()
        self.call("session_output_data", self.session, ctypes.c_size_t(0), ctypes.byref(data))
        return np.frombuffer(ctypes.string_at(data, like.nbytes), like.dtype).reshape(like.shape)


class Peer:
    """onnxruntime on the same model and input."""

    def __init__(self, model, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        (tensor,) = self.session.get_inputs()
        shape = [n if isinstance(n, int) else 1 for n in tensor.shape]
        kind = TYPES[tensor.type]
        rng = np.random.default_rng(1)
        self.input = rng.random(shape, kind) if kind == np.float32 else rng.integers(-100, 100, shape).astype(kind)
        self.feed = {tensor.name: self.input}

    def run(self):
        return self.session.run(None, self.feed)[0]


def least_times(functions, rounds):
    """The least time of each function, called by turns."""
    best = [float("inf")] * len(functions)
    for _ in range(rounds):
        for index, function in enumerate(functions):
            time.sleep(QUIET)
            for _ in range(10):
                start = time.perf_counter()
                function()
                best[index] = min(best[index], time.perf_counter() - start)
    return best


def distance(ours, theirs):
    """How far outputs are apart, and whether that is close enough."""
    apart = np.abs(ours.astype(np.float64) - theirs.astype(np.float64)).max()
    if theirs.dtype == np.float32:
        apart /= max(np.abs(theirs).max(), 1e-30)
        return apart, apart <= 1e-4
    return apart, apart <= 20


def bench(model, options):
    """Prints the lines of one model; False if it is too slow or wrong."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        command = [BIN / "sluice", "compile", model, "--target", f"cpu:{options.level}", "-o", f"{folder}/package"]
        subprocess.run(command, check=True)
        compiled = time.perf_counter() - start
        for count in options.threads:
            session, peer = Session(f"{folder}/package", f"cpu:threads={count}"), Peer(model, count)
            session.set_input(peer.input)
            session.run()
            apart, close = distance(session.output(theirs := peer.run()), theirs)
            ours, other = least_times((session.run, peer.run), options.rounds)
            print(
                f"{model.stem:20}{count:7}{compiled:10.2f}{ours * 1e6:10.1f}{other * 1e6:15.1f}"
                f"{ours / other:8.2f}{apart:12.2g}"
            )
            results.append(close and (options.untimed or count > 1 or ours <= SLOWEST * other))
    return all(results)


def main():
    parser = argparse.ArgumentParser(description="Times compiled models beside onnxruntime.")
    parser.add_argument("--models", type=Path, default=ROOT.parent / "shared/models")
    parser.add_argument("--level", default="native")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--untimed", action="store_true", help="judge no times: for a machine that is busy")
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    models = [m for m in sorted(options.models.glob("*.onnx")) if not options.names or m.stem in options.names]
    if not models:
        sys.exit(f"no such model in {options.models}")
    print(f"{'model':20}{'threads':>7}{'compile s':>10}{'ours us':>10}{'onnxruntime us':>15}{'ratio':>8}{'apart':>12}")
    results = [bench(model, options) for model in models]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
