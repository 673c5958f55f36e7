# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""usage: stream.py PKG MILLISECONDS IMAGE...

Prints the best class of each image, as classify.py does, but reads the next image while one is
being run, and gives each run that many milliseconds.
"""

import sys

import numpy as np
import sluice


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__.splitlines()[0])
    seconds, runs = int(sys.argv[2]) / 1000, []
    try:
        package = sluice.Package(sys.argv[1])
        sessions = [sluice.Session(package), sluice.Session(package)]
        image, scores = sessions[0].inputs[0], sessions[0].outputs[0]
        for index, path in enumerate(sys.argv[3:]):
            pixels = np.fromfile(path, image.dtype).reshape(image.shape)
            # Waits for the session's run before this one, and copies its input.
            runs.append((path, sessions[index % 2].run_async({image.name: pixels}, timeout=seconds)))
        for path, run in runs:
            print(f"{path}: {np.argmax(run.result()[scores.name])}")
    except (sluice.Error, ValueError) as error:
        sys.exit(f"stream: {error}")


if __name__ == "__main__":
    main()
