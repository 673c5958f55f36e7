# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Random models, quantized and as floats, on the CPU against the reference and onnxruntime.

usage: random_models.py FOLDER TEST_MODELS SEED...
"""

import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime


def sluice(*arguments):
    subprocess.run([str(a) for a in arguments], check=True, stdout=subprocess.DEVNULL)


def check_integers(folder, seed):
    """The bytes of the reference interpreter."""
    stem, package = folder / seed, folder / f"{seed}_int8"
    inputs, calibration = f"{stem}_inputs.npz", f"{stem}_calibration.npz"
    sluice("sluice", "compile", f"{stem}.onnx", "--target", "cpu", "--calibrate", calibration, "-o", package)
    sluice("sluice", "run", package, "--input", inputs, "--output", f"{stem}_ours.npz")
    sluice("sluice-compiler", "reference", package, "--input", inputs, "--output", f"{stem}_reference.npz")
    ours, reference = np.load(f"{stem}_ours.npz"), np.load(f"{stem}_reference.npz")
    assert set(ours) == set(reference)
    for name in reference:
        different = (ours[name] != reference[name]).sum()
        assert not different, f"seed {seed}: {different} of {reference[name].size} values of {name} differ"


def check_floats(folder, seed):
    """Close to what onnxruntime gives."""
    stem, package = folder / seed, folder / f"{seed}_float"
    inputs = f"{stem}_inputs.npz"
    sluice("sluice", "compile", f"{stem}.onnx", "--target", "cpu", "--quantize", "none", "-o", package)
    sluice("sluice", "run", package, "--input", inputs, "--output", f"{stem}_floats.npz")
    session = onnxruntime.InferenceSession(f"{stem}.onnx")
    names = [output.name for output in session.get_outputs()]
    samples = np.load(inputs)
    ours = np.load(f"{stem}_floats.npz")
    for index in range(len(samples["x"])):
        theirs = session.run(names, {"x": samples["x"][index : index + 1]})
        for name, values in zip(names, theirs):
            got = ours[name][index].reshape(values.shape)
            apart = np.abs(got - values).max()
            assert apart <= 1e-4 * np.abs(values).max(), f"seed {seed}: {name} is {apart} apart"


folder = Path(sys.argv[1])
for seed in sys.argv[3:]:
    generator = Path(sys.argv[2]) / "random_model.py"
    sluice(sys.executable, generator, seed, "--out", folder)
    check_integers(folder, seed)
    check_floats(folder, seed)
    print(f"seed {seed} agrees")
