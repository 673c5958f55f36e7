# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Runs sluice-compiler."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np


class CompileError(Exception):
    """The compiler refused. `code` is its exit code (docs/spec/command.md); the text is what it
    said."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def _compiler():
    """$SLUICE_COMPILER; or the one of the prefix that this package is installed in; or that of
    $PATH."""
    installed = Path(__file__).resolve().parents[4] / "bin/sluice-compiler"
    found = os.environ.get("SLUICE_COMPILER") or (installed.exists() and str(installed))
    found = found or shutil.which("sluice-compiler")
    if not found:
        raise FileNotFoundError("sluice-compiler is not in $PATH; install it, or set $SLUICE_COMPILER")
    return found


def compile(model, target, output, calibrate=None, options=()):
    """Compiles the ONNX file `model` for `target` into the package `output`, a folder.

    calibrate: for a float model, sample inputs: an .npz file, or {input name: array}.
    options: further words of `sluice compile`, as `sluice compile --help` lists them.
    Returns the package's path. Raises CompileError when the compiler refuses.
    """
    with tempfile.TemporaryDirectory() as folder:
        if isinstance(calibrate, dict):
            np.savez(Path(folder) / "calibrate.npz", **calibrate)
            calibrate = Path(folder) / "calibrate.npz"
        command = [_compiler(), "compile", model, "--target", target, "-o", output, *options]
        command += ["--calibrate", calibrate] if calibrate else []
        done = subprocess.run(list(map(os.fspath, command)), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    if done.returncode:
        raise CompileError(done.returncode, done.stderr.decode(errors="replace").strip())
    return Path(output)
