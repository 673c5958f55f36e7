# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Int8 accuracy of a float model, calibrated by us, at most one point under its float accuracy.

usage: accuracy.py MODEL CALIBRATION.npz EVALUATION.npz WORK
"""

import argparse
import pathlib
import shutil

import harness  # first: it finds the modules of test/models

import numpy as np
import onnx
import ort

LARGEST_LOSS = 0.01


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("model", "calibration", "evaluation", "work"):
        parser.add_argument(name, type=pathlib.Path)
    args = parser.parse_args()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    failures = harness.Failures(args.model.stem)
    given = dict(np.load(args.evaluation))
    labels = given.pop("label")
    package = args.work / "package"
    harness.compile_model(args.model, package, calibration=args.calibration)
    whole, _ = harness.run_package(package, args.work, "cpu", given)
    exact = ort.run(onnx.load(args.model), given)
    floating, integer = (ort.accuracy(next(iter(scores.values())), labels) for scores in (exact, whole))
    print(f"{args.model.stem}: float {floating:.1%}, int8 {integer:.1%} of {len(labels)}")
    failures.expect(integer >= floating - LARGEST_LOSS, f"int8 loses {floating - integer:.1%}")
    failures.end()


if __name__ == "__main__":
    main()
