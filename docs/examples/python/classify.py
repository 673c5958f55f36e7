# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: classify.py PKG IMAGE...

Prints the best class of each image. An image file holds the bytes of the package's first input
and nothing else.
"""

import sys

import numpy as np
import sluice


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__.splitlines()[0])
    try:
        session = sluice.Session(sys.argv[1])
    except sluice.Error as error:
        sys.exit(f"classify: {error}")
    image, scores = session.inputs[0], session.outputs[0]
    for path in sys.argv[2:]:
        pixels = np.fromfile(path, image.dtype)
        if pixels.size != np.prod(image.shape):
            sys.exit(f"{path}: is not {np.prod(image.shape) * image.dtype.itemsize} bytes")
        results = session.run({image.name: pixels.reshape(image.shape)})
        print(f"{path}: {np.argmax(results[scores.name])}")


if __name__ == "__main__":
    main()
