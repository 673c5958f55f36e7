# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the whole-model tests share: running `sluice`, and saying plainly what does not hold."""

import contextlib
import filecmp
import json
import os
import pathlib
import resource
import subprocess
import sys

import numpy as np

TEST = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TEST / "models"), str(TEST / "models" / "digits")]

TARGET = "engine:ulx3s-85f"  # PC x PK = 8 x 8


class Failures:
    """Collects what does not hold, so that one run tells of everything; `end` exits with 1 if any."""

    def __init__(self, subject):
        self.subject = subject
        self.count = 0

    def expect(self, holds, message):
        if not holds:
            self.count += 1
            print(f"FAILED {self.subject}: {message}", flush=True)
        return holds

    @contextlib.contextmanager
    def of(self, name):
        """Where a command fails or takes too long, `name` failed, and what comes after this block goes on."""
        try:
            yield
        except (CommandFailed, subprocess.TimeoutExpired) as failure:
            self.expect(False, f"{name}: {failure}")

    def end(self):
        print(f"{self.subject}: {'failed' if self.count else 'ok'}")
        sys.exit(1 if self.count else 0)


class CommandFailed(Exception):
    """A command ended otherwise than it should have."""


def _run(command):
    command = [str(argument) for argument in command]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        told = (done.stdout[-2000:] + done.stderr[-4000:]).strip()
        raise CommandFailed(f"`{' '.join(command)}` ended with {done.returncode}: {told}")
    return done


def sluice(*arguments):
    """Runs `sluice` and returns the finished process; throws CommandFailed unless it ends with 0."""
    return _run(["sluice", *arguments])


def sluice_json(*arguments):
    return json.loads(sluice(*arguments, "--json").stdout)


def child_seconds():
    """Processor time of all ended children: unlike the clock's, that of a busy machine is no longer."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compile_model(model, package, target=TARGET, calibration=None, *options):
    """Compiles; returns processor seconds and the peak memory in MiB of the largest child so far."""
    before = child_seconds()
    data = ["--calibrate", calibration] if calibration else []
    sluice("compile", model, "--target", target, *data, *options, "-o", package)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return child_seconds() - before, peak


def run_package(package, folder, device, arrays, *options):
    """Runs N samples on a device; returns the output arrays and the profile."""
    kind = device.split(":")[0]
    given, taken = folder / f"{kind}_in.npz", folder / f"{kind}_out.npz"
    np.savez(given, **arrays)
    profile = sluice_json(
        "run", package, "--input", given, "--output", taken, "--device", device, "--profile", *options
    )
    with np.load(taken) as results:
        return dict(results), profile


def run_reference(package, folder, arrays, everything=False):
    """Runs N samples in the reference interpreter; returns outputs, or every tensor of the model it has."""
    given, taken = folder / "reference_in.npz", folder / "reference_out.npz"
    np.savez(given, **arrays)
    command = ["sluice-compiler", "reference", package, "--input", given, "--output", taken]
    command += ["--all-tensors"] if everything else []
    _run(command)
    with np.load(taken) as results:
        return dict(results)


def regions(package):
    """The regions of a package's one variant, as `sluice inspect --json` describes them."""
    (variant,) = sluice_json("inspect", package)["variants"]
    return variant["regions"]


def same_bytes(a, b, count=None):
    """Whether two results hold the same arrays, byte for byte, in their first `count` samples."""
    if sorted(a) != sorted(b):
        return False
    return all(a[k].dtype == b[k].dtype and a[k][:count].tobytes() == b[k][:count].tobytes() for k in a)


def same_trees(first, second):
    """The paths of files that are not the same in two folders."""
    names = [
        {str(path.relative_to(top)) for path in pathlib.Path(top).rglob("*") if path.is_file()}
        for top in (first, second)
    ]
    both = sorted(names[0] & names[1])
    _, different, unread = filecmp.cmpfiles(first, second, both, shallow=False)
    return sorted(names[0] ^ names[1]) + different + unread


def listing(folder):
    """Every path under a folder: what must not change when a command fails."""
    return sorted(os.path.join(top, name) for top, folders, files in os.walk(folder) for name in folders + files)
