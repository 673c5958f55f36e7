# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Wrong inputs to the user's commands: each one clear line, the right exit status, nothing left behind.

usage: bad_input.py CASE WORK        CASE is a function below, without its leading `case_`
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
from onnx import TensorProto, helper
from topology import Builder

USAGE, INPUT, FILES, INTERRUPTED = 2, 3, 5, 130
DIGITS = harness.TEST / "models" / "digits" / "digits.onnx"


class Case:
    """A folder with a digits model and its calibration, in which a command must fail cleanly."""

    def __init__(self, name, work):
        self.failures = harness.Failures(name)
        self.work = work
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        self.calibration = work / "calibration.npz"
        images = np.random.RandomState(1).uniform(0, 1, (16, 1, 28, 28)).astype(np.float32)
        np.savez(self.calibration, image=images)

    def path(self, name):
        return self.work / name

    def fails(self, arguments, status, *patterns):
        """The command ends with `status` and one line on standard error that has each pattern."""
        before = harness.listing(self.work)
        command = ["sluice", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
        self.judge(command, done.returncode, done.stderr, before, status, patterns)

    def judge(self, command, returned, error, before, status, patterns):
        expect = self.failures.expect
        told = f"`{' '.join(command)}`"
        expect(returned == status, f"{told}: exit status {returned}, not {status}: {error}")
        lines = error.strip().splitlines()
        expect(len(lines) == 1, f"{told}: {len(lines)} lines on standard error: {error}")
        for pattern in patterns:
            expect(re.search(pattern, error), f"{told}: nothing like '{pattern}' in: {error}")
        left = sorted(set(harness.listing(self.work)) - set(before))
        expect(not left, f"{told}: left behind: {', '.join(left)}")

    def compile(self, model, *extra, target=harness.TARGET, calibration=None):
        """The arguments of a compile into this folder."""
        data = ["--calibrate", calibration or self.calibration]
        return ["compile", model, "--target", target, *data, *extra, "-o", self.path("package")]


def case_missing_file(case):
    case.fails(case.compile(case.path("none.onnx")), INPUT, r"none\.onnx", r"(?i)no such file")
    case.fails(case.compile(DIGITS, calibration=case.path("none.npz")), INPUT, r"none\.npz", r"(?i)no such file")
    case.fails(["run", case.path("nothing"), "--input", case.calibration], INPUT, r"nothing", r"(?i)no such")


def case_not_onnx(case):
    whole = DIGITS.read_bytes()
    for name, content in (
        ("truncated.onnx", whole[: len(whole) // 2]),
        ("empty.onnx", b""),
        ("text.onnx", b"this is not a model\n" * 50),
        ("zip.onnx", case.calibration.read_bytes()),
    ):
        case.path(name).write_bytes(content)
        case.fails(case.compile(case.path(name)), INPUT, re.escape(name), r"(?i)onnx")


def case_unsupported_op(case):
    builder = Builder("bad", np.random.RandomState(1))
    x = builder.input("image", np.random.RandomState(2).uniform(0, 1, (4, 1, 28, 28)))
    builder.output(builder.conv(x, 4, (3, 3)))
    model = builder.model()
    last = model.graph.node[-1]
    model.graph.node.append(helper.make_node("Unheard", list(last.output), ["y"], "strange", domain="com.example"))
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    model.graph.output[0].name = "y"
    onnx.save(model, case.path("bad.onnx"))
    case.fails(case.compile(case.path("bad.onnx")), INPUT, r"bad\.onnx", r"strange", r"Unheard")


def case_dynamic_shape(case):
    model = onnx.load(DIGITS)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    for axis in (2, 3):
        model.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = f"side{axis}"
    onnx.save(model, case.path("dynamic.onnx"))
    case.fails(case.compile(case.path("dynamic.onnx")), INPUT, r"dynamic\.onnx", r"image", r"--shape")


def case_calibration(case):
    def try_arrays(name, *patterns, **arrays):
        np.savez(case.path(name), **arrays)
        case.fails(case.compile(DIGITS, calibration=case.path(name)), INPUT, re.escape(name), *patterns)

    try_arrays("name.npz", r"image", picture=np.zeros((4, 1, 28, 28), np.float32))
    try_arrays("shape.npz", r"image", r"28", image=np.zeros((4, 1, 14, 28), np.float32))
    try_arrays("type.npz", r"image", r"f(loat)?(32|64)", image=np.zeros((4, 1, 28, 28), np.float64))
    try_arrays("none.npz", r"image", image=np.zeros((0, 1, 28, 28), np.float32))
    case.path("not.npz").write_bytes(b"not an archive")
    case.fails(case.compile(DIGITS, calibration=case.path("not.npz")), INPUT, r"not\.npz")
    without = [a for a in case.compile(DIGITS) if a not in ("--calibrate", case.calibration)]
    case.fails(without, USAGE, r"--calibrate")


def case_target(case):
    for target, named in (
        ("engine:unheard", "unheard"),
        ("toaster", "toaster"),
        ("engine:ulx3s-85f,PC=3", "PC"),
        ("engine", "engine"),
    ):
        case.fails(case.compile(DIGITS, target=target), USAGE, named)


def case_run_input(case):
    harness.compile_model(DIGITS, case.path("good"), calibration=case.calibration)
    for name, array in (("picture", np.zeros((1, 1, 28, 28), np.float32)), ("image", np.zeros((1, 28), np.float32))):
        np.savez(case.path(f"{name}.npz"), **{name: array})
        arguments = ["run", case.path("good"), "--input", case.path(f"{name}.npz"), "--device", "cpu"]
        case.fails([*arguments, "--output", case.path("out.npz")], INPUT, rf"{name}\.npz", r"image")


def case_other_engine(case):
    """A package whose engine is not the simulated one."""
    harness.compile_model(DIGITS, case.path("good"), calibration=case.calibration)
    harness.compile_model(DIGITS, case.path("other"), target="engine:ulx3s-25f", calibration=case.calibration)
    mine, other = (harness.sluice_json("inspect", case.path(p))["engine"]["hash"] for p in ("good", "other"))
    engines = pathlib.Path(shutil.which("sluice")).resolve().parent.parent / "lib" / "sluice" / "sim"
    arguments = ["run", case.path("other"), "--input", case.calibration, "--device", "sim"]
    case.path("engines").mkdir()
    os.environ["SLUICE_SIM_PATH"] = str(case.path("engines"))
    shutil.copy(engines / f"{mine}.so", case.path("engines") / f"{other}.so")
    case.fails(arguments, INPUT, rf"{other}", r"(?i)configuration")


def case_broken_package(case):
    """Each file that the runtime maps, cut short, changed in one bit, wherever that is, or gone."""
    good, bad = case.path("good"), case.path("bad")
    harness.compile_model(DIGITS, good, calibration=case.calibration)
    listed = [path.name for path in good.iterdir() if path.name not in ("report.json", "model.mlirbc")]
    case.failures.expect(len(listed) >= 4, f"the package holds only {listed}")
    for name in listed:
        whole = (good / name).read_bytes()
        flipped = [
            whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, len(whole) // 3, len(whole) - 1)
        ]
        for content in (whole[: len(whole) // 2], *flipped, None):
            shutil.rmtree(bad, ignore_errors=True)
            shutil.copytree(good, bad)
            (bad / name).unlink() if content is None else (bad / name).write_bytes(content)
            case.fails(["run", bad, "--input", case.calibration, "--device", "sim"], INPUT, r"bad")


def case_full_disk(case):
    harness.compile_model(DIGITS, case.path("good"), calibration=case.calibration)
    run = ["run", case.path("good"), "--input", case.calibration, "--device", "cpu"]
    case.fails([*run, "--output", "/dev/full"], FILES, r"/dev/full", r"(?i)no space")
    case.fails(["report", case.path("good"), "-o", "/dev/full"], FILES, r"/dev/full", r"(?i)no space")
    nowhere = case.path("no/such/folder/package")
    case.fails([*case.compile(DIGITS)[:-1], nowhere], FILES, r"no/such/folder")
    full_package(case)


def full_package(case):
    """A compile onto a file system with too little room for the package, in a mount of our own."""
    small = case.path("small")
    small.mkdir()
    mount = f"mount -t tmpfs -o size=64k none {small}"
    for isolate in (["unshare", "-rm"], ["unshare", "-m"]):
        if subprocess.run([*isolate, "sh", "-c", mount], capture_output=True).returncode == 0:
            break
    else:
        print("note: no file system can be mounted here, so none is filled by a package")
        return
    package = small / "package"
    command = " ".join(["sluice", *map(str, case.compile(DIGITS)[:-1]), str(package)])
    script = f"{mount} && {{ {command}; status=$?; ls -A {small}; exit $status; }}"
    before = harness.listing(case.work)
    done = subprocess.run([*isolate, "sh", "-c", script], capture_output=True, text=True)
    case.judge([command], done.returncode, done.stderr, before, FILES, [r"package", r"(?i)no space"])
    case.failures.expect(not done.stdout, f"a full disk keeps {done.stdout}")


def wait_for_handler(process):
    """Waits until a started process no longer dies of Ctrl-C, but answers it or makes it wait."""
    bit = 1 << (signal.SIGINT - 1)
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        masks = re.findall(r"^Sig(?:Cgt|Blk):\s*(\w+)$", status, re.M)
        if any(int(mask, 16) & bit for mask in masks):
            return
        time.sleep(0.001)


def case_interrupt(case):
    """Ctrl-C at several moments of a compile."""
    images = np.random.RandomState(1).uniform(0, 1, (1000, 1, 28, 28)).astype(np.float32)
    np.savez(case.path("many.npz"), image=images)
    command = ["sluice", *map(str, case.compile(DIGITS, calibration=case.path("many.npz")))]
    interrupted = 0
    for delay in (0, 0.02, 0.1, 0.5, 1):
        before = harness.listing(case.work)
        started = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
        wait_for_handler(started)
        time.sleep(delay)
        if started.poll() is None:
            # As a terminal does: to the whole group of processes.
            subprocess.run(["kill", "-INT", "--", f"-{started.pid}"], check=True)
        error = started.communicate()[1]
        if started.returncode == 0:
            shutil.rmtree(case.path("package"))
            continue
        interrupted += 1
        case.judge(command, started.returncode, error, before, INTERRUPTED, [r"(?i)interrupt"])
    case.failures.expect(interrupted, "no compile was slow enough to be interrupted")


def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # lit may have started us with it ignored
    name, work = sys.argv[1], pathlib.Path(sys.argv[2])
    case = Case(name, work)
    globals()[f"case_{name}"](case)
    case.failures.end()


if __name__ == "__main__":
    main()
